"""Keeps a host running: starts it again when it dies or shows no life, and stops it with all that it started.

The launcher loads nothing of the host, so that little can go wrong in it. A capture is in a session of its own and
outlives both.

ROOMCTL_DATA=DIR python -m roomctl.launcher --host 127.0.0.1 --port 8470
"""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from roomctl.errors import BadInput, RoomctlError
from roomctl.host.lock import HostLock
from roomctl.host.logs import keep
from roomctl.host.manifest import discover
from roomctl.host.notify import Manager
from roomctl.host.platform import Effort, effort, kill_session, new_session, request_dump
from roomctl.host.signs import Sign, read
from roomctl.host.stacks import Trouble, culprit
from roomctl.host.starts import Starts
from roomctl.host.status import StatesFile
from roomctl.host.watchdog import Spent
from roomctl.i18n import tr

log = logging.getLogger("roomctl.launcher")  # it runs as __main__

RESTART = 75
"""Exit code of a host that wants another one in its place (sysexits.h, EX_TEMPFAIL)."""

STACKS = Path("logs", "stacks.txt")
"""In the data folder: what faulthandler writes of the host that runs."""

KEPT = 10  # dumps of earlier hosts
LOOK = 0.25  # seconds between two looks
ASLEEP = 5.0  # seconds between two looks after which it was the launcher, or the machine, that stood still
LENIENCE = 3  # times its limit that a host is excused for want of a processor; what holds it from inside starves, too
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds before another start; doubled with each death in a row
STEADY = 60.0  # seconds of being ready after which earlier deaths are forgotten
LOOP_OF_DEATHS = 5  # deaths in a row after which the next start is in safe mode
STOP = 4.6  # seconds that a host has to end


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds without a sign of life.

    Attributes:
        start: between two signs, until the event loop runs: one database opened, one plugin loaded.
        beat: of the event loop, and of the host's own thread once it is ready; the host's settings may name another.

    """

    start: float = 120.0
    beat: float = 10.0


@dataclass
class Life:
    """One host from its start to its end."""

    process: "subprocess.Popen[bytes]"
    beat: float
    signs: dict[Sign, float] = field(default_factory=dict)
    began: float = field(default_factory=time.monotonic)
    latest: float = field(default_factory=time.monotonic)
    seen: Effort | None = None
    excused: float = 0.0

    def __post_init__(self) -> None:
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def over(self) -> int:
        """Its exit code, once it is dead and its pipes are closed."""
        code = self.process.wait()
        assert self.process.stdin is not None  # noqa: S101 - PIPE
        self.process.stdin.close()
        self._listener.join(1.0)  # what it started may hold the other end
        return code

    def silent(self, start: float, share: float = 1.0) -> Trouble | None:
        """What shows no life any more, or for that share of the time. `start`: seconds, as in `Limits`."""
        now, beat = time.monotonic(), share * self.beat
        if Sign.LOOP not in self.signs:
            return Trouble.START if now - self.latest > share * start else None
        if now - self.signs[Sign.LOOP] > beat:
            return Trouble.LOOP
        if Sign.READY in self.signs and now - max(self.signs.get(Sign.TICK, 0), self.signs[Sign.READY]) > beat:
            return Trouble.TICK
        return None

    def pass_time(self, seconds: float, start: float) -> Trouble | None:
        """As `silent`, so many seconds after the last time; what the machine kept from it in them is excused."""
        if seconds > ASLEEP:
            self.excuse(seconds)
        if seconds > ASLEEP or not self.silent(start, share=0.5):
            self.seen, self.excused = None, 0.0
            return None
        before, self.seen = self.seen, effort(self.process.pid, family=False)
        if before and self.seen:
            limit = self.beat if Sign.LOOP in self.signs else start
            left = max(0.0, LENIENCE * limit - self.excused)
            starved = min(left, Spent.between(before, self.seen, seconds).starved)
            self.excused += starved
            self.excuse(starved)
        return self.silent(start)

    def excuse(self, seconds: float) -> None:
        """So much of the silence was not the host's."""
        self.latest += seconds
        for sign in list(self.signs):
            self.signs[sign] += seconds

    @property
    def ready(self) -> float:
        """Since when, by the monotonic clock; infinite where it never was."""
        return self.signs.get(Sign.READY, float("inf"))

    def _listen(self) -> None:
        assert self.process.stdout is not None  # noqa: S101 - PIPE
        with self.process.stdout as lines:
            for line in lines:
                if said := read(line):
                    self.signs[said[0]] = self.latest = time.monotonic()
                    self.beat = float(said[1].get("limit", self.beat))


