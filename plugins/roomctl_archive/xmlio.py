"""Metadata as XML, written element by element, and validated as a stream: memory is flat whatever the length."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from roomctl.api import tr

_NEVER = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True, slots=True)
class Node:
    """An element to be written.

    Attributes:
        content: text, or the elements in it.
        number: of the element in its standard; empty where there is none, or it is not known.

    """

    name: str
    content: "str | Sequence[Node]"
    number: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


def clean(text: str) -> str:
    """The text without what XML 1.0 cannot hold (section 2.2); each such character becomes U+FFFD."""
    return _NEVER.sub(_REPLACEMENT, text)


@contextmanager
def document(out: BinaryIO, root: str, namespace: str, attributes: Mapping[str, str]) -> Iterator["Writer"]:
    """One document; what the block adds lies in its root element."""
    from lxml import etree  # noqa: PLC0415 - a host at rest does without

    with etree.xmlfile(out, encoding="utf-8") as file:
        file.write_declaration()
        given = {name: clean(text) for name, text in attributes.items()}
        with file.element(f"{{{namespace}}}{root}", given, nsmap={None: namespace}):
            file.write("\n")
            yield Writer(file, namespace)
    out.write(b"\n")


class Writer:
    """Adds elements to the one that is open."""

    def __init__(self, file: Any, namespace: str) -> None:
        self._file, self._namespace, self._depth = file, namespace, 1

    def add(self, node: Node) -> None:
        """One element with all that is in it."""
        numbered = {"编号": node.number} if node.number else {}
        attributes = {key: clean(text) for key, text in (numbered | dict(node.attributes)).items()}
        with self._open(node.name, attributes):
            if isinstance(node.content, str):
                self._file.write(clean(node.content))
            else:
                with self._deeper():
                    for each in node.content:
                        self.add(each)

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """An element that stays open during the block."""
        with self._open(name, {}), self._deeper():
            yield

    @contextmanager
    def _open(self, name: str, attributes: Mapping[str, str]) -> Iterator[None]:
        self._indent()
        with self._file.element(f"{{{self._namespace}}}{name}", attributes):
            yield
        self._file.write("\n")

    @contextmanager
    def _deeper(self) -> Iterator[None]:
        self._depth += 1
        self._file.write("\n")
        yield
        self._depth -= 1
        self._indent()

    def _indent(self) -> None:
        self._file.write("  " * self._depth)


@cache
def _schema(name: str) -> Any:
    from lxml import etree  # noqa: PLC0415 - as above

    return etree.XMLSchema(file=str(Path(__file__).parent / "schema" / name))


def read(path: Path, schema: str, *tags: str) -> Iterator[Any]:
    """The elements of those names as they are read; each is gone when the next one comes.

    Nothing outside of the file is ever read, and no entity is expanded.

    Raises:
        ValueError: it is not XML, or not as the schema says; with the line.
        OSError: it cannot be read.

    """
    from lxml import etree  # noqa: PLC0415 - as above

    with path.open("rb") as stream:
        events = etree.iterparse(
            stream,
            events=("end",),
            schema=_schema(schema),
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )
        node = None
        try:
            for _, node in events:
                if etree.QName(node).localname in tags:
                    yield node
                    node.clear()
                    while node.getprevious() is not None:
                        del node.getparent()[0]
        except etree.XMLSyntaxError as error:
            raise ValueError(tr(f"第 {error.lineno} 行：{error.msg}", f"line {error.lineno}: {error.msg}")) from error
        if node is None or node is not events.root:  # libxml2 takes a cut inside the last tag for an end
            raise ValueError(tr("没有写完", "it ends too early"))
        if node.getroottree().docinfo.doctype:
            raise ValueError(tr("不应有 DOCTYPE", "no DOCTYPE belongs into it"))
