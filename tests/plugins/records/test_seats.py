"""座签 and 座位图, as a reader of the PDF finds them."""

import re
import subprocess
from dataclasses import replace
from datetime import datetime

import pytest
from roomctl_records.render import template
from roomctl_records.seats import printing

from roomctl.api import BadInput, Meeting, MeetingId, NotFound, Person, Presence, Standing
from roomctl.api.seating import Chart
from roomctl.domain.layouts import Shape, Sizes, Template, layout
from roomctl.testing.fakes import A_MORNING

pytestmark = [pytest.mark.needs("python:typst"), pytest.mark.needs("pdftoppm")]

ROOM = layout(Template("t", ("课桌式", ""), Shape.ROWS, Sizes()), Sizes(platform=1, rows=1, columns=4, observers=2))


MEETING = Meeting(id=MeetingId("m1"), room="r1", title="老旧小区改造专题会", starts=datetime(2026, 11, 12, 9, 0))


def standing(name, **more):
    return Standing(person=Person(id=name, name=name), presence=Presence.EXPECTED, **more)


CHART = Chart(
    ROOM,
    {
        "P1": (standing("张建国"),),
        "R1-1": (standing("刘芳"),),
        "R1-2": (standing("陈志强", proxy="刘伟"),),
        "R1-4": (standing("买买提·吐尔逊·阿不都热依木江"),),
        "O1": (standing("周敏"), standing("𠮷田㛃")),
    },
)


def texts(path):
    """Of each page."""
    done = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True)
    return [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]


def sheets(path):
    """Number of pages and their size in mm."""
    told = subprocess.run(["pdfinfo", path], capture_output=True, text=True, check=True).stdout
    wide, high = re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told).groups()
    return int(re.search(r"Pages:\s+(\d+)", told)[1]), round(float(wide) / 72 * 25.4), round(float(high) / 72 * 25.4)


@pytest.fixture
def page(tmp_path):
    return template.load("", tmp_path)


@pytest.mark.parametrize(
    ("form", "sheet"), [("a4-half", (297, 210)), ("a4-third", (297, 210)), ("200x100", (210, 297))]
)
def test_each_who_has_a_seat_has_a_card_with_the_name_on_either_side(tmp_path, page, form, sheet):
    path = tmp_path / "cards.pdf"
    printing.cards(MEETING, CHART, printing.form_of(form, tmp_path), page, path, at=A_MORNING)
    assert sheets(path) == (6, *sheet)
    names = ("张建国", "刘芳", "刘伟", "买买提·吐尔逊·阿不都热依木江", "周敏", "𠮷田㛃")
    # Which way a reader takes what stands upside down is its own affair: the characters count.
    assert [sorted(re.sub(r"\s", "", text)) for text in texts(path)] == [sorted(name * 2) for name in names]


def test_who_is_on_leave_has_neither_card_nor_name_in_the_plan(monkeypatch, tmp_path, page):
    told = []
    monkeypatch.setattr(printing.pdf, "typeset", lambda *given, **_: told.append(given[2]))
    chart = replace(CHART, away=frozenset({"张建国", "周敏"}))
    printing.cards(MEETING, chart, printing.form_of("a4-half", tmp_path), page, tmp_path / "x", at=A_MORNING)
    printing.plan(MEETING, chart, page, tmp_path / "x", at=A_MORNING)
    cards, plan = told
    assert cards["names"] == ["刘　芳", "刘　伟", "买买提·吐尔逊·阿不都热依木江", "𠮷田㛃"]
    shown = {name for place in plan["views"][0]["places"] for name in place["names"]}
    assert shown & {"张建国", "周　敏"} == set()
    assert "𠮷田㛃" in shown


def test_a_name_of_two_characters_has_one_full_width_space(tmp_path, page):
    told = {}
    printing.pdf.typeset, kept = (lambda *given, **_: told.update(given[2])), printing.pdf.typeset
    try:
        printing.cards(MEETING, CHART, printing.form_of("a4-half", tmp_path), page, tmp_path / "x", at=A_MORNING)
    finally:
        printing.pdf.typeset = kept
    assert told["names"][:3] == ["张建国", "刘　芳", "刘　伟"]


def test_the_plan_is_seen_from_both_sides_and_says_which(tmp_path, page):
    path = tmp_path / "plan.pdf"
    printing.plan(MEETING, CHART, page, path, at=A_MORNING)
    below, above = texts(path)
    assert ("台下视角" in below, "台上视角" in above) == (True, True)
    for text in (below, above):
        assert all(name in text.replace(" ", "") for name in ("张建国", "刘伟", "周敏"))
    assert below.index("张建国") < below.index("刘")
    assert above.index("张建国") > above.index("周")


@pytest.mark.parametrize(("title", "name"), [("老旧小区改造" * 33, "王海燕"), ("专题会", "买" * 40)])
def test_whatever_a_title_or_a_name_is_the_plan_has_a_page_for_either_side(tmp_path, page, title, name):
    path, meeting = tmp_path / "plan.pdf", replace(MEETING, title=title, place="第一会议室" * 20)
    chart = Chart(ROOM, {"P1": (standing(name),)})
    printing.plan(meeting, chart, page, path, at=A_MORNING)
    assert sheets(path) == (2, 297, 210)
    printing.cards(meeting, chart, printing.form_of("a4-half", tmp_path), page, path, at=A_MORNING)
    assert sheets(path) == (1, 297, 210)


def test_nothing_is_printed_before_there_is_something(tmp_path, page):
    form = printing.form_of("a4-half", tmp_path)
    with pytest.raises(NotFound, match="还没有排座"):
        printing.cards(MEETING, Chart(), form, page, tmp_path / "x", at=A_MORNING)
    with pytest.raises(NotFound, match="还没有人有座位"):
        printing.cards(MEETING, Chart(ROOM), form, page, tmp_path / "x", at=A_MORNING)
    with pytest.raises(NotFound, match="还没有排座"):
        printing.plan(MEETING, Chart(), page, tmp_path / "x", at=A_MORNING)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[mine]\npage = [100, 100]\nface = [200, 40]\n", "比纸大"),
        ("[mine]\npage = [100, 100]\nface = [90, 40]\nbase = 30\n", "比纸大"),
        ("[mine]\npage = [100, 100]\n", "face"),
        ("[mine]\npage = [100, 100]\nface = [0, 1]\n", "face"),
        ("[mine\n", "place-cards.toml"),
        ("[other]\n", "a4-half"),
    ],
)
def test_a_form_that_cannot_be_used_is_told_in_one_line(tmp_path, text, told):
    (tmp_path / "place-cards.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told) as refused:
        printing.form_of("mine", tmp_path)
    assert "\n" not in str(refused.value)


def test_an_office_has_a_form_of_its_own(tmp_path):
    (tmp_path / "place-cards.toml").write_text("[mine]\npage = [210, 148]\nface = [210, 74]\n", encoding="utf-8")
    assert printing.form_of("mine", tmp_path).face == (210, 74)