class Launcher:
    """Of one data folder.

    Args:
        argv: starts the host; `--after JSON` is added where another one came before.
        say: tells a person, one line at a time.
        manager: the service manager that started this process, where there is one.

    """

    def __init__(
        self,
        data: Path,
        argv: Sequence[str],
        *,
        say: Callable[[str], None],
        limits: Limits | None = None,
        manager: Manager | None = None,
    ) -> None:
        self._data, self._argv, self._say, self._limits = data, list(argv), say, limits or Limits()
        self._manager = manager or Manager()
        self._stop = threading.Event()
        self._deaths = 0
        self._once_ready = False
        self._lock = HostLock(data / "launcher.lock")

    def run(self) -> int:
        """Until `stop`, or until a host that was never ready says why it cannot begin. The exit code.

        Raises:
            Busy: another launcher has this data folder. BadInput: it cannot be used.

        """
        try:
            self._lock.__enter__()
        except OSError as error:
            raise BadInput(
                tr(f"不能使用数据目录 {self._data}", f"cannot use the data folder {self._data}"),
                error.strerror or str(error),
                tr("请检查权限，或用 --data 另选目录", "check its permissions, or choose another with --data"),
            ) from None
        with self._lock:
            (self._data / STACKS).parent.mkdir(exist_ok=True)
            keep(self._data)
            after: Mapping[str, Any] = {}
            while not self._stop.is_set():
                try:
                    life = self._begin(after)
                except OSError as error:  # no memory, no process number: that passes
                    if not self._once_ready:
                        raise
                    self._deaths += 1
                    log.warning("no host could be started: %s", error)
                    self._stop.wait(self._pause())
                    continue
                trouble = self._watch(life)
                if self._stop.is_set():
                    self._end(life)
                    return 0
                code = life.over()
                self._once_ready |= Sign.READY in life.signs
                if code == 2 and not self._once_ready:  # noqa: PLR2004 - it has told why it cannot run
                    return 2
                after = self._died(life, code, trouble)
                self._manager.alive()
                self._stop.wait(0.0 if code == RESTART else self._pause())
        return 0

    def stop(self) -> None:
        """From a signal handler too. The second time it does not wait."""
        self._stop.set()

    def _begin(self, after: Mapping[str, Any]) -> Life:
        more = ["--after", json.dumps(after, ensure_ascii=False)] if after else []
        process = subprocess.Popen(
            [*self._argv, *more], stdin=subprocess.PIPE, stdout=subprocess.PIPE, **new_session()
        )
        return Life(process, self._limits.beat)

    def _watch(self, life: Life) -> Trouble | None:
        """Until it dies, which it is helped to where it shows no life, or somebody wants to stop."""
        looked, ready = time.monotonic(), False
        while life.process.poll() is None and not self._stop.wait(LOOK):
            now = time.monotonic()
            self._manager.alive()
            if not ready and (ready := Sign.READY in life.signs):
                self._manager.ready(tr("正在运行", "serving"))
            passed, looked = now - looked, now
            if trouble := life.pass_time(passed, self._limits.start):
                self._dump(life)
                kill_session(life.process)
                return trouble
        return None

    def _end(self, life: Life) -> None:
        """The host ends its children when its stdin closes; what it leaves behind is in its session."""
        assert life.process.stdin is not None  # noqa: S101 - PIPE
        self._manager.stopping()
        life.process.stdin.close()
        try:
            life.process.wait(STOP)
        except subprocess.TimeoutExpired:
            log.warning("the host did not end in %g s and was killed", STOP)
        kill_session(life.process)
        life.over()
        Starts(self._data).complete()

    def _dump(self, life: Life) -> None:
        """Asks for the stacks, and waits until they are written."""
        file, size = self._data / STACKS, -1
        if not request_dump(life.process.pid):
            return
        for _ in range(20):
            time.sleep(LOOK)
            if 0 < size == (size := _size(file)):
                return

    def _died(self, life: Life, code: int, trouble: Trouble | None) -> Mapping[str, Any]:
        """What became of it, for its successor's event; whoever is to blame starts disabled."""
        if code == RESTART:
            return {}
        self._deaths = 1 if time.monotonic() - life.ready > STEADY else self._deaths + 1
        why = _why(trouble, code)
        try:
            name, stacks = self._blame(trouble or Trouble.CRASH)
        except OSError as error:  # a full disk keeps no host from being started again
            log.warning("nothing could be kept of it: %s", error)
            name, stacks = None, ""
        log.error("the host %s; %s", why, f"plugin {name}" if name else "no plugin is to blame")
        told = tr(f"主程序{_why_zh(trouble, code)}，重新启动", f"the host {why}; it is started again")
        self._manager.status(told)
        self._say(told)
        if name:
            self._say(
                tr(
                    f"插件 {name} 已停用；修好后运行 roomctl plugins enable {name}",
                    f"plugin {name} is disabled; mend it, then run: roomctl plugins enable {name}",
                )
            )
        elif self._deaths >= LOOP_OF_DEATHS and not Starts(self._data).under_way():
            with suppress(OSError):  # as above
                Starts(self._data).give_up()
        return {"why": why, "plugin": name or "", "stacks": stacks}

    def _blame(self, trouble: Trouble) -> tuple[str | None, str]:
        """The plugin that was put out for it, and the file that keeps the stacks."""
        try:
            dump = (self._data / STACKS).read_text(encoding="utf-8", errors="replace")
        except OSError:
            dump = ""
        kept = self._keep(dump, trouble) if dump.strip() else ""
        known = StatesFile(self._data / "plugins.json").load()
        out = {name for name, state in known.items() if state.out}  # a thread of one may hang there for ever
        folders = {one.name: one.path for one in discover(self._data) if one.name not in out}
        name = culprit(dump, folders, trouble)
        starts = Starts(self._data)
        if trouble is Trouble.START:
            name = starts.under_way() or name
        if name is None:
            return None, kept
        hook = tr("主程序", "host")
        reason = {
            Trouble.START: tr("加载时卡住了主程序", "it held up the host while it was being loaded"),
            Trouble.LOOP: tr("它让主程序的事件循环停住", "it stopped the host's event loop"),
            Trouble.TICK: tr("它让主程序停住", "it held up the host"),
            Trouble.CRASH: tr("主程序在它的代码里崩溃", "the host crashed inside its code"),
        }[trouble]
        states = StatesFile(self._data / "plugins.json")
        disabled = states.fail(name, hook=hook, reason=reason, trace=dump[:_TRACE])
        if disabled:
            starts.complete()  # it starts disabled, so there is nothing to be safe from
        return (name if disabled else None), kept

    def _keep(self, dump: str, trouble: Trouble) -> str:
        folder = (self._data / STACKS).parent
        file = folder / f"{trouble}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.txt"
        file.write_text(dump, encoding="utf-8")
        kinds = {f"{one}-" for one in Trouble}
        kept = sorted(
            (one for one in folder.glob("*.txt") if any(one.name.startswith(kind) for kind in kinds)),
            key=lambda one: one.stat().st_mtime,
        )
        for old in kept[:-KEPT]:
            old.unlink(missing_ok=True)
        return file.name

    def _pause(self) -> float:
        doublings = min(
            self._deaths - 1, 10
        )  # further ones change nothing, and a night of them is no number any more
        return float(min(FIRST_PAUSE * 2**doublings, LONGEST_PAUSE))


