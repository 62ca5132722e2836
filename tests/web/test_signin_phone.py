"""A telephone that signs somebody in: by the code of the terminal or its own, through the host as it is."""

import re
import threading
import warnings
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from roomctl_signin import acts
from roomctl_signin.phone import codes

from roomctl.domain import passes
from roomctl.domain.access import Right, Role, User, rights_of
from roomctl.domain.attendance import Method
from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import Refused
from roomctl.services.identity import new_id
from roomctl.web import keys
from tests.web.telephone import NAMES, SITE, Room, act, at, form_of, path_of, pressed

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import schemathesis
    from schemathesis import GenerationMode

OURS = {"authorization", "cookie", "host", "origin"}
"""Headers that say who asks."""


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    made = Room(tmp_path_factory.mktemp("phone") / "data")
    yield made
    made.close()


@pytest.fixture
def meeting(room):
    return room.meeting()


def test_somebody_scans_finds_the_name_signs_in_and_reads_the_seat_without_a_script(room, meeting):
    phone = room.scanned(meeting)
    (paper, _) = room.use.register_handouts(meeting.id, "实施方案", ["003", "004"])
    room.use.sign_out_handout(meeting.id, paper.id, "李晓明")
    found = phone.get(at(meeting), params={"q": "lxm"}).text
    assert ("李晓明" in found, "张建国" in found) == (True, False)
    shown = phone.get(re.search(r'href="([^"]+person=[^"]+)"', found)[1]).text
    assert "您是" in shown
    done = phone.post(at(meeting), data=form_of(shown)).text
    assert ("李晓明同志，签到成功" in done, "5 号" in done) == (True, True)
    assert "您的材料编号 003<" in done
    assert "李晓明同志，签到成功" in phone.get(at(meeting)).text
    (fact,) = room.use.attendance_events(meeting.id)
    assert (fact.data["method"], fact.data["device"].startswith("phone-")) == ("phone", True)
    assert "撤销" in done
    phone.post(at(meeting, "undo"), data=form_of(done))
    assert room.present(meeting) == 0


def test_a_signature_on_glass_is_kept(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "张建国")
    assert pressed(phone, meeting, person)["ok"]
    assert room.use.attendance(meeting.id).of(person.id).signature
    assert len(list((room.ctx.folder(meeting.id) / "signatures").iterdir())) == 2
    assert "签名已存" in phone.get(at(meeting)).text


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []), ("z", []), ("zj", ["张建国", "赵健", "赵洁", "周㛃"]), ("zjg", ["张建国"]), ("ZhaoJian", ["赵健"]),
        ("赵", []), ("赵健", ["赵健"]), ("买买提", ["买买提·吐尔逊"]), ("nobody", []), ("<script>", []),
    ],
)  # fmt: skip
def test_only_who_fits_what_was_typed_is_told(room, meeting, typed, names):
    shown = room.scanned(meeting).get(at(meeting), params={"q": typed}).text
    assert {name for name in NAMES if f"<b>{name}</b>" in shown} == set(names)
    assert "<script>" not in shown


def test_where_many_fit_none_is_told(room):
    meeting = room.meeting([f"王{char}" for char in "伟薇威维玮卫"])
    shown = room.scanned(meeting).get(at(meeting), params={"q": "ww"}).text
    assert ("再输一个字" in shown, "<b>王" in shown) == (True, False)


def test_an_approved_proxy_is_named_with_whom_it_stands_for_and_another_is_sent_to_the_desk(room, meeting):
    for name, proxy in (("陈志强", "刘伟"), ("李晓明", "孙丽")):
        room.use.request_leave(meeting.id, name, reason="出差", proxy=proxy, proxy_duty="副局长")
    room.use.decide_leave(meeting.id, "陈志强", granted=True, by="张建国")
    phone = room.scanned(meeting)
    assert "代会未经批准，请到会务台" in phone.get(at(meeting), params={"q": "孙丽"}).text
    found = phone.get(at(meeting), params={"q": "刘伟"}).text
    shown = phone.get(re.search(r'href="([^"]+person=[^"]+)"', found)[1].replace("&amp;", "&")).text
    assert "刘伟（代陈志强）" in shown
    phone.post(at(meeting), data=form_of(shown))
    standing = room.use.attendance(meeting.id).of(room.person(meeting, "陈志强").id)
    assert standing.written == "刘伟（代陈志强）"
    refused = pressed(room.scanned(meeting), meeting, room.person(meeting, "李晓明"), proxy=True)
    assert (refused["ok"], "代会人不能签到" in refused["why"]) == (False, True)


