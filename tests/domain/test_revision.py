"""Two versions of a paper beside each other."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roomctl.domain.revision import Kind, Piece, compare, words

TEXT = st.text("市财政局拨款12.5万元，由A组办。", max_size=12)


def read(pieces, without):
    return "".join(piece.text for piece in pieces if piece.kind is not without)


def test_a_figure_is_one_word_and_of_chinese_each_character():
    assert words("拨款125万元。", "拨款1250万元。") == (
        Piece(Kind.SAME, "拨款"),
        Piece(Kind.REMOVED, "125"),
        Piece(Kind.ADDED, "1250"),
        Piece(Kind.SAME, "万元。"),
    )


def test_a_changed_paragraph_is_told_from_a_new_and_a_removed_one():
    old = ["标题", "由市住建局牵头，年底前完成选址。", "此段删去，不再保留。", "末段"]
    new = ["标题", "由市住建局牵头，10月底前完成选址。", "末段", "另：请各单位抓紧落实。"]
    changed, removed, added = compare(old, new)
    assert (changed.old, changed.new) == (1, 1)
    assert (removed.old, removed.new) == (2, None)
    assert (added.old, added.new) == (None, 3)
    assert [piece.text for piece in changed.pieces if piece.kind is not Kind.SAME] == ["年", "10月"]


def test_the_same_text_differs_nowhere():
    assert compare(["甲", "乙"], ["甲", "乙"]) == ()


def test_long_paragraphs_are_compared_by_the_clause_in_good_time():
    clauses = [f"第{place}条由市住建局牵头，" for place in range(2000)]
    changed = list(clauses)
    changed[1000] = "第1000条由市财政局牵头，"
    (one,) = compare(["".join(clauses)], ["".join(changed)])
    assert read(one.pieces, Kind.ADDED) == "".join(clauses)
    assert [piece.text for piece in one.pieces if piece.kind is Kind.ADDED] == [changed[1000]]


@settings(max_examples=50)
@given(old=st.lists(TEXT, max_size=6), new=st.lists(TEXT, max_size=6))
def test_either_version_can_be_read_from_the_comparison(old, new):
    changes = compare(old, new)
    for change in changes:
        assert read(change.pieces, Kind.ADDED) == ("" if change.old is None else old[change.old])
        assert read(change.pieces, Kind.REMOVED) == ("" if change.new is None else new[change.new])
    gone = {change.old for change in changes}
    come = {change.new for change in changes}
    assert [text for place, text in enumerate(old) if place not in gone] == [
        text for place, text in enumerate(new) if place not in come
    ]
