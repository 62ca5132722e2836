"""A stream enciphered and authenticated in parts, so that order and end are proven as well as each byte.

The construction is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: Online Authenticated-Encryption and its Nonce-Reuse
Misuse-Resistance, CRYPTO 2015, section 7): each part has a nonce of prefix, counter, and whether it is the last one.
The cipher is SM4 (GB/T 32907-2016) in GCM (NIST SP 800-38D); the key comes from a passphrase by scrypt (RFC 7914).
docs/package.md gives the form byte by byte.
"""

import json
import os
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from roomctl.api import BadInput, Damaged, MissingPart, tr

MAGIC = b"roomctl-enciphered-package 1\n"
PART = 1 << 20
"""Bytes of plain text in each part but the last."""
TAG = 16
"""Bytes that authenticate one part."""

_KEY = _CHECK = 16
_PREFIX, _COUNTER = 7, 4
_HEADER = 4096  # bytes of the second line at most
_MOST = {"n": 1 << 20, "r": 16, "p": 16, "part": 16 << 20}  # what a header may ask of the memory of who opens it
_SHORTEST = 12


@dataclass(frozen=True, slots=True)
class Cost:
    """Of scrypt. The default takes 128 MiB and about half a second (RFC 7914 section 2; N = 2**17, r = 8, p = 1)."""

    n: int = 1 << 17
    r: int = 8
    p: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The second line of the file, as JSON.

    Attributes:
        mark: 密级 as it stands on the medium; nothing else is told of what is inside.
        check: bytes that came with the key: they tell a wrong passphrase from damage.

    """

    mark: str
    salt: bytes
    prefix: bytes
    check: bytes
    part: int = PART
    cost: Cost = Cost()

    def line(self) -> bytes:
        told = {
            "cipher": "SM4-GCM",
            "kdf": "scrypt",
            **asdict(self.cost),
            "salt": self.salt.hex(),
            "prefix": self.prefix.hex(),
            "check": self.check.hex(),
            "part": self.part,
            "mark": self.mark,
        }
        return json.dumps(told, ensure_ascii=False).encode() + b"\n"

    @classmethod
    def read(cls, line: bytes) -> "Header":
        """Raises: Damaged, where it is not one."""
        try:
            told: Any = json.loads(line)
            _known(told)
            return cls(
                mark=str(told["mark"]),
                salt=bytes.fromhex(told["salt"]),
                prefix=_exactly(bytes.fromhex(told["prefix"]), _PREFIX),
                check=_exactly(bytes.fromhex(told["check"]), _CHECK),
                part=_number(told, "part"),
                cost=Cost(*(_number(told, key) for key in ("n", "r", "p"))),
            )
        except (ValueError, TypeError, KeyError, RecursionError):
            raise _damaged(tr("文件头被改动", "its header was altered")) from None


def _known(told: Any) -> None:
    """Raises: ValueError, for another cipher, and for an N that is no power of two above 1 (RFC 7914 section 2)."""
    n = _number(told, "n")
    if (told["cipher"], told["kdf"]) != ("SM4-GCM", "scrypt") or n.bit_count() != 1 or n == 1:
        raise ValueError


def _number(told: Any, key: str) -> int:
    number = told[key]
    if type(number) is not int or not 0 < number <= _MOST[key]:
        raise ValueError(key)
    return number


def _exactly(raw: bytes, size: int) -> bytes:
    if len(raw) != size:
        raise ValueError(size)
    return raw


def strong(passphrase: str) -> str:
    """It. Raises: BadInput, where it is too short to keep anything."""
    if len(passphrase.strip()) < _SHORTEST:
        raise BadInput(
            tr("口令太短", "the passphrase is too short"),
            tr(f"至少 {_SHORTEST} 个字符", f"{_SHORTEST} characters at least"),
            tr(
                "请用几个不相干的词，并与介质分开保管",
                "take some unrelated words, and keep them apart from the medium",
            ),
        )
    return passphrase


def _derive(passphrase: str, salt: bytes, cost: Cost) -> tuple[bytes, bytes]:
    """Key and check. The passphrase is UTF-8 in Unicode NFC, so that every keyboard gives the same."""
    try:
        text = unicodedata.normalize("NFC", passphrase).encode()
    except UnicodeEncodeError:  # bytes of another encoding, as Python keeps them in a variable
        raise BadInput(
            tr("口令读不出来", "the passphrase cannot be read"),
            tr("它不是 UTF-8", "it is not in UTF-8"),
            tr("请在 UTF-8 的终端里输入", "type it in a terminal that speaks UTF-8"),
        ) from None
    derived = Scrypt(salt=salt, length=_KEY + _CHECK, n=cost.n, r=cost.r, p=cost.p).derive(text)
    return derived[:_KEY], derived[_KEY:]


class Enciphering:
    """A file-like object: what is written to it goes on enciphered. `finish` writes the last part.

    Args:
        out: where the file is written, from its first byte.
        mark: 密级, in clear.

    Raises:
        MissingPart: the OpenSSL of this machine has no SM4-GCM.

    """

    def __init__(
        self, out: BinaryIO, passphrase: str, *, mark: str = "", cost: Cost | None = None, part: int = PART
    ) -> None:
        salt, cost = os.urandom(16), cost or Cost()
        self._key, check = _derive(passphrase, salt, cost)
        header = Header(mark=mark, salt=salt, prefix=os.urandom(_PREFIX), check=check, part=part, cost=cost)
        self._out, self._prefix, self._part = out, header.prefix, part
        self._about = MAGIC + header.line()
        self._held, self._count = bytearray(), 0
        _need_cipher()
        out.write(self._about)

    def write(self, data: bytes) -> int:
        self._held += data
        with memoryview(self._held) as held:
            used = 0
            while len(held) - used > self._part:  # the last part is never empty, unless all of it is
                self._send(held[used : used + self._part], last=False)
                used += self._part
        del self._held[:used]
        return len(data)

    def finish(self) -> None:
        self._send(self._held, last=True)
        self._held.clear()

    def _send(self, part: "bytes | bytearray | memoryview", *, last: bool) -> None:
        cipher = Cipher(SM4(self._key), modes.GCM(_nonce(self._prefix, self._count, last=last))).encryptor()
        cipher.authenticate_additional_data(self._about)
        self._out.write(cipher.update(part))
        self._out.write(cipher.finalize() + cipher.tag)
        self._count += 1


def deciphered(source: BinaryIO, passphrase: str) -> Iterator[bytes]:
    """The plain text in parts, each proven before it is given out.

    Whoever uses it keeps nothing of it unless it has come to its end: only the last part proves that none is missing.

    Raises:
        BadInput: no such file, or the wrong passphrase. Damaged: altered, cut off, or in another order.
        MissingPart: the OpenSSL of this machine has no SM4-GCM.

    """
    header, about = read_header(source)
    _need_cipher()
    key, check = _derive(passphrase, header.salt, header.cost)
    if not bytes_eq(check, header.check):
        raise BadInput(
            tr("打不开加密存档包", "the enciphered package cannot be opened"),
            tr("口令不对", "the passphrase is wrong"),
            tr("请核对口令的大小写和输入法", "look at upper and lower case, and at the keyboard"),
        )
    size, count = header.part + TAG, 0
    part = source.read(size)
    while True:
        following = source.read(size)
        yield _open(part, key, _nonce(header.prefix, count, last=not following), about, count)
        if not following:
            return
        part, count = following, count + 1


def read_header(source: BinaryIO) -> tuple[Header, bytes]:
    """The header, and the bytes that stand before the first part.

    Raises:
        BadInput: it is another kind of file. Damaged: the header was altered.

    """
    if (magic := source.read(len(MAGIC))) != MAGIC:
        known = magic.startswith(MAGIC[:-2])
        raise BadInput(
            tr("打不开加密存档包", "the enciphered package cannot be opened"),
            tr("格式版本不认识", "this version of its form is not known")
            if known
            else tr("不是加密存档包", "it is no enciphered package"),
            tr("请升级 roomctl", "upgrade roomctl") if known else tr("请核对文件", "look which file it is"),
        )
    line = source.readline(_HEADER)
    return Header.read(line), MAGIC + line


def _nonce(prefix: bytes, count: int, *, last: bool) -> bytes:
    return prefix + count.to_bytes(_COUNTER, "big") + bytes([last])


def _open(part: bytes, key: bytes, nonce: bytes, about: bytes, count: int) -> bytes:
    if len(part) < TAG:
        raise _damaged(tr("文件不完整", "it is cut off"))
    cipher = Cipher(SM4(key), modes.GCM(nonce, part[-TAG:])).decryptor()
    cipher.authenticate_additional_data(about)
    plain = cipher.update(part[:-TAG])
    try:
        return plain + cipher.finalize()
    except InvalidTag:
        raise _damaged(
            tr(
                f"第 {count + 1} 段被改动、调换，或其后被截断",
                f"part {count + 1} was altered, moved, or cut off after",
            )
        ) from None


def _damaged(why: str) -> Damaged:
    return Damaged(
        tr("加密存档包已损坏", "the enciphered package is damaged"),
        why,
        tr("没有留下解开的文件；请换一份副本", "nothing of it was left open; use another copy"),
    )


def _need_cipher() -> None:
    try:
        Cipher(SM4(bytes(_KEY)), modes.GCM(bytes(12))).encryptor()
    except UnsupportedAlgorithm:
        raise MissingPart(
            tr("本机不能用 SM4-GCM", "this machine has no SM4-GCM"),
            tr("OpenSSL 低于 3.1，或被裁剪", "its OpenSSL is older than 3.1, or cut down"),
            "pip install --upgrade cryptography",
        ) from None
