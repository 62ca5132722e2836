import subprocess
import sys
from pathlib import Path

import pytest

from roomctl.errors import Busy
from roomctl.host.lock import HostLock

HOLDER = """
import sys
from pathlib import Path
from roomctl.host.lock import HostLock
lock = HostLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "host.lock"


def test_another_process_keeps_the_lock_until_it_dies(path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == "True"
        mine = HostLock(path)
        assert not mine.acquire()
        assert mine.holder() == other.pid
        with pytest.raises(Busy, match=str(other.pid)), mine:
            pass
        other.kill()
    assert mine.acquire()
    mine.release()


def test_the_lock_is_free_again_after_release(path: Path) -> None:
    first, second = HostLock(path), HostLock(path)
    with first:
        assert first.held
        assert not second.acquire()
    assert second.acquire()
    second.release()
    second.release()


def test_taking_it_twice_is_having_it_once(path: Path) -> None:
    lock = HostLock(path)
    assert lock.acquire()
    assert lock.acquire()
    lock.release()
    assert not lock.held
