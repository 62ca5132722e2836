import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from roomctl.domain import secrecy
from roomctl.domain.attendance import Role
from roomctl.domain.events import Actor
from roomctl.domain.handouts import HandoutState, numbers
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import AgendaItem, Objected
from roomctl.domain.recording import Order
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.domain.transcript import Transcript
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import speaking
from roomctl.services.identity import new_id

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SECRET = secrecy.parse("秘密★3年")


@pytest.fixture
def over(house, person):
    """Makes an adjourned meeting with somebody on its roster."""

    def made(**changes):
        meeting = house.opened(recorded=False, **changes)
        people = [person("马德福", 1, phone="13900010001"), person("吴文博", 2)]
        house.use.add_people(meeting.id, people)
        house.use.start(meeting.id)
        house.use.adjourn(meeting.id)
        return meeting.id

    return made


def cleared(house, meeting):
    return Need.CLEARED in house.use.meeting(meeting).facts


def press_rest(house, meeting):
    for row in house.use.clearing(meeting).list.open:
        house.use.press_task(meeting, row.task.id)


def test_the_last_press_lets_the_meeting_close_and_an_undo_takes_that_back(house, over):
    meeting = over()
    for row in house.use.clearing(meeting).list.rows:
        assert not cleared(house, meeting)
        house.use.press_task(meeting, row.task.id)
    assert cleared(house, meeting)
    house.use.acting_as(Actor.person("周强")).undo_task(meeting, "whiteboard")
    assert not cleared(house, meeting)
    with pytest.raises(Refused, match="清理会场"):
        house.use.transition(meeting, State.CLOSED)
    house.use.acting_as(Actor.person("周强")).press_task(meeting, "whiteboard")
    assert cleared(house, meeting)
    assert house.use.clearing(meeting).list.row("whiteboard").done.by == "周强"


