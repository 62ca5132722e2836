"""A day in one room, by hand: three meetings back to back, then eight hours of sound; nothing grows, nothing is left.

    pytest -m long tests/host/test_day_soak.py -s
    ROOMCTL_SOAK_HOURS=1 pytest -m long tests/host/test_day_soak.py -s

The host is served as a user serves it, and asked as its pages ask it. Simulated is the source alone: files that are
read as fast as they are written down, so that eight hours take some minutes; recorder, finisher, watch, transcriber,
papers, package and delivery do all that they always do. Of the eight hours a minute in each hour is speech.
"""

import json
import os
import re
import shutil
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psutil
import pytest
import soundfile
import soxr

from roomctl.app import Application
from roomctl.domain.access import Right, Role
from roomctl.domain.events import Actor
from tests.host.test_isolation import House
from tests.host.test_soak import Held
from tests.waiting import until

pytestmark = [
    pytest.mark.long,
    pytest.mark.story,
    pytest.mark.timeout(7_200),
    *(pytest.mark.needs(part) for part in ("python:fastapi", "python:soundfile", "model:faster-whisper-base")),
]

HOURS = float(os.environ.get("ROOMCTL_SOAK_HOURS", "8"))
RATE, TRACKS = 48_000, 2
CLIP = Path(__file__).parents[2] / "roomctl/demo/clip/demo_60s.flac"
SPEECH_AT = 2
"""Minute of each hour in which somebody speaks."""
PEOPLE = ("张建国", "李晓明", "孙丽")
SECRETARY, ARCHIVIST = "赵敏", "周文"
PATIENCE = 3_600.0
EACH = 1.0
"""Seconds between two looks."""
LOOKS = 5
"""Of which the least counts, since something may be under way in one of them: so many, or a fifth of all."""
LOG_BYTES_AN_HOUR = 100_000
SAME_LINES = 20
"""How often one line may stand in the log for an hour of sound, or a meeting, whatever its numbers are."""
SETTINGS = """
[plugins.audio]
source = "file:{source}"

[plugins.transcript]
engine = "whisper"

[plugins.archive]
source_organization = "市政府办公室"
fonds = "X043"

[plugins.archive.targets.local]
kind = "folder"
path = "archive"
"""


