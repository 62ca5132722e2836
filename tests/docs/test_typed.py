"""The commands of README and guides, typed one after the other as the guides tell one meeting.

By default those that take the blink of an eye; `pytest -m long` types all.
"""

import json
import textwrap
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import docx
import numpy as np
import openpyxl
import pytest
import soundfile

from tests.cli.conftest import Shell, shell  # noqa: F401 - a fixture
from tests.docs.reading import ENGLISH, ROOT, commands
from tests.docs.test_commands import meant

DEVICES = ROOT / "docs/guide/devices.md"
SPEECH = 16
"""Seconds of it: what is said is decoded several times here."""
MINUTES = 10
"""Of silence behind it, so that the room's sound does not end before the meeting."""
CLIP = ROOT / "roomctl/demo/clip/demo_60s.flac"

DAY: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("technician.md", ("check", "ID")),
    ("secretary.md", ("signin",)),
    ("operator.md", ("meetings", "arm")),
    ("technician.md", ("room",)),
    ("secretary.md", ("transcript", "holes")),
    ("operator.md", ()),
    ("technician.md", ()),
    ("secretary.md", ()),
    ("archivist.md", ()),
    ("devices.md", ()),
    *((path.name, ()) for path in ENGLISH),
)
"""Whose guide comes next, and before which command the next one takes over; each goes on where it was left."""

NOT_HERE: dict[tuple[str, ...], str] = {
    ("accounts", "add"): "asks for a password at the keyboard: tests/cli/test_accounts.py",
    ("accounts", "passwd"): "asks for a password at the keyboard: tests/cli/test_accounts.py",
    ("accounts", "token"): "is for an account, which asks for a password: tests/cli/test_accounts.py",
    ("archive", "encrypt"): "asks for a passphrase at the keyboard: tests/plugins/archive",
    ("archive", "hand-over"): "needs a machine that is declared: tests/cli/test_secrecy.py",
    ("check", "--acoustic"): "needs a loudspeaker: tests/plugins/av_check/acoustics",
    ("demo",): "is the first command of README: tests/cli/test_demo.py",
    ("devices", "discover"): "asks the network that this machine is in: tests/plugins/av_check",
    ("devices", "secret"): "asks for a password at the keyboard: tests/cli/test_devices.py",
    ("emulate", "room"): "runs beside the others here, until the last is done",
    ("macro", "run", "start"): "moves devices at the guide's addresses: tests/cli/test_macro.py",
    ("models", "import"): "needs a folder of models: tests/models",
    ("models", "pull"): "needs the network: tests/models",
    ("plugins", "info"): "is of a plugin that was installed: tests/host/test_installed.py",
    ("plugins", "install"): "needs a wheel: tests/host/test_installed.py",
    ("restore", "--settings"): "is for another machine: tests/cli/test_backup.py",
    ("secrecy", "list"): "needs a machine that is declared: tests/cli/test_secrecy.py",
    ("secrecy", "receive"): "needs a machine that is declared: tests/cli/test_secrecy.py",
    ("secrecy", "register"): "needs a machine that is declared: tests/cli/test_secrecy.py",
    ("serve",): "runs until Ctrl-C: tests/cli/test_serve.py",
    ("service", "install"): "sets up the machine: tests/cli/test_service.py",
    ("service", "status"): "asks systemd: tests/cli/test_service.py",
    ("service", "uninstall"): "sets up the machine: tests/cli/test_service.py",
}
"""Commands, by their first words, that are read by the parser alone, and why."""

ENDS: dict[tuple[str, ...], set[int]] = {
    ("archive", "accept"): {2},  # a person has to answer first
    ("archive", "register"): {1},  # the same
    ("archive", "retry"): {2},  # nothing failed
    ("check",): {0, 1},  # whether this machine has anything to mend
    ("papers", "check"): {1},  # the roster does not have the written form of a unit
}
"""Exit codes of what is no failure of the command."""

ELSEWHERE = (("devices", "template"), ("devices", "add"), ("devices", "export"), ("macro", "run"))
"""What is for a room with the guide's devices; the meeting is in the virtual one."""

MORE: dict[tuple[str, ...], tuple[str, ...]] = {
    ("devices", "do"): ("--yes",),  # nobody is there to answer
    **dict.fromkeys(ELSEWHERE, ("--data", "other")),
    ("meetings", "adjourn"): ("--yes",),
}
"""What is typed besides."""

HALL = {"ROOMCTL_SECRET_HALL_PASSWORD": "JBMIAProjectorLink"}
"""What would be typed at the keyboard for `devices secret hall`."""

QUICK = {
    *("init", "meetings new", "meetings approve", "roster import", "meetings open"),
    *("signin leave", "signin decide", "signin sign", "signin status"),
}
"""What is typed by default."""


def day() -> Iterator[tuple[str, ...]]:
    """The words of each command once, in the order in which the guides' people type them."""
    left = {path.name: [(*meant(one),) for one in commands(path) if one.running] for path in ENGLISH}
    seen = set()
    for name, until in DAY:
        while left[name]:
            words = tuple("ID" if word == "MEETING" else word for word in left[name][0])
            if until and words[: len(until)] == until:
                break
            left[name].pop(0)
            if words not in seen and not excused(words):
                yield words
            seen.add(words)


