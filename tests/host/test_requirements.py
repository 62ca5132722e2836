import ctypes.util

import pluggy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from roomctl.host.requirements import _holds, missing

NOTHING = frozenset[str]()


def lacking(*requires: str, models: frozenset[str] = NOTHING) -> list[str]:
    return [one.mend for one in missing("hello", requires, models.__contains__)]


@pytest.mark.parametrize(
    "requirement", ["python:pluggy", "python:pluggy>=1.0", "python:pluggy>=1,<99", "python:pydantic[email]>=2"]
)
def test_an_installed_package_is_not_missing(requirement: str) -> None:
    assert lacking(requirement) == []


def test_a_package_that_is_too_old_is_missing() -> None:
    assert lacking("python:pluggy>=99") == ["pip install 'pluggy>=99'"]
    assert lacking(f"python:pluggy<{pluggy.__version__}") != []


def test_a_library_is_asked_for_by_its_package() -> None:
    if ctypes.util.find_library("z"):
        assert lacking("system:libz1") == []
    assert lacking("system:libnosuchthing2") == ["sudo apt-get install libnosuchthing2"]


def test_a_model_is_pulled() -> None:
    assert lacking("model:whisper-x", models=frozenset({"whisper-x"})) == []
    assert lacking("model:whisper-x") == ["roomctl models pull whisper-x"]


VERSIONS = st.lists(st.integers(0, 30), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts)))


@given(VERSIONS, st.sampled_from([">=", "<=", "==", "!=", ">", "<"]), VERSIONS)
def test_bounds_hold_as_pep_440_says(have: str, sign: str, wanted: str) -> None:
    assert _holds(have, sign, wanted) == SpecifierSet(f"{sign}{wanted}").contains(have)


@example("0", "0.0")
@given(VERSIONS, VERSIONS.filter(lambda text: "." in text))
def test_compatible_releases_hold_as_pep_440_says(have: str, wanted: str) -> None:
    assert _holds(have, "~=", wanted) == SpecifierSet(f"~={wanted}").contains(have)