@dataclass
class Room:
    """A served room whose source is whatever lies at `source` by now.

    Attributes:
        looks: at the host, after each meeting.
        grown: what each process held, every second of the present meeting.

    """

    house: House
    web: httpx.Client
    source: Path
    began: datetime
    looks: list[Held] = field(default_factory=list)
    grown: list[dict[str, Held]] = field(default_factory=list)
    meetings: list[str] = field(default_factory=list)

    def ask(self, path: str) -> Any:
        answer = self.web.get(f"/api/v1/{path}")
        answer.raise_for_status()
        return answer.json()

    def do(self, path: str, body: Any) -> Any:
        answer = self.web.post(f"/api/v1/{path}", json=body)
        assert answer.is_success, f"{path}: {answer.text}"
        return answer.json()

    def until(self, true, seconds: float = PATIENCE) -> Any:
        return until(true, seconds)

    def family(self) -> dict[str, Held]:
        """What host and children hold, by the module that each runs."""
        found: dict[str, Held] = {}
        for process in working_in(self.house.data):
            with suppress(psutil.Error):
                if not (line := process.cmdline()):  # it is ending
                    continue
                name = line[line.index("-m") + 1] if "-m" in line else line[0]
                found[name] = Held.by(process.pid)
        return found

    def hold(self, title: str, sound: Path) -> str:
        """A whole meeting, from its plan to its archive."""
        self.source.unlink(missing_ok=True)
        self.source.symlink_to(sound)
        starts = self.began + timedelta(hours=10 * len(self.meetings))
        item = {"title": "城区停车场建设工作", "unit": "市住建局", "presenter": PEOPLE[1], "minutes": 30}
        facts = {"title": title, "starts": starts.isoformat(), "planned_minutes": 540, "agenda": [item]}
        chair = {"chair": PEOPLE[0], "minute_taker": SECRETARY, "recording_approved_by": PEOPLE[0]}
        made = self.do("meetings", facts | chair)["id"]
        self.meetings.append(made)
        here = f"meetings/{made}"
        self.do(f"{here}/roster", [{"name": name} for name in PEOPLE])
        for state in ("approved", "open"):
            self.do(f"{here}/transitions", {"to": state})
        for name in PEOPLE:
            self.do(f"{here}/sign-ins", {"person": name})
        self.do(f"{here}/recordings", {"realtime": False})
        self.do(f"{here}/transitions", {"to": "in_session", "overrule": "没有做设备检查"})
        self.until(lambda: self._looked() and self.is_recorded(here))
        self.do(f"{here}/transitions", {"to": "adjourned"})
        self.do(f"{here}/clearing", {})
        self.until(lambda: self._looked() and not self.unmet(here))
        self.do(f"{here}/papers", {})
        self.do(f"{here}/transitions", {"to": "closed"})
        use = self.house.application.usecases
        use.acting_as(Actor.person(SECRETARY)).sign(made, by=SECRETARY, demo=True)
        self.until(lambda: self._looked() and self.ask(here)["state"] == "deposited")
        archivist = use.acting_as(Actor.person(ARCHIVIST))
        archivist.count_packages(made)
        archivist.accept(made, by=ARCHIVIST, demo=True)
        assert self.ask(here)["state"] == "archived"
        self.until(lambda: set(self.family()) <= AT_REST)
        self.looks.append(Held.least(self.at_rest()))
        return made

    def is_recorded(self, here: str) -> bool:
        """A file that is over before somebody looks leaves no recorder to ask."""
        answer = self.web.get(f"/api/v1/{here}/recorder")
        return answer.status_code == httpx.codes.NOT_FOUND or bool(answer.json()["ended"])

    def unmet(self, here: str) -> list[str]:
        """What still keeps it from being closed."""
        (way,) = [way for way in self.ask(here)["ways"] if way["to"] == "closed"]
        return way["unmet"]

    def _looked(self) -> bool:
        """Notes what everybody holds."""
        self.grown.append(self.family())
        time.sleep(EACH)
        return True

    def at_rest(self) -> Iterator[Held]:
        for _ in range(LOOKS):
            time.sleep(0.5)
            yield Held.by(self.house.host())


AT_REST = {"roomctl.launcher", "roomctl.host_process"}


