"""What stands now and concerns the sound, above every page that shows the meeting."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import Cut, RecorderStatus
from roomctl.errors import MissingPart
from roomctl.i18n import speaking
from roomctl.services.recordings import Continuation
from roomctl.web.pages import home
from roomctl.web.pages.board import Board
from roomctl.web.pages.links import Facts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.pages.warnings import bars

AT = datetime(2026, 11, 12, 1, tzinfo=UTC)
MEETING = Meeting(id=MeetingId("m"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 9))
DISK = Alarm(kind=AlarmKind.DISK, since=AT, value=15)
DEAD = Alarm(kind=AlarmKind.ZEROS, since=AT, track=2)
HUM = Alarm(kind=AlarmKind.HUM, since=AT, track=1, value=50)


def said(**facts):
    return bars(Facts(meeting=MEETING, **facts)).html


def test_the_newest_severe_alarm_is_the_red_bar_and_the_others_are_counted():
    html = said(alarms=(DISK, DEAD))
    assert html.count("rc-alarm") == 1
    assert "磁盘只够录 15 分钟" in html
    assert "录音没有停" in html
    assert "还有 1 条" in html


def test_what_costs_no_sound_is_amber_and_never_red():
    html = said(alarms=(HUM,))
    assert "rc-alarm" not in html
    assert "rc-note rc-warn" in html
    assert "50 Hz" in html


@pytest.mark.parametrize(
    ("cut", "seconds", "told"),
    [
        (Cut.MACHINE, 38.2, "断电或重启，缺 38 秒"),
        (Cut.CAPTURE, 1.3, "录音进程中断，缺 1 秒"),
        (Cut.UNKNOWN, 125.0, "录音中断，缺 2 分 05 秒"),
        (Cut.MACHINE, None, "断电或重启"),
    ],
)
def test_a_recording_that_went_on_by_itself_says_what_cut_it_off_and_what_is_missing(cut, seconds, told):
    html = said(continued=Continuation("r2", "r1", AT, seconds, cut))
    assert f">{told}</b>" in html
    assert "已自动接着录" in html


def test_where_nothing_is_wrong_nothing_is_said():
    assert said() == ""


def seen_by(rest, *roles):
    visitor = Visitor(User("赵敏", frozenset(roles)), "zh", False, Board(rest.host), None, "")  # noqa: FBT003
    today = visitor.board.today()
    return home.page(visitor, today, today.meetings).html


@pytest.fixture
def warned(rest):
    """A meeting of today in session, whose recorder warns."""
    meeting = rest.in_session()
    rest.clock.set(meeting.starts_at.astimezone(UTC))
    recorder = rest.application.plugins.newest
    honest = recorder.status
    recorder.status = lambda: replace(honest(), alarms=(DEAD,))
    return meeting


@pytest.mark.usefixtures("warned")
def test_home_counts_on_from_what_the_recorder_has_kept_and_not_from_the_last_sealed_part(rest):
    recorder, honest = rest.application.plugins.newest, rest.application.plugins.newest.status
    recorder.status = lambda: replace(honest(), frames=119 * honest().sample_rate)
    assert 'data-seconds="119"' in seen_by(rest, Role.TECHNICIAN)


def test_home_shows_the_alarm_of_a_running_meeting_before_anything_else(rest, warned):
    html = seen_by(rest, Role.OPERATOR)
    assert html.index("第 2 路没有声音") < html.index(warned.title)
    assert f'href="/meetings/{warned.id}#sound"' in html


@pytest.mark.usefixtures("warned")
def test_who_has_no_business_with_the_sound_is_not_alarmed(rest):
    assert "第 2 路没有声音" not in seen_by(rest, Role.USHER)


@pytest.mark.usefixtures("warned")
def test_a_recorder_that_does_not_answer_is_an_alarm_itself_and_costs_no_page(rest):
    def silent() -> RecorderStatus:
        raise MissingPart("录音程序没有应答", "5 秒", "正在重新连接")

    rest.application.plugins.newest.status = silent
    assert "正在重新连接" in seen_by(rest, Role.OPERATOR)


def test_in_english_too():
    with speaking("en"):
        html = said(alarms=(DISK,), continued=Continuation("r2", "r1", AT, 38.0, Cut.CAPTURE))
    assert "The disk holds 15 more minutes" in html
    assert "The capture process died: 38 s missing" in html
