"""docs/dependencies.md is true: the packages and bounds of pyproject.toml, and the licences that they declare."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
OPEN = {"tzdata"}
"""Without an upper bound, for the reason that the page gives."""
SAME = {
    "Apache-2.0": {"Apache", "Apache License 2.0", "Apache Software License"},
    "BSD-2-Clause": {"BSD 2-Clause License", "BSD License"},
    "BSD-3-Clause": {"BSD 3-Clause License", "BSD License"},
    "LGPL-3.0-only": {"GNU Lesser General Public License v3.0"},
    "MIT": {"MIT License"},
    "Public Domain": {"Public Domain"},
}
"""How older metadata say it."""


def required():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [*project["dependencies"], *(one for some in project["optional-dependencies"].values() for one in some)]
    made = [Requirement(text) for text in texts]
    return [one for one in made if one.name != project["name"]]


def table():
    rows = re.findall(r"^\| ([\w.-]+) \| ([<>=][^|]+) \| ([^|]+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    return {name: (bounds, licence, purpose) for name, bounds, licence, purpose in rows}


PAGE = (ROOT / "docs/dependencies.md").read_text(encoding="utf-8")
TABLE = table()


def bounds_of(one):
    return sorted(str(one.specifier).split(","))


def test_the_page_names_what_pyproject_names():
    assert sorted(TABLE) == sorted({one.name for one in required()})


@pytest.mark.parametrize("one", required(), ids=lambda one: one.name)
def test_bounds_are_those_of_the_page_on_both_sides(one):
    assert bounds_of(one) == sorted(TABLE[one.name][0].split(","))
    signs = {spec.operator for spec in one.specifier}
    assert signs == {">="} if one.name in OPEN else signs == {">=", "<"}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_licence_is_what_the_package_declares(name):
    try:
        told = metadata(name)
    except PackageNotFoundError:
        pytest.skip(f"{name} is not installed")
    classified = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    declared = {one for one in (told["License-Expression"], told["License"], *classified) if one}
    licence = TABLE[name][1]
    if declared - {"UNKNOWN"}:
        assert declared & {licence, *SAME.get(licence, ())}, declared
    else:  # it says so in a file alone
        assert told.get_all("License-File")
