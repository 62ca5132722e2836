"""A recorded meeting through a series of kills, and what it has lost by them.

It is recorded from a real device into which the numbered tone is played. The player outlives every kill, so the
numbers tell to the frame what is missing, within a recording and between two.
"""

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import psutil
from roomctl_audio import timing
from roomctl_audio.journal import journal

from roomctl.api import RecorderState, RecordingReport, RoomctlError
from roomctl.domain.recording import Recording
from tests.plugins.audio.house import House, gone, kill
from tests.plugins.audio.sound import PERIOD, RATE, numbers, sound
from tests.plugins.audio.soundserver import SoundServer, between, runs
from tests.waiting import until

VICTIMS = ("host", "launcher", "capture", "finisher", "watch", "source", "transcriber")
KILLS = 5
"""Of one meeting."""
MOST_LOST = RATE
"""Frames that a crash of the capture may cost of what was due until then."""
OFF = 1.0
"""Seconds by which a declared gap may differ from what the numbers say: a sound server delivers in lumps."""


@dataclass(frozen=True)
class Hit:
    """One kill.

    Attributes:
        seed: repeats the series; step: which of its kills.
        recording: number of the one that was being made; at: moment by the clock of the journals.
        back: seconds until another of its kind worked.
        lost: frames that were due and are not there: of a capture those until it was killed, of any other those from
            its kill to the next; declared: they are told as missing.
        faults: whatever is not as promised.

    """

    victim: str
    seed: int
    step: int
    recording: int = 0
    at: float = 0.0
    back: float = 0.0
    lost: int = 0
    declared: bool = False
    faults: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hole:
    """Frames that were in the room, and are in no recording.

    Attributes:
        at: moment by the clock of the journals from which there is sound again; declared: by a gap at that frame.

    """

    at: float
    frames: int
    declared: bool = False


def blame(hits: Sequence[Hit], holes: Sequence[Hole]) -> list[list[Hole]]:
    """Of each kill the holes that it made: those after it, up to the next one, which waits until sound is there."""
    own: list[list[Hole]] = [[] for _ in hits]
    for hole in holes:
        before = [n for n, hit in enumerate(hits) if 0 < hit.at <= hole.at]
        if before:
            own[before[-1]].append(hole)
    return own


