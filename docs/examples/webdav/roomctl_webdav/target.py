"""Files below one collection of a WebDAV server (RFC 4918), whose certificate is checked.

Every file is put under a name of its own first and moved to its key when it is whole (9.9). There is no standard way
to go on in the middle of a file, and a PUT of a range may be taken for a whole one (RFC 9110, 14.5): a file that
broke off is sent again from its first byte; the package's other files are not.
"""

import hashlib
import io
import ssl
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import quote, unquote, urlsplit

import httpx
from lxml import etree
from pydantic import Field

from roomctl.api import BadInput, MissingPart, Refused, RoomctlError, Stored, tr
from roomctl.api.targets import (
    PARTIAL,
    PROBE,
    TargetSection,
    checked,
    differs,
    missing,
    need_secret,
    probe_name,
    read_section,
    unlike,
)

BLOCK = 1 << 20
TIMEOUT = httpx.Timeout(60.0, connect=15.0)
"""Seconds for one step; a server that hashes a large file may be silent for long."""
FULL = 507  # Insufficient Storage, RFC 4918, 11.5
DAV = "{DAV:}"
_ASK = (
    b'<?xml version="1.0" encoding="utf-8"?>'
    b'<propfind xmlns="DAV:"><prop><resourcetype/><quota-available-bytes/></prop></propfind>'
)


class WebdavSection(TargetSection):
    """`kind = "webdav"`.

    Attributes:
        url: the collection; must be there. ca_file: certificate of the office's own authority, as PEM.
        insecure: `http://` may be used, so that everybody on the way can read the package and the password.

    """

    url: str = Field(pattern=r"^https?://[^\s?#]+$")
    ca_file: str = ""
    insecure: bool = False


