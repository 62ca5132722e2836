"""Watches the machine while it records: source, disk, losses, drift, parts that wait. Facts in, alarms out."""

from dataclasses import dataclass

from roomctl.api import AlarmKind
from roomctl_audio.capture.alarms import Alarms

LOW_SECONDS, LEAST_SECONDS = 3600.0, 900.0
"""Of disk left: warned of at the first, alarm at the second."""
RELIEF = 1.05
"""The disk must hold that much more before the alarm ends: what is freed and filled again is told once."""
OVERFLOW_STANDS_SECONDS = 60.0
"""After the last loss."""
UNSEALED_SECONDS = 120.0
"""A part is sealed in about a second; one that waits longer than this waits for something."""
DRIFT_PPM = 200.0
"""Twice what the crystals of sound cards are specified for (±100 ppm)."""
DRIFT_RELIEF = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """A recording and its machine as they stand.

    Attributes:
        frame: kept so far.
        seconds_left: of disk.
        disk_full: nothing is kept, for want of room; folder: why it cannot be written to otherwise.
        lost: frames that were lost by overflows up to now.
        drift_ppm: None while not yet known.
        gone: name of the source that delivers nothing; standby: name of the one that is recorded in its place.
        waiting: parts that are closed and not sealed; waits: seconds for which the oldest of them waits.

    """

    frame: int = 0
    seconds_left: float = LOW_SECONDS * 2
    disk_full: bool = False
    folder: str = ""
    lost: int = 0
    drift_ppm: float | None = None
    gone: str = ""
    standby: str = ""
    waiting: int = 0
    waits: float = 0.0


class Machine:
    """Args: bound: ppm from which a drift is an alarm."""

    def __init__(self, alarms: Alarms, bound: float = DRIFT_PPM) -> None:
        self._alarms, self._bound = alarms, bound
        self._low = self._least = self._drifts = False
        self._lost = 0
        self._lost_at = 0.0

    def look(self, facts: Facts, now: float) -> None:
        """Args: now: seconds of the monotonic clock."""
        frame = facts.frame
        minutes = facts.seconds_left / 60
        self._least = facts.seconds_left < LEAST_SECONDS * (RELIEF if self._least else 1)
        self._low = facts.seconds_left < LOW_SECONDS * (RELIEF if self._low else 1)
        hold = self._alarms.hold
        hold(AlarmKind.DISK_FULL, on=facts.disk_full, frame=frame)
        hold(AlarmKind.DISK, on=self._least and not facts.disk_full, frame=frame, value=minutes)
        hold(AlarmKind.DISK_LOW, on=self._low and not self._least and not facts.disk_full, frame=frame, value=minutes)
        hold(AlarmKind.FOLDER, on=bool(facts.folder), frame=frame, detail=facts.folder)
        hold(AlarmKind.DEVICE, on=bool(facts.gone), frame=frame, detail=facts.gone)
        hold(AlarmKind.STANDBY, on=bool(facts.standby), frame=frame, detail=facts.standby)
        hold(AlarmKind.UNSEALED, on=facts.waits >= UNSEALED_SECONDS, frame=frame, value=facts.waiting)
        self._losses(facts, now)
        self._drift(facts)

    def _losses(self, facts: Facts, now: float) -> None:
        if facts.lost > self._lost:
            self._lost, self._lost_at = facts.lost, now
        on = self._lost > 0 and now - self._lost_at < OVERFLOW_STANDS_SECONDS
        self._alarms.hold(AlarmKind.OVERFLOW, on=on, frame=facts.frame, value=self._lost)

    def _drift(self, facts: Facts) -> None:
        ppm = facts.drift_ppm
        if ppm is None:
            return
        self._drifts = abs(ppm) > self._bound * (DRIFT_RELIEF if self._drifts else 1)
        self._alarms.hold(AlarmKind.DRIFT, on=self._drifts, frame=facts.frame, value=ppm)
