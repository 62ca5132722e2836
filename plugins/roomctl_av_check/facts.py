"""What the room's PC says of itself. Nothing here judges.

A fact that cannot be had on this system is None, and the judge says so: no desktop, no battery, no systemd.
"""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import psutil

from roomctl.api import EngineOffer, MissingPart, RoomSpeech, Services, Verdict
from roomctl.api.speech import candidates

SLEEPS = ("sleep.target", "suspend.target", "hibernate.target", "hybrid-sleep.target")
TIMEOUT = 5.0
"""Seconds for a command of the system."""
LOGIND_FOLDERS = ("usr/lib/systemd", "run/systemd", "etc/systemd")
"""Lowest precedence first, see logind.conf(5)."""


@dataclass(frozen=True, slots=True)
class Disk:
    """Of the data folder; bytes."""

    folder: str
    free: int


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes that can be had without swapping, and all there are."""

    available: int
    total: int


@dataclass(frozen=True, slots=True)
class Load:
    """Runnable processes, mean of the last minute; None where the system does not count them."""

    one_minute: float | None
    cores: int


@dataclass(frozen=True, slots=True)
class Clock:
    """The machine's clock.

    Attributes:
        floor: an instant that is surely past: when roomctl was installed, or when it last ran a check.
        zone: of the room; zone_known: whether its rules are on this machine.

    """

    now: datetime
    floor: datetime
    zone: str
    zone_known: bool


@dataclass(frozen=True, slots=True)
class Sync:
    """Whether a time service holds the clock.

    Attributes:
        asked: who was asked; empty where this system has nobody to ask.
        synchronized: None where the answer could not be understood.

    """

    asked: str
    synchronized: bool | None = None
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Sleep:
    """What could put this machine to sleep.

    Attributes:
        manager: whether systemd runs here.
        masked: targets of `SLEEPS` that can never be reached.
        logind: settings of logind.conf.
        desktop: GNOME's action on mains when nobody touches the machine: `nothing`, `suspend`, …; None: no GNOME.
        desktop_seconds: after how long; 0 means never.
        laptop: there is a battery, and so a lid.

    """

    manager: bool
    masked: frozenset[str] = frozenset()
    logind: Mapping[str, str] = field(default_factory=dict)
    desktop: str | None = None
    desktop_seconds: int = 0
    laptop: bool = False


@dataclass(frozen=True, slots=True)
class Power:
    """Mains or battery.

    Attributes:
        known: whether the system can tell.
        plugged: None where it has a battery and does not say.
        percent: of the battery; None: there is none.

    """

    known: bool
    plugged: bool | None = None
    percent: float | None = None


@dataclass(frozen=True, slots=True)
class Speech:
    """Engines, and what each of them has here.

    Attributes:
        wanted: name of an engine, or `auto`; model: the one that it has to use, empty where it may choose.
        lacking: engine → Python packages that are not installed.
        verdict: of the model that would be used, every byte read; None where there is none, or its engine brings it.

    """

    wanted: str
    offers: tuple[EngineOffer, ...]
    lacking: Mapping[str, tuple[str, ...]]
    installed: frozenset[str]
    verdict: Verdict | None = None
    model: str = ""

    @property
    def choice(self) -> tuple[EngineOffer, str] | None:
        """The engine that would be used, and its model: the best that has all it needs."""
        for offer in candidates(self.offers, self.wanted):
            if not self.lacking.get(offer.name) and (model := self._model(offer)):
                return offer, model
        return None

    def _model(self, offer: EngineOffer) -> str:
        """The one that this engine would use; empty where it is not here."""
        if self.model in {"", offer.bundled}:
            return offer.model(self.installed)
        return self.model if self.model in self.installed and not offer.bundled else ""


def disk(folder: Path) -> Disk:
    """Raises: OSError."""
    return Disk(str(folder), shutil.disk_usage(folder).free)


def memory() -> Memory:
    """As psutil counts it."""
    told = psutil.virtual_memory()
    return Memory(told.available, told.total)


def load() -> Load:
    """As psutil counts it; Windows has an estimate only, which starts at 0."""
    return Load(psutil.getloadavg()[0], psutil.cpu_count() or 1)


def clock(now: datetime, zone: str, last_check: datetime | None) -> Clock:
    """The floor is the newest of the plugin's own files, or the last check."""
    newest = max(path.stat().st_mtime for path in Path(__file__).parent.glob("*.py"))
    floor = datetime.fromtimestamp(newest, UTC)
    return Clock(now, max(floor, last_check) if last_check else floor, zone, _knows(zone))


