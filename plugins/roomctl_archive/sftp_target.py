"""An archive target behind SSH: files below one folder of an SFTP server, whose host key is pinned.

Source: draft-ietf-secsh-filexfer-02, which is version 3 of SFTP, and OpenSSH's extension posix-rename@openssh.com.
"""

import base64
import errno
import hashlib
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import paramiko
from pydantic import Field

from roomctl.api import BadInput, MissingPart, Refused, RoomctlError, Stored, tr
from roomctl.api.deliveries import Secret
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
from roomctl_archive import durable
from roomctl_archive.fixity import CHUNK, read

CONNECT = 15.0  # seconds for each step of a connection
SILENCE = 60.0  # seconds without an answer after which the line counts as broken
WINDOW = 1 << 25  # bytes under way before the server must have taken some: a long line stays full


class SftpSection(TargetSection):
    """`kind = "sftp"`.

    Attributes:
        path: folder on the server; must be there.
        host_key: what the server must prove to be: a line as `ssh-keyscan` gives it, `ssh-ed25519 AAAA…`.
        key_file: private key to sign on with, its passphrase the secret's password; else that password signs on.

    """

    host: str = Field(min_length=1)
    port: int = Field(default=22, ge=1, le=65535)
    path: str = Field(min_length=1)
    host_key: str = ""
    key_file: str = ""


