"""Reading what faulthandler wrote of a host that hung or crashed: whose code was it?

The form is that of CPython's `_Py_DumpTracebackThreads`: blocks that begin with `Thread 0x…` or
`Current thread 0x…`, then one line for each frame, the innermost first.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path

_HEAD = re.compile(r"^(Current thread|Thread) 0x[0-9a-f]+.*:$")
_FRAME = re.compile(r'^  File "(.*)", line \S+ in (.*)$')

Frame = tuple[str, str]
"""File and function."""


class Trouble(StrEnum):
    """What became of a host."""

    START = "start"
    """It loaded plugins and came no further."""
    LOOP = "loop"
    """Its event loop stands: no page, no route answers."""
    TICK = "tick"
    """Its own thread stands: no event is delivered."""
    CRASH = "crash"
    """It died of a signal."""


_OWN = {Trouble.LOOP: "host_process.py", Trouble.TICK: "serving.py"}
"""The file that the stack of the thread in question begins in."""


def culprit(dump: str, folders: Mapping[str, Path], trouble: Trouble) -> str | None:
    """The plugin whose code stood on the stack; None where there was none.

    First the thread in question is looked at. Where the event loop shows no plugin, somebody else may hold the
    interpreter: then the threads that were inside a call into a plugin, then those that run a plugin's own line.

    Args:
        dump: as faulthandler wrote it.
        folders: where the code lies of each plugin that was not put out before.

    """
    threads = list(_threads(dump))
    wanted = {name: tuple(_escaped(str(one)) for one in {path, path.resolve()}) for name, path in folders.items()}
    own = [one for current, one in threads if (current if trouble is Trouble.CRASH else _begins_in(one, trouble))]
    asked = [one for _, one in threads if any(function == "_outcome" for _, function in one)]
    inside = [one[:1] for _, one in threads]
    for frames in (*own, *asked, *inside) if trouble in {Trouble.LOOP, Trouble.START} else own:
        if name := _owner(frames, wanted):
            return name
    return None


def _threads(dump: str) -> Iterable[tuple[bool, list[Frame]]]:
    current, frames = False, list[Frame]()
    for line in dump.splitlines():
        if head := _HEAD.match(line):
            if frames:
                yield current, frames
            current, frames = head[1] == "Current thread", []
        elif frame := _FRAME.match(line):
            frames.append((frame[1], frame[2]))
    if frames:
        yield current, frames


def _begins_in(frames: Sequence[Frame], trouble: Trouble) -> bool:
    file = _OWN.get(trouble)
    return file is not None and any(Path(path).name == file for path, _ in frames)


def _owner(frames: Iterable[Frame], wanted: Mapping[str, Sequence[str]]) -> str | None:
    for file, _ in frames:
        for name, paths in wanted.items():
            if any(file.startswith((f"{path}/", f"{path}\\")) for path in paths):
                return name
    return None


def _escaped(path: str) -> str:
    """As `_Py_DumpASCII` writes it."""
    return "".join(c if " " <= c <= "~" else c.encode("unicode_escape").decode() for c in path)