def working_in(data: Path) -> list[psutil.Process]:
    """Processes of this data folder but the one that asks."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.pid != os.getpid() and process.environ().get("ROOMCTL_DATA") == str(data):
                found.append(process)
    return found


@pytest.fixture(scope="module")
def room(tmp_path_factory) -> Iterator[Room]:
    folder = tmp_path_factory.mktemp("day")
    data, scratch = folder / "data", folder / "tmp"
    data.mkdir()
    scratch.mkdir()
    runtime = Path(tempfile.mkdtemp(prefix="rt-"))  # the path of a socket is short
    (data / "roomctl.toml").write_text(SETTINGS.format(source=folder / "source.flac"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("XDG_RUNTIME_DIR", runtime), ("TMPDIR", scratch), ("ROOMCTL_DATA", data)):
            patch.setenv(name, str(value))
        application = Application(data)
        application.accounts.add("bench", "correct horse battery staple", list(Role))
        _, token = application.accounts.add_token("bench", "soak", list(Right))
        house = House(data, application, "")
        house.serve()
        try:
            house.host()
            until(lambda: answers(house.told()["url"]))
            headers = {"Authorization": f"Bearer {token}"}
            with httpx.Client(base_url=house.told()["url"], headers=headers, timeout=60, trust_env=False) as web:
                yield Room(house, web, folder / "source.flac", datetime(2026, 11, 12, 9))
        finally:
            end(house)
            application.close()
            shutil.rmtree(runtime)


def answers(url: str) -> bool:
    with suppress(httpx.TransportError):
        return httpx.get(f"{url}/api/v1/ready", timeout=60, trust_env=False).is_success
    return False


def end(house: House) -> None:
    house.process.terminate()
    house.process.wait(60)


@pytest.fixture(scope="module")
def day(tmp_path_factory) -> Path:
    """Eight hours of two microphones: the noise of a preamplifier, and in each hour the minute that is shipped."""
    path = tmp_path_factory.mktemp("sound") / "day.flac"
    clip, rate = soundfile.read(CLIP, dtype="float32", always_2d=True)
    speech = soxr.resample(clip, rate, RATE)
    minute = 60 * RATE
    noise = (10 ** (-75 / 20) * np.random.default_rng(1).standard_normal((minute, TRACKS))).astype(np.float32)
    with soundfile.SoundFile(path, "w", RATE, TRACKS, subtype="PCM_16") as file:
        for number in range(round(HOURS * 60)):
            sound = noise.copy()
            if number % 60 == SPEECH_AT:
                sound[: len(speech)] += speech[:minute, :1] * np.float32([1.0, 0.3])
            file.write(sound)
    return path


def test_three_meetings_back_to_back_leave_the_host_as_the_first_did(room):
    for number in range(1, 4):
        room.hold(f"第{number}次工作例会", CLIP)
    print("", *room.looks, sep="\n")
    room.looks[-1].flat_since(room.looks[0])


def test_eight_hours_of_sound_leave_no_process_larger_at_the_end_than_early_on(room, day):
    host, before = room.house.host(), Held.least(room.at_rest())
    del room.grown[:]
    began = time.monotonic()
    meeting = room.hold("全天会议", day)
    took = time.monotonic() - began
    (recording,) = room.house.application.usecases.recordings(meeting)
    assert recording.frames == round(HOURS * 60) * 60 * RATE
    assert (recording.dropped, recording.gaps) == (0, ())
    print(f"{HOURS:g} h in {took:.0f} s; host at rest {before} → {room.looks[-1]}")
    assert room.house.host() == host
    if len(room.looks) > 1:  # it was warm
        room.looks[-1].flat_since(before)
    for name, (early, late) in windows(room.grown).items():
        (low, then_low), (high, then_high) = ((pick(early), pick(late)) for pick in (Held.least, Held.most))
        print(f"{name}: {low} → {then_low}, at most {high} → {then_high}")
        assert not then_low.more_than(low) & then_high.more_than(high), name


def windows(grown: list[dict[str, Held]]) -> dict[str, tuple[list[Held], list[Held]]]:
    """Of each process that was there long enough to grow: what it held early on, and at its end.

    One that works in strokes may be seen between them early on, and only during them on a machine that got busy: what
    grows, grows in both.
    """
    seen: dict[str, list[Held]] = {}
    for family in grown:
        for name, held in family.items():
            seen.setdefault(name, []).append(held)
    fifth = {name: len(each) // 5 for name, each in seen.items() if len(each) >= LOOKS * 5}
    return {name: (seen[name][n : 2 * n], seen[name][-n:]) for name, n in fifth.items()}


def test_the_text_of_a_part_is_as_true_at_the_end_as_at_the_beginning(room):
    transcript = room.house.application.usecases.transcript(room.meetings[-1])
    by_hour = Counter(int(one.start // 3600) for one in transcript.shown)
    print(by_hour)
    assert set(by_hour) == set(range(round(HOURS)))
    assert max(by_hour.values()) <= min(by_hour.values()) + 3  # sentences


def test_the_log_is_small_and_says_nothing_over_and_over(room):
    text = "".join(path.read_text(encoding="utf-8") for path in (room.house.data / "logs").iterdir())
    rows = [json.loads(line) for line in text.splitlines()]
    said = Counter((row.get("logger"), re.sub(r"[0-9a-f-]{8,}|\d+", "#", str(row["event"]))) for row in rows)
    print(f"{len(text)} bytes, {len(rows)} lines", *said.most_common(5), sep="\n")
    assert len(text) / (HOURS + 3) <= LOG_BYTES_AN_HOUR
    (_, most), *_ = said.most_common(1)
    assert most <= SAME_LINES * (HOURS + 3)


def test_nothing_is_left_running_or_lying_about(room):
    url = httpx.URL(room.house.told()["url"])
    end(room.house)
    until(lambda: not working_in(room.house.data))
    with socket.socket() as probe:
        assert probe.connect_ex((url.host, url.port))
    assert not list(Path(os.environ["XDG_RUNTIME_DIR"]).rglob("*"))
    assert not list(Path(os.environ["TMPDIR"]).rglob("*"))
    left = [
        path for path in room.house.data.rglob("*") if path.suffix in {".part", ".tmp"} or ".roomctl-" in path.name
    ]
    assert not left
