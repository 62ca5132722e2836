"""What the operator notes: at which frame it stands, what is refused, and how it is taken back."""

import json

import pytest

from roomctl.domain.meeting import AgendaItem
from roomctl.domain.recording import MarkKind, Order, off_record
from roomctl.errors import BadInput, NotFound, Refused

SECOND = 48_000
AGENDA = (AgendaItem(1, "停车场建设"), AgendaItem(2, "防汛"), AgendaItem(4, "其他"))


@pytest.fixture
def meeting(house, person):
    made = house.opened(agenda=AGENDA)
    house.use.add_people(made.id, [person("李晓明", seat="3"), person("王芳", rank=2, seat="甲排2")])
    house.use.arm(made.id, Order(source="tone"))
    return house.use.start(made.id)


def told(house, meeting, kind):
    return [json.loads(row.data) for row in house.events(meeting.id) if row.kind == kind]


def test_a_mark_may_stand_some_seconds_before_it_is_made(house, meeting):
    house.use.mark(meeting.id, MarkKind.MARK)
    assert house.use.mark(meeting.id, MarkKind.MARK, "好", back=0.5) == SECOND * 3 // 2


@pytest.mark.parametrize("back", [-1.0, 601.0, float("nan"), float("inf")])
def test_no_mark_stands_in_the_future_or_far_in_the_past(house, meeting, back):
    with pytest.raises(BadInput, match="600"):
        house.use.mark(meeting.id, MarkKind.MARK, back=back)


def test_the_next_item_follows_the_agenda_and_a_number_jumps(house, meeting):
    assert [house.use.next_item(meeting.id).note for _ in range(3)] == ["1", "2", "4"]
    with pytest.raises(Refused, match=r"没有下一项议题.*第 4 项"):
        house.use.next_item(meeting.id)
    assert house.use.next_item(meeting.id, 2).note == "2"
    assert house.use.item_now(meeting.id) == 2
    assert house.use.next_item(meeting.id).note == "4"
    with pytest.raises(BadInput, match="可选：1、2、4"):
        house.use.next_item(meeting.id, 3)


def test_items_go_on_where_the_recording_broke_off(house, meeting):
    house.use.next_item(meeting.id)
    house.plugins.newest.crash()
    house.use.continue_recording(meeting.id)
    assert house.use.next_item(meeting.id).note == "2"


def test_without_an_agenda_items_are_counted(house):
    made = house.opened(agenda=())
    house.use.arm(made.id, Order(source="tone"))
    house.use.start(made.id)
    assert [house.use.next_item(made.id).note for _ in range(2)] == ["1", "2"]


@pytest.mark.parametrize(
    ("who", "name"), [("3", "李晓明"), ("甲排2", "王芳"), ("王芳", "王芳"), (" 张书记 ", "张书记")]
)
def test_a_speaker_is_named_by_seat_or_name(house, meeting, who, name):
    assert house.use.speaker(meeting.id, who).note == name


def test_a_seat_where_nobody_sits_and_no_name_at_all_are_refused(house, meeting):
    with pytest.raises(NotFound, match=r"座位 9 没有人.*3、甲排2"):
        house.use.speaker(meeting.id, "9")
    with pytest.raises(BadInput, match="没有写明"):
        house.use.speaker(meeting.id, " \u200b")


