"""SFTP against OpenSSH's own server."""

import gc
import io
import os
import shutil
import threading
from pathlib import Path

import paramiko
import pytest
from roomctl_archive import places, sftp_target
from roomctl_archive.sftp_target import SftpTarget, fingerprint

from roomctl.api import BadInput, Damaged, MissingPart, NotFound, Refused, RoomctlError, events
from roomctl.api.deliveries import Secret
from roomctl.testing.contracts import ArchiveTargetContract
from tests.plugins.archive.servers import Sshd, line_to, make_key, public

pytestmark = pytest.mark.needs("sshd")
FULL = Path("/dev/full")
CONTENT = os.urandom(3 << 20)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = Sshd(tmp_path_factory.mktemp("ssh") / "d")
    one.start()
    yield one
    one.stop()


@pytest.fixture
def place(server, tmp_path):
    """An empty folder on the server."""
    path = server.root / tmp_path.name
    path.mkdir()
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def section(server, place):
    return {
        "kind": "sftp", "required": True, "host": "127.0.0.1", "port": server.port, "path": str(place),
        "host_key": public(server.host_key), "key_file": str(server.user_key), "secret": "nas",
        "credentials": Secret(user=os.environ.get("USER") or _user(), password=""),
    }  # fmt: skip


def _user():
    import pwd  # noqa: PLC0415

    return pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True, scope="module")
def nothing_is_left_open():
    """Once for all: what is collected without having been closed is a warning, which is an error here."""
    yield
    gc.collect()


@pytest.fixture
def connect(section):
    """Makes targets, and closes them after the test."""
    made = []

    def connect(**changes):
        one = SftpTarget.from_config({**section, **changes}, lambda _: None)
        made.append(one)
        return one

    yield connect
    for one in made:
        one.close()
    assert not [t for t in threading.enumerate() if isinstance(t, paramiko.Transport)], "a connection was left open"


@pytest.fixture
def target(connect):
    return connect()


class TestContract(ArchiveTargetContract):
    @pytest.fixture
    def target(self, connect):
        return connect()


def put(target, key, content=CONTENT):
    return target.put(key, io.BytesIO(content), events.sha256(content))


def got(target, key):
    with target.get(key) as stream:
        return stream.read()


@pytest.mark.skipif(not FULL.exists(), reason="Linux gives a disk that is full")
def test_a_full_disk_of_this_machine_is_not_told_as_the_servers(target):
    put(target, "m/a")
    with pytest.raises(RoomctlError, match="本机磁盘写入失败：/dev/full"):
        places.fetch(target, "m/a", FULL)
    assert places.fetch(target, "m/nothing", Path(os.devnull)) == ""


def test_a_line_that_is_cut_is_told_and_gone_on_with_at_the_byte(connect, server, place):
    with line_to(server.port) as line:
        target = connect(port=line.port)
        target.stat("m/a")
        line.passed, line.cut_after = 0, len(CONTENT) // 2
        with pytest.raises(RoomctlError, match="连接断了"):
            put(target, "m/a")
        assert target.stat("m/a") is None
        (partial,) = (place / "m").iterdir()
        there = partial.stat().st_size
        assert 0 < there < len(CONTENT)
        line.passed = 0
        put(target, "m/a")
        assert line.passed < len(CONTENT) - there + (1 << 18), "what lay there was sent once more"
        assert got(target, "m/a") == CONTENT
        target.close()
    assert [path.name for path in (place / "m").iterdir()] == ["a"]


def test_a_server_that_falls_silent_is_given_up_in_time(connect, server, monkeypatch):
    monkeypatch.setattr(sftp_target, "SILENCE", 0.3)
    with line_to(server.port) as line:
        target = connect(port=line.port)
        target.stat("m/a")
        line.stalled = True
        with pytest.raises(RoomctlError, match="连接断了"):
            target.stat("m/a")
        line.stalled = False
        put(target, "m/a", b"x")
        target.close()


def test_a_slow_line_is_slow_and_no_more(connect, server):
    with line_to(server.port) as line:
        line.rate = 3e6
        target = connect(port=line.port)
        put(target, "m/a", CONTENT[: 1 << 20])
        assert got(target, "m/a") == CONTENT[: 1 << 20]
        target.close()


def test_a_partial_file_that_is_longer_than_the_whole_is_begun_anew(connect, place):
    target = connect()
    put(target, "m/a")
    (place / "m" / f".{events.sha256(CONTENT)[:24]}.partial").write_bytes(CONTENT + b"more")
    put(target, "m/a")
    assert got(target, "m/a") == CONTENT


def test_reading_may_end_early(target):
    put(target, "m/a")
    with target.get("m/a") as stream:
        assert stream.read(10) == CONTENT[:10]
    assert target.stat("m/a").bytes == len(CONTENT)


