"""The page of a meeting's papers: what stands on it, and the way of a 纪要 by its buttons."""

import re
from dataclasses import dataclass, field

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.record import Finding
from roomctl.domain.summary import Stage
from roomctl.errors import Refused
from roomctl.i18n import speaking
from roomctl.services.offers import DocumentOffer
from roomctl.web.pages.board import Board
from roomctl.web.pages.papers import way
from roomctl.web.pages.papers.desk import Desk
from roomctl.web.pages.visitor import Visitor

FOUND = Finding(
    rule="unit", block=1, at=1, text="市住建局", around="由市住建局牵头", said="规范名称", hint="市住房城乡建设局"
)


@dataclass
class Seat:
    """Somebody at the page."""

    rest: object
    meeting: str
    roles: tuple = (Role.ADMIN,)
    name: str = "赵敏"
    desk: Desk = field(init=False)

    def __post_init__(self):
        visitor = Visitor(User(self.name, frozenset(self.roles)), "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003
        self.desk = Desk(visitor, self.meeting)

    def page(self):
        return self.desk.draw()

    def press(self, name, **typed):
        """The step's button, then that of its form where it has one."""
        page = self.page()
        page.presses[f"step {name}"](typed)
        if (do := self.page().presses.get(f"do {name}")) and self.desk._steps.asking == name:
            do(typed)
        assert self.desk._steps.refused is None, self.desk._steps.refused


@pytest.fixture
def seat(rest):
    def finish(source, target, number, on):
        target.write_text(f"{number} {on:%Y} {source.read_text()}")

    def offer(kind, name, **more):
        return DocumentOffer(
            kind=kind,
            file_name=name,
            write=lambda p: p.write_text(kind),
            preview=lambda p: f'<article class="gbt"><p data-segment="r1-t1-0001">{p.read_text()}</p></article>',
            proofread=lambda _: [FOUND],
            **more,
        )

    rest.application.plugins.papers = [
        offer("会议记录", "minutes.docx"),
        offer("会议纪要", "summary.docx", finish=finish, on_demand=True),
    ]
    meeting = rest.in_session()
    rest.use.adjourn(meeting.id)
    with speaking("zh"):
        yield Seat(rest, meeting.id)


def test_without_papers_it_says_so_and_offers_to_draft_them(seat):
    page = seat.page()
    assert "还没有文件" in page.html
    page.presses["draft papers"]({})
    drafted = seat.page().html
    assert "会议记录" in drafted
    assert 'data-segment="r1-t1-0001"' in drafted


def test_what_somebody_should_look_at_stands_beside_the_paper(seat):
    seat.page().presses["draft papers"]({})
    page = seat.page().html
    assert "<mark>市住建局</mark>" in page
    assert "市住房城乡建设局" in page
    assert "1 处" in page


def test_an_older_version_is_looked_at_by_a_press(seat):
    for _ in range(2):
        seat.page().presses["draft papers"]({})
    first = seat.rest.use.documents(seat.meeting)[0]
    (seat.rest.use.data / first.path).write_text("旧稿")
    seat.page().presses[f"show {first.id}"]({})
    assert "旧稿" in seat.page().html


def test_a_summary_goes_its_whole_way_by_buttons(seat):
    seat.press("start", unit="")
    seat.press("submit", lead="市住建局", units="市财政局、市规划局")
    for unit, opinion in (("市住建局", ""), ("市财政局", "分两年"), ("市规划局", "")):
        seat.press("answer", unit=unit, agreed=True, opinion=opinion)
    assert "还在等：市财政局" in seat.page().html
    seat.press("settle", unit="市财政局", adopted=False, reason="会议已定")
    seat.press("conclude")
    seat.press("openness", openness="主动公开", reason="")
    seat.press("approve", opinion="同意")
    seat.press("sign", opinion="")
    seat.press("register")
    seat.press("proofread", opinion="")
    seat.press("issue", to="市住建局、市财政局")
    (done,) = seat.rest.use.summaries(seat.meeting)
    assert (done.stage, done.number, done.sent_to) == (Stage.DONE, "第1期", ("市住建局", "市财政局"))
    page = seat.page().html
    assert "第1期" in page
    assert "会议已定" in page


def test_what_is_refused_stands_on_the_page(seat):
    seat.press("start", unit="")
    seat.press("submit", lead="", units="")
    page = seat.page()
    page.presses["step return"]({})
    seat.page().presses["do return"]({"reason": ""})
    assert "退回要有理由" in seat.page().html


def test_only_who_signs_papers_is_offered_to(seat):
    seat.press("start", unit="")
    seat.press("submit", lead="", units="")
    summary = seat.rest.use.summaries(seat.meeting)[-1]
    secretary = Seat(seat.rest, seat.meeting, (Role.SECRETARY,))
    names = [one.name for one in way.steps(secretary.desk._visitor, seat.meeting, summary)]
    assert "approve" not in names
    assert "return" in names
    approver = Seat(seat.rest, seat.meeting, (Role.APPROVER,), "张建国")
    assert [one.name for one in way.steps(approver.desk._visitor, seat.meeting, summary)] == ["approve"]


def test_a_paper_that_cannot_be_read_costs_the_page_nothing(seat):
    def damaged(_):
        raise Refused("读不了", "坏了", "重新起草")

    seat.page().presses["draft papers"]({})
    seat.rest.application.plugins.papers = [
        DocumentOffer(kind="会议记录", file_name="m.docx", write=lambda p: p.write_text("x"), preview=damaged)
    ]
    page = Seat(seat.rest, seat.meeting).page().html
    assert "重新起草" in page
    assert re.search("第 1 稿", page)


def test_names_are_typed_one_after_the_other():
    assert way.listed("市财政局、市住建局，市规划局; 市城管局") == ["市财政局", "市住建局", "市规划局", "市城管局"]


def test_how_long_there_is_to_the_limit_and_that_it_is_over(seat):
    seat.press("start", unit="")
    due = seat.rest.use.summaries(seat.meeting)[-1].due
    now = seat.rest.application.clock.now()
    page = seat.page().html
    assert f"还有 {(due - now).days} 天" in page
    seat.rest.application.clock.advance((due - now).total_seconds() + 2 * 86_400 + 60)
    assert "已超期 2 天" in Seat(seat.rest, seat.meeting).page().html
