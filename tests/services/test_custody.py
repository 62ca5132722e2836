import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from roomctl.domain.access import Role
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Method, Person
from roomctl.domain.custody import MEDIUM, Point, place_name
from roomctl.domain.events import SYSTEM, Event
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Objected, Objection, Overrule
from roomctl.domain.recording import Order, RecorderState
from roomctl.domain.secrecy import Level, Secrecy, SecrecyRefused, Way, parse
from roomctl.errors import BadInput, Forbidden, NotFound, Refused
from roomctl.services.calendar import Booking
from roomctl.services.identity import new_id
from roomctl.services.secrecy import closed_to, shown
from roomctl.storage.uow import SqlUnitOfWork

APPROVED = date(2020, 1, 1)


@pytest.fixture
def declared(house):
    house.use.declare_machine(approval="市保密审字〔2026〕7号", level=Level.SECRET, approved=APPROVED)
    return house


@pytest.fixture
def secret(declared):
    """Open, and nothing of what it needs confirmed."""
    return declared.opened(secrecy=parse("秘密★3年"))


def refusals(house):
    rows = [row for row in house.events(house.room) if row.kind == "secrecy.refused"]
    return [(told["level"], told["what"]) for row in rows if (told := json.loads(row.data))]


def confirm_all(house, meeting):
    for point, said in house.use.secrecy_points(meeting.id):
        if said is None:
            house.use.confirm_point(meeting.id, point, by="王保密", number="〔2026〕1号")


# --- the machine


@pytest.mark.parametrize("mark", ["秘密★3年", "机密★10年", "绝密"])
def test_no_state_secret_is_planned_on_a_machine_that_nobody_declared(house, mark):
    with pytest.raises(SecrecyRefused):
        house.meeting(secrecy=parse(mark))
    assert refusals(house) == [(parse(mark).level.value, "create")]
    assert not house.use.meetings()


def test_an_item_makes_the_meeting_as_secret_as_itself(house):
    with pytest.raises(SecrecyRefused):
        house.meeting(agenda=(AgendaItem(1, "甲", secrecy=parse("秘密★3年")),))


def test_a_machine_holds_what_it_is_declared_for_and_nothing_above(declared):
    assert declared.meeting(secrecy=parse("秘密★3年")).state is State.PLANNED
    for mark in ("机密★3年", "绝密"):
        with pytest.raises(SecrecyRefused):
            declared.meeting(secrecy=parse(mark))
    declared.use.declare_machine(approval="新批", level=Level.CONFIDENTIAL, approved=APPROVED)
    declared.meeting(secrecy=parse("机密★3年"))
    assert [one.revoked is None for one in declared.use.declarations()] == [False, True]


def test_the_day_of_its_end_is_after_the_meeting_and_within_the_law(declared):
    starts, ends = datetime(2026, 11, 12, 9, 0), parse("秘密★2027年6月1日")
    meeting = declared.meeting(starts=starts, secrecy=ends)
    assert declared.use.meeting(meeting.id).highest_secrecy == ends
    for late in ("秘密★2026年11月12日", "秘密★2036年12月1日"):
        with pytest.raises(BadInput):
            declared.meeting(starts=starts, agenda=(AgendaItem(1, "甲", secrecy=parse(late)),))
        with pytest.raises(BadInput):
            declared.use.edit(meeting.id, {"secrecy": parse(late)}, booking=Booking())
    with pytest.raises(BadInput, match="2027年6月1日"):
        declared.use.edit(meeting.id, {"starts": datetime(2027, 6, 1, 9, 0)}, booking=Booking())
    with pytest.raises(BadInput):
        declared.use.register_handouts(meeting.id, "方案", ["001"], secrecy=parse("秘密★2020年1月1日"))
    assert declared.use.meeting(meeting.id) == meeting


def test_a_database_that_is_copied_to_another_machine_declares_nothing_there(declared):
    before = declared.open_uow()
    elsewhere = declared.use.acting_as(declared.use._actor)
    elsewhere._open = lambda: SqlUnitOfWork(before._work.database, new_id, "another machine")
    assert declared.use.declaration() is not None
    assert elsewhere.declaration() is None
    officer = frozenset({Role.SECURITY})
    assert shown(officer, before) is Level.SECRET
    assert shown(officer, elsewhere._open()) is Level.INTERNAL
    with pytest.raises(SecrecyRefused):
        elsewhere.create(replace(declared.meeting(), id=new_id(), secrecy=parse("秘密★3年")))