def test_a_host_key_that_was_never_registered_is_shown_and_not_trusted(connect, server):
    with pytest.raises(Refused, match="还没有登记") as told:
        connect(host_key="").stat("m/a")
    line = public(server.host_key)
    assert line in told.value.mend
    assert fingerprint(paramiko.Ed25519Key.from_private_key_file(str(server.host_key)).asbytes()) in told.value.why
    connect(host_key=line).stat("m/a")


def test_a_host_key_that_changed_is_refused_in_words(connect, tmp_path):
    other = public(make_key(tmp_path / "other"))
    with pytest.raises(Refused, match="主机公钥变了") as told:
        connect(host_key=other).stat("m/a")
    assert told.value.why.count("SHA256:") == 2
    assert "冒充" in told.value.mend


def test_a_host_key_of_another_kind_is_a_changed_one(connect, tmp_path):
    with pytest.raises(Refused, match="主机公钥变了"):
        connect(host_key=public(make_key(tmp_path / "other", "ecdsa"))).stat("m/a")


def test_a_key_that_the_server_does_not_know_is_refused_in_words(connect, tmp_path):
    refused = connect(key_file=str(make_key(tmp_path / "stranger")))
    for _ in range(2):
        with pytest.raises(Refused, match="登录"):
            refused.stat("m/a")


def test_a_private_key_with_a_passphrase_needs_the_one_of_the_secret(connect, server, tmp_path, section):
    locked = make_key(tmp_path / "locked", password="open-it")  # noqa: S106
    keys = server.folder / "authorized_keys"
    keys.write_text(keys.read_text() + locked.with_name("locked.pub").read_text())
    user = section["credentials"].user
    with pytest.raises(BadInput, match="locked"):
        connect(key_file=str(locked)).stat("m/a")
    connect(key_file=str(locked), credentials=Secret(user, "open-it")).stat("m/a")


def test_a_folder_that_is_not_there_is_never_made(connect, place):
    with pytest.raises(MissingPart, match="不会自动新建"):
        put(connect(path=str(place / "away")), "m/a")
    assert not (place / "away").exists()


def test_a_dead_server_is_told(connect):
    with pytest.raises(RoomctlError, match="127\\.0\\.0\\.1:1"):
        connect(port=1).stat("m/a")


@pytest.fixture
def other_server(tmp_path, section):
    """A server of its own, with what is wrong with it, and a target on it."""
    made = []

    def start(**wrong):
        server = Sshd(tmp_path / "d", **wrong)
        server.start()
        made.append(server)
        keys = {"host_key": public(server.host_key), "key_file": str(server.user_key)}
        target = SftpTarget.from_config(
            {**section, **keys, "port": server.port, "path": str(server.root)}, lambda _: None
        )
        made.insert(0, target)
        return target

    yield start
    for one in made:
        getattr(one, "stop", getattr(one, "close", None))()


def test_a_folder_that_may_not_be_written_is_told(other_server):
    target = other_server(options="-R")  # sftp-server's own way to be read-only
    with pytest.raises(RoomctlError, match="写权限"):
        put(target, "m/a")
    with pytest.raises(RoomctlError, match="写权限"):
        target.probe()


def test_a_full_disk_is_told_and_nothing_half_stands_under_the_name(other_server):
    target = other_server(prefix=("sh", "-c", 'trap "" XFSZ; ulimit -f 2048; exec "$@"', "sh"))
    with pytest.raises(RoomctlError, match="磁盘可能已满"):
        put(target, "m/a")  # 3 MiB where 1 or 2 fit
    assert target.stat("m/a") is None


def test_a_probe_leaves_nothing(target, place):
    assert target.probe() is None
    assert list(place.iterdir()) == []


def test_keys_lists_what_is_there_and_no_partial_file(target, place):
    put(target, "m/p/data/a", b"1")
    put(target, "m/q/b", b"2")
    (place / "m" / "p" / ".x.partial").write_bytes(b"")
    assert list(target.keys()) == ["m/p/data/a", "m/q/b"]
    assert list(target.keys("m/p")) == ["m/p/data/a"]


@pytest.mark.parametrize(
    "changes",
    [{"host": ""}, {"port": 0}, {"hots": "x"}, {"secret": ""}, {"path": ""}, {"host_key": "rubbish"}],
)
def test_settings_that_are_wrong_are_told_by_their_key_in_one_line(connect, changes):
    with pytest.raises(BadInput) as told:
        connect(**changes).stat("m/a")
    assert next(iter(changes)) in str(told.value)
    assert "\n" not in str(told.value)


def test_what_is_not_there_is_not_found(target):
    with pytest.raises(NotFound):
        got(target, "m/none")
    with pytest.raises(Damaged):
        target.put("m/a", io.BytesIO(b"x"), events.sha256(b"y"))
