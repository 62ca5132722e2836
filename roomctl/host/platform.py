"""What differs between operating systems. Nothing else in roomctl asks which one this is, but `durable`."""

import faulthandler
import os
import shlex
import signal
import stat
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, Any

from roomctl.i18n import tr

WINDOWS = sys.platform == "win32"
LINUX = sys.platform == "linux"

# --- the machine -------------------------------------------------------------------------------------------------


@cache
def machine() -> str:
    """Tells this machine from every other, and from one that its disk was copied to with another system.

    A digest, since the id itself is not to be handed on (machine-id(5)). Empty where the system has none.
    """
    import hashlib  # noqa: PLC0415 - OpenSSL, which a launcher does without

    return hashlib.sha256(f"roomctl {own}".encode()).hexdigest() if (own := _machine_id()) else ""


def _machine_id() -> str:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - there is none elsewhere

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for path in (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id")):
        try:
            if own := path.read_text(encoding="ascii").strip():
                return own
        except OSError:
            continue
    return ""


# --- files -------------------------------------------------------------------------------------------------------


def writable_by_others(folder: Path) -> Path | None:
    """The first file or folder in it, itself included, that another user may change; None where there is none.

    A group of the owner's own name without other members (user private group) is the owner. Windows keeps this in
    access lists, which a user's own folder inherits closed; there the answer is always None.
    """
    if WINDOWS:
        return None
    return folder if _open_to_others(folder.lstat()) else _open_inside(folder)


def _open_inside(folder: Path) -> Path | None:
    with os.scandir(folder) as found:  # what a plugin needs may be thousands of files, looked at in every command
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if _open_to_others(entry.stat(follow_symlinks=False)):
            return Path(entry.path)
        if entry.is_dir(follow_symlinks=False) and (inside := _open_inside(Path(entry.path))):
            return inside
    return None


def how_to_close(folder: Path, found: Path) -> str:
    """What mends a folder in which `writable_by_others` has found something."""
    if WINDOWS:
        return ""
    status, where = found.lstat(), shlex.quote(str(folder))
    if stat.S_ISLNK(status.st_mode):
        return tr(f"请把链接 {found} 换成文件本身", f"put the file itself in place of the link {found}")
    if status.st_uid not in {os.getuid(), 0}:
        return f"sudo chown -R {os.getuid()} {where}"
    return f"chmod -R go-w {where}"


def _open_to_others(found: os.stat_result) -> bool:
    if stat.S_ISLNK(found.st_mode):
        return True  # leads out of what was looked at
    if found.st_uid not in {os.getuid(), 0} or found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and not _private_group(found.st_uid, found.st_gid)


@cache
def _private_group(uid: int, gid: int) -> bool:
    import grp  # noqa: PLC0415 - POSIX only
    import pwd  # noqa: PLC0415 - POSIX only

    if gid == 0:
        return True
    try:
        owner, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    return group.gr_name == owner.pw_name and set(group.gr_mem) <= {owner.pw_name}


# --- processes ---------------------------------------------------------------------------------------------------


def new_session() -> dict[str, Any]:
    """Arguments for Popen that take a child out of the terminal's reach: Ctrl-C then ends the parent alone."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def kill_session(process: "subprocess.Popen[bytes]") -> None:
    """Kills a child that was started with `new_session`, and its own children where the system knows them."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    except PermissionError:  # macOS says so of a group whose leader is already dead
        process.kill()


def become(argv: Sequence[str]) -> int:
    """Goes on as another program, under the same pid; what this one holds in memory is given back.

    Windows cannot: there it runs as a child, whose exit code is the answer.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if sys.platform != "win32":
        os.execv(argv[0], list(argv))  # noqa: S606 - without a shell is the point
    return subprocess.call(argv)


def few_arenas(most: int = 2) -> None:
    """Lets the threads of this process share the memory they give back: glibc has an arena for each (mallopt(3))."""
    _glibc("mallopt", _M_ARENA_MAX, most)


def give_back() -> None:
    """Memory that this process has freed goes to the system at once: glibc keeps it (malloc_trim(3)). It costs the
    time in which it is fetched again, so it is for before what is large.
    """
    _glibc("malloc_trim", 0)


def _glibc(function: str, *arguments: int) -> None:
    if LINUX:
        import ctypes  # noqa: PLC0415 - this alone needs it

        with suppress(AttributeError):  # another C library
            getattr(ctypes.CDLL(None), function)(*arguments)


_M_ARENA_MAX = -8  # malloc.h


def dump_on_request(file: IO[str]) -> None:
    """From now on `request_dump` by another process writes the stacks of all threads to `file`; so does a crash.

    faulthandler writes from within the signal, so a thread that never lets go of the interpreter is no obstacle.
    """
    faulthandler.enable(file)
    if sys.platform != "win32":
        faulthandler.register(signal.SIGUSR1, file)


def request_dump(pid: int) -> bool:
    """Asks a process for its stacks; False where the system has no way to."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, signal.SIGUSR1)
    except ProcessLookupError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process that no later one of the same pid is mistaken for.

    Attributes:
        started: opaque; equal for the same process only.

    """

    pid: int
    started: str


def process_identity(pid: int | None = None) -> ProcessIdentity | None:
    """Who has this pid now (None: this process); None where nobody has, or only a zombie.

    On Linux the start is in ticks since boot, with the boot's id: the time of day that psutil gives moves when
    somebody sets the machine's clock, and a recorder would no longer be known after its first time sync.
    """
    import psutil  # noqa: PLC0415 - most who write a file ask for no process

    wanted = os.getpid() if pid is None else pid
    try:
        process = psutil.Process(wanted)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return ProcessIdentity(wanted, _linux_start(wanted) if LINUX else f"{process.create_time():.3f}")
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return None


def same_process(identity: ProcessIdentity) -> bool:
    """Whether that very process is still alive."""
    return process_identity(identity.pid) == identity


@dataclass(frozen=True, slots=True)
class Effort:
    """What a process, or one thread of it, has done up to now, and what keeps it.

    Attributes:
        used: seconds of processor time, its children's included.
        ready: a thread of it runs, or would if it were given a processor.
        disk: a thread of it waits for a disk.
        switches: of a thread: how often it gave its processor back, or was made to.
        full: no processor was free since the last look; told of a thread alone.

    """

    used: float
    ready: bool
    disk: bool
    switches: int = 0
    full: bool = False


def effort(pid: int, *, family: bool = True) -> Effort | None:
    """Of a process, and of all that it has started where `family`; None where it has ended.

    Systems other than Linux do not say what a thread waits for: there all are ready to run while the machine is full.
    """
    import psutil  # noqa: PLC0415 - as above

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        group = [process, *(process.children(recursive=True) if family else [])]
    except psutil.Error:
        return None
    used, states = 0.0, ""
    for one in group:
        with suppress(psutil.Error, OSError):  # it has just ended
            told = one.cpu_times()
            used += told.user + told.system
            if family:
                used += getattr(told, "children_user", 0.0) + getattr(told, "children_system", 0.0)
            states += _linux_states(one.pid) if LINUX else ""
    full = not LINUX and psutil.cpu_percent() > _FULL
    return Effort(used, "R" in states or full, "D" in states)


def thread_effort(thread: int) -> Effort | None:
    """Of one thread of this process, by its native id; None where it has ended.

    Other systems than Linux tell of the process alone.
    """
    import psutil  # noqa: PLC0415 - as above

    if not LINUX:
        return effort(os.getpid(), family=False)
    task = Path(f"/proc/self/task/{thread}")
    try:
        told, status = _linux_stat(task), (task / "status").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    used = (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): fields 14 and 15, utime and stime
    switches = sum(int(line.split()[1]) for line in status.splitlines() if "ctxt_switches:" in line)
    return Effort(used, told[0] == "R", told[0] == "D", switches, psutil.cpu_percent() > _FULL)


_FULL = 95.0  # percent of all processors, since the last look


def _linux_states(pid: int) -> str:
    """proc(5): field 3 of each thread's stat; R runs or waits for a processor, D waits for a disk."""
    return "".join(_linux_stat(task)[0] for task in Path(f"/proc/{pid}/task").iterdir())


def _linux_stat(process: Path) -> list[str]:
    """proc(5): the fields of stat from the third on; the second, the name, may hold spaces and brackets."""
    return (process / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()


def boot() -> str:
    """Tells this run of the machine from every other (random(4), boot_id); empty where the system names none."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip() if LINUX else ""


def _linux_start(pid: int) -> str:
    """proc(5): field 22 of stat is the start time in ticks."""
    return f"{boot()}:{_linux_stat(Path(f'/proc/{pid}'))[19]}"
