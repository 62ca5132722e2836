"""What the operator's page says, without a browser: times, bars, sentences, seats, buttons by role and state."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.domain.attendance import Person
from roomctl.domain.devices import Device, Emission
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.observers import Moves, Place
from roomctl.domain.order_log import LogEntry, LogKind
from roomctl.domain.recording import Envelope, Gap, Marker, MarkKind, RecorderState, RecorderStatus, Recording
from roomctl.i18n import speaking
from roomctl.web.pages.links import Facts
from roomctl.web.pages.operator import bars, controls, middle, right, state
from roomctl.web.pages.operator.doing import sentence
from roomctl.web.pages.operator.marks import lines, marks, note_field
from roomctl.web.pages.operator.seating import seating
from roomctl.web.pages.operator.sight import Face, Scene, Sight

RATE = 100
START = datetime(2026, 11, 12, 2, 0, tzinfo=UTC)
NOW = datetime(2026, 11, 12, 10, 10, tzinfo=ZoneInfo("Asia/Shanghai"))

MEETING = Meeting(
    id=MeetingId("m1"),
    room="r1",
    title="专题会议",
    starts=datetime(2026, 11, 12, 10, 0),
    chair="张建国",
    state=State.IN_SESSION,
    started_at=START,
    agenda=(AgendaItem(1, "改造", presenter="李晓明", minutes=5), AgendaItem(2, "大厅", presenter="王海燕")),
)


@pytest.fixture(autouse=True)
def _chinese():
    with speaking("zh"):
        yield


def sight(**given) -> Sight:
    """A meeting in session that records two tracks, ten minutes in, as its operator sees it."""
    meeting, role = given.pop("meeting", MEETING), given.pop("role", Role.OPERATOR)
    markers, gaps = given.pop("markers", ()), given.pop("gaps", ())
    recording = Recording(
        id="a", meeting="m1", number=1, folder="x", source="mic", recorder="audio", tracks=2, sample_rate=RATE,
        state=RecorderState.RECORDING, markers=markers, gaps=gaps,
    )  # fmt: skip
    status = RecorderStatus(
        state=given.pop("recorder", RecorderState.RECORDING), tracks=2, sample_rate=RATE, frames=600 * RATE,
        started=START, gaps=gaps, alarms=given.pop("alarms", ()),
    )  # fmt: skip
    live = {"recording": recording, "status": status, **given}
    recordings = [live["recording"]] if live["recording"] else []
    return Sight(
        facts=Facts(meeting=meeting, recordings=recordings), user=User("赵敏", frozenset({role})), now=NOW, **live
    )


def alarm(kind: AlarmKind, track: int | None = None, ago: float = 60) -> Alarm:
    return Alarm(kind=kind, since=NOW - timedelta(seconds=ago), track=track)


def nothing(*_values):
    return None


ACTS = controls.Acts(
    arm=nothing, disarm=nothing, test=nothing, begin=nothing, resume=nothing, stop=nothing, stop_alone=nothing,
    mark=nothing, off_record=nothing, pause=lambda _minutes: nothing, ask=lambda _what: nothing,
)  # fmt: skip


# --- time


def test_a_frame_after_a_pause_was_heard_that_much_later():
    face = Face(started=START, rate=RATE, gaps=(Gap(1000, 500, "pause"),))
    assert face.at(999) == START + timedelta(seconds=9.99)
    assert face.at(1000) == START + timedelta(seconds=15)
    assert list(face.runs(1200)) == [(0.0, 10.0, START.timestamp()), (10.0, 12.0, START.timestamp() + 15)]


def test_the_last_minute_shows_each_point_when_it_was_heard_and_nothing_while_it_paused():
    face = Face(started=START, rate=RATE, gaps=(Gap(1000, 1000, "pause"),))
    envelope = Envelope(start=0.0, seconds=0.1, peaks=((-10.0,) * 200,))  # 20 s of sound
    drawn = middle.minute(face, envelope, 2000, START.timestamp() + 30)
    heard = [drawn["start"] + i * drawn["step"] for i, db in enumerate(drawn["peaks"]) if db > -60]
    inside = [at - START.timestamp() for at in heard]
    assert min(inside) == 0
    assert max(inside) < 30
    assert not [at for at in inside if 10 <= at < 20]
    assert len(inside) == 40


def test_the_last_sentence_begins_after_the_breath_before_it():
    speech, breath = [-10.0] * 30, [-60.0] * 6
    envelope = Envelope(start=0.0, seconds=0.1, peaks=((*speech, *breath, *speech[:20], -60.0, -60.0),))
    assert sentence(envelope) == pytest.approx(2.2)
    assert sentence(Envelope(start=0.0, seconds=0.1, peaks=())) == 0
    assert sentence(Envelope(start=0.0, seconds=0.1, peaks=((-10.0,) * 5,))) == pytest.approx(0.5)


# --- scenes


@pytest.mark.parametrize(
    ("recorder", "scene", "word"),
    [
        (RecorderState.ARMED, Scene.ARMED, "待命"),
        (RecorderState.RECORDING, Scene.RECORDING, "录音中"),
        (RecorderState.PAUSED, Scene.PAUSED, "不保存声音"),
        (RecorderState.STOPPING, Scene.STOPPING, "正在结束"),
    ],
)
def test_the_recorder_says_which_face_the_page_has(recorder, scene, word):
    seen = sight(recorder=recorder)
    assert seen.scene is scene
    assert word in state.state(seen).html


@pytest.mark.parametrize(
    ("meeting", "scene"),
    [
        (replace(MEETING, recorded=False), Scene.UNRECORDED),
        (MEETING, Scene.SILENT),
        (replace(MEETING, state=State.OPEN, started_at=None), Scene.IDLE),
        (replace(MEETING, state=State.PLANNED, started_at=None), Scene.EARLY),
        (replace(MEETING, state=State.ADJOURNED), Scene.OVER),
    ],
)
def test_without_a_recorder_the_meeting_says_it(meeting, scene):
    seen = sight(meeting=meeting, recording=None, status=None)
    assert seen.scene is scene
    assert state.state(seen).html


@pytest.mark.parametrize("recorder", [RecorderState.ARMED, RecorderState.RECORDING, RecorderState.PAUSED])
def test_who_may_only_look_gets_no_button_in_any_state(recorder):
    seen = sight(role=Role.TECHNICIAN, recorder=recorder, alarms=(alarm(AlarmKind.ZEROS, 2),))
    parts = [
        controls.actions(seen, ACTS, "stop", None),
        right.agenda(seen, nothing),
        right.seats(seen, seating(seen).places, lambda _name: nothing),
        bars.bars(seen, str, see=lambda _alarm: nothing, resume=nothing, see_continued=nothing),
        marks(seen, lines(seen, ()), lambda _number: nothing),
    ]
    assert [part.presses for part in parts if part] == [{}] * 5


def test_stop_is_asked_for_twice_and_has_no_key():
    first = controls.actions(sight(), ACTS, "", None)
    assert "stop" not in first.presses
    assert 'data-hold="1.5"' in first.html
    assert "stop" in controls.actions(sight(), ACTS, "stop", None).presses
    assert "stop" not in controls.actions(sight(recorder=RecorderState.ARMED), ACTS, "stop", None).presses


# --- alarms


def test_the_severe_alarm_stands_first_and_what_was_seen_is_left_out():
    two = (alarm(AlarmKind.LOW, 1, ago=5), alarm(AlarmKind.ZEROS, 2, ago=90))
    seen = sight(alarms=two)
    shown = bars.bars(seen, str, see=lambda _alarm: nothing, resume=nothing, see_continued=nothing).html
    assert "第 2 路没有声音" in shown
    assert "还有 1 条" in shown
    assert "第 1 路" not in shown
    after = sight(alarms=two, acknowledged={("zeros", 2): "赵敏"})
    assert [one.kind for one in after.alarms] == [AlarmKind.LOW]


def test_speech_in_a_pause_has_one_big_button_that_resumes():
    seen = sight(recorder=RecorderState.PAUSED, alarms=(alarm(AlarmKind.SPEECH_IN_PAUSE),))
    part = bars.bars(seen, str, see=lambda _alarm: nothing, resume=nothing, see_continued=nothing)
    assert "rc-pri rc-big" in part.html
    assert "resume-bar" in part.presses


def test_a_dead_track_is_hatched_and_a_missing_device_hatches_all():
    assert middle.track_words(sight(alarms=(alarm(AlarmKind.ZEROS, 2),)))["2"]["dead"]
    gone = middle.track_words(sight(alarms=(alarm(AlarmKind.DEVICE), alarm(AlarmKind.LOW, 1))))
    assert [gone[n]["dead"] for n in ("1", "2")] == [True, True]
    low = middle.track_words(sight(alarms=(alarm(AlarmKind.LOW, 1),)))
    assert low == {"1": {**low["1"], "look": "warn", "dead": False}}


# --- marks, agenda, seats


def test_the_newest_mark_can_be_taken_back_and_no_other():
    made = (Marker(MarkKind.MARK, 100, number=1), Marker(MarkKind.MARK, 200, "续水", number=2))
    seen, taken = sight(markers=made), []
    part = marks(seen, lines(seen, ()), lambda number: lambda _values: taken.append(number))
    assert part.html.count('data-act="undo"') == 1
    part.presses["undo"]({})
    assert taken == [2]


def test_off_the_record_is_on_until_it_ends():
    off, on = Marker(MarkKind.OFF_RECORD, 100), Marker(MarkKind.ON_RECORD, 200)
    assert sight(markers=(off,)).off_record
    assert not sight(markers=(off, on)).off_record


def test_the_item_under_way_has_its_minutes_and_the_next_its_people():
    seen = sight(markers=(Marker(MarkKind.ITEM, 60 * RATE, "1"),))
    html = (right.agenda(seen, nothing) or controls.Part()).html
    assert "<b>9</b>" in html  # began after one minute, and it is the tenth
    assert "rc-c-warn" in html  # five were planned
    assert "请进场：王海燕" in html
    assert "请退场：李晓明" in html


def test_a_seat_whose_name_is_a_number_is_the_channel_of_that_number():
    roster = [Person(id="1", name="李晓明", seat="2", rank=1), Person(id="2", name="张建国", seat="主席台", rank=2)]
    table = seating(sight(roster=roster))
    assert [(one.key, one.name, one.track) for one in table.places] == [(1, "张建国", 0), (2, "李晓明", 2)]
    assert table.names(2) == "李晓明"
    assert table.names(1) == "第 1 路"
    assert table.spare == {1}
    assert seating(sight()).spare == frozenset()  # nobody sits anywhere: whoever is loudest speaks


def test_the_time_stands_while_the_source_is_gone_and_goes_on_with_the_stand_by():
    assert "data-seconds" in state.state(sight()).html
    gone = alarm(AlarmKind.DEVICE)
    assert "data-seconds" not in state.state(sight(alarms=(gone,))).html
    assert "data-seconds" in state.state(sight(alarms=(gone, alarm(AlarmKind.STANDBY)))).html


def test_after_the_meeting_the_whole_is_seen_and_no_meter_waits_for_sound():
    over = sight(meeting=replace(MEETING, state=State.ADJOURNED), status=None)
    assert middle.meters(over, str).html == ""
    empty = middle.wave_box(over)
    assert empty is None  # nothing was kept
    kept = replace(over, recording=replace(over.recording, frames=100))
    assert 'data-wave="whole"' in middle.wave_box(kept).html
    assert 'data-wave="minute"' not in middle.wave_box(kept).html
    assert 'data-wave="minute"' in middle.wave_box(sight()).html


def test_one_button_is_filled_while_the_bar_asks_to_resume():
    assert "rc-pri" in controls.actions(sight(recorder=RecorderState.PAUSED), ACTS, "", None).html
    asked = sight(recorder=RecorderState.PAUSED, alarms=(alarm(AlarmKind.BREAK_OVER),))
    part = controls.actions(asked, ACTS, "", None)
    assert "rc-pri" not in part.html
    assert "resume" in part.presses


# --- the log, 候会, 录音告知


KINDS = (LogKind("order", ("秩序", "order")), LogKind("logistics", ("后勤", "logistics")))


def entry(name, text, *, corrected=False):
    return LogEntry(id=name, kind=KINDS[1], text=text, by="周强", at=START, place=Place(), corrected=corrected)


def test_the_log_stands_among_the_marks_and_what_was_corrected_says_so():
    seen = sight(log=(entry("a", "加茶水", corrected=True), entry("b", "加椅子")), kinds=KINDS)
    part = marks(seen, lines(seen, ()), lambda _number: nothing, lambda _entry: nothing)
    assert "后勤：加茶水（已更正）" in part.html
    assert [name for name in part.presses if name.startswith("correct")] == ["correct b"]


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        ({}, ["mark", "order", "logistics"]),
        ({"recorder": RecorderState.PAUSED}, ["order", "logistics"]),
        ({"recording": None, "status": None, "meeting": replace(MEETING, recorded=False)}, ["order", "logistics"]),
        ({"role": Role.TECHNICIAN}, []),
    ],
)
def test_what_may_be_noted_depends_on_the_state_and_the_role(given, kinds):
    part = note_field(sight(kinds=KINDS, **given), nothing)
    assert re.findall(r'value="(\w+)"', part.html if part else "") == kinds


def test_a_correction_begins_with_what_stood_there():
    html = note_field(sight(kinds=KINDS), nothing, entry("b", "加<椅子")).html
    assert 'value="加&lt;椅子"' in html
    assert 'value="mark"' not in html


def test_who_comes_in_and_goes_out_with_the_next_item_stands_at_the_agenda_by_unit():
    people = [Person(id=str(n), name=name, unit="市教育局") for n, name in enumerate(("孙丽", "马德福"))]
    seen = sight(moves=Moves(1, enter=tuple(people), leave=(Person(id="9", name="吴文博"),)))
    html = right.agenda(seen, nothing).html
    assert "第 1 项候会" in html
    assert "请进场：市教育局 孙丽、马德福" in html
    assert "请退场：吴文博" in html


def test_an_item_says_what_is_left_of_it_and_how_far_it_is_over():
    early = right.agenda(sight(markers=(Marker(MarkKind.ITEM, 480 * RATE, "1", number=1),)), nothing).html
    assert "还剩 3 分" in early
    late = right.agenda(sight(markers=(Marker(MarkKind.ITEM, 60 * RATE, "1", number=1),)), nothing).html
    assert "超时 4 分" in late
    assert "rc-c-warn" in late


def test_a_meeting_that_is_not_recorded_has_the_key_for_the_next_item_and_says_who_decided():
    meeting = replace(MEETING, recorded=False, recording_approved_by="李晓明")
    seen = sight(meeting=meeting, recording=None, status=None, begun=(1, START + timedelta(minutes=8)))
    assert "还剩 3 分" in right.agenda(seen, nothing).html
    assert "next" in right.agenda(seen, nothing).presses
    assert "“录音”为“否”，李晓明 批准" in state.state(seen).html


def test_the_notice_is_said_once_by_press_and_then_stands_with_its_time():
    assert "announce" in state.facts(sight(), nothing).presses
    told = state.facts(sight(told=START), nothing)
    assert "10:00 已告知" in told.html
    assert not told.presses
    assert not state.facts(sight(role=Role.TECHNICIAN), nothing).presses


def test_what_is_not_off_in_a_secret_meeting_is_a_red_bar_at_the_operator_too():
    seen = sight()
    casting = Device(id="cast", kind="host", title=("投屏器", ""), emission=Emission.CASTING)
    seen = replace(seen, facts=replace(seen.facts, emitting=[casting]))
    shown = bars.bars(seen, str, see=lambda _alarm: nothing, resume=nothing, see_continued=nothing).html
    assert "涉密会议中没有关闭：投屏器" in shown
    assert "拔掉电源" in shown
    assert "rc-mild" not in shown
