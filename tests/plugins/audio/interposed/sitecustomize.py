"""Loaded by each Python process that is started with this folder on PYTHONPATH: a machine that fails when told to.

FAULT   JSON: `module`, the process that is meant, as in `python -m module`; `folder`, whose files are meant;
        `at`, the number of the call on such a file, from 1, before which the process is killed; `half`, true
        where a write is done by half first; `once`, a file that is made then, and while it is there nobody is
        killed; `only`, a file without which nobody is killed; `log`, a file that gets a line for each call.
CLOCK   a file with the seconds by which the system's clock is wrong.
"""

import datetime as dt
import json
import os
import signal
import sys
import time
from pathlib import Path

CALLS = ("open", "write", "fsync", "fdatasync", "ftruncate", "rename", "replace", "link", "unlink")


class Fault:
    """Stands before the calls of `os` that change files."""

    def __init__(self, told):
        self.told, self.count = told, 0
        self.real = {name: getattr(os, name) for name in CALLS if hasattr(os, name)}
        for name in self.real:
            setattr(os, name, self._before(name))

    def _before(self, name):
        def call(first, *others, **more):
            if path := self._meant(first):
                self.count += 1
                self._log(f"{name} {Path(path).name}\n")
                if self.count == self.told.get("at") and not self._spared():
                    if name == "write" and self.told.get("half"):
                        self.real["write"](first, bytes(others[0])[: len(others[0]) // 2])
                    self._die()
            return self.real[name](first, *others, **more)

        return call

    def _meant(self, argument):
        path = str(Path(f"/proc/self/fd/{argument}").readlink()) if isinstance(argument, int) else os.fspath(argument)
        return path if os.fsdecode(path).startswith(self.told["folder"]) else ""

    def _log(self, line):
        if "log" in self.told:
            with Path(self.told["log"]).open("a", encoding="utf-8") as log:
                log.write(line)

    def _spared(self):
        killed, wanted = self.told.get("once"), self.told.get("only")
        return bool(killed and Path(killed).exists()) or bool(wanted and not Path(wanted).exists())

    def _die(self):
        if "once" in self.told:
            Path(self.told["once"]).touch()
        os.kill(os.getpid(), signal.SIGKILL)


def misset(file):
    """The system's clock is wrong by the seconds that stand in the file; the monotonic clock is right."""
    real, now = dt.datetime, time.time

    def wrong():
        try:
            return float(file.read_text(encoding="utf-8") or 0)
        except OSError:
            return 0.0

    class Misset(real):
        @classmethod
        def now(cls, tz=None):
            return real.now(tz) + dt.timedelta(seconds=wrong())

    dt.datetime = Misset
    time.time = lambda: now() + wrong()


told = json.loads(os.environ.get("FAULT", "{}"))
if told and told["module"] in sys.orig_argv:
    Fault(told)
if "CLOCK" in os.environ:
    misset(Path(os.environ["CLOCK"]))