def test_off_record_begins_with_the_last_sentence_and_names_who_asked(house, meeting):
    house.use.mark(meeting.id, MarkKind.MARK)  # a second passes with each command
    begun = house.use.off_record(meeting.id, since=0.5, asked_by="张建国")
    assert (begun.frame, begun.note) == (SECOND * 3 // 2, "张建国")
    assert house.use.is_off_record(meeting.id)
    with pytest.raises(Refused, match=r"已经在不入记录.*on-record"):
        house.use.off_record(meeting.id)
    ended = house.use.on_record(meeting.id)
    assert not house.use.is_off_record(meeting.id)
    with pytest.raises(Refused, match="现在没有不入记录"):
        house.use.on_record(meeting.id)
    house.use.adjourn(meeting.id)
    (recording,) = house.use.recordings(meeting.id)
    assert off_record(recording.markers, recording.frames) == ((begun.frame, ended.frame),)


def test_a_second_span_never_reaches_into_the_first_or_it_would_end_with_it(house, meeting):
    house.use.off_record(meeting.id)
    ended = house.use.on_record(meeting.id)
    again = house.use.off_record(meeting.id, since=600.0)
    assert again.frame >= ended.frame
    house.use.adjourn(meeting.id)
    (recording,) = house.use.recordings(meeting.id)
    assert off_record(recording.markers, recording.frames)[-1] == (again.frame, recording.frames)


def test_off_record_goes_on_after_a_crash_from_the_first_frame(house, meeting):
    house.use.off_record(meeting.id, asked_by="张建国")
    house.plugins.newest.crash()
    following = house.use.continue_recording(meeting.id)
    assert [(m.kind, m.frame, m.note) for m in following.markers] == [(MarkKind.OFF_RECORD, 0, "张建国")]
    assert house.use.is_off_record(meeting.id)


def test_a_mark_is_taken_back_and_its_row_stays_in_the_journal(house, meeting):
    house.use.mark(meeting.id, MarkKind.MARK, "好")
    house.use.mark(meeting.id, MarkKind.MARK, "错")
    assert house.use.undo_mark(meeting.id).note == "错"
    assert [one.note for one in house.use.marks(meeting.id)] == ["好"]
    assert house.use.undo_mark(meeting.id, 1).note == "好"
    with pytest.raises(NotFound, match="没有可以撤销的标记"):
        house.use.undo_mark(meeting.id)
    assert [row.kind.value for row in house.plugins.newest.markers] == ["mark", "mark", "undo", "undo"]
    assert [one["note"] for one in told(house, meeting, "recording.mark_undone")] == ["错", "好"]


def test_what_was_taken_back_does_not_count_any_more(house, meeting):
    house.use.next_item(meeting.id)
    house.use.undo_mark(meeting.id)
    assert house.use.item_now(meeting.id) == 0
    house.use.off_record(meeting.id)
    house.use.undo_mark(meeting.id)
    assert not house.use.is_off_record(meeting.id)
    house.use.adjourn(meeting.id)
    assert house.use.recordings(meeting.id)[0].markers == ()


def test_a_mark_gets_another_text_and_keeps_its_place(house, meeting):
    frame = house.use.mark(meeting.id, MarkKind.MARK, "决定")
    assert house.use.annotate_mark(meeting.id, 1, "决定：先建两座").note == "决定：先建两座"
    house.use.adjourn(meeting.id)
    (mark,) = house.use.recordings(meeting.id)[0].markers
    assert (mark.kind, mark.frame, mark.note) == (MarkKind.MARK, frame, "决定：先建两座")
    (event,) = told(house, meeting, "recording.mark_noted")
    assert (event["before"], event["note"]) == ("决定", "决定：先建两座")


def test_an_item_is_not_renamed_and_no_unknown_mark_is_changed(house, meeting):
    house.use.next_item(meeting.id)
    with pytest.raises(BadInput, match=r"不能改.*撤销"):
        house.use.annotate_mark(meeting.id, 1, "2")
    with pytest.raises(NotFound, match="没有第 7 条标记"):
        house.use.annotate_mark(meeting.id, 7, "x")
    with pytest.raises(BadInput, match="不是单独的标记"):
        house.use.mark(meeting.id, MarkKind.UNDO)


@pytest.mark.parametrize(
    "act",
    [
        lambda use, m: use.mark(m, MarkKind.MARK),
        lambda use, m: use.next_item(m),
        lambda use, m: use.speaker(m, "李晓明"),
        lambda use, m: use.off_record(m),
        lambda use, m: use.on_record(m),
        lambda use, m: use.undo_mark(m),
        lambda use, m: use.annotate_mark(m, 1, "x"),
        lambda use, m: use.marks(m),
    ],
)
def test_nothing_is_noted_where_nothing_is_being_recorded(house, act):
    made = house.opened()
    for _ in range(2):
        with pytest.raises(Refused, match=r"没有在录音.*roomctl meetings start"):
            act(house.use, made.id)
        house.use.arm(made.id, Order(source="tone"))  # armed is not recording


def test_a_session_whose_recording_has_ended_is_told_how_to_record_on(house, meeting):
    house.plugins.newest.crash()
    with pytest.raises(Refused, match=r"没有在录音.*roomctl meetings arm \S+ && roomctl meetings begin"):
        house.use.on_record(meeting.id)
    house.use.stop_recording(meeting.id)
    house.use.arm(meeting.id, Order(source="tone"))
    with pytest.raises(Refused, match=r"没有在录音。roomctl meetings begin"):
        house.use.on_record(meeting.id)


def test_marks_are_made_in_a_pause_too(house, meeting):
    house.use.pause(meeting.id)
    assert house.use.next_item(meeting.id).note == "1"
