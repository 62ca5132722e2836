"""The pages of the archive, pressed by hand: the look over all meetings, and the registration of one."""

from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.archive import Fault, Package, Receipt
from roomctl.domain.delivery import FixityCheck, Trouble
from roomctl.domain.lifecycle import State
from roomctl.domain.registration import Entry, Question, Reconciled, Result
from roomctl.errors import BadInput, Busy, Forbidden
from roomctl.i18n import speaking
from roomctl.services.identity import new_id
from roomctl.web.pages.archive.overview import AT_ONCE, Overview
from roomctl.web.pages.archive.registration import Registering
from roomctl.web.pages.board import Board
from roomctl.web.pages.visitor import Visitor

ENTRY = Entry(
    number="m/plan", kind="会议方案", title="[停车场建设方案]", formed=date(2026, 11, 12), term="不详",
    responsible="市政府办公室", secrecy="", files=1, bytes=9, pages=2,
)  # fmt: skip
QUESTION = Question(number="GD1-7", title="档号规范性", title_en="archival code", property="真实性", why="须由人看")


@dataclass
class Archive:
    """A deposited meeting, and who looks at it."""

    rest: object
    meeting: str = ""
    package: str = ""
    _desks: dict = field(default_factory=dict)

    def visitor(self, *roles, name="周强"):
        user = User(name, frozenset(roles or (Role.ARCHIVIST,)))
        return Visitor(user, "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003

    def closed(self):
        use = self.rest.use
        meeting = self.rest.in_session().id
        use.adjourn(meeting)
        use.clear(meeting, left_behind="无")
        use.waive_transcript(meeting, by="赵敏", reason="不转写")
        use.transition(meeting, State.CLOSED)
        self.rest.clock.advance(1)
        return meeting

    def send(self, meeting, *, arrive=True):
        now = self.rest.clock.now()
        made = Package(
            id=new_id(), meeting=meeting, path="p", files=3, bytes=9, manifest_sha256="ab" * 32, at=now,
            targets=("nas",),
        )  # fmt: skip
        self.rest.use.add_package(made)
        if arrive:
            self.rest.use.add_receipt(
                meeting,
                Receipt(package=made.id, target="nas", key="k", files=3, bytes=9, manifest_sha256="ab", at=now),
            )
        return made.id

    def desk(self, *roles, name="周强"):
        return Registering(self.visitor(*roles, name=name), self.meeting)


@pytest.fixture
def archive(rest):
    rest.application.plugins.archive.entries = (ENTRY,)
    rest.application.plugins.archive.questions = (QUESTION,)
    made = Archive(rest)
    made.meeting = made.closed()
    made.package = made.send(made.meeting)
    with speaking("zh"):
        yield made


def pressed(part, name, **typed):
    part.presses[name](typed)


def test_the_look_says_what_does_not_arrive_why_and_how_to_mend_it(archive):
    use = archive.rest.use
    late = archive.closed()
    archive.send(late, arrive=False)
    (row,) = [one for one in use.deliveries(late) if not one.done]
    use.put_delivery(row.failed(Trouble("没有挂载", "share", "请挂载"), now=archive.rest.clock.now(), chance=0.5))
    desk = Overview(archive.visitor())
    page = desk.rows()
    assert page.html.count("<section") == 1, "it begins with what is to be seen to"
    assert "没有挂载" in page.html
    (again,) = [name for name in page.presses if name.startswith("retry")]
    pressed(page, again)
    assert use.deliveries(late)[0].next_try is None
    pressed(desk.bar(), "show all")
    assert desk.rows().html.count("<section") == 2
    desk.find("2026-11-12 停车场")
    assert desk.rows().html.count("<section") == 2
    desk.find("水库")
    assert "没有这样的会议" in desk.rows().html


def test_a_retry_is_not_offered_to_who_may_not(archive):
    use = archive.rest.use
    late = archive.closed()
    archive.send(late, arrive=False)
    (row,) = use.deliveries(late)
    use.put_delivery(row.failed(Trouble("没有挂载"), now=archive.rest.clock.now(), chance=0.5))
    page = Overview(archive.visitor(Role.OPERATOR)).rows()
    assert "没有挂载" in page.html
    assert not page.presses


def test_damage_and_what_lies_where_nobody_knows_it_are_told_with_the_mend(archive):
    archive.rest.use.add_fixity_check(
        FixityCheck(
            package=archive.package, place="nas", meeting=archive.meeting, at=archive.rest.clock.now(), files=3,
            bytes=9, problems=(Fault("data/plan.json", "缺少"),),
        )
    )  # fmt: skip
    archive.rest.application.plugins.archive.places = [
        Reconciled(
            place="nas", at=archive.rest.clock.now(), unknown=("x/y",), gone=((archive.meeting, archive.package),)
        )
    ]
    desk = Overview(archive.visitor())
    assert f"roomctl archive reverify {archive.meeting}" in desk.rows().html
    assert "data/plan.json" in desk.rows().html
    told = desk.reconciled().html
    assert "x/y" in told
    assert archive.package[-6:] in told
    assert not Overview(archive.visitor(Role.SECRETARY)).reconciled().html


def test_of_many_meetings_a_sheet_is_drawn_and_nothing_is_read_twice(archive, monkeypatch):
    rows = archive.rest.use.archive_overview()
    many = [replace(rows[0], meeting=replace(rows[0].meeting, title=f"第{n}次会议")) for n in range(1000)]
    asked = []
    monkeypatch.setattr(type(archive.rest.use), "archive_overview", lambda _use: asked.append(1) or many)
    desk = Overview(archive.visitor(), "all")
    page = desk.rows()
    assert page.html.count("<section") == AT_ONCE
    assert desk.rows() is page
    pressed(page, "more")
    assert desk.rows().html.count("<section") == 2 * AT_ONCE
    assert len(asked) == 1
    archive.rest.clock.advance(1)
    archive.rest.use.count_packages(archive.meeting)
    desk.rows()
    assert len(asked) == 2


def test_an_archivist_does_all_of_it_on_the_page(archive):
    desk = archive.desk()
    assert "还没有清点" in desk.right().html
    pressed(desk.left(), f"count {archive.package}")
    assert "逐字节相符" in desk.left().html
    pressed(desk.left(), f"item {archive.package} GD1-7")
    with pytest.raises(BadInput):
        pressed(desk.left(), "answer", result="不适用", note="")
    with pytest.raises(BadInput):
        pressed(desk.left(), "answer", result="也许", note="")
    pressed(desk.left(), "answer", result="不适用", note="由档案系统编")
    assert "由档案系统编" in desk.left().html
    pressed(desk.left(), f"term {archive.package} m/plan")
    pressed(desk.left(), "set term", term="30年", reason="一般性会议")
    assert "一般性会议" in desk.left().html
    assert "sign" not in desk.right().presses, "the signed record is not there"
    archive.rest.use.take_in_signed(archive.meeting, b"%PDF-1.7\n%%EOF", signed_by="张建国")
    assert "张建国" in desk.right().html
    pressed(desk.right(), "return")
    with pytest.raises(BadInput):
        pressed(desk.right(), "return it", reason=" ")
    pressed(desk.right(), "return it", reason="缺会议记录")
    assert "缺会议记录" in desk.right().html


def test_the_signature_is_offered_when_nothing_is_lacking(archive):
    use = archive.rest.use
    paper = use.take_in_signed(archive.meeting, b"%PDF-1.7\n%%EOF", signed_by="张建国")
    late = replace(
        use.packages(archive.meeting)[0], id=new_id(), documents=(paper.id,), supplement_to=archive.package
    )
    use.add_package(late)
    use.add_receipt(
        archive.meeting,
        Receipt(package=late.id, target="nas", key="k", files=3, bytes=9, manifest_sha256="ab", at=late.at),
    )
    use.count_packages(archive.meeting)
    for package in (archive.package, late.id):
        use.answer_item(archive.meeting, package=package, number="GD1-7", result=Result.PASSED)
        use.set_term(archive.meeting, package=package, entry="m/plan", term="永久", reason="会议方案")
    desk = archive.desk()
    pressed(desk.right(), "sign")
    assert use.meeting(archive.meeting).state is State.ARCHIVED
    assert "周强" in desk.right().html
    assert not desk.left().presses


def test_what_another_has_answered_meanwhile_is_not_overwritten(archive):
    first, second = archive.desk(name="周强"), archive.desk(name="孙丽")
    for desk in (first, second):
        pressed(desk.left(), f"item {archive.package} GD1-7")
    seen = second.left()
    pressed(first.left(), "answer", result="通过", note="")
    with pytest.raises(Busy, match="周强"):
        pressed(seen, "answer", result="不通过", note="缺")


def test_a_secretary_sees_it_and_may_not_do_it(archive):
    desk = archive.desk(Role.SECRETARY)
    assert "清点" in desk.left().html
    assert not desk.left().presses
    assert "由档案员签收" in desk.right().html
    with pytest.raises(Forbidden):
        desk._count_now({})