def test_a_slow_hand_outlives_the_code_but_not_the_pass(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "赵健")
    room.clock.sleep(passes.LASTS - 60)
    assert pressed(phone, meeting, person)["ok"]
    room.clock.sleep(61)
    late = phone.get(at(meeting))
    assert (late.status_code, "扫码" in late.text, "<h1>" in late.text) == (401, True, True)


def test_what_was_pressed_before_the_pass_ended_is_sent_after_a_new_scan_with_its_age(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "赵健")
    room.clock.sleep(passes.LASTS + 5)
    sent = act(person, ago=passes.LASTS)
    assert phone.post(at(meeting, "acts"), json=sent, headers={"Accept": "*/*"}).status_code == 401
    came = room.clock.now() - timedelta(seconds=passes.LASTS)
    phone.get(room.code(meeting))
    assert [phone.post(at(meeting, "acts"), json=sent).json()["acts"][0]["ok"] for _ in "12"] == [True, True]
    assert room.use.attendance(meeting.id).of(person.id).arrived == came
    assert len(room.use.attendance_events(meeting.id)) == 1


def test_nothing_can_have_been_done_before_the_telephone_was_let_in(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "赵健")
    room.clock.sleep(10)
    pressed(phone, meeting, person, ago=3600)
    assert room.use.attendance(meeting.id).of(person.id).arrived == room.clock.now() - timedelta(seconds=10)


def test_a_pass_is_good_after_the_host_has_started_again(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "周㛃")
    room.restart()
    again = room.phone()
    again.cookies = phone.cookies
    assert pressed(again, meeting, person)["ok"]


def test_one_telephone_signs_one_person_in_however_often_it_scans(room, meeting):
    phone, first, second = room.scanned(meeting), room.person(meeting, "赵健"), room.person(meeting, "赵洁")
    assert pressed(phone, meeting, first)["ok"]
    phone.get(room.code(meeting))
    told = pressed(phone, meeting, second)
    assert (told["ok"], "已经给别人签到" in told["why"]) == (False, True)
    assert pressed(phone, meeting, first)["ok"]
    assert room.present(meeting) == 1


def test_two_requests_of_one_telephone_at_once_sign_one_person_in(room, meeting):
    taking, user = acts.Taking(room.ctx), User("手机", frozenset())
    checking, second = threading.Event(), threading.Event()
    taken = []

    def check(one):
        """As a telephone's: who was signed in on it before is looked up, which takes a moment."""
        before = list(taken)
        (second if checking.is_set() else checking).set()
        second.wait(0.2)
        if before:
            raise Refused("another one")
        taken.append(one.key)

    def press(name):
        sent = [acts.ActShape(key=new_id(), person=room.person(meeting, name).id)]
        taking.take(meeting, user, sent, Method.PHONE, check)

    both = [threading.Thread(target=press, args=(name,)) for name in ("赵健", "赵洁")]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert room.present(meeting) == 1


# --- a code of one's own


def own(room, meeting, name):
    return path_of(codes.personal(room.ctx, meeting.id, room.person(meeting, name).id))


def test_a_personal_code_opens_its_person_and_signs_nobody_else_in(room, meeting):
    phone = room.phone()
    shown = phone.get(own(room, meeting, "赵健")).text
    assert ("您是" in shown, "<b>赵健</b>" in shown) == (True, True)
    told = pressed(phone, meeting, room.person(meeting, "赵洁"))
    assert (told["ok"], "本人" in told["why"]) == (False, True)
    assert "请到会务台" in phone.get(at(meeting), params={"other": 1}).text
    assert "赵洁" not in phone.get(at(meeting), params={"q": "zj"}).text


