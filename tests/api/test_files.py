"""Files that survive a power cut, and lose nothing where two programs change them at once."""

import os
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_signin import evidence
from roomctl_transcript import glossary

from roomctl import durable
from roomctl.api.files import atomic_write, changing, durable_rename
from roomctl.errors import BadInput, Busy
from roomctl.storage.database import open_database
from roomctl.storage.inventory import InventoryFile
from roomctl.storage.plugin_store import SqlPluginStore

TIMES = 25
CHANGER = f"""
import sys
from pathlib import Path
from types import SimpleNamespace

from roomctl_signin import evidence
from roomctl_transcript import glossary

from roomctl.domain.devices import Device
from roomctl.storage.database import open_database
from roomctl.storage.inventory import InventoryFile
from roomctl.storage.plugin_store import SqlPluginStore

data, who = Path(sys.argv[1]), sys.argv[2]
inventory, database = InventoryFile(data), open_database(data / "roomctl.db")
ctx = SimpleNamespace(
    services=SimpleNamespace(data=data), store=lambda _: SqlPluginStore(database, "signin")
)
print("ready", flush=True)
input()
for n in range({TIMES}):
    inventory.put([Device(id=f"{{who}}{{n}}", kind="pjlink", title=("投影", ""))])
    glossary.add(data, [f"{{who}}词{{n}}"])
    evidence.remember(ctx, "", {{f"{{who}}{{n:04}}": who}})
database.close()
"""
"""What the host and a command do: devices, words of the office, cards."""


@given(st.binary(max_size=2000))
def test_what_is_written_is_what_is_read(tmp_path_factory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("write") / "heads.json"
    atomic_write(path, b"old")
    atomic_write(path, content)
    assert path.read_bytes() == content
    assert os.listdir(path.parent) == [path.name]  # noqa: PTH208 - nothing else is left behind


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "heads.json"
    path.mkdir()  # nothing can be renamed onto it
    with pytest.raises(OSError, match="heads"):
        atomic_write(path, "new")
    assert [found.name for found in tmp_path.iterdir()] == ["heads.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="access lists, not mode bits")
def test_a_secret_is_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "secrets.toml"
    atomic_write(path, "key", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="access lists, not mode bits")
@pytest.mark.parametrize(("mode", "kept"), [(0o600, 0o600), (0o664, 0o664), (0o444, 0o644)])
def test_who_may_read_a_file_stays_as_somebody_has_set_it(tmp_path: Path, mode, kept) -> None:
    path = tmp_path / "roomctl.toml"
    path.write_text("old")
    path.chmod(mode)
    atomic_write(path, "new")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("new", kept)


def test_a_rename_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a.part").write_text("new")
    (tmp_path / "b").write_text("old")
    durable_rename(tmp_path / "from" / "a.part", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "new"
    assert not (tmp_path / "from" / "a.part").exists()


def test_of_what_two_programs_change_at_once_nothing_is_lost(tmp_path: Path, fresh: Path) -> None:
    database = tmp_path / "roomctl.db"
    database.write_bytes((fresh / "roomctl.db").read_bytes())
    with ExitStack() as ends:
        changers = []
        for who in ("host", "command"):
            argv = [sys.executable, "-c", CHANGER, str(tmp_path), who]
            one = ends.enter_context(subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            ends.callback(one.kill)
            changers.append(one)
        for one in changers:
            assert one.stdout.readline() == b"ready\n"
        for one in changers:
            one.stdin.write(b"\n")
            one.stdin.close()
        assert [one.wait(120) for one in changers] == [0, 0]
    assert len(InventoryFile(tmp_path).own()) == 2 * TIMES
    assert len(glossary.terms(tmp_path)) == 2 * TIMES
    opened = open_database(database)
    assert len(SqlPluginStore(opened, "signin").get(evidence.CARDS)) == 2 * TIMES
    opened.close()


def test_a_change_waits_for_the_one_before_and_not_for_ever(tmp_path: Path, monkeypatch) -> None:
    path, order = tmp_path / "devices.toml", []

    def second() -> None:
        with changing(path):
            order.append("second")

    with changing(path):
        waiting = threading.Thread(target=second)
        waiting.start()
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]

    monkeypatch.setattr(durable, "PATIENCE", 0.0)
    with changing(path), pytest.raises(Busy, match=r"devices\.toml"), changing(path):
        pass
    with changing(path):
        assert not path.exists()


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="nothing keeps root from writing")
def test_what_cannot_be_written_is_told_in_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(BadInput, match=r"devices\.toml"), changing(tmp_path / "devices.toml"):
        pass
