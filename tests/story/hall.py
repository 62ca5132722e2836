"""What is heard in the room: a sound server of its own with a null sink, and a meeting that is spoken into it."""

import json
import pickle
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from tests.plugins.audio.soundserver import AIR, SoundServer
from tests.waiting import PATIENCE

RATE = 48_000
MICROPHONES = 4
MAP = "aux0,aux1,aux2,aux3"
"""Where a sound server puts the microphones of an interface."""
SINK = f"sink_name=room format=s16le rate={RATE} channels={MICROPHONES} channel_map={MAP}"
SHAPE = ("--format=s16le", f"--channels={MICROPHONES}", f"--channel-map={MAP}")
SOURCE = "mic:pulse:room.monitor"
NOISE = 3
"""Of 32768: the room is never quite silent, and no two moments of it are alike."""
BLOCK = RATE // 2
AHEAD = 2
"""Seconds that wait for being played: so long may the mouth be kept from running."""
PROBE = 240
"""Frames after which two places that are alike are the same place."""
EDGE = RATE // 10
"""Frames by which silence that PulseAudio made up may be longer for one of its listeners than for another."""
ROOT = Path(__file__).parents[2]
MEETING = ROOT.parent / "shared" / "speech" / "meeting_4ch.flac"
CLIP = ROOT / "roomctl" / "demo" / "clip" / "demo_60s.flac"


@dataclass(frozen=True)
class Speech:
    """A meeting as it is spoken: int16, frames × microphones.

    Attributes:
        opening, talk, decisions: what is said on the record, in this order; `talk` may be said again.
        aside: what is said off the record; unheard: a word of it that nobody says elsewhere.
        speakers: who is to be known by the seat.
        decided, task: how two sentences of `decisions` that follow one another should be written.
        due: the term of the task.

    """

    opening: np.ndarray
    talk: np.ndarray
    aside: np.ndarray
    decisions: np.ndarray
    unheard: str
    speakers: frozenset[str]
    decided: str
    task: str
    due: str


def speech(*, long: bool) -> Speech:
    """The meeting of four microphones that lies beside the checkout; where it does not, the clip of the demo.

    Args:
        long: the whole of it, else what is needed for the minutes.

    """
    if not MEETING.is_file():
        return _demo()
    samples, _rate = soundfile.read(MEETING, dtype="int16", always_2d=True)
    said = json.loads((MEETING.parent / "meeting_ref.json").read_text(encoding="utf-8"))
    return Speech(
        opening=_cut(samples, said, [(1, 5), (10, 10)] if long else [(1, 2), (5, 5), (10, 10)]),
        talk=_cut(samples, said, [(6, 12)] if long else [(6, 7)]),
        aside=_cut(samples, said, [(13, 13)]),
        decisions=_cut(samples, said, [(14, 20)] if long else [(15, 17), (20, 20)]),
        unheard="城东区",
        speakers=frozenset({"张建国", "李晓明", "王海燕"}),
        decided="会议决定，原则同意市住建局提出的老旧小区改造实施方案。",
        task="由市财政局牵头，市发改委配合，于12月15日前完成改造资金的拨付工作。",
        due="12月15日",
    )