def test_a_revoked_code_lets_nobody_in_and_whom_it_let_in_no_further(room, meeting):
    before, phone, person = own(room, meeting, "赵健"), room.phone(), room.person(meeting, "赵健")
    phone.get(before)
    codes.revoke(room.ctx, meeting.id, person.id)
    assert pressed(phone, meeting, person)["ok"] is False
    refused = room.phone().get(before)
    assert (refused.status_code, "已作废" in refused.text) == (403, True)
    assert room.phone().get(own(room, meeting, "赵健")).status_code == 200


def test_codes_are_for_who_keeps_the_roster_and_for_meetings_that_allow_telephones(room, meeting):
    for role, rights, status in (
        (Role.SECRETARY, {Right.EDIT_ROSTER}, 200),
        (Role.SECRETARY, {Right.SIGN_IN}, 403),
        (Role.USHER, {Right.SIGN_IN}, 403),
    ):
        name = new_id()
        room.application.accounts.add(name, new_id(), [role])
        _token, text = room.application.accounts.add_token(name, "t", sorted(rights))
        asked = room.phone(Authorization=f"Bearer {text}", Accept="*/*")
        answer = asked.get(f"/api/v1/x/signin/codes/{meeting.id}")
        assert answer.status_code == status, answer.text
        if status == 200:
            assert {one["name"] for one in answer.json()} == set(NAMES)
            assert room.phone().get(path_of(answer.json()[0]["url"])).status_code == 200


# --- who is not let in


@pytest.mark.parametrize("later", [passes.STEP * 2, 3600])
def test_an_expired_code_is_refused_in_words_and_noted(room, meeting, later):
    code, noted = room.code(meeting), len(room.denied())
    room.clock.sleep(later)
    answer = room.phone().get(code)
    assert (answer.status_code, "已过期" in answer.text) == (403, True)
    assert len(room.denied()) == noted + 1
    assert "c=" not in room.denied()[0].data  # the code itself is no one's to read


def test_a_code_of_another_meeting_or_a_forged_one_is_refused(room, meeting):
    other = room.meeting()
    code = urlsplit(room.code(other)).query
    for wrong in (code, "c=1-x", "c=.", "c=%00", "c=" + "9" * 900, f"{code}x"):
        answer = room.phone().get(f"/s/signin/phone/{meeting.id}?{wrong}")
        assert (answer.status_code, "不是本次会议的码" in answer.text) == (403, True), wrong


def test_a_flood_of_forged_codes_is_noted_as_a_number(room, meeting):
    room.clock.sleep(61)
    noted, phone = len(room.denied()), room.phone()
    for n in range(40):
        assert phone.get(f"/s/signin/phone/{meeting.id}?c={n}-x").status_code == 403
    assert len(room.denied()) - noted <= 20


def test_a_pass_opens_no_other_meeting_no_other_screen_and_no_other_route(room, meeting):
    other, phone = room.meeting(), room.scanned(meeting)
    text = next(one.value for one in phone.cookies.jar if one.name == keys.COOKIE)
    thief = room.phone(Cookie=f"{keys.COOKIE}={text}", Accept="*/*")
    assert thief.get(at(meeting)).status_code == 200  # what it was made for
    room.clock.sleep(61)
    noted = len(room.denied())
    for path in (
        at(other), f"/s/signin/phone/{other.id}/", f"/api/v1/x/signin/terminal/{meeting.id}",
        f"/api/v1/x/signin/desk/{meeting.id}", f"/api/v1/x/signin/codes/{meeting.id}",
        f"/api/v1/meetings/{meeting.id}/roster",
    ):  # fmt: skip
        assert thief.get(path).status_code == 401, path
    assert len(room.denied()) > noted


