"""The alarms that stand. Each time that one is raised or ends is one row of the journal."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from roomctl.api import AlarmKind
from roomctl_audio.journal.file import JournalFile

Key = tuple[AlarmKind, int | None]


class Alarms:
    """Of one cause there is one alarm at a time. Called by capture's main thread alone.

    Rows are written once the journal is open; what a full disk does not take is written when there is room. So each
    row tells itself when its alarm was raised, or ended.
    """

    def __init__(self, rows: JournalFile) -> None:
        self._rows = rows
        self._standing: dict[Key, dict[str, Any]] = {}
        self._untold: list[tuple[bool, dict[str, Any]]] = []
        self._open = False

    def open(self) -> None:
        """The journal has begun: what stands already is told at its first frame."""
        self._open = True
        for alarm in self._standing.values():
            alarm["frame"] = 0
            self._untold.append((True, alarm))
        self.tell()

    def begin(
        self, kind: AlarmKind, *, frame: int, track: int | None = None, value: float | None = None, detail: str = ""
    ) -> None:
        """Raises it; of one that stands, value and detail are brought up to date."""
        known = self._standing.get((kind, track))
        if known:
            known.update(value=value, detail=detail)
            return
        alarm = {
            "kind": kind.value,
            "track": track,
            "frame": frame,
            "value": value,
            "detail": detail,
            "since": _now(),
        }
        self._standing[kind, track] = alarm
        self._tell(alarm, on=True)

    def end(self, kind: AlarmKind, track: int | None = None, *, frame: int) -> None:
        """Its cause has ended. One that does not stand is no error."""
        alarm = self._standing.pop((kind, track), None)
        if alarm:
            self._tell({**alarm, "frame": frame, "since": _now()}, on=False)

    def hold(self, kind: AlarmKind, *, on: bool, frame: int, value: float | None = None, detail: str = "") -> None:
        """Begins or ends it, as its cause stands."""
        if on:
            self.begin(kind, frame=frame, value=value, detail=detail)
        else:
            self.end(kind, frame=frame)

    def close(self, frame: int) -> None:
        """Ends all: of a recording that is over nothing is wrong any more."""
        for kind, track in list(self._standing):
            self.end(kind, track, frame=frame)

    def tell(self) -> None:
        """Writes what could not be written before. A journal that cannot be written to is met again later."""
        while self._untold:
            on, alarm = self._untold[0]
            facts = {name: alarm[name] for name in ("track", "frame", "value", "detail", "since")}
            try:
                self._rows.write("alarm", alarm=alarm["kind"], on=on, **facts)
            except OSError:
                return
            del self._untold[0]

    def _tell(self, alarm: dict[str, Any], *, on: bool) -> None:
        if self._open:
            self._untold.append((on, alarm))
            self.tell()

    @property
    def standing(self) -> list[Mapping[str, Any]]:
        """Those that stand, the newest first: the fields of `Alarm`."""
        return list(reversed(self._standing.values()))


def _now() -> str:
    return datetime.now(UTC).isoformat()
