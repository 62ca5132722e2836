"""A meeting over REST, as a program or a page takes it along."""

import json
import re
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy

from roomctl.domain.access import Right, Role
from roomctl.domain.attendance import Person
from roomctl.domain.attendance import Role as Seat
from roomctl.domain.checks import CheckState, Result
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Objection
from roomctl.domain.recording import Order
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.domain.transcript import Transcript, TranscriptSegment
from roomctl.services.identity import new_id
from roomctl.testing.dummies import DummyRecorder

NEW = {"title": "城区停车场建设专题研究", "starts": "2026-11-12T09:00:00", "agenda": [{"title": "停车场建设"}]}


def path(meeting, rest=""):
    return f"/api/v1/meetings/{meeting.id if hasattr(meeting, 'id') else meeting}{rest}"


def test_a_meeting_is_planned_held_and_adjourned(rest):
    client = rest.as_(Role.ADMIN)
    made = client.post("/api/v1/meetings", json=NEW).json()
    assert [way["to"] for way in made["ways"]] == ["approved", "open", "cancelled"]
    for step in ("approved", "open"):
        client.post(path(made["id"], "/transitions"), json={"to": step})
    assert client.get(path(made["id"], "/recorder")).status_code == 404
    assert client.post(path(made["id"], "/recordings"), json={"source": "tone"}).json()["state"] == "armed"
    for step in ("in_session", "recess", "in_session"):
        assert client.post(path(made["id"], "/transitions"), json={"to": step}).json()["state"] == step
    assert client.post(path(made["id"], "/marks"), json={"kind": "item", "note": "1"}).json()["frame"] > 0
    assert client.get(path(made["id"], "/recorder")).json()["state"] == "recording"
    over = client.post(path(made["id"], "/transitions"), json={"to": "adjourned"}).json()
    assert over["state"] == "adjourned"
    assert over["ways"][0]["unmet"] == ["cleared", "transcript"]
    (recording,) = client.get(path(made["id"], "/recordings")).json()
    assert recording["state"] == "sealed"
    client.post(path(made["id"], "/clearing"), json={"left_behind": "雨伞一把"})
    client.post(path(made["id"], "/transcript-waiver"), json={"reason": "只有掌声"})
    assert client.post(path(made["id"], "/transitions"), json={"to": "closed"}).json()["state"] == "closed"
    kinds = [row["kind"] for row in client.get(f"/api/v1/events?stream={made['id']}&order=oldest").json()]
    assert kinds[0] == "meeting.created"
    assert kinds[-1] == "meeting.closed"


def test_who_acts_stands_in_the_event_whatever_the_body_says(rest):
    client = rest.as_(Role.ADMIN, name="张建国")
    made = client.post("/api/v1/meetings", json=NEW).json()
    (row,) = client.get(f"/api/v1/events?stream={made['id']}").json()
    assert row["actor"] == "person:张建国"
    assert client.post("/api/v1/meetings", json={**NEW, "actor": "person:somebody"}).status_code == 422


def test_an_objection_is_told_and_overruled_by_who_asks(rest):
    meeting = rest.opened()
    rest.use.arm(meeting.id, Order(source="tone"))
    rest.application.plugins.objections.append(Objection("av_check", "投影机未开", "打开投影机"))
    operator, secretary = rest.as_(Role.OPERATOR), rest.as_(Role.SECRETARY, name="赵敏")
    refused = operator.post(path(meeting, "/transitions"), json={"to": "in_session"})
    assert refused.status_code == 409
    assert refused.json()["objections"] == [
        {"by": "av_check", "text": "投影机未开", "hint": "打开投影机", "firm": False}
    ]
    overrule = {"to": "in_session", "overrule": "改用白板"}
    assert operator.post(path(meeting, "/transitions"), json=overrule).status_code == 403
    assert secretary.post(path(meeting, "/transitions"), json=overrule).json()["state"] == "in_session"
    row = secretary.get(f"/api/v1/events?stream={meeting.id}&kind=meeting.started").json()[0]
    assert row["data"]["overruled"]["by"] == "赵敏"


def test_a_recorder_that_refuses_is_an_objection(rest):
    meeting = rest.in_session()
    recorder: DummyRecorder = rest.application.plugins.newest
    recorder.refuses.add("pause")
    answer = rest.as_(Role.OPERATOR).post(path(meeting, "/transitions"), json={"to": "recess"})
    assert answer.status_code == 409
    assert rest.use.meeting(meeting.id).state is State.IN_SESSION