@pytest.mark.parametrize("change", [lambda text: text[:20] + text[21:], lambda _text: "rcp_x.y"])
def test_a_forged_pass_is_refused_and_noted(room, meeting, change):
    phone = room.scanned(meeting)
    room.clock.sleep(61)
    text = next(one.value for one in phone.cookies.jar if one.name == keys.COOKIE)
    noted = len(room.denied())
    forged = room.phone(Cookie=f"{keys.COOKIE}={change(text)}")
    assert forged.get(at(meeting)).status_code == 401
    assert len(room.denied()) == noted + 1


def test_a_form_of_another_site_is_refused(room, meeting):
    phone, person = room.scanned(meeting), room.person(meeting, "赵健")
    for headers in ({"Origin": "http://evil.example"}, {"Origin": "null"}):
        data = {"key": new_id(), "person": person.id}
        assert phone.post(at(meeting), data=data, headers=headers).status_code == 403
    assert room.present(meeting) == 0


def test_no_frame_no_other_host_and_no_script_but_its_own(room, meeting):
    phone = room.scanned(meeting)
    answer = phone.get(at(meeting))
    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "no-store" in answer.headers["cache-control"]
    assert phone.get(at(meeting), headers={"Host": "evil.example"}).status_code == 422


def test_script_in_any_field_is_text(room):
    evil = "<img src=x onerror=alert(1)>\"'"
    meeting = room.meeting([evil[:40]], title=evil)
    phone = room.phone()
    shown = phone.get(path_of(codes.personal(room.ctx, meeting.id, room.use.roster(meeting.id)[0].id))).text
    shown += phone.get(at(meeting), params={"q": evil, "person": evil}).text
    assert "<img" not in shown
    assert "&lt;img" in shown


@pytest.mark.parametrize(
    "body",
    [
        b"", b"key=x", b"\xff\xfe=1", b"key=../../../etc/passwd&person=1", b"&" * 3000,
        b"key=" + b"k" * 70 + b"&person=1", b"x" * 5000,
    ],
)  # fmt: skip
def test_a_form_that_makes_no_sense_is_refused_in_words(room, meeting, body):
    phone = room.scanned(meeting)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in (at(meeting), at(meeting, "undo")):
        answer = phone.post(path, content=body, headers=headers)
        assert 400 <= answer.status_code < 500, (path, answer.text)
    assert room.present(meeting) == 0


def test_a_hundred_megabytes_are_not_read(room, meeting):
    phone = room.scanned(meeting)
    answer = phone.post(at(meeting, "acts"), content=b"x", headers={"Content-Length": str(100 << 20)})
    assert answer.status_code == 413


def test_the_title_of_an_internal_meeting_is_for_whom_it_was_sent_to(room):
    meeting = room.meeting(title="干部任免", secrecy=Secrecy(Level.INTERNAL))
    assert "干部任免" not in room.scanned(meeting).get(at(meeting)).text
    assert "干部任免" in room.phone().get(own(room, meeting, "赵健")).text


def test_where_it_is_not_configured_or_the_meeting_became_secret_no_telephone_is_let_in(room, meeting):
    phone, code = room.scanned(meeting), room.code(meeting)
    with room.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    room.clock.sleep(5)
    assert room.phone().get(code).status_code == 403
    assert phone.get(at(meeting)).status_code == 401
    assert not codes.ready(room.ctx, room.use.meeting(meeting.id))


def test_who_is_signed_on_reaches_no_telephone_page_of_a_state_secret(room, meeting, monkeypatch):
    name, person = new_id(), room.person(meeting, "赵健")
    room.application.accounts.add(name, new_id(), [Role.SECURITY, Role.SECRETARY])
    _token, text = room.application.accounts.add_token(name, "t", sorted(rights_of([Role.SECRETARY])))
    asked = room.phone(Authorization=f"Bearer {text}")
    assert asked.get(at(meeting)).status_code == 200  # what it may while the meeting is open
    with room.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    monkeypatch.setattr(User, "cleared", lambda _user, _level: True)  # at the approved machine, with every role
    for path in (at(meeting), f"/s/signin/phone/{meeting.id}/", f"/s/signin/phone/{meeting.id}/about.json",
                 f"/api/v1/x/signin/codes/{meeting.id}"):  # fmt: skip
        assert asked.get(path).status_code == 403, path
    assert asked.post(at(meeting, "acts"), json=act(person)).status_code == 403
    assert asked.post(at(meeting), data={"key": new_id(), "person": person.id}).status_code == 403
    assert room.present(meeting) == 0
    assert room.use.events(kinds=["secrecy.refused"])


