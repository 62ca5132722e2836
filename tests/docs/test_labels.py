"""What README and guides quote is what the reader meets on the pages: the words of a button, a menu, a page."""

import re
from functools import cache

import pytest

from tests.docs.reading import DOCUMENTS, ROOT

NO_LABELS = {
    "会议室的一天",
    "会议室里说的一句话会变成文字",
    "现在是正常的",
    "已送存",  # the first half of a state
    "不管用户是否登录都要运行",  # of Windows
    "设置 → 隐私 → 麦克风",  # the same
    "口述 86个，材料 68个",  # with figures of one's own
    "不见了",  # the end of a sentence with the name of a place
}
"""What stands between quotation marks for another reason."""

_QUOTED = re.compile(r"“([^”]+)”")
_LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


@cache
def said() -> frozenset[str]:
    """Every literal of Python and scripts, without the dots of what asks for more."""
    paths = (path for folder in ("roomctl", "plugins") for path in (ROOT / folder).rglob("*"))
    code = (path.read_text(encoding="utf-8") for path in paths if path.suffix in {".py", ".js"})
    return frozenset(one.rstrip("…") for text in code for one in _LITERAL.findall(text))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_is_quoted_is_on_a_page(document):
    quoted = {" ".join(one.split()).rstrip("…") for one in _QUOTED.findall(document.read_text(encoding="utf-8"))}
    assert quoted - NO_LABELS <= said(), quoted - NO_LABELS - said()


def test_every_exception_is_quoted_somewhere():
    text = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    assert set(_QUOTED.findall(text)) >= NO_LABELS