_TRACE = 20_000  # characters of a dump that a plugin's status keeps


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _why(trouble: Trouble | None, code: int) -> str:
    match trouble:
        case Trouble.START:
            return "came no further in its start"
        case Trouble.LOOP:
            return "showed no life in its event loop"
        case Trouble.TICK:
            return "showed no life in its own thread"
        case _:
            return f"died of {_signal(-code)}" if code < 0 else f"ended with code {code}"


def _why_zh(trouble: Trouble | None, code: int) -> str:
    match trouble:
        case Trouble.START:
            return "启动时卡住"
        case Trouble.LOOP:
            return "的事件循环没有反应"
        case Trouble.TICK:
            return "没有反应"
        case _:
            return f"被 {_signal(-code)} 终止" if code < 0 else f"退出（代码 {code}）"


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def launch(data: Path, options: Sequence[str]) -> int:
    """Runs a host on this data folder until Ctrl-C or SIGTERM; the exit code.

    Args:
        options: of `roomctl.host_process`.

    """
    argv = [sys.executable, "-m", "roomctl.host_process", *options]

    def say(line: str) -> None:
        with suppress(OSError):  # nobody reads it any more
            print(line, file=sys.stderr, flush=True)

    launcher = Launcher(data, argv, say=say, manager=Manager.of(os.environ))
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        if number := getattr(signal, name, None):
            signal.signal(number, lambda *_: launcher.stop())
    return launcher.run()


if __name__ == "__main__":
    try:
        sys.exit(launch(Path(os.environ["ROOMCTL_DATA"]), sys.argv[1:]))
    except RoomctlError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
