"""Loaded by each Python process that is started with this folder on PYTHONPATH: a machine that fails when told to.

FAULT   JSON: `module`, the process that is meant, as in `python -m module`; `folder`, whose files are meant;
        `at`, the number of the call on such a file, from 1, before which the process is killed; `half`, true where
        a write is done by half first; `once`, a file that is made then, and while it is there nobody is killed;
        `only`, a file while which is missing nobody is killed; `log`, a file that gets a line for each call.
CLOCK   a file with the seconds by which the system's clock is wrong.
"""

import datetime
import json
import os
import signal
import sys
import time

CALLS = ("open", "write", "fsync", "fdatasync", "ftruncate", "rename", "replace", "link", "unlink")


def _interpose(fault):
    real = {name: getattr(os, name) for name in CALLS if hasattr(os, name)}
    count = 0

    def meant(argument):
        path = os.readlink(f"/proc/self/fd/{argument}") if isinstance(argument, int) else os.fsdecode(argument)
        return path if path.startswith(fault["folder"]) else ""

    def die():
        if "once" in fault:
            os.close(real["open"](fault["once"], os.O_CREAT | os.O_WRONLY))
        os.kill(os.getpid(), signal.SIGKILL)

    def spared():
        return ("once" in fault and os.path.exists(fault["once"])) or (
            "only" in fault and not os.path.exists(fault["only"])
        )

    def wrapped(name):
        def call(first, *others, **more):
            nonlocal count
            path = meant(first)
            if path:
                count += 1
                if "log" in fault:
                    with open(fault["log"], "a", encoding="utf-8") as log:
                        log.write(f"{name} {os.path.basename(path)}\n")
                if count == fault.get("at") and not spared():
                    if name == "write" and fault.get("half"):
                        real["write"](first, bytes(others[0])[: len(others[0]) // 2])
                    die()
            return real[name](first, *others, **more)

        return call

    for name in real:
        setattr(os, name, wrapped(name))


def _misset(file):
    def wrong():
        try:
            with open(file, encoding="utf-8") as told:
                return float(told.read() or 0)
        except OSError:
            return 0.0

    real, now = datetime.datetime, time.time

    class Misset(real):
        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + datetime.timedelta(seconds=wrong())

        @classmethod
        def utcnow(cls):
            return real.utcnow() + datetime.timedelta(seconds=wrong())

    datetime.datetime = Misset
    time.time = lambda: now() + wrong()


_fault = json.loads(os.environ.get("FAULT", "{}"))
if _fault and _fault["module"] in sys.orig_argv:
    _interpose(_fault)
if "CLOCK" in os.environ:
    _misset(os.environ["CLOCK"])
