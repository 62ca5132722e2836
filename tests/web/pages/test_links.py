"""The chain of a meeting, from facts alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Attendance, Person, Presence, Standing
from roomctl.domain.checks import CheckReport, CheckState, Result
from roomctl.domain.devices import Device, Emission
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import RecorderState, Recording
from roomctl.domain.transcript import DraftPoint, PointKind, Transcript
from roomctl.web.pages.links import Facts, links
from roomctl.web.ui import Look, Part, chain_strip

MEETING = Meeting(id=MeetingId("m"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 9))
AT = datetime(2026, 11, 12, 1, tzinfo=UTC)
SOUND = Recording(
    id="s", meeting="m", number=1, folder="f", source="mic", recorder="audio", state=RecorderState.RECORDING,
    frames=48_000 * 60,
)  # fmt: skip
PACKAGE = Package(
    id="p", meeting="m", path="p", files=1, bytes=1, manifest_sha256="0", at=AT, targets=("local", "nas")
)
DEVICES, PEOPLE, HEARD, WORDS, RECORD, ARCHIVE = range(6)


def chain(state: State = State.OPEN, **facts):
    return links(Facts(meeting=replace(MEETING, state=state), **facts))


def said(link) -> str:
    return link.figure.html if isinstance(link.figure, Part) else link.figure


def checked(*states: CheckState) -> CheckReport:
    results = tuple(Result(device="d", check=str(n), state=state) for n, state in enumerate(states))
    return CheckReport(id="c", meeting="m", at=AT, results=results)


@pytest.mark.parametrize(
    ("states", "look", "figure"),
    [
        ([CheckState.OK, CheckState.OK], Look.OK, "2 项正常"),
        ([CheckState.OK, CheckState.WARN, CheckState.UNKNOWN], Look.WARN, "注意 2 项"),
        ([CheckState.WARN, CheckState.CRIT], Look.CRIT, "故障 1 项"),
        ([CheckState.OK, CheckState.WAIVED], Look.ACCEPTED, "带故障 1 项"),
    ],
)
def test_the_worst_check_decides_the_first_link(states, look, figure):
    link = chain(checks=checked(*states))[DEVICES]
    assert (link.look, link.figure) == (look, figure)


def test_a_meeting_in_session_without_a_running_recorder_is_a_fault():
    sealed = replace(SOUND, state=RecorderState.SEALED)
    assert chain(State.IN_SESSION, recordings=[sealed])[HEARD].look is Look.CRIT
    assert chain(State.IN_SESSION, recordings=[SOUND])[HEARD].look is Look.RECORDING
    assert chain(State.ADJOURNED, recordings=[sealed])[HEARD].look is Look.OK


def test_lost_sound_is_told_with_its_length():
    lost = replace(SOUND, state=RecorderState.SEALED, dropped=24_000)
    link = chain(State.ADJOURNED, recordings=[lost])[HEARD]
    assert link.look is Look.WARN
    assert link.figure == "1 分 00 秒，丢 0.5 秒"


def test_sign_in_counts_who_is_there():
    people = [Person(id=str(n), name=f"人{n}") for n in range(3)]
    here = Attendance(
        tuple(Standing(one, Presence.PRESENT if one.id == "0" else Presence.EXPECTED) for one in people)
    )
    assert said(chain(State.APPROVED, attendance=here)[PEOPLE]) == "实到 1 / 3"
    assert said(chain(State.OPEN)[PEOPLE]) == "没有名单"


def test_the_record_counts_the_points_that_nobody_has_struck_out():
    one = DraftPoint(kind=PointKind.DECISION, text="同意。", segment="s")
    heard = Transcript(id="t", meeting="m", version=1, engine="e", model="m", points=(one, replace(one, struck=True)))
    assert said(chain(State.ADJOURNED, transcript=heard)[RECORD]) == "要点 1 条"
    none = replace(heard, points=heard.points[1:])
    assert chain(State.ADJOURNED, transcript=none)[RECORD].look is Look.WAITING


def test_the_archive_counts_targets_until_the_archivist_has_accepted():
    receipt = Receipt(package="p", target="nas", key="k", files=1, bytes=1, manifest_sha256="0", at=AT)
    assert said(chain(State.CLOSED, packages=[PACKAGE], receipts=[receipt])[ARCHIVE]) == "送存 1 / 2 处"
    assert said(chain(State.DEPOSITED, packages=[PACKAGE])[ARCHIVE]) == "待归档"
    returned = chain(State.DEPOSITED, packages=[PACKAGE], returned="周强退回：缺签到表")[ARCHIVE]
    assert (returned.look, said(returned)) == (Look.WARN, "被退回")
    assert chain(State.ARCHIVED)[ARCHIVE].look is Look.OK


def test_stuck_work_cuts_its_link_and_says_that_the_sound_is_safe():
    link = chain(State.ADJOURNED, recordings=[SOUND], stuck={"transcript": "no model"})[WORDS]
    assert link.look is Look.CRIT
    assert "声音已存" in said(link)


def test_the_line_is_cut_behind_a_fault_and_goes_on_behind_the_next_link():
    html = chain_strip(chain(State.IN_SESSION, checks=checked(CheckState.CRIT), recordings=[SOUND])).html
    lines = [part.partition('"')[0] for part in html.split('class="rc-ln')[1:]]
    assert lines[0] == " rc-cut"
    assert lines[2] == " rc-live"
    assert len(lines) == 5


def test_every_link_leads_to_its_place():
    assert chain()[0].href.endswith("/check")
    assert [link.href.partition("#")[2] for link in chain()[1:]] == [
        "people", "sound", "words", "record", "archive"
    ]  # fmt: skip


def test_in_english_too(monkeypatch):
    monkeypatch.setenv("ROOMCTL_LANG", "en")
    assert [link.name for link in chain()] == ["Devices", "Sign-in", "Sound", "Words", "Record", "Archive"]


def test_what_is_not_off_in_a_secret_meeting_outranks_a_good_check():
    casting = Device(id="cast", kind="host", title=("投屏器", ""), emission=Emission.CASTING)
    for report in (None, checked(CheckState.OK)):
        link = chain(State.IN_SESSION, checks=report, emitting=[casting])[DEVICES]
        assert (link.look, said(link)) == (Look.CRIT, "1 台没有关")
