import pytest
from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import BadInput
from roomctl.api.own_files import read_own
from roomctl.i18n import speaking


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")
    years: int = Field(ge=1)


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")
    rule: list[Row]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "own.toml"


@pytest.fixture(autouse=True)
def _in_english():
    with speaking("en"):
        yield


def test_a_table_is_read_also_as_notepad_saves_it(path):
    path.write_text("[[rule]]\nyears = 30\n", encoding="utf-8-sig")
    assert read_own(path, Table) == Table(rule=[Row(years=30)])


@pytest.mark.parametrize(
    ("text", "what", "why"),
    [
        (None, "there is no file", ""),
        ("[[rule]]\nyears = 30\n[[rule]]\nyears = 0\n", "rule.2.years of", "it must be 1 or more"),
        ("[[rule]]\nyear = 30\n", "rule.1.years of", "it is needed"),
        ("rule = 3\n", "rule of", "a list is wanted"),
        ("[[rule]\n", "is not TOML", "line 1"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_the_reason_and_both_ways_out(path, text, what, why):
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as told:
        read_own(path, Table, spare=", or do without")
    said = str(told.value)
    assert (what in said, why in said, str(path) in said, said.endswith(", or do without")) == (True,) * 4
    assert "\n" not in said


def test_it_is_told_in_the_readers_language(path):
    path.write_text("[[rule]]\nyears = 0\n", encoding="utf-8")
    with speaking("zh"), pytest.raises(BadInput, match=r"rule.1.years 不对：不能小于 1。请改正"):
        read_own(path, Table)
