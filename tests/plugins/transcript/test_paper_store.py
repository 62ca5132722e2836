"""Papers that come after the meeting was made: taken in, listed, removed, refused."""

import io
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from roomctl_transcript import paper_store, papers

from roomctl import durable
from roomctl.api import BadInput, Busy, NotFound, Refused, State
from roomctl.api.files import changing


def docx(text="市住建局局长李晓明汇报停车场建设。"):
    document = Document()
    document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf(password=""):
    """A page without text, as a scan is."""
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def bomb():
    """Zeros, packed: a docx that unpacks to more than there may be."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("word/document.xml", "w") as part:
        for _ in range(papers.MOST_UNPACKED // (8 << 20) + 1):
            part.write(bytes(8 << 20))
    return out.getvalue()


def test_a_paper_is_taken_in_listed_and_removed(ctx, meeting, services):
    taken = paper_store.add(ctx, meeting, "汇报材料.docx", docx(), by="王敏")
    assert (taken.name, taken.people, taken.trouble) == ("汇报材料.docx", 1, "")
    assert taken.characters > 10
    assert paper_store.listed(services.data, "m1") == (taken,)
    paper_store.remove(ctx, meeting, "汇报材料.docx", by="王敏")
    assert paper_store.listed(services.data, "m1") == ()
    kinds = [(one.kind, one.data["by"], one.data["name"]) for one in ctx.published]
    assert kinds == [
        ("x.transcript.paper_added", "王敏", "汇报材料.docx"),
        ("x.transcript.paper_removed", "王敏", "汇报材料.docx"),
    ]


def test_a_new_edition_takes_the_place_of_the_old_one(ctx, meeting, services):
    paper_store.add(ctx, meeting, "a.txt", "第一稿".encode(), by="王敏")
    paper_store.add(ctx, meeting, "a.txt", "第二稿，长一些".encode("gb18030"), by="王敏")
    (one,) = paper_store.listed(services.data, "m1")
    assert one.characters == 7
    assert ctx.published[-1].data["replaced"]


def test_what_somebody_put_there_by_hand_is_listed_with_what_is_wrong(services):
    place = paper_store.folder(services.data, "m1")
    place.mkdir(parents=True)
    (place / "a.doc").write_bytes(b"old word")
    (place / "~$b.docx").write_bytes(b"open")
    (one,) = paper_store.listed(services.data, "m1")
    assert one.name == "a.doc"
    assert one.trouble


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", b""),
        ("a.docx", b"no docx"),
        ("a.docx", docx()[:-300]),
        ("a.doc", b"\xd0\xcf\x11\xe0"),
        ("a.exe", b"MZ"),
        ("a.pdf", b"%PDF-1.7 and no more"),
        ("a.pdf", pdf()),
        ("a.pdf", pdf("secret")),
        ("a.txt", b"\x00\x01\x02" * 99),
        ("a.txt", b"   \n "),
        ("../a.txt", b"x"),
        (".a.txt", b"x"),
        ("a/b.txt", b"x"),
        ("a\x00.txt", b"x"),
        ("~$a.txt", b"x"),
        ("长" * 130 + ".txt", b"x"),
        ("", b"x"),
    ],
)
def test_a_bad_one_is_refused_on_one_line_and_nothing_stays(ctx, meeting, services, name, data):
    with pytest.raises(BadInput) as caught:
        paper_store.add(ctx, meeting, name, data, by="王敏")
    assert "\n" not in str(caught.value)
    assert caught.value.mend
    place = paper_store.folder(services.data, "m1")
    assert not place.exists() or not list(place.iterdir())
    assert not ctx.published


def test_a_file_that_unpacks_to_too_much_is_refused(ctx, meeting):
    with pytest.raises(BadInput):
        paper_store.add(ctx, meeting, "a.docx", bomb(), by="王敏")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_a_file_is_damaged_it_is_read_or_refused(tmp_path, data):
    whole = bytearray(data.draw(st.sampled_from([docx(), pdf()])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=20))
        if not whole:
            break
    path = tmp_path / ("a.docx" if whole[:1] == b"P" else "a.pdf")
    path.write_bytes(whole)
    with suppress(BadInput):
        assert isinstance(papers.read(path), str)


@pytest.mark.parametrize("state", [State.CLOSED, State.DEPOSITED, State.ARCHIVED, State.CANCELLED])
def test_the_papers_of_a_closed_meeting_stay_as_they_are(ctx, meeting, state):
    closed = replace(meeting, state=state)
    with pytest.raises(Refused):
        paper_store.add(ctx, closed, "a.txt", b"x", by="王敏")
    with pytest.raises(Refused):
        paper_store.remove(ctx, closed, "a.txt", by="王敏")


def test_there_are_only_so_many(ctx, meeting, monkeypatch):
    monkeypatch.setattr(paper_store, "MOST", 2)
    for name in ("a.txt", "b.txt", "b.txt"):
        paper_store.add(ctx, meeting, name, b"x", by="王敏")
    with pytest.raises(Refused):
        paper_store.add(ctx, meeting, "c.txt", b"x", by="王敏")


def test_what_is_not_there_lists_what_is(ctx, meeting):
    paper_store.add(ctx, meeting, "a.txt", b"x", by="王敏")
    with pytest.raises(NotFound, match=r"a\.txt"):
        paper_store.remove(ctx, meeting, "b.txt", by="王敏")


def test_while_another_program_changes_them_they_stay_as_they_are(ctx, meeting, services, monkeypatch):
    monkeypatch.setattr(durable, "PATIENCE", 0.0)
    paper_store.add(ctx, meeting, "a.txt", b"x", by="王敏")
    place = paper_store.folder(services.data, "m1")
    with changing(place):
        with pytest.raises(Busy):
            paper_store.add(ctx, meeting, "b.txt", b"x", by="王敏")
        with pytest.raises(Busy):
            paper_store.remove(ctx, meeting, "a.txt", by="王敏")
    assert [one.name for one in place.iterdir()] == ["a.txt"]
    assert len(ctx.published) == 1


def test_one_that_goes_while_they_are_listed_is_left_out(ctx, meeting, services, monkeypatch):
    for name in ("a.txt", "b.txt"):
        paper_store.add(ctx, meeting, name, b"x", by="王敏")
    known = papers.files(paper_store.folder(services.data, "m1"))
    monkeypatch.setattr(papers, "files", lambda _: known)
    known[0].unlink()
    assert [one.name for one in paper_store.listed(services.data, "m1")] == ["b.txt"]
