"""What goes in (rosters, terms, papers) and what comes out (txt, captions, JSON, docx, journal)."""

import io
import json
import re
from dataclasses import replace

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from roomctl_transcript import formats, roster
from roomctl_transcript.journal import Journal

from roomctl.api import BadInput, Transcript

HEADED = "姓名,单位,职务\n李晓明,市住建局,局长\n王海燕,市行政审批局,副局长\n"


@pytest.mark.parametrize(
    ("name", "data", "people"),
    [
        ("r.csv", HEADED.encode("utf-8-sig"), (("李晓明", "市住建局局长"), ("王海燕", "市行政审批局副局长"))),
        ("r.csv", HEADED.encode("gb18030"), (("李晓明", "市住建局局长"), ("王海燕", "市行政审批局副局长"))),
        ("r.csv", "职务;姓名\n局长;李晓明\n".encode(), (("李晓明", "局长"),)),
        ("r.csv", "Name,Unit,Title\n李晓明,住建局,局长\n".encode(), (("李晓明", "住建局局长"),)),
        ("r.txt", "李晓明\n\n王海燕\n".encode(), (("李晓明", ""), ("王海燕", ""))),
    ],
)
def test_a_roster_is_read_however_it_was_saved(tmp_path, name, data, people):
    (tmp_path / name).write_bytes(data)
    assert roster.roster(tmp_path / name) == people


def test_a_roster_from_xlsx(tmp_path):
    book = Workbook()
    for row in (("单位", "姓名", "职务"), ("市住建局", "李晓明", "局长"), (None, None, None)):
        book.active.append(row)
    book.save(tmp_path / "r.xlsx")
    assert roster.roster(tmp_path / "r.xlsx") == (("李晓明", "市住建局局长"),)


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("r.csv", "单位,职务\n住建局,局长\n".encode(), "姓名"),
        ("r.csv", b"", "空"),
        ("r.csv", "姓名,单位\n,住建局\n".encode(), "没有人"),
        ("r.csv", b"\x00\x01\x02\xff\xfe", "不是文本"),
        ("r.xlsx", b"PK no workbook", "不能读取"),
        ("missing.csv", None, "不能读取"),
    ],
)
def test_a_roster_that_cannot_be_used_says_why_on_one_line(tmp_path, monkeypatch, name, data, why):
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(BadInput, match=why) as caught:
        roster.roster(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_terms_come_one_a_line(tmp_path):
    (tmp_path / "t.txt").write_text("智慧停车平台\n\n# 注释\n云溪街道  # 新设\n", encoding="utf-8")
    assert roster.lines(tmp_path / "t.txt") == ("智慧停车平台", "云溪街道")


def made(*segments):
    return Transcript(id="t", meeting=None, version=1, engine="e", model="m", segments=segments, duration=60.0)


@pytest.fixture(scope="module")
def said(segment):
    return made(
        segment("现在开会。", 1, 0.5, 2.0, speaker="张建国"),
        segment("先请李晓明同志汇报。", 2, 2.2, 4.0, speaker="张建国"),
        segment("请不吝点赞", 3, 5.0, 6.0, dropped=True),
        segment(
            "今年计划新建公共停车场12个，新增车位3500个，总投资4600万元，到9月底已经建成八个。",
            4,
            7.0,
            15.0,
            speaker="李晓明",
        ),
    )


def test_text_has_a_paragraph_for_each_turn_and_no_invention(said):
    assert formats.txt(said).decode() == (
        "张建国：现在开会。先请李晓明同志汇报。\n"
        "李晓明：今年计划新建公共停车场12个，新增车位3500个，总投资4600万元，到9月底已经建成八个。\n"
    )


@pytest.mark.parametrize("write", [formats.srt, formats.vtt])
def test_captions_are_short_in_order_and_complete(write, said):
    text = write(said).decode()
    stamps = re.findall(r"(\d\d):(\d\d):(\d\d)[.,](\d{3})", text)
    times = [int(h) * 3600 + int(m) * 60 + int(s) + int(f) / 1000 for h, m, s, f in stamps]
    assert times == sorted(times)
    lines = [line for line in text.splitlines() if re.search("[\u4e00-\u9fff]", line)]
    assert max(map(len, lines)) <= formats.CAPTION + 6
    assert "".join(lines).replace("张建国：", "").replace("李晓明：", "") == said.text.replace("\n", "")


def test_a_hour_and_more_is_written_right(segment):
    late = made(segment("散会。", 1, 3725.0, 3726.5))
    assert "01:02:05,000 --> 01:02:06,500" in formats.srt(late).decode()
    assert formats.vtt(late).decode().startswith("WEBVTT\n\n01:02:05.000")


def test_json_and_docx_hold_the_same_sentences(said):
    told = json.loads(formats.summary_json(said))
    assert [row["text"] for row in told["segments"]] == [one.text for one in said.shown]
    assert {"engine", "model", "duration", "speech", "covered", "rtf", "segments"} <= set(told)
    document = Document(io.BytesIO(formats.docx(said)))
    assert "\n".join(p.text for p in document.paragraphs) + "\n" == formats.txt(said).decode()


def test_the_archives_json_holds_the_inventions_too(said):
    assert len(json.loads(formats.whole(said))["segments"]) == 4
    assert json.loads(formats.whole(replace(said, engine="x")))["engine"] == "x"


rows = st.lists(st.fixed_dictionaries({"start": st.floats(0, 1e5), "next": st.floats(0, 1e5)}), max_size=8)


@given(rows, st.integers(0, 400))
def test_a_journal_cut_anywhere_keeps_its_whole_lines(tmp_path_factory, given_rows, cut):
    path = tmp_path_factory.mktemp("j") / "j.jsonl"
    with Journal(path, "job") as journal:
        for row in given_rows:
            journal.finish(row)
    data = path.read_bytes()
    path.write_bytes(data[: max(0, len(data) - cut)])
    with Journal(path, "job") as journal:
        kept = list(journal.written.utterances)
        journal.finish({"start": 1.0, "next": 2.0})
    assert kept == given_rows[: len(kept)]
    with Journal(path, "job") as journal:
        assert list(journal.written.utterances) == [*kept, {"start": 1.0, "next": 2.0}]


def test_a_journal_of_another_job_is_set_aside(tmp_path):
    for job in ("one", "two"):
        with Journal(tmp_path / "j.jsonl", job) as journal:
            assert journal.written.utterances == ()
            journal.finish({"start": 0.0, "next": 5.0})
    assert (tmp_path / "j.old.jsonl").exists()


def test_what_was_begun_twice_and_never_finished_is_left_out(tmp_path):
    for _ in range(2):
        with Journal(tmp_path / "j.jsonl", "job") as journal:
            assert journal.begin(3.5)
    with Journal(tmp_path / "j.jsonl", "job") as journal:
        assert not journal.begin(3.5)
        assert journal.begin(9.0)
