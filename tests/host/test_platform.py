import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.api.files import atomic_write, durable_rename
from roomctl.api.process import process_identity, same_process


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


def test_a_rename_replaces_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "from").mkdir()
    (tmp_path / "from" / "a.part").write_text("new")
    (tmp_path / "b").write_text("old")
    durable_rename(tmp_path / "from" / "a.part", tmp_path / "b")
    assert (tmp_path / "b").read_text() == "new"
    assert not (tmp_path / "from" / "a.part").exists()


def test_this_process_is_itself() -> None:
    me = process_identity()
    assert me is not None
    assert me.pid == os.getpid()
    assert same_process(me)


def test_a_later_process_of_the_same_pid_is_another() -> None:
    me = process_identity()
    assert me is not None
    assert not same_process(replace(me, started="earlier"))


def test_a_dead_process_is_nobody_even_while_it_is_a_zombie() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        seen = process_identity(child.pid)
        assert seen is not None
        assert same_process(seen)
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.close()
        assert child.stdout is not None
        child.stdout.read()  # to its end; it is a zombie now, or will be in a moment
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert not same_process(seen)
    assert process_identity(child.pid) is None
