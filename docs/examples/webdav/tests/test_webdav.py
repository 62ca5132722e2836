import hashlib
import io
from pathlib import Path

import pytest
import roomctl_webdav
from roomctl_webdav.target import WebdavTarget
from server import PASSWORD, USER, serving

from roomctl.api import BadInput, MissingPart, Refused, RoomctlError
from roomctl.api.targets import Secret
from roomctl.testing.contracts import ArchiveTargetContract
from roomctl.testing.hosting import hosted

SOUND = b"sound" * 1000
ACCOUNT = Secret(user=USER, password=PASSWORD)
SECTION = {"kind": "webdav", "insecure": True, "secret": "dav", "credentials": ACCOUNT}


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    return tmp_path_factory.mktemp("disk")


@pytest.fixture(scope="module")
def url(disk):
    with serving(disk) as address:
        yield address


@pytest.fixture
def section(url, disk, request):
    """A collection of its own."""
    name = f"集{abs(hash(request.node.nodeid))}"
    (disk / name).mkdir()
    return SECTION | {"url": f"{url}/{name}"}


@pytest.fixture
def target(section):
    made = WebdavTarget.from_config(section)
    yield made
    made.close()


def put(target, key, content=SOUND):
    return target.put(key, io.BytesIO(content), hashlib.sha256(content).hexdigest())


class TestContract(ArchiveTargetContract):
    @pytest.fixture
    def target(self, target):
        return target


def test_files_lie_on_the_server_under_their_own_names(target, disk, section):
    put(target, "2026/m 1/声音.flac")
    folder = disk / section["url"].rpartition("/")[2]
    assert (folder / "2026" / "m 1" / "声音.flac").read_bytes() == SOUND
    assert list(target.keys()) == list(target.keys("2026")) == ["2026/m 1/声音.flac"]
    assert not list(target.keys("2027"))


def test_what_a_try_that_broke_off_leaves_is_no_file_of_the_package(target, disk, section):
    class Torn(io.BytesIO):
        def read(self, size=-1):
            if self.tell():
                raise OSError(5, "Input/output error")
            return super().read(100)

    with pytest.raises(OSError, match="Input/output"):
        target.put("m/sound", Torn(SOUND), hashlib.sha256(SOUND).hexdigest())
    assert not list(target.keys())
    assert put(target, "m/sound").bytes == len(SOUND)
    folder = disk / section["url"].rpartition("/")[2]
    assert [path.name for path in (folder / "m").iterdir()] == ["sound"]


def test_a_probe_leaves_nothing(target, disk, section):
    target.probe()
    assert not list((disk / section["url"].rpartition("/")[2]).iterdir())


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ({"credentials": Secret(user=USER, password="wrong")}, Refused, "secrets.toml"),
        ({"url": "http://127.0.0.1:1/dav"}, RoomctlError, "127.0.0.1:1"),
        ({"insecure": False}, BadInput, "insecure"),
        ({"secret": ""}, BadInput, "secret"),
        ({"path": "/srv"}, BadInput, "path"),
        ({"ca_file": "/nowhere.pem"}, BadInput, "nowhere"),
    ],
)
def test_what_is_wrong_is_said_with_the_mend(section, change, error, said):
    with pytest.raises(error, match=said) as told:
        with_target(section | change)
    assert told.value.mend


def with_target(section):
    target = WebdavTarget.from_config(section)
    try:
        target.probe()
    finally:
        target.close()


def test_the_collection_itself_is_never_made(section):
    with pytest.raises(MissingPart, match="gone"):
        with_target(section | {"url": f"{section['url']}/gone"})


def test_a_server_that_went_away_is_said_in_a_sentence(disk):
    with serving(disk) as address:
        made = WebdavTarget.from_config(SECTION | {"url": address})
        put(made, "m/before")
    with pytest.raises(RoomctlError) as told:
        put(made, "m/after")
    made.close()
    assert "\n" not in str(told.value)


def test_the_host_takes_it(tmp_path, section):
    with hosted(Path(roomctl_webdav.__file__).parent, tmp_path) as host:
        (row,) = host.status()
        assert row.status == "enabled", f"{row.status}: {row.reason}"
        host.target("webdav")(section).close()