@pytest.mark.parametrize(
    ("facts", "error"),
    [
        ({"approval": " "}, BadInput),
        ({"approval": "文" * 201}, BadInput),
        ({"level": Level.TOP}, Forbidden),
        ({"level": Level.INTERNAL}, Forbidden),
        ({"approved": date(9000, 1, 1)}, BadInput),
    ],
)
def test_a_declaration_that_is_not_right_changes_nothing(house, facts, error):
    with pytest.raises(error):
        house.use.declare_machine(**{"approval": "7号", "level": Level.SECRET, "approved": APPROVED, **facts})
    assert house.use.declaration() is None


def test_what_was_approved_this_morning_is_declared_this_morning(house):
    house.clock.set(datetime(2026, 11, 11, 23, 30, tzinfo=UTC))  # half past seven of the 12th in the room
    house.use.declare_machine(approval="7号", level=Level.SECRET, approved=date(2026, 11, 12))
    with pytest.raises(BadInput, match="还没有到"):
        house.use.declare_machine(approval="8号", level=Level.SECRET, approved=date(2026, 11, 13))


def test_a_machine_with_plugins_of_somebody_else_is_not_declared(house):
    house.plugins.from_elsewhere.append("weather")
    with pytest.raises(Refused, match="weather"):
        house.use.declare_machine(approval="7号", level=Level.SECRET, approved=APPROVED)


def test_after_a_revocation_every_door_is_shut_and_what_is_there_stays(declared):
    meeting = declared.meeting(secrecy=parse("秘密★3年"))
    assert declared.use.revoke_declaration(reason="设备报废").reason == "设备报废"
    for door in (
        lambda: declared.use.transition(meeting.id, State.APPROVED),
        lambda: declared.use.transition(meeting.id, State.OPEN),
        lambda: declared.use.add_people(meeting.id, [Person(id=new_id(), name="李晓明")]),
        lambda: declared.use.sign_in(meeting.id, "李晓明", method=Method.DESK),
        lambda: declared.use.arm(meeting.id, Order(source="tone")),
        lambda: declared.use.test_take(meeting.id),
        lambda: declared.use.import_recording(meeting.id, declared.use.data / "a.wav"),
        lambda: declared.use.start(meeting.id),
        lambda: declared.use.need_held(meeting.id, "papers"),
    ):
        with pytest.raises(SecrecyRefused):
            door()
    assert len(refusals(declared)) == 9
    assert declared.use.meeting(meeting.id) == meeting
    with pytest.raises(NotFound):
        declared.use.revoke_declaration(reason="再来一次")


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("machine", ["never declared", "declared", "ended"])
def test_a_command_shows_what_the_one_table_lets_this_machine_hold(house, level, machine):
    if machine != "never declared":
        house.use.declare_machine(approval="7号", level=Level.SECRET, approved=APPROVED)
    if machine == "ended":
        house.use.revoke_declaration(reason="到期")
    meeting = house.meeting()
    with house.open_uow() as uow:  # as a copied database, or a restored one, brings it
        years = 3 if level in {Level.SECRET, Level.CONFIDENTIAL} else None
        uow.meetings.save(replace(meeting, secrecy=Secrecy(level, years)))
        uow.commit()
    open_ = level in {Level.OPEN, Level.INTERNAL}
    for handing_over, shown_too in ((False, machine == "declared"), (True, machine != "never declared")):
        if open_ or (level is Level.SECRET and shown_too):
            assert house.use.need_shown(meeting.id, handing_over=handing_over).id == meeting.id
        else:
            with pytest.raises(SecrecyRefused) as refused:
                house.use.need_shown(meeting.id, handing_over=handing_over)
            assert meeting.title not in str(refused.value)
            assert (level.value, "show") in refusals(house)
    titled = open_ or (level is Level.SECRET and machine == "declared")
    assert [one.id for one in house.use.shown_meetings()] == ([meeting.id] if titled else [])
    kept_out = not open_ or machine == "declared"
    assert (closed_to(Way.PLUGIN, house.open_uow()) is not None) == kept_out


def test_a_declaration_is_not_revoked_under_a_meeting(declared):
    declared.opened(secrecy=parse("秘密★3年"))
    with pytest.raises(Refused, match="正在进行"):
        declared.use.revoke_declaration(reason="到期")
    assert declared.use.declaration() is not None


def test_a_declaration_is_not_lowered_under_a_meeting(declared):
    declared.use.declare_machine(approval="9号", level=Level.CONFIDENTIAL, approved=APPROVED)
    declared.opened(secrecy=parse("机密★5年"))
    with pytest.raises(Refused, match="正在进行"):
        declared.use.declare_machine(approval="10号", level=Level.SECRET, approved=APPROVED)
    assert declared.use.declaration().approval == "9号"