def test_people_sign_in_leave_and_are_counted(rest):
    meeting = rest.opened("张建国", "李晓明", "王芳", "赵强")
    usher, approver = rest.as_(Role.USHER), rest.as_(Role.APPROVER, name="刘伟")
    assert usher.post(path(meeting, "/sign-ins"), json={"person": "张建国"}).json()["presence"] == "到会"
    usher.post(path(meeting, "/sign-ins"), json={"person": "王芳"})
    leave = {"person": "李晓明", "reason": "出差", "proxy": "陈志强"}
    assert usher.post(path(meeting, "/leave-requests"), json=leave).json()["pending_leave"]
    proxy = {"person": "李晓明", "proxy": True}
    assert usher.post(path(meeting, "/sign-ins"), json=proxy).status_code == 409
    decision = {"person": "李晓明", "granted": True}
    assert usher.post(path(meeting, "/leave-decisions"), json=decision).status_code == 403
    assert approver.post(path(meeting, "/leave-decisions"), json=decision).status_code == 201
    assert usher.post(path(meeting, "/sign-ins"), json=proxy).status_code == 201
    usher.post(path(meeting, "/departures"), json={"person": "王芳"})
    assert usher.get(path(meeting, "/roster")).json()["counts"] == {
        "expected": 4, "present": 3, "late": 0, "left_early": 1, "proxy": 1, "leave": 0, "absent": 1, "observer": 0
    }  # fmt: skip
    assert usher.post(path(meeting, "/undos"), json={"person": "王芳"}).json()["presence"] == "到会"


def test_a_sign_in_reads_its_meeting_once_and_lets_in_only_who_may_open_it(rest):
    meeting = rest.opened("张建国")
    usher, asked = rest.as_(Role.USHER), []
    engine = rest.application.database.engine

    def note(_connection, _cursor, statement, *_):
        if "FROM meetings" in statement:
            asked.append(statement)

    sqlalchemy.event.listen(engine, "before_cursor_execute", note)
    signed = usher.post(path(meeting, "/sign-ins"), json={"person": "张建国"})
    sqlalchemy.event.remove(engine, "before_cursor_execute", note)
    assert (signed.status_code, len(asked)) == (201, 1)
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    assert usher.post(path(meeting, "/sign-ins"), json={"person": "张建国"}).status_code == 403
    assert usher.post(path("no-such", "/sign-ins"), json={"person": "张建国"}).status_code == 404
    assert len(rest.use.attendance_events(meeting.id)) == 1


def test_a_refusal_of_a_leave_says_why_and_an_act_sent_again_is_one(rest):
    meeting = rest.opened("张建国", "李晓明")
    usher, approver = rest.as_(Role.USHER), rest.as_(Role.APPROVER, name="刘伟")
    usher.post(path(meeting, "/leave-requests"), json={"person": "李晓明", "reason": "出差"})
    no = {"person": "李晓明", "granted": False}
    assert approver.post(path(meeting, "/leave-decisions"), json=no).status_code == 409
    told = approver.post(path(meeting, "/leave-decisions"), json=no | {"reason": "须本人参加"}).json()["leave"]
    assert (told["granted"], told["by"], told["note"]) == (False, "刘伟", "须本人参加")
    for _ in range(2):
        sent = {"person": "张建国", "key": "act-1", "ago": 30, "method": "terminal"}
        assert usher.post(path(meeting, "/sign-ins"), json=sent).status_code == 201
    assert len(rest.use.attendance_events(meeting.id)) == 3
    assert usher.post(path(meeting, "/sign-ins"), json=sent | {"person": "李晓明"}).status_code == 409


def test_observers_come_in_and_go_out_for_their_items(rest):
    meeting = rest.in_session()
    rest.use.add_people(meeting.id, [Person(id=new_id(), name="孙丽", role=Seat.OBSERVER)])
    usher = rest.as_(Role.USHER)
    assert [one["name"] for one in usher.get(path(meeting, "/moves?item=1")).json()["enter"]] == ["孙丽"]
    assert usher.post(path(meeting, "/entries"), json={"person": "孙丽", "item": 1}).status_code == 201
    assert [one["name"] for one in usher.get(path(meeting, "/moves?item=1")).json()["stay"]] == ["孙丽"]
    assert usher.post(path(meeting, "/exits"), json={"person": "孙丽"}).json()["left"]


def test_people_are_put_on_the_roster_all_or_none(rest):
    meeting = rest.opened()
    client = rest.as_(Role.SECRETARY)
    wrong = client.post(path(meeting, "/roster"), json=[{"name": "李晓明"}, {"name": ""}])
    assert wrong.status_code == 422
    assert "name" in wrong.json()["detail"]
    right = client.post(
        path(meeting, "/roster"), json=[{"name": "𠮷田·㛃", "rank": 2}, {"name": "李晓明", "rank": 1}]
    )
    assert [one["name"] for one in right.json()["people"]] == ["李晓明", "𠮷田·㛃"]


