"""A recorded meeting through a series of kills, and what it has lost by them."""

import random
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
import psutil
from roomctl_audio import journal

from roomctl.api import Order, RecorderState, RoomctlError
from roomctl.domain.recording import Recording
from tests.plugins.audio.house import House, gone, kill, until
from tests.plugins.audio.sound import RATE, TRACKS, expected, sound

VICTIMS = ("host", "launcher", "capture", "finisher", "watch", "source", "transcriber")
KILLS = 5
"""Of one meeting."""
MOST_LOST = RATE
"""Frames that a crash of the capture may cost."""
CLOCKS = 2.0
"""Seconds by which a told gap between two recordings may differ from what their clocks say."""


@dataclass(frozen=True)
class Hit:
    """One kill.

    Attributes:
        seed: repeats the series; step: which of its kills.
        recording: number of the one that was being made; at: moment by the monotonic clock.
        back: seconds until another of its kind worked.
        lost: frames that were due by then and are not there; declared: they are told as missing.
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


class Ordeal:
    """One meeting and its kills, the same for the same seed as far as the machine allows."""

    def __init__(self, folder: Path, seed: int, victims: Sequence[str]) -> None:
        self._chance, self._seed = random.Random(seed), seed
        self._victims = victims
        order = Order(source=f"tone:{TRACKS}", realtime=True, segment_seconds=0.7, planned_seconds=400.0)
        self._house = House(folder, order, transcribes="transcriber" in victims)

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
        return self._judge(hits)

    def _strike(self, step: int, victim: str) -> Hit:
        hit = Hit(victim, self._seed, step)
        time.sleep(self._chance.uniform(0.0, 1.5))  # the random moment
        try:
            process = until(lambda: self._house.victim(victim), 20, f"a {victim}")
            current = self._house.current()
            hit = replace(hit, recording=current.number if current else 0, at=kill(process))
            self._await(victim, process, current)
            hit = replace(hit, back=time.monotonic() - hit.at)
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
        recordings = self._house.recordings()
        faults: dict[int, list[str]] = {one.number: list(self._faults(one)) for one in recordings}
        judged = []
        for hit in hits:
            wrong = (*hit.faults, *faults.get(hit.recording, ()))
            if hit.victim == "capture" and 0 < hit.recording <= len(recordings):
                old = recordings[hit.recording - 1]
                lost = max(0, round((hit.at - _opened(self._house.rows(old))) * RATE) - old.frames)
                more = () if lost <= MOST_LOST else (f"{lost} frames lost",)
                wrong = (*wrong, *more, *self._undeclared(old, recordings[hit.recording :]))
                judged.append(replace(hit, lost=lost, declared=True, faults=wrong))
            else:
                judged.append(replace(hit, lost=self._missing(hit, recordings), faults=wrong))
        return judged

    def _missing(self, hit: Hit, recordings: list[Recording]) -> int:
        if not 0 < hit.recording <= len(recordings):
            return 0
        return recordings[hit.recording - 1].dropped

    def _faults(self, recording: Recording) -> list[str]:
        """What is wrong with a recording by itself: numbers that are not in order, or what its own check finds."""
        recorder = self._house.application.usecases.recorder_of(recording)
        report, found = recorder.verify(), []
        found += [f"{problem.file}: {problem.what}" for problem in report.problems]
        if report.frames != recording.frames:
            found.append(f"{report.frames} frames on disk, {recording.frames} in the database")
        for track in range(1, TRACKS + 1):
            if not np.array_equal(sound(recorder.folder, report, track), expected(report.frames)[:, track - 1]):
                found.append(f"recording {recording.number} track {track}: frames out of order")
        found += [
            f"a gap at {gap.first_frame}: {gap.frames} frames, {gap.reason}"
            for gap in report.gaps
            if (gap.first_frame, gap.reason) != (report.frames, "crash")
        ]
        return found

    def _undeclared(self, old: Recording, later: list[Recording]) -> list[str]:
        """What of a crash is not told: by the old recording's journal, and by an event with the length of the gap."""
        found = []
        if [(gap.first_frame, gap.reason) for gap in old.gaps] != [(old.frames, "crash")]:
            found.append(f"the crash is not declared: {old.gaps}")
        told = [one for one in self._house.events("recording.continued") if one["after"] == old.id]
        if not later:
            found.append("nothing follows the crash")
        elif len(told) != 1 or told[0]["recording"] != later[0].id:
            found.append(f"recording {later[0].number} is not told as the one that follows: {told}")
        else:
            end = _began(self._house.rows(old)).timestamp() + old.frames / RATE
            real = _began(self._house.rows(later[0])).timestamp() - end
            if abs(told[0]["gap_seconds"] - real) > CLOCKS:
                found.append(f"{told[0]['gap_seconds']} s told, {real:.1f} s by the clocks")
        return found


def _opened(rows: Sequence[journal.Row]) -> float:
    row = journal.first(rows, "opened")
    assert row is not None
    return float(row["monotonic"])


def _began(rows: Sequence[journal.Row]) -> datetime:
    row = journal.first(rows, "opened")
    assert row is not None
    return datetime.fromisoformat(row["utc"])


def plans(count: int, seed: int, kinds: Sequence[str] = VICTIMS) -> list[tuple[int, list[str]]]:
    """Series of up to `KILLS` that come to `count`, each with its seed; over all of them each kind comes as often."""
    wanted = [kinds[n % len(kinds)] for n in range(count)]
    random.Random(seed).shuffle(wanted)
    return [(seed + n, wanted[n : n + KILLS]) for n in range(0, count, KILLS)]
