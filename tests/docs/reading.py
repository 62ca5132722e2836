"""What the documents say: their commands, headings, links and pictures."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
GUIDES = sorted(path for path in (ROOT / "docs/guide").glob("*.md") if "zh-CN" not in path.name)
ENGLISH = [ROOT / "README.md", *GUIDES]
"""Each has its Chinese twin beside it."""

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_TYPED = re.compile(r"^ {4,}(?:cd \S+ && )?(?:sudo (?:-u \w+ )?)?(?:[A-Z_]+=\S+ )*(?:[\w./]*/)?roomctl ")
"""A line of the shell that begins with roomctl, whatever runs it: `sudo -u NAME`, a variable, a path."""
_OPERATORS = {"&&", "||", "|", ";"}


def chinese(english: Path) -> Path:
    return english.with_name(f"{english.stem}.zh-CN.md")


DOCUMENTS = [path for english in ENGLISH for path in (english, chinese(english))]


@dataclass(frozen=True)
class Command:
    """A command as it stands in a document.

    Attributes:
        line: number of its line, from 1.
        words: what comes after `roomctl`.
        running: whether it stands in a block of commands, to be typed as it is; else in the midst of a sentence.

    """

    document: str
    line: int
    words: tuple[str, ...]
    running: bool

    def __str__(self) -> str:
        return f"{self.document}:{self.line}: roomctl {shlex.join(self.words)}"


def commands(path: Path) -> list[Command]:
    """All of a document: those that stand in blocks, in their order, then those in the midst of sentences."""
    text = path.read_text(encoding="utf-8")
    document = path.relative_to(ROOT).as_posix()
    lines = list(enumerate(_FENCED.sub(_indented, text).splitlines(), 1))
    typed = [(number, words) for number, line in lines for words in _typed(line)]
    found = [Command(document, number, words, running=True) for number, words in typed]
    for one in re.finditer(r"`(roomctl\s[^`]+)`", text):
        words = tuple(shlex.split(one[1])[1:])
        found.append(Command(document, text.count("\n", 0, one.start()) + 1, words, running=False))
    return found


def _indented(block: re.Match[str]) -> str:
    """A fenced block of the shell as one that is indented; what else is fenced is no command."""
    return re.sub("^", "    " if block[1] == "sh" else "> ", block[0], flags=re.MULTILINE)


def _typed(line: str) -> Iterator[tuple[str, ...]]:
    """The words after each `roomctl` of a line of a block."""
    if not _TYPED.match(line):
        return
    words = shlex.split(line.strip(), comments=True)
    while words:
        end = next((place for place, word in enumerate(words) if word in _OPERATORS), len(words))
        one, words = words[:end], words[end + 1 :]
        for place, word in enumerate(one):
            if re.fullmatch(r"(?:[\w./]*/)?roomctl", word) and one[place - 1 : place] != ["-u"]:
                yield tuple(one[place + 1 :])
                break


def headings(path: Path) -> list[int]:
    """The level of each heading, in its order."""
    return [len(marks) for marks, _ in _headings(path)]


def anchors(path: Path) -> set[str]:
    """What a link may name behind `#`, as GitHub makes it of the headings."""
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for _, title in _headings(path)}


def _headings(path: Path) -> list[tuple[str, str]]:
    text = _FENCED.sub("", path.read_text(encoding="utf-8"))
    return re.findall(r"^(#+) (.+)$", text, re.MULTILINE)


def links(path: Path) -> list[str]:
    """What is linked or shown, but for other sites, as it is written."""
    text = path.read_text(encoding="utf-8")
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]


def pictures(path: Path) -> list[str]:
    return re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