class SftpTarget:
    """Opens its connection when it is first asked for something, and anew after one that broke.

    Args:
        sleep: waits between two tries of a rename.

    """

    def __init__(self, section: SftpSection, sleep: Callable[[float], None]) -> None:
        self._section, self._sleep = section, sleep
        self._secret = need_secret(section, "sftp")
        self._root = section.path.rstrip("/") or "/"
        self._transport: paramiko.Transport | None = None
        self._client: paramiko.SFTPClient | None = None
        self._folders: set[str] = set()

    @classmethod
    def from_config(cls, config: Mapping[str, Any], sleep: Callable[[float], None]) -> "SftpTarget":
        """Raises: BadInput."""
        return cls(read_section(SftpSection, config), sleep)

    @property
    def where(self) -> str:
        return f"sftp://{self._section.host}:{self._section.port}{self._root}"

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """Writes the stream under `key`, going on at the byte where an earlier try of the same bytes broke off.

        Raises:
            Damaged: what came does not have this SHA-256; nothing is left under the key that was not there before.
            RoomctlError: what the server says.

        """
        place = self._place(key)
        with self._told() as sftp:
            folder = place.rpartition("/")[0]
            self._make(sftp, folder)
            partial = f"{folder}/.{sha256[:24]}{PARTIAL}"
            held, digest = _wind(stream, _size(sftp, partial))
            with sftp.open(partial, "r+" if held else "w") as out:
                out.set_pipelined(True)
                out.seek(held)
                found = read(stream, cast("BinaryIO", out), sm3=False, before=digest)
            total = held + found.bytes
            if found.sha256 != sha256:
                sftp.remove(partial)
                raise differs(key, found.sha256, sha256)
            if _size(sftp, partial) != total:
                sftp.remove(partial)  # longer than the stream, or cut short by a server that did not say so
                raise OSError(errno.EIO, f"{partial}: {total}")
            durable.tried(lambda: _rename(sftp, partial, place), self._sleep)
        return Stored(total, sha256)

    def stat(self, key: str) -> Stored | None:
        """Size only: a digest that was not read just now proves nothing."""
        place = self._place(key)
        with self._told() as sftp:
            size = _size(sftp, place)
        return None if size is None else Stored(size)

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        """Its bytes from the first on. Raises: NotFound. RoomctlError: the server, also while it is read."""
        place = self._place(key)
        with self._told() as sftp:
            size = _size(sftp, place)
            if size is None:
                raise missing(key)
            with sftp.open(place, "r") as stream:
                _read_ahead(stream, size)
                yield cast("BinaryIO", stream)

    def finish(self, key: str) -> None:
        """Sees that the package is there. SFTP has no way to ask when it lies on the server's disk.

        Raises:
            RoomctlError: it is not there, or what the server says.

        """
        place = self._place(key)
        with self._told() as sftp:
            sftp.stat(place)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every file below a key, partial ones left out."""
        with self._told() as sftp:
            yield from _walk(sftp, self._place(prefix) if prefix else self._root, prefix)

    def probe(self) -> int | None:
        """Writes, reads back and removes a small file; SFTP tells no free space.

        Raises:
            RoomctlError: one of the three failed.

        """
        with self._told() as sftp:
            place = f"{self._root}/.{probe_name()}"
            try:
                with sftp.open(place, "w") as out:
                    out.write(PROBE)
                with sftp.open(place, "r") as back:
                    same = back.read() == PROBE
            finally:
                with suppress(FileNotFoundError):
                    sftp.remove(place)
        if not same:
            raise unlike(self.where)
        return None

    def close(self) -> None:
        """Ends the connection; the next call opens another."""
        client, self._client = self._client, None
        transport, self._transport = self._transport, None
        self._folders.clear()
        if client is not None:
            with suppress(*_BROKEN, OSError):  # it says good-bye, perhaps to nobody
                client.close()
        if transport is not None:
            transport.close()
            if transport.is_alive():
                transport.join(CONNECT)
            transport.sock.close()

    def _place(self, key: str) -> str:
        return f"{self._root.rstrip('/')}/{checked(key)}"

    def _make(self, sftp: paramiko.SFTPClient, folder: str) -> None:
        """The folders of a key; the root itself is never made, since a share that is away would look like one."""
        missing = []
        while folder not in self._folders and folder != self._root:
            missing.append(folder)
            folder = folder.rpartition("/")[0]
        if folder == self._root and folder not in self._folders:
            self._look(sftp)
            self._folders.add(folder)
        for each in reversed(missing):
            try:
                sftp.mkdir(each)
            except OSError as error:
                if not _is_folder(sftp, each):
                    raise error from None
            self._folders.add(each)

    def _look(self, sftp: paramiko.SFTPClient) -> None:
        try:
            sftp.stat(self._root)
        except FileNotFoundError:
            raise MissingPart(
                tr(f"服务器上没有文件夹：{self.where}", f"the server has no such folder: {self.where}"),
                tr("它不会自动新建", "it is never made"),
                tr("请在服务器上新建它，或改 path", "make it there, or change path"),
            ) from None

    @contextmanager
    def _told(self) -> Iterator[paramiko.SFTPClient]:
        """The connection; what goes wrong on it in a sentence. One that broke is opened anew next time."""
        try:
            if self._client is None:
                self._client = self._open()
            yield self._client
        except RoomctlError:
            raise
        except (EOFError, OSError, paramiko.SSHException) as error:
            if self._transport is not None and self._transport.is_active() and not isinstance(error, _BROKEN):
                raise _said(self.where, error) from error
            self.close()
            raise RoomctlError(
                tr(f"与 {self.where} 的连接断了", f"the connection to {self.where} broke"),
                str(error) or type(error).__name__,
                tr("请检查网络和服务器，系统会接着送", "check network and server; it goes on where it broke off"),
            ) from error

    def _open(self) -> paramiko.SFTPClient:
        section = self._section
        pinned = _pinned(section.host_key)
        line = socket.create_connection((section.host, section.port), timeout=CONNECT)
        try:
            self._transport = transport = paramiko.Transport(line, default_window_size=WINDOW)
        except BaseException:
            line.close()
            raise
        try:
            return self._signed_on(transport, pinned)
        except BaseException:  # whoever is refused, and asks again, leaves no connection behind
            self.close()
            raise

    def _signed_on(self, transport: paramiko.Transport, pinned: tuple[str, bytes] | None) -> paramiko.SFTPClient:
        """Once the server has proven to be who it is to be."""
        transport.banner_timeout = transport.auth_timeout = CONNECT
        if pinned:
            options = transport.get_security_options()
            first = [each for each in options.key_types if each in _ALGORITHMS.get(pinned[0], (pinned[0],))]
            options.key_types = (*first, *(each for each in options.key_types if each not in first))
        transport.start_client(timeout=CONNECT)
        shown = transport.get_remote_server_key()
        if (shown.get_name(), shown.asbytes()) != pinned:
            raise _stranger(self._section, shown, pinned)
        self._sign_on(transport)
        client = paramiko.SFTPClient.from_transport(transport, window_size=WINDOW)
        if client is None:
            raise EOFError
        channel = client.get_channel()
        if channel is not None:
            channel.settimeout(SILENCE)
        return client

    def _sign_on(self, transport: paramiko.Transport) -> None:
        section, secret = self._section, self._secret
        try:
            if section.key_file:
                transport.auth_publickey(secret.user, _private_key(section, secret))
            else:
                transport.auth_password(secret.user, secret.password)
        except paramiko.AuthenticationException as error:
            raise Refused(
                tr(f"{self.where} 拒绝 {secret.user} 登录", f"{self.where} does not let {secret.user} in"),
                str(error),
                tr(f"请核对 secrets.toml 里的 {section.secret}", f"check {section.secret} in secrets.toml"),
            ) from error


def _private_key(section: SftpSection, secret: Secret) -> paramiko.PKey:
    """Whatever its kind. Raises: BadInput."""
    path, why = Path(section.key_file).expanduser(), ""
    for kind in (paramiko.Ed25519Key, paramiko.ECDSAKey, paramiko.RSAKey):
        try:
            return kind.from_private_key_file(str(path), secret.password or None)
        except (paramiko.PasswordRequiredException, OSError) as error:
            why = str(error)
            break
        except (paramiko.SSHException, ValueError) as error:
            why = why or str(error)
    raise BadInput(
        tr(f"无法使用私钥：{path}", f"cannot use the private key {path}"),
        why,
        tr(f"请核对文件和 secrets.toml 里的 {section.secret}", f"check it, and {section.secret} in secrets.toml"),
    )


_ALGORITHMS = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256")}
"""Signature algorithms of a kind of key, where they are called otherwise (RFC 8332)."""


def fingerprint(key: bytes) -> str:
    """As `ssh-keygen -l` writes it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _pinned(line: str) -> tuple[str, bytes] | None:
    """Kind and bytes of a key from a line of `known_hosts`; None where nothing is written."""
    words = line.split()
    if not words:
        return None
    place = next((n for n, word in enumerate(words) if word.startswith(("ssh-", "ecdsa-", "sk-"))), len(words))
    try:
        return words[place], base64.b64decode(words[place + 1], validate=True)
    except (ValueError, IndexError):
        raise BadInput(
            tr("host_key 不是主机公钥", "host_key is no public key of a host"),
            line[:60],
            tr("请写 ssh-keyscan 给出的一行，如 ssh-ed25519 AAAA…", "write a line as ssh-keyscan gives it"),
        ) from None


