import sys
from importlib.metadata import entry_points

import pytest

from roomctl.host.installed import entries


@pytest.mark.parametrize("group", ["roomctl.plugins", "console_scripts", "pytest11"])
def test_it_finds_what_the_standard_library_finds(group):
    theirs = {(one.name, one.module) for one in entry_points(group=group)}
    assert {(one.name, one.module) for one in entries(group)} == theirs


def test_the_first_distribution_of_a_name_counts(tmp_path, monkeypatch):
    for folder, module in (("a", "first"), ("b", "second")):
        metadata = tmp_path / folder / "thing-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "entry_points.txt").write_text(f"[g]\n# a remark\nx = {module}:obj [extra]\n[h]\ny = z\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path / "a"), str(tmp_path / "b"), str(tmp_path / "none")])
    (found,) = entries("g")
    assert (found.name, found.module, found.distribution, found.version) == ("x", "first", "thing", "1.0")


def test_a_file_that_is_no_text_is_passed_over(tmp_path, monkeypatch):
    metadata = tmp_path / "thing-1.0.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_bytes(b"[g]\n\xff\xfe = x\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert list(entries("g")) == []
