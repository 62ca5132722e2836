"""The close page without a browser: what each row says, who may press what, and how a target stands."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.archive import Package, Receipt
from roomctl.domain.attendance import Person
from roomctl.domain.delivery import DeliveryStep, Trouble
from roomctl.domain.devices import Device
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import RecorderState, Recording
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, Forbidden
from roomctl.i18n import speaking
from roomctl.services.drivers import ActionOffer, Deed, DriverOffer
from roomctl.services.identity import new_id
from roomctl.services.time import SystemClock
from roomctl.storage.sound import SqlRecordings
from roomctl.web.pages.attention import matters
from roomctl.web.pages.board import Board
from roomctl.web.pages.closing.desk import Desk
from roomctl.web.pages.visitor import Visitor
from tests.services.test_recordings import segment
from tests.waiting import until


async def _off(device, secret, argument):
    del secret, argument
    return Deed("off", "on" if device.id == "stuck" else "off")


async def _read(device, secret):
    del device, secret
    raise RuntimeError("nobody asks it")


OFFER = DriverOffer(
    kind="lamp", title=("灯", "Lamp"), values={}, read=_read, judge=lambda _device, _reading: (), deadline=10.0,
    actions={"off": ActionOffer(title=("关灯", "Off"), act=_off)},
)  # fmt: skip
MACROS = """
[[macros]]
id = "end"
title = "散会"
on = "adjourned"
steps = [{ device = "good", action = "off" }, { device = "stuck", action = "off", optional = true }]
"""


@dataclass
class Seat:
    """Somebody at the page."""

    rest: object
    meeting: str
    roles: tuple = (Role.ADMIN,)
    desk: Desk = field(init=False)

    def __post_init__(self):
        visitor = Visitor(User("周强", frozenset(self.roles)), "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003
        self.desk = Desk(visitor, self.meeting)

    def page(self):
        seen, desk = self.desk.look(), self.desk
        parts = (desk.title(seen), desk.room(seen), desk.steps(seen), desk.deposit(seen))
        presses = {name: press for part in parts for name, press in part.presses.items()}
        return "".join(part.html for part in parts), presses

    def html(self):
        return self.page()[0]

    def press(self, name, **typed):
        return self.page()[1][name](typed)


@pytest.fixture
def over(rest):
    meeting = rest.meeting(recorded=False)
    rest.use.add_people(meeting.id, [Person(id=new_id(), name="马德福", phone="13900010001")])
    for state in (State.APPROVED, State.OPEN, State.IN_SESSION, State.ADJOURNED):
        rest.use.transition(meeting.id, state)
    with speaking("zh"):
        yield meeting.id


def copy_out(rest, meeting, **more):
    (made,) = rest.use.register_handouts(meeting, "方案", ["017"], **more)
    rest.use.sign_out_handout(meeting, made.id, "马德福")
    return made.id


def test_devices_go_off_by_the_macro_and_what_did_not_is_said(rest, over):
    rest.application.usecases._clock = SystemClock()
    rest.application.plugins.device_drivers["lamp"] = OFFER
    rest.application.rack.inventory.put(
        [Device(id=one, kind="lamp", title=(f"灯{one}", one)) for one in ("good", "stuck")]
    )
    (rest.application.data / "macros.toml").write_text(MACROS, encoding="utf-8")
    seat = Seat(rest, over)
    seat.press("macro end")
    until(lambda: not seat.desk.hands.playing and seat.desk.look().ran is not None)
    assert "灯stuck：关灯" in seat.html()
    assert "灯good：关灯" not in seat.html()
    seat.press("task devices")
    assert "macro end" not in seat.page()[1]
    rest.application.rack.prober.close()


def test_what_is_sealed_is_counted_without_reading_each_segment(rest, over, monkeypatch):
    parts = tuple(segment(rest.application.clock.now(), 48_000, seq=n) for n in range(1, 4))
    with rest.application.open_uow() as uow:
        made = Recording(
            id="r1", meeting=over, number=1, folder="r1", source="mic", recorder="audio", segments=parts,
            state=RecorderState.SEALED, tracks=1, frames=3 * 48_000,
        )  # fmt: skip
        uow.recordings.put(made)
        uow.commit()
    monkeypatch.setattr(SqlRecordings, "_segments", lambda *_: pytest.fail("the segments were read"))
    assert "3 段" in Seat(rest, over).html()


def test_before_the_end_nobody_is_told_that_the_lights_may_go_off(rest):
    meeting = rest.meeting(recorded=False).id
    with speaking("zh"):
        html = Seat(rest, meeting).html()
        assert "散会后在这里清理会场" in html
        assert "等待会议结束后封包" in html
        rest.use.transition(meeting, State.CANCELLED, reason="改期")
        html = Seat(rest, meeting).html()
    assert "会议已取消" in html
    assert "关灯锁门" not in html


def test_a_telephone_stands_on_the_page_only_after_a_press(rest, over):
    copy = copy_out(rest, over)
    seat = Seat(rest, over, (Role.USHER,))
    seat.press("fold papers")
    assert "13900010001" not in seat.html()
    seat.press(f"call {copy}")
    assert 'href="tel:13900010001"' in seat.html()
    assert "13900010001" not in Seat(rest, over, (Role.USHER,)).html()


@pytest.mark.parametrize(
    ("role", "may"),
    [(Role.USHER, set()), (Role.SECRETARY, {"release"}), (Role.SECURITY, {"transfer"}), (Role.TECHNICIAN, None)],
)
def test_who_may_release_a_copy_and_who_may_take_it_over(rest, over, role, may):
    copy = copy_out(rest, over)
    seat = Seat(rest, over, (role,))
    if may is None:
        assert "fold papers" not in seat.page()[1]
        assert "马德福" not in seat.html()
        return
    seat.press("fold papers")
    assert {name for name in ("release", "transfer") if f"{name} {copy}" in seat.page()[1]} == may


def test_a_secret_copy_says_that_it_cannot_be_released(rest, over):
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(over), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    copy = copy_out(rest, over, secrecy=Secrecy(Level.SECRET, 3))
    seat = Seat(rest, over, (Role.SECRETARY,))
    seat.press("fold papers")
    assert "涉密文件，不得放行" in seat.html()
    assert f"release {copy}" not in seat.page()[1]
    with pytest.raises(Forbidden):
        Seat(rest, over, (Role.USHER,)).page()


def test_the_security_officer_is_told_on_the_first_page_until_he_has_seen_it(rest, over):
    copy = copy_out(rest, over)
    rest.use.release_handout(over, copy, "带回局里")
    user = User("郑保国", frozenset({Role.SECURITY}))

    def told():
        return [
            one.why for one in matters([Board(rest.host).facts(over)], user, rest.clock.now()) if "放行" in one.why
        ]

    assert told() == ["1 份材料没有收回，已放行，等你查看"]
    Seat(rest, over, (Role.SECURITY,)).press(f"see {copy}")
    assert not told()


def test_a_list_that_the_office_breaks_stops_no_meeting_that_has_begun(rest, over):
    seat = Seat(rest, over)
    seat.press("task lights")
    (rest.application.data / "clearing.toml").write_text("[[tasks]\n", encoding="utf-8")
    seat.press("task whiteboard")
    assert seat.html().count('aria-checked="true"') == 2


def test_an_undo_by_a_visitor_who_lost_the_right_is_refused(rest, over):
    seat = Seat(rest, over, (Role.USHER,))
    seat.press("task lights")
    press = seat.page()[1]["undo lights"]
    seat.desk.visitor.user = User("周强", frozenset({Role.APPROVER}))
    with pytest.raises(Forbidden):
        press({})
    assert rest.use.clearing(over).list.row("lights").done


def test_a_press_on_a_page_that_is_open_no_longer_is_refused(rest, over):
    copy = copy_out(rest, over)
    seat = Seat(rest, over, (Role.USHER,))
    seat.press("fold papers")
    presses = seat.page()[1]
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(uow.meetings.get(over), secrecy=Secrecy(Level.SECRET, 3)))
        uow.commit()
    before = rest.use.clearing(over)
    for name in (f"call {copy}", "task lights", f"back {copy}"):
        with pytest.raises(Forbidden):
            presses[name]({})
    assert rest.use.clearing(over).list == before.list
    assert seat.desk.doing.phones == {}


def test_a_copy_that_was_collected_by_mistake_is_out_again(rest, over):
    copy = copy_out(rest, over)
    seat = Seat(rest, over, (Role.USHER,))
    assert f"undo {copy}" not in seat.page()[1]
    for press, typed in (("collect", {"copy": "17"}), (f"back {copy}", {})):
        seat.desk.open = "papers"
        seat.press(press, **typed)
        assert rest.use.clearing(over).handouts.out == ()
        assert "刚收回" in seat.html()
        seat.press(f"undo {copy}")
        assert [one.id for one in rest.use.clearing(over).handouts.out] == [copy]
        assert "刚收回" not in seat.html()


def test_a_thing_whose_keeper_is_too_long_is_not_half_put_down(rest, over):
    with pytest.raises(BadInput, match="交给谁"):
        Seat(rest, over).desk.doing.found({"what": "水杯", "to": "x" * 201})
    assert rest.use.clearing(over).list.things == ()


@pytest.mark.parametrize("typed", [{}, {"copy": "  "}, {"copy": "999"}, {"copy": "x" * 500}])
def test_a_number_that_nobody_has_is_said(rest, over, typed):
    copy_out(rest, over)
    seat = Seat(rest, over)
    seat.press("fold papers")
    with pytest.raises(Exception, match=r"份号|没有登记"):
        seat.press("collect", **typed)


def test_a_target_is_shown_by_its_stage_and_a_dead_one_with_its_next_try(rest, over):
    now = rest.clock.now()
    package = Package(
        id=new_id(), meeting=over, path="p", files=3, bytes=9, manifest_sha256="ab", at=now, targets=("local", "usb")
    )
    rest.use.add_package(package)
    local, usb = rest.use.deliveries(over)
    rest.use.put_delivery(
        replace(local, step=DeliveryStep.SENDING, files=9, bytes=4_000_000, sent=2_000_000, rate=1e6)
    )
    failed = usb.failed(Trouble("没有挂载", "usb", "请挂载"), now=now, chance=0.5)
    rest.use.put_delivery(replace(failed, next_try=now + timedelta(minutes=8)))
    html = Seat(rest, over).html()
    assert "2.0 MB / 4.0 MB，每秒 1.0 MB，断线后接着传" in html
    assert "没有挂载，09:08 再试。请挂载。" in html
    assert "第 1 次重试" in html
    Seat(rest, over).press("retry usb")
    receipt = Receipt(package=package.id, target="local", key="k", files=3, bytes=9, manifest_sha256="ab", at=now)
    rest.use.add_receipt(over, receipt)
    assert "核对一致" in Seat(rest, over).html()