def test_a_transcript_is_read_by_version(rest):
    meeting, client = rest.in_session(), rest.as_(Role.SECRETARY)
    assert client.get(path(meeting, "/transcript")).status_code == 404
    (recording,) = rest.use.recordings(meeting.id)
    for version, text in enumerate(("第一稿", "第二稿"), 1):
        segment = TranscriptSegment(
            id="r1-t1-0001", recording=recording.id, track=1, start=0, end=2, first_frame=0, last_frame=96_000,
            raw=text, text=text,
        )  # fmt: skip
        made = Transcript(id=new_id(), meeting=meeting.id, version=version, engine="vosk", model="m")
        rest.use.put_transcript(replace(made, segments=(segment,)))
    assert client.get(path(meeting, "/transcript")).json()["sentences"][0]["text"] == "第二稿"
    assert client.get(path(meeting, "/transcripts/1")).json()["sentences"][0]["text"] == "第一稿"
    assert [one["version"] for one in client.get(path(meeting, "/transcripts")).json()] == [1, 2]
    assert client.get(path(meeting, "/transcripts/3")).status_code == 404


class Lamp:
    device, name, deadline = "投影机", "lamp", 5.0

    def run(self, meeting):
        del meeting
        yield Result(device=self.device, check=self.name, state=CheckState.CRIT, value=3900, unit="h", message="旧")


def test_a_fault_is_found_and_accepted_by_who_asks(rest):
    meeting, client = rest.opened(), rest.as_(Role.TECHNICIAN, name="周工")
    rest.application.plugins.device_checks.append(Lamp())
    assert client.get("/api/v1/checks/latest").status_code == 404
    assert client.post("/api/v1/checks", json={"meeting": meeting.id}).json()["counts"]["crit"] == 1
    waiver = {"device": "投影机", "check": "lamp", "reason": "备用灯已到"}
    assert client.post(path(meeting, "/waivers"), json=waiver).status_code == 204
    client.post("/api/v1/checks", json={"meeting": meeting.id})
    (row,) = client.get(f"/api/v1/checks/latest?meeting={meeting.id}").json()["results"]
    assert (row["state"], row["found"]) == ("WAIVED", "CRIT")
    assert (row["decided_by"], row["decided_why"]) == ("周工", "备用灯已到")
    sign = path(meeting, "/checks/sign")
    assert client.post(sign, json={"note": "已换备用灯"}).json()["signed"]["by"] == "周工"
    assert client.post(sign, json={}).status_code == 409
    gone = path(meeting, "/waivers?device=投影机&check=lamp")
    assert [client.delete(gone).status_code for _ in range(2)] == [204, 404]
    again = client.post("/api/v1/checks", json={"meeting": meeting.id, "devices": ["投影机"]}).json()
    assert again["counts"]["crit"] == 1
    assert client.post("/api/v1/checks", json={"meeting": meeting.id, "devices": ["x"]}).status_code == 404
    assert client.post(sign, json={}).status_code == 409


def test_a_plugin_is_wanted_or_not_from_the_next_start_on(rest):
    client = rest.as_(Role.TECHNICIAN)
    assert client.get("/api/v1/plugins").json()[0]["name"] == "audio"
    assert client.post("/api/v1/plugins/audio/disable").status_code == 204
    assert rest.application.plugins.wanted == {"audio": False}
    assert client.post("/api/v1/plugins/nothing/enable").status_code == 404


def test_accounts_are_kept_by_the_administrator(rest):
    admin = rest.as_(Role.ADMIN)
    new = {"name": "李晓明", "password": "correct horse battery", "roles": ["usher", "security"]}
    assert admin.post("/api/v1/accounts", json=new).json()["roles"] == ["security", "usher"]
    assert admin.post("/api/v1/accounts", json=new).status_code == 409
    assert admin.put("/api/v1/accounts/李晓明/password", json={"password": "another long one"}).status_code == 204
    assert admin.post("/api/v1/accounts/李晓明/disable").json()["disabled"]
    assert not admin.post("/api/v1/accounts/李晓明/enable").json()["disabled"]
    assert admin.put("/api/v1/accounts/李晓明/roles", json={"roles": ["operator"]}).json()["roles"] == ["operator"]
    assert admin.put("/api/v1/accounts/admin/roles", json={"roles": ["usher"]}).status_code == 409
    told = admin.get("/api/v1/accounts").text
    assert "李晓明" in told
    assert "argon2" not in told


def test_why_something_is_down_is_told_to_those_who_mend_it(rest):
    assert "reason" not in rest.nobody().get("/api/v1/health").json()["plugins"][0]
    assert rest.as_(Role.TECHNICIAN).get("/api/v1/health").json()["plugins"][0]["reason"]