def _demo() -> Speech:
    mono, rate = soundfile.read(CLIP, dtype="float32")
    said = json.loads(CLIP.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    voice = (soxr.resample(mono, rate, RATE) * 32767).astype("int16")
    samples = np.zeros((len(voice), MICROPHONES), dtype="int16")
    for one in said:
        first, last = (round(one[name] * RATE) for name in ("start_s", "end_s"))
        samples[first:last, "ABCD".index(one["speaker"])] = voice[first:last]
    return Speech(
        opening=_cut(samples, said, [(1, 3)]),
        talk=_cut(samples, said, [(5, 5)]),
        aside=_cut(samples, said, [(4, 4)]),
        decisions=_cut(samples, said, [(6, len(said))]),
        unheard="有什么意见",
        speakers=frozenset({"张建国", "李晓明", "王海燕"}),
        decided="好，我同意。会议决定两件事。",
        task="第一，由市住建局牵头，市城管局配合，12月31日前完成剩余四个停车场的建设。",
        due="12月31日",
    )


def _cut(samples: np.ndarray, said: list[dict], sentences: list[tuple[int, int]]) -> np.ndarray:
    """Sentences from the first to the last, counted from 1, each with the breath before it."""
    ends = [0.0, *(one["end_s"] for one in said)]
    return np.concatenate([samples[round(ends[a - 1] * RATE) : round(ends[b] * RATE)] for a, b in sentences])


class Hall:
    """The room's air. What another listener than the recorder heard of it can be read at any time.

    All of it is one stream: where another begins, PulseAudio rewinds the sink, and its listeners hear two things.
    """

    def __init__(self, server: SoundServer) -> None:
        """Args: server: with `SINK`, heard in `SHAPE`."""
        self._server = server
        self._until = 0
        mouth = [*AIR, sys.executable, "-m", "tests.story.mouth"]
        self._mouth = subprocess.Popen(mouth, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        words = ["pacat", "--device=room", f"--rate={RATE}", *SHAPE, f"--latency-msec={AHEAD * 1000}", "--raw"]
        self._air = subprocess.Popen([*AIR, *words], stdin=self._mouth.stdout)
        self._mouth.stdout.close()  # it is of those two

    def say(self, samples: np.ndarray) -> None:
        """Begins to, after what is said already; returns at once. Args: samples: int16, frames × microphones."""
        self._until = max(self._until, len(self.heard) + AHEAD * RATE + BLOCK) + len(samples)
        self._tell(samples)

    @property
    def silent(self) -> bool:
        """Everything has been said, and was heard."""
        assert self._air.poll() is None, "the sound server does not play"
        return len(self.heard) > self._until + AHEAD * RATE

    def hush(self) -> None:
        """The room is quite silent from now on, but for what is said."""
        self._tell(None)

    def _tell(self, what: np.ndarray | None) -> None:
        pickle.dump(what, self._mouth.stdin)
        self._mouth.stdin.flush()

    @property
    def heard(self) -> np.ndarray:
        """One number for each frame that was in the room until now, all microphones of it in one."""
        path = self._server.heard
        return np.memmap(path, "<i8", mode="r", shape=(path.stat().st_size // 8,))

    def close(self) -> None:
        for one in (self._air, self._mouth):
            one.kill()
            one.wait(PATIENCE)
        with suppress(OSError):
            self._mouth.stdin.close()


def frames(samples: np.ndarray) -> np.ndarray:
    """As `Hall.heard` has them. Args: samples: int32, frames × microphones, of which the lower 16 bits are nought."""
    assert not (samples & 0xFFFF).any()
    return np.ascontiguousarray((samples >> 16).astype("<i2")).view("<i8").ravel()


def runs(heard: np.ndarray, kept: Iterable[np.ndarray], after: int = 0) -> list[tuple[int, int]]:
    """Where what was kept stands in what was heard: (first frame, length), one run where nothing is missing.

    It ends before what was never heard. At an edge of made-up silence, one of both may have a little more of it: that
    counts as heard.

    Args:
        kept: blocks that follow one another; after: the first frame of `heard` that it may be.

    """
    found: list[tuple[int, int]] = []
    at: int | None = None
    for block in kept:
        left = block
        while len(left):
            same = 0 if at is None else _alike(heard[at : at + len(left)], left) or _unsure(heard, at, left)
            if same:
                found[-1] = (found[-1][0], found[-1][1] + same)
                at, left = at + same, left[same:]
            elif (at := _place(heard, left[:PROBE], after)) is None:
                return found
            else:
                found.append((at, 0))
    return found


def _alike(a: np.ndarray, b: np.ndarray) -> int:
    """Frames from the first on."""
    shorter = min(len(a), len(b))
    other = np.flatnonzero(a[:shorter] != b[:shorter])
    return int(other[0]) if len(other) else shorter


def _unsure(heard: np.ndarray, at: int, left: np.ndarray) -> int:
    """Frames in which only one of both has silence, between sound and silence that both have.

    Where its player is kept from running, PulseAudio makes silence up, and takes the last of it back when sound comes
    again: for all of its listeners but those that have it already.
    """
    own = heard[at : at + EDGE + PROBE]
    shorter = min(len(own), len(left))
    other = np.flatnonzero(own[:shorter] != left[:shorter])
    edge = int(other[-1]) + 1 if len(other) else 0
    if (own[other] * left[other]).any() or shorter - edge < PROBE:
        return 0
    before, after = heard[max(0, at - PROBE) : at], heard[at + edge : at + edge + PROBE]
    return edge if before.any() != after.any() else 0


def _place(heard: np.ndarray, few: np.ndarray, after: int) -> int | None:
    candidates = np.flatnonzero(heard[after:] == few[0]) + after if few.any() else ()  # silence is like any other
    for at in candidates:
        if np.array_equal(heard[at : at + len(few)], few):
            return int(at)
    return None