def sync(root: Path = Path("/")) -> Sync:
    """Systemd's word, else chrony's."""
    if shutil.which("timedatectl") and _systemd_runs(root):
        answer = _ask("timedatectl", "show", "-p", "NTPSynchronized", "--value")
        return Sync("timedatectl", {"yes": True, "no": False}.get(answer or ""), answer or "")
    if shutil.which("chronyc"):
        answer = _ask("chronyc", "-n", "tracking") or ""
        leap = next((line.partition(":")[2].strip() for line in answer.splitlines() if line.startswith("Leap")), "")
        return Sync("chronyc", {"Normal": True, "Not synchronised": False}.get(leap), leap)
    return Sync("")


def sleep(root: Path = Path("/")) -> Sleep:
    """Systemd's targets and logind's settings; GNOME's, where there is one."""
    manager = _systemd_runs(root)
    told = _ask("systemctl", "is-enabled", *SLEEPS) if manager else None
    states = (told or "").split()
    action = _ask("gsettings", "get", "org.gnome.settings-daemon.plugins.power", "sleep-inactive-ac-type")
    seconds = _ask("gsettings", "get", "org.gnome.settings-daemon.plugins.power", "sleep-inactive-ac-timeout")
    return Sleep(
        manager=manager,
        masked=frozenset(name for name, state in zip(SLEEPS, states, strict=False) if state.startswith("masked")),
        logind=logind(root),
        desktop=action.strip("'") if action else None,
        desktop_seconds=int(seconds.split()[-1]) if seconds and seconds.split()[-1].isdecimal() else 0,
        laptop=power().percent is not None,
    )


def logind(root: Path = Path("/")) -> dict[str, str]:
    """Settings that somebody has written; the defaults are not in it. Drop-ins go by file name, whatever folder."""
    main = [root / folder / "logind.conf" for folder in LOGIND_FOLDERS]
    drop_ins: dict[str, Path] = {}
    for folder in LOGIND_FOLDERS:
        drop_ins |= {path.name: path for path in (root / folder / "logind.conf.d").glob("*.conf")}
    found: dict[str, str] = {}
    for path in (*main, *(drop_ins[name] for name in sorted(drop_ins))):
        try:
            found |= dict(_settings(path.read_text(encoding="utf-8", errors="replace").splitlines()))
        except OSError:
            continue
    return found


def power() -> Power:
    """Psutil has no such function on some systems, and gives None where there is no battery."""
    read = getattr(psutil, "sensors_battery", None)
    if read is None:
        return Power(known=False)
    told = read()
    return Power(known=True, plugged=told.power_plugged, percent=told.percent) if told else Power(known=True)


def fonts() -> frozenset[str] | None:
    """Families of all installed fonts; None where nobody can be asked."""
    told = _ask("fc-list", "--format", "%{family}\n")
    if told is None:
        return None
    return frozenset(name.strip() for line in told.splitlines() for name in line.split(",") if name.strip())


def speech(services: Services, wanted: str) -> Speech:
    """Engines of all plugins; the model that would be used is read to its last byte.

    Args:
        wanted: name of an engine, or `auto`; empty: what meetings are transcribed with.

    """
    told = _engines(services, wanted)
    if told.choice is None or told.choice[0].bundled:
        return told
    try:
        return replace(told, verdict=services.verify_model(told.choice[1]))
    except MissingPart:  # somebody took it away just now
        return replace(told, installed=told.installed - {told.choice[1]})


def choice(services: Services, wanted: str) -> tuple[EngineOffer, str] | None:
    """The engine that would be used, and its model, not read; None where there is none. Args: as of `speech`."""
    return _engines(services, wanted).choice


def _engines(services: Services, wanted: str) -> Speech:
    offers = tuple(services.engines())
    lacking = {offer.name: tuple(name for name in offer.requires if not _importable(name)) for offer in offers}
    meant = RoomSpeech(wanted) if wanted else services.room_speech()
    installed = frozenset(services.installed_models())
    return Speech(meant.engine, offers, lacking, installed, model=meant.model)


def _settings(lines: Iterable[str]) -> Iterable[tuple[str, str]]:
    for line in lines:
        key, equals, value = line.partition("=")
        if equals and not line.lstrip().startswith(("#", ";")):
            yield key.strip(), value.strip()


def _systemd_runs(root: Path) -> bool:
    """sd_booted(3)."""
    return (root / "run/systemd/system").is_dir()


def _knows(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _importable(name: str) -> bool:
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def _ask(*argv: str) -> str | None:
    """What a command of the system says; None where it is not there, fails with nothing said, or hangs.

    `systemctl is-enabled` ends with 1 for a masked target, and says so all the same.
    """
    program = shutil.which(argv[0])
    if program is None:
        return None
    try:
        told = subprocess.run(
            [program, *argv[1:]],
            capture_output=True,
            check=False,
            timeout=TIMEOUT,
            stdin=subprocess.DEVNULL,
            env=os.environ | {"LC_ALL": "C.UTF-8"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return told.stdout.decode("utf-8", "replace").strip() or None