def _stranger(section: SftpSection, shown: paramiko.PKey, pinned: tuple[str, bytes] | None) -> Refused:
    now, line = fingerprint(shown.asbytes()), f"{shown.get_name()} {shown.get_base64()}"
    if pinned is None:
        return Refused(
            tr(f"还没有登记 {section.host} 的主机公钥", f"the host key of {section.host} was never registered"),
            tr(f"它出示的是 {now}", f"it shows {now}"),
            tr(
                f'请向服务器管理员核对指纹，一致再写 host_key = "{line}"',
                f'compare that with the server\'s admin; if it is right, write host_key = "{line}"',
            ),
        )
    was = fingerprint(pinned[1])
    return Refused(
        tr(f"{section.host} 的主机公钥变了，没有连接", f"the host key of {section.host} has changed: not connected"),
        tr(f"登记的是 {was}，现在出示 {now}", f"registered is {was}, it now shows {now}"),
        tr(
            "可能有人冒充服务器。请向服务器管理员核实，确实换过密钥再改 host_key",
            "somebody may pose as the server. Ask its admin; change host_key only if the key was really replaced",
        ),
    )


_BROKEN = (EOFError, TimeoutError, ConnectionError, paramiko.SSHException)
"""What says nothing of a file, but that nobody answers any more."""


def _said(where: str, error: Exception) -> RoomctlError:
    """What the server answers; version 3 of SFTP has no word for a full disk but `Failure`."""
    refused = isinstance(error, PermissionError)
    why = tr("没有权限", "permission denied") if refused else str(error)
    if refused:
        mend = tr("请检查服务器上文件夹的写权限", "check that its folder may be written to")
    else:
        mend = tr("请检查服务器，磁盘可能已满", "check the server; its disk may be full")
    return RoomctlError(tr(f"{where} 写不进去或读不出来", f"cannot write to or read from {where}"), why, mend)


def _is_folder(sftp: paramiko.SFTPClient, place: str) -> bool:
    try:
        return stat.S_ISDIR(sftp.stat(place).st_mode or 0)
    except FileNotFoundError:
        return False


def _size(sftp: paramiko.SFTPClient, place: str) -> int | None:
    try:
        return sftp.stat(place).st_size or 0
    except FileNotFoundError:
        return None


def _wind(stream: BinaryIO, held: int | None) -> "tuple[int, hashlib._Hash]":
    """Reads over what the target has; where to go on, and the digest so far. 0 where it has more than there is."""
    left, digest = held or 0, hashlib.sha256()
    if not left or not stream.seekable():
        return 0, digest
    start = stream.tell()
    while left:
        chunk = stream.read(min(left, CHUNK))
        if not chunk:
            stream.seek(start)
            return 0, hashlib.sha256()
        digest.update(chunk)
        left -= len(chunk)
    return held or 0, digest


def _read_ahead(stream: paramiko.SFTPFile, size: int) -> None:
    """Asks for all of a file at once; what comes waits in the window of the line.

    The library asks in a thread. Where the line is cut, or reading ends early, that ends with an error that nobody
    could catch; whoever reads is told of the line all the same.
    """
    ask: Callable[..., None] = stream._prefetch_thread  # type: ignore[attr-defined]  # noqa: SLF001 - see above

    def quietly(*arguments: object) -> None:
        with suppress(*_BROKEN, OSError):
            ask(*arguments)

    stream._prefetch_thread = quietly  # type: ignore[attr-defined]  # noqa: SLF001
    stream.prefetch(size)


def _rename(sftp: paramiko.SFTPClient, partial: str, place: str) -> None:
    try:
        sftp.posix_rename(partial, place)
    except OSError as error:
        if error.errno is not None or "unsupported" not in str(error).lower():
            raise
        with suppress(FileNotFoundError):  # without the extension a rename never replaces
            sftp.remove(place)
        sftp.rename(partial, place)


def _walk(sftp: paramiko.SFTPClient, folder: str, prefix: str) -> Iterator[str]:
    for entry in sorted(sftp.listdir_attr(folder), key=lambda each: each.filename):
        key = f"{prefix}/{entry.filename}" if prefix else entry.filename
        if stat.S_ISDIR(entry.st_mode or 0):
            yield from _walk(sftp, f"{folder}/{entry.filename}", key)
        elif not entry.filename.startswith("."):
            yield key