class Ordeal:
    """One meeting and its kills, the same for the same seed as far as the machine allows."""

    def __init__(self, folder: Path, seed: int, victims: Sequence[str], room: SoundServer) -> None:
        self._chance, self._seed = random.Random(seed), seed
        self._victims, self._room = victims, room
        self._house = House(folder, transcribes="transcriber" in victims)
        self._stretches: dict[int, list[tuple[int, int, int]]] = {}
        self._holes: dict[int, list[Hole]] = {}

    def run(self) -> list[Hit]:
        """All kills, one after the other; then the meeting is adjourned and compared frame by frame."""
        house, hits = self._house, []
        try:
            house.serve()
            house.host()
            for step, victim in enumerate(self._victims):
                hits.append(self._strike(step, victim))
        finally:
            house.close()
        with suppress(AssertionError):
            until(lambda: not house.left(), 15)
        left = tuple(f"it still runs: {line}" for line in house.left())
        return [replace(hit, faults=(*hit.faults, *left)) for hit in self._judge(hits)]

    def _strike(self, step: int, victim: str) -> Hit:
        hit = Hit(victim, self._seed, step)
        time.sleep(self._chance.uniform(0.0, 1.5))  # the random moment
        try:
            process = until(lambda: self._house.victim(victim), 20, f"a {victim}")
            current = self._house.current()
            hit = replace(hit, recording=current.number if current else 0, at=kill(process))
            self._await(victim, process, current)
            hit = replace(hit, back=timing.now() - hit.at)
        except (AssertionError, RoomctlError, psutil.Error) as error:
            hit = replace(hit, faults=(f"{type(error).__name__}: {error}",))
        return hit

    def _await(self, victim: str, dead: psutil.Process, before: Recording | None) -> None:
        """Until the house is as it was before the kill."""
        house = self._house
        if victim in {"host", "launcher"}:
            old = dead.pid if victim == "host" else house.told()["pid"]
            house.host(other_than=old)
        elif victim == "capture":
            until(lambda: self._gone_on(before), what="another recording")
        else:
            until(lambda: (p := house.victim(victim)) and p.pid != dead.pid and not gone(p), what=f"another {victim}")
        until(lambda: (now := house.current()) and self._grows(now), what="a recording that grows")

    def _gone_on(self, before: Recording | None) -> bool:
        now = self._house.current()
        return now is not None and (before is None or now.id != before.id)

    def _grows(self, recording: Recording) -> bool:
        with suppress(RoomctlError):
            recorder = self._house.application.usecases.recorder_of(recording)
            first = recorder.status()
            until(lambda: recorder.status().frames > first.frames, 10)
            return first.state is RecorderState.RECORDING
        return False

    # --- what is left

    def _judge(self, hits: list[Hit]) -> list[Hit]:
        self._silences = self._room.holes()
        recordings = self._house.recordings()
        faults = {one.number: self._faults(one, hits) for one in recordings}
        holes = [hole for found in self._holes.values() for hole in found]
        holes += [hole for old, new in pairwise(recordings) for hole in self._between(old, new)]
        return [
            self._crash(hit, recordings, faults)
            if hit.victim == "capture" and 0 < hit.recording <= len(recordings)
            else replace(
                hit,
                lost=sum(max(0, hole.frames) for hole in own),
                declared=bool(own) and all(hole.declared for hole in own),
                faults=(*hit.faults, *faults.get(hit.recording, ())),
            )
            for hit, own in zip(hits, blame(hits, holes), strict=True)
        ]

    def _crash(self, hit: Hit, recordings: list[Recording], faults: dict[int, list[str]]) -> Hit:
        old = recordings[hit.recording - 1]
        due = round((hit.at - _opened(self._house.rows(old))) * RATE) - sum(gap.frames for gap in old.gaps[:-1])
        lost = max(0, due - old.frames)
        found = [] if lost <= MOST_LOST else [f"{lost} frames lost"]
        untold = self._undeclared(old, recordings[hit.recording :])
        return replace(
            hit, lost=lost, declared=not untold, faults=(*hit.faults, *faults[hit.recording], *found, *untold)
        )

    def _faults(self, recording: Recording, hits: list[Hit]) -> list[str]:
        """What is wrong with a recording by itself: by its numbers, its own check, and the database."""
        recorder = self._house.application.usecases.recorder_of(recording)
        report, found = recorder.verify(), []
        found += [f"{problem.file}: {problem.what}" for problem in report.problems]
        if report.frames != recording.frames:
            found.append(f"{report.frames} frames on disk, {recording.frames} in the database")
        self._stretches[recording.number] = runs(numbers(sound(recorder.folder, report)))
        self._holes[recording.number] = self._within(recording, report)
        own = [hit for hit in hits if hit.recording == recording.number]
        crashed = any(hit.victim == "capture" for hit in own)
        gaps = [gap for gap in report.gaps if (gap.first_frame, gap.reason) != (report.frames, "crash")]
        if crashed != (len(gaps) < len(report.gaps)):
            found.append(f"a crash that is not declared, or one that was none: {report.gaps}")
        declared = sum(gap.frames for gap in gaps)
        missing = sum(hole.frames for hole in self._holes[recording.number])
        sources = sum(hit.victim == "source" for hit in own)
        if abs(declared - missing) > OFF * RATE * sources:
            found.append(
                f"recording {recording.number}: {missing} frames are missing, {declared} are declared: {gaps}"
            )
        return found

    def _within(self, recording: Recording, report: RecordingReport) -> list[Hole]:
        """What was heard in the room while this recording was made, and is not in it."""
        rows, found = self._house.rows(recording), []
        told = {gap.first_frame for gap in report.gaps}
        for before, after in pairwise(self._stretches[recording.number]):
            frames = between(before, after)
            if ((before[1] + before[2]) % PERIOD, frames) not in self._silences:
                found.append(Hole(_moment(rows, after[0]), frames, declared=after[0] in told))
        return found

    def _between(self, old: Recording, new: Recording) -> list[Hole]:
        """What was heard in the room between two recordings; empty where there are no numbers to compare."""
        before, after = (self._stretches.get(one.number, []) for one in (old, new))
        if not before or not after:
            return []
        first = after[0][0]
        return [Hole(_moment(self._house.rows(new), first), between(before[-1], after[0]) - first)]

    def _undeclared(self, old: Recording, later: list[Recording]) -> list[str]:
        """What of a crash is not told, or not as the numbers have it: by an event with the length of the gap."""
        if not later:
            return ["nothing follows the crash"]
        told = [one for one in self._house.events("recording.continued") if one["after"] == old.id]
        if len(told) != 1 or told[0]["recording"] != later[0].id:
            return [f"recording {later[0].number} is not told as the one that follows: {told}"]
        holes = self._between(old, later[0])
        if not holes:
            return ["there are no numbers to compare"]
        real = holes[0].frames / RATE
        if abs(told[0]["gap_seconds"] - real) > OFF:
            return [f"{told[0]['gap_seconds']} s told, {real:.2f} s by the numbers"]
        return []


def _opened(rows: Sequence[journal.Row]) -> float:
    row = journal.first(rows, "opened")
    assert row is not None
    return float(row["monotonic"])


def _moment(rows: Sequence[journal.Row], frame: int) -> float:
    """When that frame of a recording was heard, by the clock of the journals."""
    parts = (row for row in journal.of_kind(rows, "part") if row["first_frame"] <= frame)
    part = max(parts, key=lambda row: int(row["first_frame"]))
    return float(part["monotonic"] + (frame - part["first_frame"]) / RATE)


def plans(count: int, seed: int, kinds: Sequence[str] = VICTIMS) -> list[tuple[int, list[str]]]:
    """Series of up to `KILLS` that come to `count`, each with its seed; over all of them each kind comes as often."""
    wanted = [kinds[n % len(kinds)] for n in range(count)]
    random.Random(seed).shuffle(wanted)
    return [(seed + n, wanted[n : n + KILLS]) for n in range(0, count, KILLS)]