def test_nothing_in_the_log_of_the_room_tells_a_title(house):
    with pytest.raises(SecrecyRefused):
        house.meeting(title="一件不能说的事", secrecy=parse("机密★3年"))
    assert "不能说" not in "".join(row.data for row in house.events(house.room))


@pytest.mark.parametrize("mark", ["秘密★6个月", "秘密★长期", "秘密★公布前"])
def test_a_term_that_is_told_otherwise_than_in_years_is_kept(declared, mark):
    item = AgendaItem(1, "任免", secrecy=parse(mark))
    meeting = declared.meeting(secrecy=parse("内部"), agenda=(item,))
    kept = declared.use.meeting(meeting.id)
    assert (kept.highest_secrecy.mark, kept.agenda[0].secrecy) == (mark, parse(mark))


# --- the gate


@pytest.fixture
def raised(declared):
    """In session, recorded, and as secret as it is only since then; the machine may hold it."""
    meeting = declared.in_session()
    booking = Booking(sees=lambda _level: True)
    return declared.use.edit(meeting.id, {"secrecy": parse("秘密★3年")}, booking=booking)


def test_a_recording_goes_on_after_a_crash_though_the_level_was_raised_meanwhile(declared, raised):
    declared.plugins.newest.crash()
    declared.use.continue_recording(raised.id)
    assert declared.use.recorder_status(raised.id).state is RecorderState.RECORDING


def test_so_it_does_where_a_person_is_quicker_than_the_host(declared, raised):
    declared.plugins.newest.crash()
    declared.use.arm(raised.id, Order(source="tone"))
    declared.use.begin_recording(raised.id)
    assert declared.use.recorder_status(raised.id).state is RecorderState.RECORDING


def test_one_that_somebody_has_ended_is_begun_again_with_the_approval_alone(declared, raised):
    declared.use.stop_recording(raised.id)
    with pytest.raises(Refused, match="没有批准"):
        declared.use.arm(raised.id, Order(source="tone"))


def test_the_approval_that_is_lacking_is_an_objection_until_it_is_entered_or_overruled(declared, raised):
    def objected():
        with pytest.raises(Objected) as refused:
            declared.use.transition(raised.id, State.CLOSED)
        return [one.text for one in refused.value.objections if one.by == "secrecy" and not one.firm]

    assert declared.use.recording_unapproved(raised)
    declared.use.adjourn(raised.id)
    declared.use.waive_transcript(raised.id, by="张建国", reason="不转写")
    for row in declared.use.clearing(raised.id).list.open:
        declared.use.press_task(raised.id, row.task.id)
    declared.plugins.objections.append(Objection("dummy", "so that it stays open"))
    assert "没有重新批准" in objected()[0]
    with pytest.raises(Refused):
        declared.use.confirm_point(raised.id, Point.PHONES, by="王保密")  # what nobody can make good any more
    declared.use.confirm_point(raised.id, Point.RECORDING, by="王保密", number="9号")
    assert objected() == []
    assert not declared.use.recording_unapproved(declared.use.meeting(raised.id))


def test_a_secret_meeting_opens_when_every_point_is_confirmed_by_name(declared, secret):
    with pytest.raises(Objected) as refused:
        declared.use.start(secret.id, overrule=Overrule("张建国", "先开"))
    assert refused.value.firm
    assert sum(one.by == "secrecy" for one in refused.value.objections) == 5  # nobody comes for somebody else
    confirm_all(declared, secret)
    declared.use.arm(secret.id, Order(source="tone"))
    assert declared.use.start(secret.id).state is State.IN_SESSION


def test_an_open_meeting_has_no_such_points(house):
    meeting = house.opened(recorded=False)
    assert not house.use.secrecy_points(meeting.id)
    with pytest.raises(Refused):
        house.use.confirm_point(meeting.id, Point.PHONES, by="王保密")
    assert house.use.start(meeting.id).state is State.IN_SESSION


def test_the_recorder_stays_disarmed_until_the_recording_is_approved_with_its_number(declared, secret):
    with pytest.raises(Refused, match="没有批准"):
        declared.use.arm(secret.id, Order(source="tone"))
    with pytest.raises(BadInput, match="文号"):
        declared.use.confirm_point(secret.id, Point.RECORDING, by="王保密")
    declared.use.confirm_point(secret.id, Point.RECORDING, by="王保密", number="9号")
    declared.use.arm(secret.id, Order(source="tone"))


