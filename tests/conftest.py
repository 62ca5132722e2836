"""What every test may use: parts that may be missing, and audio that may be beside the checkout."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from roomctl import i18n
from roomctl.storage.database import open_database
from roomctl.testing.parts import missing

ROOT = Path(__file__).parent.parent
WAITING = (
    *("tests/cli/", "tests/host/", "tests/contracts/", "tests/docs/", "tests/web/pages/"),
    *("tests/plugins/audio/", "tests/plugins/av_check/", "tests/plugins/stt_", "tests/plugins/transcript/captions/"),
)
"""Files that wait in real time begin first, or one process is left with them at the end."""
LONGEST = "tests/story/"
"""Some minutes of a meeting, and before them all."""

settings.register_profile("dev", max_examples=50, deadline=None)
settings.register_profile("ci", max_examples=60, deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """`@pytest.mark.needs("portaudio")`: skipped with the reason where the part is missing; in CI a failure."""
    for item in items:
        for mark in item.iter_markers("needs"):
            for part in mark.args:
                why = missing(part)
                if why and not os.environ.get("CI"):
                    item.add_marker(pytest.mark.skip(reason=why))
                elif why:
                    item.add_marker(pytest.mark.usefixtures("missing_part"))
                    item.user_properties.append(("missing", why))
    items.sort(key=lambda item: (not item.nodeid.startswith(LONGEST), not item.nodeid.startswith(WAITING)))
    told: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.get_closest_marker("story"):
            told.setdefault(item.nodeid.partition("::")[0], []).append(place)
    for places in told.values():
        in_order = sorted((items[place] for place in places), key=lambda item: item.reportinfo()[1] or 0)
        for place, item in zip(places, in_order, strict=True):
            items[place] = item


@pytest.fixture
def missing_part(request: pytest.FixtureRequest) -> None:
    pytest.fail("; ".join(str(why) for name, why in request.node.user_properties if name == "missing"))


@pytest.fixture(autouse=True)
def _language_of_its_own() -> Iterator[None]:
    """What a test, or the code it runs, says of the language ends with it."""
    token = i18n._language.set(None)
    yield
    i18n._language.reset(token)


@pytest.fixture(scope="session")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a new database, to be copied: migrating it for every test takes longer than the tests."""
    folder = tmp_path_factory.mktemp("fresh")
    open_database(folder / "roomctl.db", room_name="第一会议室").close()
    return folder


@pytest.fixture(scope="session")
def shared_speech() -> Path:
    """Mandarin meeting audio with its known text, where it lies beside the checkout."""
    folder = ROOT.parent / "shared" / "speech"
    if not folder.is_dir():
        pytest.skip("no speech corpus beside this checkout")
    return folder


@pytest.fixture(scope="session")
def demo_clip() -> Path:
    return ROOT / "roomctl" / "demo" / "clip" / "demo_60s.flac"
