"""The documents of a person stand in both languages, and say the same; what they point at is there."""

import pytest

from tests.docs.reading import DOCUMENTS, ENGLISH, ROOT, anchors, chinese, commands, headings, links, pictures
from tests.docs.test_commands import meant

PICTURES = sorted((ROOT / "docs/pictures").glob("*.png"))

each = pytest.mark.parametrize("english", ENGLISH, ids=lambda path: path.name)
every = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@each
def test_both_languages_have_the_same_headings(english):
    assert headings(english) == headings(chinese(english))


@each
def test_both_languages_have_the_same_commands_in_the_same_order(english):
    ours, theirs = ([(meant(one), one.running) for one in commands(path)] for path in (english, chinese(english)))
    assert ours == theirs


@each
def test_both_languages_show_the_same_pictures_each_in_its_own_where_there_are_both(english):
    ours, theirs = pictures(english), pictures(chinese(english))
    assert [one.replace(".en.png", ".png") for one in ours] == theirs
    for one in theirs:
        in_english = one.replace(".png", ".en.png")
        assert (in_english in ours) is (english.parent / in_english).exists()


@every
def test_what_is_linked_is_there(document):
    for link in links(document):
        path, _, place = link.partition("#")
        target = document.parent / path if path else document
        assert target.exists(), link
        assert not place or place in anchors(target), link


@every
def test_the_other_language_is_linked(document):
    other = f"{document.name.partition('.')[0]}{'' if 'zh-CN' in document.name else '.zh-CN'}.md"
    assert other in links(document)


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
def test_a_picture_is_small_and_shown_somewhere(picture):
    assert picture.stat().st_size < 200_000
    assert any(
        (document.parent / shown).resolve() == picture for document in DOCUMENTS for shown in pictures(document)
    )