def test_a_list_that_changes_is_confirmed_once_more(declared, secret):
    declared.use.add_people(secret.id, [Person(id=new_id(), name="李晓明")])
    declared.use.confirm_point(secret.id, Point.PEOPLE, by="王保密")
    assert dict(declared.use.secrecy_points(secret.id))[Point.PEOPLE].by == "王保密"
    declared.use.add_people(secret.id, [Person(id=new_id(), name="陈志强")])
    assert dict(declared.use.secrecy_points(secret.id))[Point.PEOPLE] is None


def test_as_the_level_is_raised_every_point_is_confirmed_once_more(declared, secret):
    declared.use.declare_machine(approval="新批", level=Level.CONFIDENTIAL, approved=APPROVED)
    confirm_all(declared, secret)

    def lacking(mark):
        with declared.open_uow() as uow:
            uow.meetings.save(replace(uow.meetings.get(secret.id), secrecy=parse(mark)))
            uow.commit()
        return {point for point, said in declared.use.secrecy_points(secret.id) if said is None}

    points = {point for point, _ in declared.use.secrecy_points(secret.id)}
    assert lacking("秘密★10年") == set()
    assert lacking("机密★10年") == points > {Point.PLAN, Point.RECORDING}
    with pytest.raises(Refused):
        declared.use.arm(secret.id, Order(source="tone"))
    assert lacking("秘密★3年") == set()
    lacking("机密★10年")
    confirm_all(declared, declared.use.meeting(secret.id))
    assert lacking("秘密★3年") == lacking("机密★10年") == set()


def test_each_proxy_is_approved_once_more(declared, secret):
    person = Person(id=new_id(), name="陈志强")
    declared.use.add_people(secret.id, [person])
    assert Point.PROXIES not in dict(declared.use.secrecy_points(secret.id))
    declared.use.request_leave(secret.id, person.id, reason="出差", proxy="刘伟")
    declared.use.decide_leave(secret.id, person.id, granted=True, by="张建国")
    assert dict(declared.use.secrecy_points(secret.id))[Point.PROXIES] is None
    declared.use.confirm_point(secret.id, Point.PROXIES, by="王保密", number="12号")
    assert dict(declared.use.secrecy_points(secret.id))[Point.PROXIES].number == "12号"


def test_a_point_wants_a_name(declared, secret):
    for name in ("", "  ", "\u200b", "名" * 201):
        with pytest.raises(BadInput):
            declared.use.confirm_point(secret.id, Point.PHONES, by=name)
    assert all(said is None for _, said in declared.use.secrecy_points(secret.id))


# --- media and handovers


def sealed(house, meeting):
    package = Package(
        id=new_id(), meeting=meeting.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=house.clock.now()
    )
    house.use.add_package(package)
    return package


def hand_over(house, package, medium="光盘-01", by="赵敏"):
    return house.use.hand_package_over(
        package.meeting, package=package.id, medium=medium, by=by, files=3, size=9, manifest_sha256="ab"
    )


def test_a_medium_is_registered_once_and_ends_with_a_reason(declared):
    one = declared.use.register_medium(serial=" 光盘-01 ", level=Level.SECRET, keeper="机要室")
    assert declared.use.media() == [one]
    with pytest.raises(Refused):
        declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    with pytest.raises(BadInput):
        declared.use.register_medium(serial="光盘-02", level=Level.INTERNAL, keeper="机要室")
    with pytest.raises(BadInput):
        declared.use.withdraw_medium("光盘-01", reason=" ")
    assert declared.use.withdraw_medium("光盘-01", reason="损坏").withdrawn
    with pytest.raises(Refused):
        declared.use.withdraw_medium("光盘-01", reason="损坏")
    with pytest.raises(NotFound):
        declared.use.withdraw_medium("光盘-09", reason="损坏")


def test_a_package_is_handed_over_once_by_one_person_to_another(declared, secret):
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    package = sealed(declared, secret)
    with pytest.raises(NotFound):
        hand_over(declared, package, medium="光盘-09")
    one = hand_over(declared, package)
    assert (one.number, one.keeper, one.received) == (1, "机要室", None)
    with pytest.raises(Refused):
        hand_over(declared, package)
    assert declared.use.handovers(secret.id) == [one]
    assert declared.use.handovers("another") == []


