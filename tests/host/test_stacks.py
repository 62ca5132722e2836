"""Dumps as CPython writes them; `test_isolation` has the same from real processes."""

from pathlib import Path

from roomctl.host.stacks import Trouble, culprit

FOLDERS = {"bad": Path("/data/plugins/bad"), "idle": Path("/data/plugins/idle"), "中文": Path("/数据/plugins/x")}

HOST = '  File "/lib/roomctl/host_process.py", line 90 in main\n'
IDLE = """Thread 0x00007f01 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 320 in wait
  File "/data/plugins/idle/__init__.py", line 3 in work
  File "/usr/lib/python3.11/threading.py", line 975 in run

"""


def loop(*frames):
    lines = "".join(f'  File "{file}", line 7 in {function}\n' for file, function in frames)
    return f"{IDLE}Current thread 0x00007f02 (most recent call first):\n{lines}{HOST}"


def test_the_plugin_on_the_stack_of_the_event_loop():
    dump = loop(("/usr/lib/python3.11/subprocess.py", "wait"), ("/data/plugins/bad/page.py", "draw"))
    assert culprit(dump, FOLDERS, Trouble.LOOP) == "bad"


def test_a_thread_that_only_waits_is_not_to_blame():
    assert culprit(loop(("/usr/lib/python3.11/selectors.py", "select")), FOLDERS, Trouble.LOOP) is None


def test_a_call_into_a_plugin_that_holds_the_interpreter():
    dump = loop(("/usr/lib/python3.11/asyncio/base_events.py", "run")) + (
        "\nThread 0x00007f03 (most recent call first):\n"
        '  File "/usr/lib/python3.11/re/__init__.py", line 1 in match\n'
        '  File "/data/plugins/bad/__init__.py", line 9 in roomctl_on_event\n'
        '  File "/lib/roomctl/host/calls.py", line 120 in _outcome\n'
    )
    assert culprit(dump, FOLDERS, Trouble.LOOP) == "bad"


def test_a_crash_is_its_own_threads_and_nobody_elses():
    other = '\nThread 0x00007f04 (most recent call first):\n  File "/data/plugins/bad/a.py", line 1 in f\n'
    crash = "Fatal Python error: Segmentation fault\n\n"
    assert culprit(crash + loop(("/lib/other.py", "f")) + other, FOLDERS, Trouble.CRASH) is None
    assert culprit(crash + loop(("/data/plugins/bad/a.py", "f")), FOLDERS, Trouble.CRASH) == "bad"


def test_a_folder_that_is_not_ascii_is_found():
    assert culprit(loop(("/\\u6570\\u636e/plugins/x/a.py", "f")), FOLDERS, Trouble.LOOP) == "中文"


def test_a_name_that_begins_like_another_is_another():
    assert culprit(loop(("/data/plugins/bad2/a.py", "f")), FOLDERS, Trouble.LOOP) is None
