"""Manifests of a bag: one line a file, digest and path. Source: RFC 8493 sections 2.1.3 and 2.2.1."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from roomctl.api import tr

ALGORITHMS = ("sha256", "sm3")
PAYLOAD = tuple(f"manifest-{name}.txt" for name in ALGORITHMS)
ASIDE = ".damaged"
"""What the folder of a package ends with that was found damaged before it was registered, and built again."""
TAGS = tuple(f"tagmanifest-{name}.txt" for name in ALGORITHMS)

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")
_CODES = {"%": "%25", "\n": "%0A", "\r": "%0D"}
_ENCODED = re.compile("%(25|0A|0D)", re.IGNORECASE)


def encode(path: str) -> str:
    """LF, CR and the percent sign, and only those, are percent-encoded (RFC 8493 section 2.1.3)."""
    return re.sub("[%\n\r]", lambda found: _CODES[found[0]], path)


def decode(path: str) -> str:
    """The inverse of `encode`; any other percent sign stands for itself."""
    return _ENCODED.sub(lambda found: chr(int(found[1], 16)), path)


def normal(path: str) -> str:
    """The one form in which names are written and compared: Unicode NFC."""
    return unicodedata.normalize("NFC", path)


def render(digests: Mapping[str, str]) -> bytes:
    """A manifest, in the order of the paths, so that the same files always give the same bytes."""
    return "".join(f"{digests[path]}  {encode(path)}\n" for path in sorted(digests)).encode()


@dataclass(slots=True)
class Parsed:
    """A manifest as read: digest by path, and what is wrong with it."""

    digests: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def parse(raw: bytes) -> Parsed:
    """Reads a manifest. What cannot be read becomes a problem, never an exception."""
    parsed = Parsed()
    try:
        lines = raw.decode().split("\n")
    except UnicodeDecodeError as error:
        parsed.problems.append(tr(f"第 {error.start} 字节不是 UTF-8", f"byte {error.start} is not UTF-8"))
        return parsed
    if lines[-1] == "":
        lines.pop()
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        path = decode(found[2]) if found else ""
        if not found:
            parsed.problems.append(tr(f"第 {number} 行不是“摘要 路径”", f"line {number} is not a digest and a path"))
        elif path in parsed.digests:
            parsed.problems.append(tr(f"第 {number} 行重复：{path}", f"line {number} repeats {path}"))
        else:
            parsed.digests[path] = found[1]
    if not parsed.problems and render(parsed.digests) != raw:
        parsed.problems.append(tr("不是规范写法，被改动过", "not in its canonical form: it was altered"))
    return parsed
