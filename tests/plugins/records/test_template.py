import pytest
from roomctl_records.render import template

from roomctl.api import BadInput


def test_the_shipped_page_holds_22_lines_of_28_characters(tmp_path):
    page = template.load("", tmp_path).page
    assert (page.height - page.top - page.bottom) // page.line == 22
    assert (page.width - page.left - page.right) // page.character == 28


def test_an_office_lays_its_own_values_over_the_shipped_ones(tmp_path):
    (tmp_path / "own.toml").write_text('[type]\nbody = "宋体"\n', encoding="utf-8")
    own = template.load("own.toml", tmp_path)
    assert (own.type.body, own.type.title) == ("宋体", "方正小标宋简体")


@pytest.mark.parametrize(
    "text",
    [
        "[type\n",
        '[type]\nfont = "x"\n',
        "[page]\nline = 0\n",
        "page = 3\n",
        "[extra]\nx = 1\n",
        "[type]\nheading = []\n",
        b"\xff",
    ],
)
def test_a_template_that_cannot_be_used_is_told_in_one_line(tmp_path, text):
    (tmp_path / "own.toml").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(BadInput, match=r"own\.toml") as told:
        template.load("own.toml", tmp_path)
    assert "\n" not in str(told.value)


def test_a_template_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadInput, match=r"gone\.toml"):
        template.load("gone.toml", tmp_path)