def test_a_medium_takes_nothing_above_its_level_and_nothing_once_withdrawn(declared):
    declared.use.declare_machine(approval="新批", level=Level.CONFIDENTIAL, approved=APPROVED)
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    above = sealed(declared, declared.meeting(secrecy=parse("机密★3年")))
    with pytest.raises(Refused, match="秘密级"):
        hand_over(declared, above)
    declared.use.withdraw_medium("光盘-01", reason="损坏")
    with pytest.raises(Refused, match="停用"):
        hand_over(declared, sealed(declared, declared.meeting(secrecy=parse("秘密★3年"))))


# --- ways out


def test_a_way_out_that_the_table_does_not_have_is_refused_and_noted(declared, secret):
    assert declared.use.need_way(secret.id, Way.HERE).id == secret.id
    with pytest.raises(SecrecyRefused, match="普通存储目标"):
        declared.use.need_way(secret.id, Way.TARGET)
    assert refusals(declared) == [("秘密", "target")]


def test_the_other_side_signs_once_and_then_the_package_has_its_receipt(declared, secret):
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    package = sealed(declared, secret)
    hand_over(declared, package)
    for same in ("赵敏", " 赵敏\u200b"):
        with pytest.raises(Refused, match="同一人"):
            declared.use.receive_package(1, by=same)
    with pytest.raises(BadInput):
        declared.use.receive_package(1, by=" ")
    with pytest.raises(NotFound):
        declared.use.receive_package(2, by="档案员")
    assert declared.use.receive_package(1, by="档案员").received_by == "档案员"
    (receipt,) = declared.use.receipts(secret.id)
    assert (receipt.package, receipt.target, receipt.key) == (package.id, MEDIUM, "光盘-01")
    assert place_name(receipt.target) == "登记的涉密介质"
    with pytest.raises(Refused, match="已签收"):
        declared.use.receive_package(1, by="别人")
    assert [one.received_by for one in declared.use.handovers()] == ["档案员"]


def test_a_state_secret_is_deposited_with_its_medium_and_its_stub(declared, secret):
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    confirm_all(declared, secret)
    declared.use.arm(secret.id, Order(source="tone"))
    declared.use.start(secret.id)
    declared.use.adjourn(secret.id)
    with declared.open_uow() as uow:
        closed = uow.meetings.get(secret.id)
        uow.meetings.save(replace(closed, state=State.CLOSED))
        uow.commit()
    package = Package(
        id=new_id(), meeting=secret.id, path="p", files=3, bytes=9, manifest_sha256="ab", at=declared.clock.now(),
        targets=(MEDIUM,),
    )  # fmt: skip
    declared.use.add_package(package)
    hand_over(declared, package)
    declared.use.receive_package(1, by="档案员")
    assert declared.use.meeting(secret.id).state is State.CLOSED
    stub = replace(package, id=new_id(), targets=("nas",))
    declared.use.add_package(stub)
    declared.use.add_receipt(
        secret.id,
        Receipt(
            package=stub.id, target="nas", key="k", files=1, bytes=1, manifest_sha256="cd", at=declared.clock.now()
        ),
    )
    assert declared.use.meeting(secret.id).state is State.DEPOSITED


def test_a_copy_of_everything_goes_elsewhere_only_where_nothing_forbids_it(declared):
    declared.meeting(secrecy=parse("内部"))
    declared.use.need_backup("")
    declared.meeting(secrecy=parse("秘密★3年"))
    with pytest.raises(SecrecyRefused, match="异地备份"):
        declared.use.need_backup("")
    with pytest.raises(NotFound):
        declared.use.need_backup("光盘-01")
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    declared.use.need_backup("光盘-01")
    declared.use.declare_machine(approval="新批", level=Level.CONFIDENTIAL, approved=APPROVED)
    declared.meeting(secrecy=parse("机密★3年"))
    with pytest.raises(Refused):
        declared.use.need_backup("光盘-01")


def test_a_power_cut_between_signature_and_receipt_is_made_good(declared, secret):
    declared.use.register_medium(serial="光盘-01", level=Level.SECRET, keeper="机要室")
    one = hand_over(declared, sealed(declared, secret))
    told = {"id": one.id, "number": one.number, "received_by": "档案员"}
    with declared.open_uow() as uow:
        uow.events.append(
            Event(stream=declared.room, kind="secrecy.received", actor=SYSTEM, at=declared.clock.now(), data=told)
        )
        uow.commit()
    assert not declared.use.receipts(secret.id)
    assert declared.use.receive_package(1, by="档案员").received_by == "档案员"
    assert len(declared.use.receipts(secret.id)) == 1
    assert declared.kinds(declared.room).count("secrecy.received") == 1