def test_the_list_is_cut_filtered_and_newest_first(rest):
    for day in range(1, 6):
        rest.meeting(starts=datetime(2026, 11, day, 9, 0), title=f"第{day}次")
    client = rest.as_(Role.USHER)
    titles = [one["title"] for one in client.get("/api/v1/meetings?limit=2&offset=1").json()]
    assert titles == ["第4次", "第3次"]
    assert client.get("/api/v1/meetings?state=archived").json() == []


# --- bad input


SCRIPT = "<script>alert('x')</script>\u2028\"};"


def test_script_in_free_text_stays_text(rest):
    client = rest.as_(Role.SECRETARY)
    answer = client.post("/api/v1/meetings", json={**NEW, "title": SCRIPT, "special": SCRIPT})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    told = json.loads(client.get(path(answer.json()["id"])).text)
    assert (told["title"], told["special"]) == (" ".join(SCRIPT.split()), SCRIPT)
    refused = client.get(f"/api/v1/meetings?state={SCRIPT}")
    assert refused.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..%2f..%2fetc", "a/b", "%00", "x" * 65, "会议", "' OR 1=1 --"])
def test_a_path_in_a_name_is_no_meeting(rest, name):
    answer = rest.as_(Role.ADMIN).get(f"/api/v1/meetings/{name}")
    assert answer.status_code in {404, 422}
    assert answer.json()["mend"]


@pytest.mark.parametrize("source", ["file:/etc/passwd", "mic:../x", "mic:\\x", "", "rtsp://x"])
def test_a_file_of_the_machine_is_no_source(rest, source):
    answer = rest.as_(Role.OPERATOR).post(path(rest.opened(), "/recordings"), json={"source": source})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"starts": "2026-11-12T09:00:00+08:00"}, "starts"),
        ({"starts": "0001-01-01T00:00:00"}, "starts"),
        ({"starts": "31 November"}, "starts"),
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"zone": "../../etc/passwd"}, "zone"),
        ({"title": ""}, "title"),
        ({"title": "\x00"}, "title"),
        ({"planned_minutes": 0}, "planned_minutes"),
        ({"planned_minutes": 1e300}, "planned_minutes"),
        ({"agenda": [{}]}, "agenda.0.title"),
        ({"titel": "x"}, "titel"),
    ],
)
def test_a_wrong_field_is_named(rest, wrong, field):
    answer = rest.as_(Role.SECRETARY).post("/api/v1/meetings", json={**NEW, **wrong})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in answer.json()["detail"]
    assert answer.json()["mend"]
    assert rest.use.meetings() == []


def test_a_wrong_field_is_told_in_chinese_too(rest):
    client = rest.as_(Role.SECRETARY)
    body = {"titel": "x", "starts": "2026-11-12T09:00:00", "agenda": [{"title": ""}]}
    told = client.post("/api/v1/meetings", json=body, headers={"Accept-Language": "zh"}).json()["detail"]
    assert "body.title: 必须填写" in told
    assert "body.titel: 没有这一项" in told
    assert "body.agenda.0.title: 至少 1" in told


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"title": "\\ud800"}', b"1e999"])
def test_a_body_that_is_no_meeting_is_told(rest, body):
    answer = rest.as_(Role.SECRETARY).post("/api/v1/meetings", content=body)
    assert answer.status_code == 422
    assert answer.json()["title"]


def test_a_meeting_that_may_not_be_held_here_is_refused(rest):
    client = rest.as_(Role.SECRETARY)
    assert client.post("/api/v1/meetings", json={**NEW, "secrecy": "机密★10年"}).status_code == 403
    assert client.post("/api/v1/meetings", json={**NEW, "secrecy": "最高机密"}).status_code == 422


def test_the_description_says_for_every_route_what_it_needs_and_how_it_fails(rest):
    told = rest.nobody().get("/api/v1/openapi.json").json()
    for name, methods in told["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], (method, name)
            assert operation["tags"], (method, name)
    create = told["paths"]["/api/v1/meetings"]["post"]
    assert create["responses"]["409"]["content"].keys() == {"application/problem+json"}
    assert told["components"]["schemas"]["NewMeeting"]["properties"]["title"]["examples"]
    assert create["x-right"] == Right.PLAN_MEETINGS
    assert {"cookie", "token"} == told["components"]["securitySchemes"].keys()


def test_every_reference_of_the_description_leads_to_something(rest):
    answer = rest.nobody().get("/api/v1/openapi.json")
    leads = set(re.findall(r'"\$ref":"([^"]+)"', answer.text))
    assert "#/components/schemas/Problem" in leads
    for lead in leads:
        place = answer.json()
        for step in lead.removeprefix("#/").split("/"):
            place = place[step]