class WebdavTarget:
    """One connection, opened when it is first asked for something and again after one that broke."""

    def __init__(self, section: WebdavSection) -> None:
        if section.url.startswith("http://") and not section.insecure:
            raise BadInput(
                tr(f"{section.url} 不加密", f"{section.url} is not encrypted"),
                tr("存档包和口令会被路上的人读到", "who is on the way could read package and password"),
                tr("请改用 https://；确实要用，写 insecure = true", "use https://; or else write insecure = true"),
            )
        secret = need_secret(section, "webdav")
        self._root = quote(section.url.rstrip("/"), safe=":/%@[]")  # as a header has to have it
        self._secret = section.secret
        self._made: set[str] = set()
        self._client = httpx.Client(
            auth=httpx.BasicAuth(secret.user, secret.password),
            headers={"Accept-Encoding": "identity"},
            timeout=TIMEOUT,
            verify=_trusted(section.ca_file),
            trust_env=False,  # a proxy for the web is no way for an archive
        )

    @classmethod
    def from_config(cls, section: Mapping[str, Any]) -> "WebdavTarget":
        """Raises: BadInput."""
        return cls(read_section(WebdavSection, section))

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """Whole under another name, looked at, then moved to its key.

        Raises:
            Damaged: what came does not have this SHA-256; what was under the key before is still there.
            RoomctlError: what the server says. OSError: the source cannot be read.

        """
        place = self._url(key)
        self._collections(key)
        part = f"{place.rpartition('/')[0]}/.{uuid.uuid4().hex}{PARTIAL}"
        try:
            stored = self._send(part, stream)
            if stored.sha256 != sha256:
                raise differs(key, stored.sha256, sha256)  # noqa: TRY301 - what lies there goes with it
            self._ask("MOVE", part, headers={"Destination": place, "Overwrite": "T"})
        except BaseException:
            with suppress(RoomctlError):
                self._ask("DELETE", part, also={404})
            raise
        return stored

    def _send(self, part: str, stream: BinaryIO) -> Stored:
        """What was read of the stream, and lies there. Raises: RoomctlError; OSError of the stream."""
        digest, size = hashlib.sha256(), 0

        def body() -> Iterator[bytes]:
            nonlocal size
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
                yield block

        self._ask("PUT", part, content=body(), headers={"Content-Length": str(_left(stream))})
        if self._size(part) != size:
            raise RoomctlError(
                tr("文件没有完整送到", "a file did not arrive whole"),
                tr(f"送出 {size} 字节", f"{size} bytes were sent"),
                tr("系统会重送", "it is sent again"),
            )
        return Stored(size, digest.hexdigest())

    def stat(self, key: str) -> Stored | None:
        """Size only: a digest that was not read just now proves nothing."""
        size = self._size(self._url(key))
        return None if size is None else Stored(size)

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        """Its bytes from the first on. Raises: NotFound. RoomctlError: the server, also while it is read."""
        with self._told(), self._client.stream("GET", self._url(key)) as answer:
            if answer.status_code == httpx.codes.NOT_FOUND:
                raise missing(key)
            self._good(answer)
            yield cast("BinaryIO", io.BufferedReader(_Body(answer), BLOCK))

    def finish(self, key: str) -> None:
        """Sees that the package is there. WebDAV has no way to ask when it lies on the server's disk."""
        self._ask("PROPFIND", self._url(key) + "/", content=_ASK, headers={"Depth": "0"})

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every file below a key, partial ones left out. One level at a time: many servers refuse `infinity`."""
        top = f"{self._url(prefix) if prefix else self._root}/"
        answer = self._ask("PROPFIND", top, content=_ASK, headers={"Depth": "1"}, also={404})
        own = unquote(urlsplit(top).path)
        for each in _members(answer):
            name = unquote(urlsplit(each.findtext(f"{DAV}href") or "").path)
            if not name.startswith(own) or name == own:
                continue
            below = f"{prefix}/{name[len(own) :].strip('/')}".lstrip("/")
            if each.find(f".//{DAV}collection") is not None:
                yield from self.keys(below)
            elif not below.endswith(PARTIAL):
                yield below

    def probe(self) -> int | None:
        """Writes, reads back and removes a small file; free bytes where the server tells them (RFC 4331)."""
        place = f"{self._root}/.{probe_name()}"
        self._look()
        try:
            self._ask("PUT", place, content=PROBE)
            same = self._ask("GET", place).content == PROBE
        finally:
            with suppress(RoomctlError):
                self._ask("DELETE", place, also={404})
        if not same:
            raise unlike(self._root)
        free = _members(self._ask("PROPFIND", f"{self._root}/", content=_ASK, headers={"Depth": "0"}))
        told = free[0].findtext(f".//{DAV}quota-available-bytes") if free else None
        return int(told) if told and told.isdecimal() else None

    def close(self) -> None:
        """Ends the connection; the target is not used any more."""
        self._client.close()

    def _url(self, key: str) -> str:
        return f"{self._root}/{quote(checked(key))}"

    def _size(self, place: str) -> int | None:
        answer = self._ask("HEAD", place, also={404})
        return None if answer.status_code == httpx.codes.NOT_FOUND else int(answer.headers["Content-Length"])

    def _collections(self, key: str) -> None:
        """The folders of a key; the root itself is never made, since a share that is away would look like one."""
        if not self._made:
            self._look()
            self._made.add(self._root)
        place = self._root
        for part in key.split("/")[:-1]:
            place = f"{place}/{quote(part)}"
            if place not in self._made:
                self._ask("MKCOL", f"{place}/", also={405})  # 405: it is there (RFC 4918, 9.3.1)
                self._made.add(place)

    def _look(self) -> None:
        answer = self._ask("PROPFIND", f"{self._root}/", content=_ASK, headers={"Depth": "0"}, also={404})
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise MissingPart(
                tr(f"服务器上没有 {self._root}", f"the server has no {self._root}"),
                tr("它不会自动新建", "it is never made"),
                tr("请在服务器上新建它，或改 url", "make it there, or change url"),
            )

    def _ask(
        self, method: str, place: str, *, also: frozenset[int] | set[int] = frozenset(), **more: Any
    ) -> httpx.Response:
        """One request. Raises: RoomctlError for every answer that is neither good nor among `also`."""
        with self._told():
            answer = self._client.request(method, place, **more)
        if answer.status_code not in also:
            self._good(answer)
        return answer

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except httpx.HTTPError as error:
            raise RoomctlError(
                tr(f"与 {self._root} 的连接断了", f"the connection to {self._root} broke"),
                str(error) or type(error).__name__,
                tr("请检查网络和服务器，系统会接着送", "check network and server; it goes on by itself"),
            ) from error

    def _good(self, answer: httpx.Response) -> None:
        if answer.is_success:
            return
        why = f"{answer.request.method} {answer.status_code} {answer.reason_phrase}"
        if answer.status_code in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
            raise Refused(
                tr(f"{self._root} 拒绝访问", f"{self._root} refuses access"),
                why,
                tr(f"请核对 secrets.toml 里的 {self._secret}", f"check {self._secret} in secrets.toml"),
            )
        if answer.status_code == FULL:
            mend = tr("请在服务器上腾出空间", "make room on the server")
        else:
            mend = tr("请把这句话告诉服务器管理员", "tell the server's admin")
        raise RoomctlError(tr(f"{self._root} 没有接受", f"{self._root} did not take it"), why, mend)


class _Body(io.RawIOBase):
    """What comes of an answer, as a file."""

    def __init__(self, answer: httpx.Response) -> None:
        self._blocks, self._rest = answer.iter_raw(BLOCK), b""

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        self._rest = self._rest or next(self._blocks, b"")
        given = self._rest[: len(into)]
        into[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)


def _members(answer: httpx.Response) -> list[Any]:
    """`response` elements of a multistatus; none of an answer that is no such thing."""
    if answer.status_code != httpx.codes.MULTI_STATUS:
        return []
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True)
        return list(etree.fromstring(answer.content, parser).iter(f"{DAV}response"))
    except etree.XMLSyntaxError as error:
        raise RoomctlError(
            tr("服务器的回答不是 WebDAV", "the server's answer is no WebDAV"),
            str(error),
            tr("请核对 url", "check url"),
        ) from None


def _left(stream: BinaryIO) -> int:
    """Bytes from here to the end; the stream of a package can be wound."""
    here = stream.tell()
    end = stream.seek(0, io.SEEK_END)
    stream.seek(here)
    return end - here


def _trusted(ca_file: str) -> ssl.SSLContext:
    """The system's authorities, or the one that the settings name. Raises: BadInput."""
    try:
        return ssl.create_default_context(cafile=str(Path(ca_file).expanduser()) if ca_file else None)
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            tr(f"不能使用证书 {ca_file}", f"cannot use the certificate {ca_file}"),
            str(error),
            tr("请给出 PEM 格式的 CA 证书", "give the authority's certificate as PEM"),
        ) from None