def excused(words: tuple[str, ...]) -> tuple[str, ...]:
    """The entry of NOT_HERE that it falls under, if any."""
    return () if "--dry-run" in words else next((first for first in NOT_HERE if words[: len(first)] == first), ())


def test_nothing_is_excused_that_nobody_is_told():
    told = {excused(meant(one)) for path in ENGLISH for one in commands(path) if one.running}
    assert told - {()} == NOT_HERE.keys()
    for why in NOT_HERE.values():
        assert (ROOT / why.partition(": ")[2]).exists(), why


class Room:
    """A data folder, and what lies about in the folder where the commands are typed."""

    def __init__(self, shell: Shell) -> None:  # noqa: F811
        self.shell = shell
        self.folder = shell.folder
        sheet = openpyxl.Workbook()
        for row in (("姓名", "单位", "职务"), ("张建国", "市政府", "副市长"), ("李晓明", "市住建局", "局长")):
            sheet.active.append(row)
        sheet.active.append(("陈志强", "市财政局", "局长"))
        sheet.save(self.folder / "people.xlsx")
        paper = docx.Document()
        paper.add_paragraph("今年计划新建公共停车场12个，新增车位3500个，总投资4700万元。")
        paper.save(str(self.folder / "paper.docx"))
        for name, seconds in (("part1.m4a", SPEECH), ("part2.m4a", SPEECH // 2)):
            heard, rate = self.speech(seconds)
            soundfile.write(self.folder / name, heard, rate, format="FLAC")  # what is in a file says what it is
        (self.folder / "usb").mkdir()

    @staticmethod
    def speech(seconds: int) -> tuple[np.ndarray, int]:
        """The beginning of the clip, and its rate."""
        rate = soundfile.info(CLIP).samplerate
        return soundfile.read(CLIP, frames=seconds * rate, dtype="int16")

    def equip(self) -> None:
        """Somebody speaks in this room, it has the macro of the guide to devices, and there is another one."""
        assert self.shell("init", "--data", "other").returncode == 0
        spoken, rate = self.speech(SPEECH)
        silence = np.zeros(MINUTES * 60 * rate, dtype="int16")
        soundfile.write(self.folder / "room.flac", np.concatenate([spoken, silence]), rate)
        with (self.folder / "data/roomctl.toml").open("a") as file:
            file.write(f'\n[plugins.audio]\nsource = "file:{self.folder / "room.flac"}"\n')
        lines = DEVICES.read_text(encoding="utf-8").splitlines()
        first = lines.index("    [[macros]]")
        last = next(place for place, line in enumerate(lines) if place > first and line.startswith("    roomctl"))
        (self.folder / "other/macros.toml").write_text(textwrap.dedent("\n".join(lines[first:last])))

    @cached_property
    def meeting(self) -> str:
        return json.loads(self.shell("meetings", "list", "--json").stdout)["meetings"][0]["id"]

    def package(self) -> Path:
        return min((self.folder / "data/meetings").glob("*/package/*"))

    def real(self, word: str) -> str:
        """What somebody in this room types for a word of the guide."""
        places = {
            "ID": lambda: self.meeting,
            "PACKAGE": self.package,
            "FILE": lambda: self.folder / "package.rcp",
            "/media/usb": lambda: self.folder / "usb",
            "mic": lambda: f"file:{self.folder / 'part1.m4a'}",
        }
        return str(places[word]()) if word in places else word

    def type(self, words: tuple[str, ...]) -> str:
        """Types it; what went wrong, if anything. It is printed, too: a later command may never end."""
        more = next((added for first, added in MORE.items() if words[: len(first)] == first), ())
        done = self.shell(*map(self.real, words), *more, **HALL)
        expected = next((code for first, code in ENDS.items() if words[: len(first)] == first), {0})
        if done.returncode in expected:
            return ""
        told = f"roomctl {' '.join(words)} → {done.returncode}: {done.stderr or done.stdout}"
        print(told)
        return told


@pytest.fixture
def room(shell: Shell) -> Room:  # noqa: F811
    return Room(shell)


@pytest.mark.timeout(300)
def test_what_is_quick_can_be_typed(room):
    chosen = [words for words in day() if " ".join(words[:2]) in QUICK or words[0] in QUICK]
    assert len(chosen) >= len(QUICK)
    assert not [wrong for words in chosen if (wrong := room.type(words))]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.needs("model:faster-whisper-base", "python:faster_whisper")
def test_a_whole_meeting_can_be_typed(room):
    room.shell.patience = 900  # two transcripts are made
    assert not room.type(("init",))
    room.equip()
    rack = room.shell.start("emulate", "room")
    try:
        while room.shell("devices", "show", "pjlink").returncode:
            assert rack.poll() is None
        wrong = [told for words in list(day())[1:] if (told := room.type(words))]
        assert not wrong, "\n".join(wrong)
    finally:
        room.shell("meetings", "stop", room.meeting, "--yes")  # where something went wrong before its end
        rack.terminate()
        rack.communicate()
