import os
import subprocess
import sys
from dataclasses import replace

from roomctl.api.process import process_identity, same_process


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