def test_before_sign_in_opens_and_after_it_ended_the_page_says_so(room):
    meeting = room.meeting()
    phone = room.scanned(meeting)
    room.use.transition(meeting.id, State.CANCELLED, reason="改期")
    room.clock.sleep(5)
    assert phone.get(at(meeting)).status_code == 401  # a pass ends with the meeting
    assert room.phone().get(room.code(meeting)).status_code in {403, 409}


# --- when the code is shown


def report(room, meeting, state, days=0):
    found = Result(device=codes.DEVICE, check=codes.CHECK, state=state, message="-")
    made = CheckReport(id=new_id(), meeting=meeting, at=room.clock.now() - timedelta(days=days), results=(found,))
    with room.application.open_uow() as uow:
        uow.checks.add(made)
        uow.commit()


def test_codes_are_shown_only_while_the_check_of_today_has_opened_the_page(room, meeting):
    assert not codes.ready(room.ctx, meeting)
    report(room, meeting.id, CheckState.OK, days=1)
    assert not codes.ready(room.ctx, meeting)
    report(room, meeting.id, CheckState.OK)
    assert codes.ready(room.ctx, room.use.meeting(meeting.id))
    room.clock.sleep(1)
    report(room, None, CheckState.WARN)
    assert not codes.ready(room.ctx, room.use.meeting(meeting.id))


# --- whatever the description allows, and much that it does not


def asking(room, meeting, roles):
    """A telephone, somebody of each role, and nobody."""
    yield room.scanned(meeting)
    for role in roles:
        name = f"of-{role}"
        room.application.accounts.add(name, new_id(), [role])
        _token, text = room.application.accounts.add_token(name, "t", sorted(rights_of([role])))
        yield room.phone(Authorization=f"Bearer {text}")
    yield room.phone()


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("roles", "examples"),
    [([Role.USHER], 1), pytest.param(list(Role), 20, marks=pytest.mark.long)],
    ids=["one", "all"],
)
def test_no_request_of_a_telephone_or_of_any_role_is_a_fault_of_our_own(room, meeting, roles, examples):
    clients, seen = list(asking(room, meeting, roles)), Counter()
    known = {"meeting_id": meeting.id, "person": room.person(meeting, "赵健").id}
    schema = schemathesis.openapi.from_dict(room.routes.openapi())
    paths = "/signin/(phone|codes|terminal|rehearsal)/"
    for operation in [one.ok() for one in schema.get_all_operations() if re.match(paths, one.ok().path)]:
        right, wrong = (operation.as_strategy(generation_mode=mode) for mode in GenerationMode)

        @settings(max_examples=examples, suppress_health_check=list(HealthCheck), deadline=None, database=None)
        @given(case=right | wrong, real=st.booleans())
        def one(case, real):
            if real:
                case.path_parameters.update({name: of for name, of in known.items() if name in case.path_parameters})
            sent = requests.Request(**case.as_transport_kwargs(base_url=f"{SITE}{keys.ROUTES}")).prepare()
            made_up = {name: of for name, of in sent.headers.items() if name.lower() not in OURS}
            for client in clients:
                answer = client.request(sent.method, sent.url, headers=made_up, content=sent.body)
                seen[answer.status_code] += 1
                assert answer.status_code < 500, (sent.method, sent.url, answer.text)

        one()
    assert seen[401], seen  # nobody was asked for
    assert seen[404] + seen[422] + seen[409], seen  # and somebody got past the door