def test_a_second_press_of_two_people_is_one_event(house, over):
    meeting = over()
    threads = [threading.Thread(target=house.use.press_task, args=(meeting, "lights")) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert house.kinds(meeting).count("clearing.done") == 1
    assert house.kinds(meeting).count("clearing.begun") == 1


def test_who_has_which_numbered_papers_is_told_by_person(house, person):
    meeting = house.opened(recorded=False, secrecy=Secrecy(Level.INTERNAL)).id
    house.use.add_people(meeting, [person("马德福"), person("吴文博")])
    copies = house.use.register_handouts(meeting, "方案", ["001", "002", "003"])
    assert house.use.copies_out(meeting) == {}
    for copy, name in zip(copies, ("马德福", "马德福", "吴文博"), strict=True):
        house.use.sign_out_handout(meeting, copy.id, name)
    house.use.take_back_handout(meeting, "003")
    (inner,) = house.use.register_handouts(meeting, "内部方案", ["9"], secrecy=Secrecy(Level.INTERNAL))
    house.use.sign_out_handout(meeting, inner.id, "吴文博")  # a screen in the door tells nothing of it
    (ma,) = [one.id for one in house.use.roster(meeting) if one.name == "马德福"]
    assert house.use.copies_out(meeting) == {ma: ["001", "002"]}
    with pytest.raises(NotFound):
        house.use.copies_out("none")


@pytest.mark.parametrize("act", ["press", "undo", "find", "release"])
def test_nothing_is_put_down_before_the_meeting_is_over_and_nothing_changes(house, person, act):
    meeting = house.opened(recorded=False).id
    house.use.add_people(meeting, [person("马德福")])
    (copy,) = house.use.register_handouts(meeting, "方案", ["001"])
    house.use.sign_out_handout(meeting, copy.id, "马德福")
    before = house.kinds(meeting)
    doing = {
        "press": lambda: house.use.press_task(meeting, "lights"),
        "undo": lambda: house.use.undo_task(meeting, "lights"),
        "find": lambda: house.use.find_thing(meeting, "保温杯"),
        "release": lambda: house.use.release_handout(meeting, copy.id, "车上"),
    }
    with pytest.raises(Refused, match="会前准备"):
        doing[act]()
    assert house.kinds(meeting) == before


def test_the_office_has_its_own_list_and_a_change_of_it_leaves_a_meeting_that_began_alone(house, over):
    path = house.use.data / "clearing.toml"
    path.write_text('[[tasks]]\nid = "flags"\ntitle = "收好国旗"\n', encoding="utf-8")
    meeting = over()
    assert [row.task.name for row in house.use.clearing(meeting).list.rows] == ["收好国旗"]
    house.use.press_task(meeting, "flags")
    path.write_text('[[tasks]]\nid = "other"\ntitle = "别的"\n', encoding="utf-8")
    assert [row.task.name for row in house.use.clearing(meeting).list.rows] == ["收好国旗"]
    assert cleared(house, meeting)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[tasks]]\nid = "a"\ntitle = "甲"\nkind = "magic"\n', "第 4 行 的 kind 不对"),
        (
            '[[tasks]]\nid = "a"\ntitle = "甲"\n[[tasks]]\nid = "a"\ntitle = "乙"\n',
            "第 5 行 的 id 不对：编号 a 用了两次",
        ),
        ("tasks = 3\n", "tasks 不对"),
        ("", "必须填写"),
        ("[[tasks]\n", "不是正确的 TOML"),
    ],
)
def test_a_list_that_cannot_be_read_says_where(house, over, text, said):
    meeting = over()
    (house.use.data / "clearing.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        house.use.clearing(meeting)


def test_what_was_found_is_handed_to_somebody_before_its_task_is_done(house, over):
    meeting = over()
    house.use.press_task(meeting, "left-behind")
    thing = house.use.find_thing(meeting, "黑色保温杯", place="第 12 座")
    assert house.use.clearing(meeting).list.row("left-behind").done is None  # something was found after all
    with pytest.raises(Refused, match="黑色保温杯还没有写交给谁"):
        house.use.press_task(meeting, "left-behind")
    with pytest.raises(Refused, match="黑色保温杯"):
        house.use.clear(meeting)
    house.use.hand_over(meeting, thing.id, "值班室")
    house.use.clear(meeting)
    assert cleared(house, meeting)
    assert json.loads(house.events(meeting)[-1].data) == {"left_behind": "黑色保温杯 → 值班室"}


def test_a_photo_is_kept_with_its_digest_and_goes_into_the_package(house, over):
    meeting = over()
    thing = house.use.find_thing(meeting, "眼镜")
    for wrong in (b"", b"GIF89a", b"<svg onload=alert(1)>"):
        with pytest.raises(BadInput, match="不是 JPEG 或 PNG"):
            house.use.add_picture(meeting, thing.id, wrong)
    with pytest.raises(BadInput, match="大于"):
        house.use.add_picture(meeting, thing.id, PNG + b"\0" * 1_000_000)
    with pytest.raises(NotFound):
        house.use.add_picture(meeting, "../../x", PNG)
    assert house.use.add_picture(meeting, thing.id, PNG).sha256
    assert house.use.picture(meeting, thing.id).read_bytes() == PNG
    names = {one.path for one in house.use.package_files(meeting)}
    assert "records/clearing.json" in names
    assert any(name.startswith("records/left-behind/") for name in names)


# --- handouts


def test_every_copy_is_collected_before_the_room_is_cleared(house, over):
    meeting = over()
    one, two = house.use.register_handouts(meeting, "实施方案", numbers(1, 2))
    house.use.sign_out_handout(meeting, one.id, "马德福")
    house.use.sign_out_handout(meeting, two.id, "吴文博")
    house.use.take_back_handout(meeting, one.id)
    with pytest.raises(Refused, match=r"还有 1 份材料没有收回：实施方案 002 号 吴文博"):
        house.use.press_task(meeting, "handouts")
    with pytest.raises(Refused, match="002"):
        house.use.clear(meeting)
    assert not cleared(house, meeting)
    house.use.take_back_handout(meeting, "002")
    press_rest(house, meeting)
    assert cleared(house, meeting)
    with pytest.raises(Refused, match="逐份销号"):
        house.use.undo_task(meeting, "handouts")


def test_a_copy_that_is_not_secret_may_be_released_with_its_place_and_that_is_told(house, over):
    meeting = over()
    (one,) = house.use.register_handouts(meeting, "实施方案", ["017"])
    house.use.sign_out_handout(meeting, one.id, "马德福")
    with pytest.raises(BadInput, match="材料去向没有填写"):
        house.use.release_handout(meeting, one.id, "  ")
    released = house.use.release_handout(meeting, one.id, "马德福带回局里，明早送回")
    assert released.state is HandoutState.RELEASED
    press_rest(house, meeting)
    assert cleared(house, meeting)
    assert [c.copy for c in house.use.clearing(meeting).handouts.unseen] == ["017"]
    house.use.undo_handout(meeting, one.id)
    assert not cleared(house, meeting)


@pytest.fixture
def secret(house, over):
    """A 秘密 meeting that is over, with one copy out."""
    meeting = over()
    with house.open_uow() as uow:  # on a machine that may hold it, with every point before the start confirmed
        uow.meetings.save(replace(uow.meetings.get(meeting), secrecy=SECRET))
        uow.commit()
    (copy,) = house.use.register_handouts(meeting, "密〔2026〕3 号", ["017"], secrecy=SECRET)
    house.use.sign_out_handout(meeting, copy.id, "马德福")
    house.use.put_transcript(
        Transcript(id=new_id(), meeting=meeting, version=1, engine="w", model="m", complete=True)
    )
    return meeting, copy.id


def test_a_secret_copy_cannot_be_released_and_nobody_can_overrule_that(house, secret):
    meeting, copy = secret
    with pytest.raises(Refused, match="涉密文件，不能放行"):
        house.use.release_handout(meeting, copy, "车上")
    with house.open_uow() as uow:  # as if an older version had let the room be cleared
        uow.meetings.save(uow.meetings.get(meeting).hold(Need.CLEARED))
        uow.commit()
    with pytest.raises(Objected, match="017 号没有收回，在马德福手里") as refused:
        house.use.transition(meeting, State.CLOSED)
    assert refused.value.firm


def test_a_secret_copy_that_is_lost_is_handed_over_to_the_security_officer_and_stays_on_the_list(house, secret):
    meeting, copy = secret
    house.use.transfer_handout(meeting, copy, "马德福称遗失，已报保密办（〔2026〕12 号）")
    house.use.clear(meeting)
    assert house.use.transition(meeting, State.CLOSED).state is State.CLOSED
    (one,) = house.use.clearing(meeting).handouts.copies
    assert one.state is HandoutState.TRANSFERRED
    house.use.take_back_handout(meeting, copy)  # it turns up after the close
    assert house.use.clearing(meeting).handouts.copies[0].state is HandoutState.BACK


def test_no_number_twice_and_no_paper_above_the_meeting(house, over):
    meeting = over()
    house.use.register_handouts(meeting, "方案", ["001", "002"])
    before = house.kinds(meeting)
    for copies in (["003", "002"], ["004", "004"]):
        with pytest.raises(Refused, match="已经登记"):
            house.use.register_handouts(meeting, "方案", copies)
    with pytest.raises(Refused, match="秘密材料不能登记"):
        house.use.register_handouts(meeting, "密件", ["001"], secrecy=SECRET)
    for copies in ([], ["x"] * 1001, [""], ["长" * 201]):
        with pytest.raises(BadInput):
            house.use.register_handouts(meeting, "另一件", copies)
    assert house.kinds(meeting) == before


def test_a_copy_goes_to_one_person_at_a_time(house, over):
    meeting = over()
    (one,) = house.use.register_handouts(meeting, "方案", ["001"])
    house.use.sign_out_handout(meeting, one.id, "马德福")
    house.use.sign_out_handout(meeting, one.id, "马德福")
    with pytest.raises(Refused, match="未收回"):
        house.use.sign_out_handout(meeting, one.id, "吴文博")
    with pytest.raises(NotFound):
        house.use.sign_out_handout(meeting, one.id, "生人")
    assert house.kinds(meeting).count("handout.signed_out") == 1


def test_looking_up_a_telephone_is_an_event_and_the_number_stands_in_none(house, over):
    meeting = over()
    one, two = house.use.register_handouts(meeting, "方案", ["001", "002"])
    house.use.sign_out_handout(meeting, one.id, "马德福")
    house.use.sign_out_handout(meeting, two.id, "吴文博")
    assert house.use.contact_holder(meeting, one.id) == "13900010001"
    before = house.kinds(meeting)
    assert before[-1] == "clearing.contacted"
    with pytest.raises(NotFound, match="没有 吴文博 的电话"):
        house.use.contact_holder(meeting, two.id)
    assert house.kinds(meeting) == before
    assert not any("13900010001" in row.data for row in house.events(meeting))


def test_nothing_of_another_meeting_is_reached_by_its_ids(house, over):
    mine, other = over(), over()
    (copy,) = house.use.register_handouts(other, "方案", ["001"])
    thing = house.use.find_thing(other, "伞")
    for reach in (
        lambda: house.use.sign_out_handout(mine, copy.id, "马德福"),
        lambda: house.use.contact_holder(mine, copy.id),
        lambda: house.use.hand_over(mine, thing.id, "值班室"),
        lambda: house.use.add_picture(mine, thing.id, PNG),
    ):
        with pytest.raises(NotFound):
            reach()


# --- the log


def test_a_note_stands_at_a_frame_while_the_meeting_is_recorded_and_a_correction_keeps_its_place(house):
    meeting = house.in_session().id
    first = house.use.note_log(meeting, "秩序", "3 人迟到")
    assert first.place.recording
    assert first.place.frame is not None
    fixed = house.use.acting_as(Actor.person("周强")).note_log(meeting, "order", "2 人迟到", corrects=first.id)
    assert fixed.place == first.place
    assert [(one.text, one.by, one.corrected) for one in house.use.order_log(meeting)] == [
        ("3 人迟到", "赵敏", True),
        ("2 人迟到", "周强", False),
    ]
    with pytest.raises(BadInput, match="已经更正过"):
        house.use.note_log(meeting, "order", "4 人迟到", corrects=first.id)


def test_notes_go_into_the_package_and_not_into_the_record(house):
    meeting = house.opened().id
    house.use.arm(meeting, Order(source="tone"))
    house.use.note_log(meeting, "后勤", "加茶水")
    (file,) = [one for one in house.use.package_files(meeting) if one.path == "records/order-log.json"]
    (row,) = json.loads(file.source.read_text(encoding="utf-8"))
    assert (row["title"], row["text"], row["frame"]) == ("后勤", "加茶水", None)


def test_what_is_kept_is_in_the_offices_language_whoever_closes_the_meeting(house):
    meeting = house.in_session().id
    with speaking("en"):
        house.use.note_log(meeting, "order", "旁听席有人进出")
        house.use.adjourn(meeting)
        for what in ("水杯", "雨伞"):
            house.use.find_thing(meeting, what, to="值班室")
        house.use.clear(meeting)
        files = {one.path: one.source for one in house.use.package_files(meeting)}
    log, room = (json.loads(files[f"records/{name}.json"].read_text("utf-8")) for name in ("order-log", "clearing"))
    assert log[0]["title"] == "秩序"
    assert "擦净白板" in {one["title"] for one in room["tasks"]}
    told = next(row for row in house.events(meeting) if row.kind == "meeting.cleared")
    assert json.loads(told.data)["left_behind"] == "水杯 → 值班室；雨伞 → 值班室"


def test_a_thing_whose_keeper_cannot_be_put_down_is_not_put_down_either(house, over):
    meeting = over()
    with pytest.raises(BadInput, match="交给谁"):
        house.use.find_thing(meeting, "水杯", to="x" * 201)
    assert house.use.clearing(meeting).list.things == ()


def test_two_people_may_send_the_same_photo_at_once(house, over, monkeypatch):
    meeting = over()
    thing = house.use.find_thing(meeting, "水杯")
    write, first = Path.write_bytes, []

    def meanwhile(path, content):
        write(path, content)
        if not first:
            first.append(path)
            house.use.add_picture(meeting, thing.id, content)

    monkeypatch.setattr(Path, "write_bytes", meanwhile)
    name = house.use.add_picture(meeting, thing.id, PNG).picture
    assert [one.name for one in house.use.picture(meeting, thing.id).parent.iterdir()] == [name]


def test_a_note_needs_a_meeting_that_is_on(house):
    meeting = house.meeting().id
    with pytest.raises(Refused, match="拟定"):
        house.use.note_log(meeting, "order", "x")
    assert house.use.order_log(meeting) == ()
    with pytest.raises(BadInput, match="可用"):
        house.use.note_log(meeting, "magic", "x")


def test_the_office_has_its_own_kinds_and_an_entry_keeps_the_title_it_was_written_under(house):
    (house.use.data / "order_log.toml").write_text('[[kinds]]\nid = "vip"\ntitle = "接待"\n', encoding="utf-8")
    meeting = house.opened().id
    house.use.note_log(meeting, "接待", "省里来人")
    (house.use.data / "order_log.toml").unlink()
    assert house.use.order_log(meeting)[0].kind.name == "接待"


def test_a_meeting_that_is_not_recorded_has_items_and_people_who_come_for_them(house, person):
    agenda = tuple(AgendaItem(n, f"议题 {n}") for n in (1, 2))
    meeting = house.opened(recorded=False, agenda=agenda).id
    house.use.add_people(meeting, [person("孙丽", 1, Role.OBSERVER, items=(2,))])
    with pytest.raises(Refused, match="会前准备"):
        house.use.next_item(meeting)
    house.use.start(meeting)
    assert house.use.item_now(meeting) == 0
    house.use.next_item(meeting)
    assert [one.name for one in house.use.moves(meeting).wait] == ["孙丽"]
    house.use.next_item(meeting)
    assert [one.name for one in house.use.moves(meeting).enter] == ["孙丽"]
    house.use.enter(meeting, "孙丽")
    assert house.use.moves(meeting).stay
    with pytest.raises(Refused, match="没有下一项"):
        house.use.next_item(meeting)
    with pytest.raises(BadInput, match="没有第“7”项"):
        house.use.next_item(meeting, 7)
    assert house.use.item_now(meeting) == 2


def test_the_notice_is_told_once_and_only_where_something_is_recorded(house):
    meeting = house.in_session().id
    assert house.use.recording_told(meeting) is None
    house.use.announce_recording(meeting)
    house.use.announce_recording(meeting)
    assert house.kinds(meeting).count("recording.announced") == 1
    assert house.use.recording_told(meeting) == house.clock.now()
    silent = house.opened(recorded=False, recording_approved_by="李晓明").id
    with pytest.raises(Refused, match="“录音”为“否”，李晓明 批准"):
        house.use.announce_recording(silent)
    with pytest.raises(Refused, match="李晓明 批准"):
        house.use.arm(silent, Order(source="tone"))
