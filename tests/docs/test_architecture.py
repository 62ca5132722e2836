"""docs/architecture.md is true to the tree."""

import re
from itertools import chain

import pytest

from tests.docs.reading import ROOT, chinese

ENGLISH = ROOT / "docs/architecture.md"
PAGES = [ENGLISH, chinese(ENGLISH)]
PICTURES = [ROOT / "docs/folders.svg", ROOT / "docs/way-of-the-data.svg"]
TOPS = [
    f"{parent}{path.name}/"
    for parent in ("", "roomctl/")
    for path in sorted((ROOT / parent).iterdir())
    if path.is_dir() and not path.name.startswith((".", "_")) and any(path.rglob("*.py"))
]
PLACE = re.compile(r"`([\w./-]+(?:/|\.py|\.md))`")

both = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)


def rows(page):
    """Of its table of folders: what each names first."""
    return [
        PLACE.findall(line.split("|")[1]) for line in page.read_text("utf-8").splitlines() if line.startswith("| `")
    ]


@both
def test_every_folder_that_it_names_is_there(page):
    named = list(chain.from_iterable(rows(page)))
    assert named
    assert not [one for one in named if not (ROOT / one).exists()]


@both
def test_every_file_that_it_names_is_somewhere(page):
    for place in PLACE.findall(page.read_text("utf-8")):
        assert (ROOT / place).exists() or any(ROOT.glob(f"[rptd]*/**/{place}")), place


@both
@pytest.mark.parametrize("top", [top for top in TOPS if top != "roomctl/"])
def test_every_folder_at_the_top_is_named(page, top):
    named = chain.from_iterable(rows(page))
    assert any(one.startswith(top) for one in named)


def test_both_languages_name_the_same_places():
    assert rows(PAGES[0]) == rows(PAGES[1])


@pytest.mark.parametrize("folder", [top.removesuffix("/") for top in TOPS if top not in {"roomctl/", "docs/"}])
def test_every_folder_stands_in_the_picture(folder):
    assert folder in PICTURES[0].read_text("utf-8")


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_the_pictures_are_shown_and_speak_both_languages(picture):
    assert all(f"({picture.name})" in page.read_text("utf-8") for page in PAGES)
    words = re.sub(r"<[^>]+>", " ", picture.read_text("utf-8"))
    assert re.search(r"[一-鿿]{2}", words)
    assert re.search(r"[a-z]{4}", words)


@pytest.mark.parametrize("page", PAGES + sorted((ROOT / "docs/adr").glob("*.md")), ids=lambda path: path.name)
def test_what_is_linked_is_there(page):
    for link in re.findall(r"\]\(([^)#:]+)", page.read_text("utf-8")):
        assert (page.parent / link).exists(), link
