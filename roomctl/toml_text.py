"""TOML files that people write: read whole, and what is wrong with one told with its line."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from roomctl.errors import BadInput
from roomctl.i18n import tr


def read(path: Path, *, spare: Callable[[], str] = str, encoding: str = "utf-8") -> dict[str, Any]:
    """What stands in the file; nothing where there is none.

    Args:
        spare: what else could be done about a bad one, after the mend.

    Raises:
        BadInput: not TOML, with line and column; not UTF-8; not readable.

    """
    try:
        return tomllib.loads(path.read_text(encoding=encoding)) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise BadInput(
            tr(f"{path} 不是正确的 TOML", f"{path} is not TOML"),
            _where(str(error)),
            tr("请改正这一行", "correct that line") + spare(),
        ) from None
    except UnicodeDecodeError:
        raise BadInput(
            tr(f"{path} 不是 UTF-8 编码", f"{path} is not UTF-8"),
            mend=tr("请另存为 UTF-8", "save it as UTF-8") + spare(),
        ) from None
    except OSError as error:
        raise BadInput(
            tr(f"读不了 {path}", f"cannot read {path}"),
            error.strerror or str(error),
            tr("请检查它的权限", "see its permissions"),
        ) from None


def _where(said: str) -> str:
    """Tomllib says it in English, and where."""
    found = re.search(r"\(at line (\d+), column (\d+)\)", said)
    return tr(f"第 {found[1]} 行第 {found[2]} 列：{said}", said) if found else said


def place(path: Path, text: str, table: str, number: int, key: str = "") -> str:
    """The file, and the line of `line_of` where there is one, in the reader's language."""
    line = line_of(text, table, number, key)
    return f"{path}{tr(f' 第 {line} 行', f' line {line}') if line else ''}"


def line_of(text: str, table: str, number: int, key: str = "") -> int:
    """Line, from 1, of a key of the `number`-th (from 0) `[[table]]`; else where that begins, else 0."""
    begins, seen = 0, -1
    for at, line in enumerate(text.splitlines(), start=1):
        plain = line.replace(" ", "")
        if plain.startswith(f"[[{table}]]"):
            seen += 1
            begins = at if seen == number else begins
        elif seen == number and key and plain.partition("=")[0].strip("\"'") == key:
            return at
    return begins
