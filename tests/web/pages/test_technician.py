"""The technician's page: what stands on it from the first look on, and what its buttons do."""

import threading
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from roomctl.domain.access import Role, User
from roomctl.domain.checks import CheckReport, CheckState, DeviceWatch, Result, RunPurpose, Waiver
from roomctl.domain.devices import Device, Fact, Reading
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import Order
from roomctl.errors import Refused
from roomctl.i18n import speaking
from roomctl.services.drivers import ActionOffer, Deed, DriverOffer, Quantity
from roomctl.services.time import SystemClock
from roomctl.web.pages import stepping
from roomctl.web.pages.board import Board
from roomctl.web.pages.technician.desk import Desk
from roomctl.web.pages.technician.sight import Sight, figure, groups, steps, took
from roomctl.web.pages.visitor import Visitor
from roomctl.web.ui import Look
from tests.waiting import until

GATE = threading.Event()
"""Holds the slow device while it is clear."""
POWER = threading.Event()
"""Of the good device."""
AT = datetime(2026, 11, 12, 8, 30, tzinfo=UTC)


async def read(device, secret):
    del secret
    while device.id == "slow" and not GATE.is_set():
        await __import__("asyncio").sleep(0.01)
    if device.id == "good" and not POWER.is_set():
        raise ConnectionRefusedError
    return Reading(facts=(Fact("lamp", 2860 if device.id == "dim" else 10),))


def judge(device, reading):
    hours = reading["lamp"]
    state = CheckState.CRIT if hours > 2000 else CheckState.OK
    yield Result(
        device=device.id, check="lamp", state=state, value=hours, unit="h", message=f"灯泡 {hours} 小时",
        hint="断电；换灯泡；清零计时" if state is CheckState.CRIT else None,
    )  # fmt: skip


async def light(device, secret, argument):
    del device, secret, argument
    return Deed("on", "on")


OFFER = DriverOffer(
    kind="lamp", title=("灯", "Lamp"), values={"lamp": Quantity(("灯泡", "Lamp hours"), "h", usual=5)},
    read=read, judge=judge, deadline=30.0, actions={"on": ActionOffer(title=("开灯", "Light"), act=light)},
)  # fmt: skip


@dataclass
class Disk:
    """A check of the PC."""

    device: str = "room-pc"
    name: str = "disk"
    deadline: float = 20.0
    device_title: tuple = ("本机", "This PC")
    title: tuple = ("磁盘", "Disk")

    def run(self, meeting):
        del meeting
        return [Result(device="room-pc", check="disk", state=CheckState.OK, message="剩余 70 GiB")]


@dataclass
class Seat:
    """Somebody at the page."""

    rest: object
    meeting: str | None
    roles: tuple = (Role.TECHNICIAN,)
    name: str = "周强"
    desk: Desk = field(init=False)

    def __post_init__(self):
        visitor = Visitor(User(self.name, frozenset(self.roles)), "zh", False, Board(self.rest.host), None, "")  # noqa: FBT003
        self.desk = Desk(visitor, self.meeting)

    def page(self):
        seen, desk = self.desk.look(), self.desk
        parts = (desk.chain(seen), desk.verdict(seen), desk.notes(seen), desk.left(seen), desk.right(seen))
        html = "".join(part.html for part in parts)
        return html, {name: press for part in parts for name, press in part.presses.items()}

    def html(self):
        return self.page()[0]

    def press(self, name, **typed):
        return self.page()[1][name](typed)

    def tiles(self):
        return {tile.name: tile for _, tiles in groups(self.desk.look()) for tile in tiles}

    def settled(self):
        """Every run that was pressed is over, also one that was not seen under way yet."""
        until(lambda: not any(one.name == "check run" for one in threading.enumerate()))


@pytest.fixture
def seat(rest):
    GATE.set()
    POWER.set()
    rest.application.usecases._clock = SystemClock()
    rest.application.plugins.device_drivers["lamp"] = OFFER
    rest.application.plugins.device_checks = [Disk()]
    rest.application.rack.inventory.put(
        [Device(id=one, kind="lamp", title=(f"灯{one}", one), group="灯光") for one in ("good", "dim", "slow")]
    )
    meeting = rest.opened()
    with speaking("zh"):
        made = Seat(rest, meeting.id)
        yield made
        GATE.set()
        made.settled()
    rest.application.rack.prober.close()


def test_the_inventory_makes_the_tiles_before_the_first_answer(seat):
    assert [(tile.name, tile.look.value) for tile in seat.tiles().values()] == [
        ("灯good", "wait"), ("灯dim", "wait"), ("灯slow", "wait"), ("磁盘", "wait"),
    ]  # fmt: skip
    assert "还没有检查" in seat.html()


def test_tiles_turn_as_results_come_and_a_run_can_be_ended(seat):
    GATE.clear()
    seat.press("check")
    until(lambda: "正在检查 3 / 4" in seat.html())
    tiles = seat.tiles()
    assert tiles["灯slow"].pending
    assert not tiles["灯dim"].pending
    assert "灯泡 2860 小时" in seat.html()
    seat.press("check" if "check" in seat.page()[1] else "cancel")
    seat.settled()
    html = seat.html()
    assert "先修 1 项故障" in html
    assert seat.tiles()["灯slow"].look.value == "unk"


def test_what_nobody_has_asked_yet_is_not_ready(seat):
    seat.rest.use.check(seat.meeting, only=["good"])
    assert "还有 3 项没有查" in seat.html()
    assert "可以开会" not in seat.html()


def test_the_time_of_a_run_is_its_own_and_not_that_of_what_it_keeps():
    def result(device, seconds):
        return Result(device=device, check="on", state=CheckState.OK, started=AT + timedelta(seconds=seconds), took=1)

    earlier = CheckReport(id="1", meeting=None, at=AT, results=(result("dim", -5), result("good", -9)))
    both = (earlier.results[0], result("good", 22))
    newest = CheckReport(id="2", meeting=None, at=AT + timedelta(seconds=30), results=both)
    seen = Sight(user=User("周强", frozenset()), now=AT, runs=(earlier, newest))
    assert (took(seen, earlier), took(seen, newest)) == (9, 8)


def test_what_is_to_do_stands_first_with_its_steps_and_one_filled_button(seat):
    seat.press("check")
    seat.settled()
    html, presses = seat.page()
    assert html.index("待处理") < html.index("rc-groups")
    assert "<li>断电</li><li>换灯泡</li><li>清零计时</li>" in html
    assert html.count("rc-pri") == 1
    seat.press("again dim lamp")
    seat.settled()
    assert len(seat.rest.use.check_runs(seat.meeting)) == 2
    assert "accept dim lamp" in presses


def test_a_fault_is_accepted_by_name_and_reason_and_taken_back(seat):
    seat.press("check")
    seat.settled()
    seat.press("accept dim lamp")
    assert "记在 周强 名下" in seat.html()
    with pytest.raises(Refused):
        seat.press("waive dim lamp", reason=" ")
    seat.press("waive dim lamp", reason="灯泡已订货")
    html = seat.html()
    assert "可以开会" in html
    assert "周强：灯泡已订货" in html
    seat.press("withdraw dim lamp")
    assert "先修 1 项故障" in seat.html()


def test_a_device_that_is_not_used_is_not_asked(seat):
    seat.press("check")
    seat.settled()
    seat.press("excuse dim lamp")
    seat.press("waive dim lamp", reason="本次不用")
    seat.settled()
    assert seat.tiles()["灯dim"].look.value == "waived"
    seat.press("withdraw dim ")
    seat.settled()
    assert seat.tiles()["灯dim 灯泡"].look.value == "crit" if "灯dim 灯泡" in seat.tiles() else "先修" in seat.html()


def test_it_is_signed_only_when_nothing_blocks(seat):
    seat.press("check")
    seat.settled()
    seat.press("report")
    html, presses = seat.page()
    assert "还不能签字：灯dim · 灯泡" in html
    assert "sign" not in presses
    seat.press("close report")
    seat.press("accept dim lamp")
    seat.press("waive dim lamp", reason="够用")
    seat.press("report")
    seat.press("sign", note="已与主持人说明")
    until(lambda: "周强 已于" in seat.html() and not seat.desk.doing.signing)
    assert "已与主持人说明" in seat.html()


def test_an_older_run_is_looked_at_and_not_signed(seat):
    for _ in range(2):
        seat.press("check")
        seat.settled()
    first = seat.rest.use.check_runs(seat.meeting)[0]
    seat.press("report")
    seat.press(f"run {first.id}")
    assert "以前的一次" in seat.html()
    assert "sign" not in seat.page()[1]
    seat.press("newest")
    assert "以前的一次" not in seat.html()


def test_a_device_is_told_to_do_something_after_it_was_asked_twice(seat):
    seat.press("check")
    seat.settled()
    seat.press("tile good ")
    assert "灯泡" in seat.html()
    seat.press("order on")
    assert "do on" in seat.page()[1]
    seat.press("do on")
    until(lambda: "要求 on，确认 on" in seat.html())
    seat.settled()
    with seat.rest.application.open_uow().reading() as uow:
        assert list(uow.events.stream(seat.meeting, ["device.ordered"]))


def test_a_fault_stands_against_the_start_with_the_way_to_where_it_is_mended(seat):
    seat.press("check")
    seat.settled()
    visitor = Visitor(User("赵敏", frozenset({Role.ADMIN})), "zh", False, Board(seat.rest.host), None, "")  # noqa: FBT003
    seat.rest.use.arm(seat.meeting, Order(source="tone"))
    steps_ = stepping.Desk()
    facts = visitor.board.facts(seat.meeting)
    stepping.buttons(visitor, facts, steps_).presses["step in_session"]({})
    html = stepping.below(visitor, facts, steps_).html
    assert "灯dim 灯泡: 灯泡 2860 小时" in html
    assert f'href="/meetings/{seat.meeting}/check"' in html
    seat.press("accept dim lamp")
    seat.press("waive dim lamp", reason="够用")
    stepping.buttons(visitor, facts, steps_).presses["step in_session"]({})
    assert seat.rest.use.meeting(seat.meeting).state is State.IN_SESSION


@dataclass
class Sentence(Disk):
    """An acoustic proof of three microphones, without a sound."""

    device: str = "acoustics"
    name: str = "chain"
    device_title: tuple = ("声学实测", "Acoustic proof")
    evidence: tuple = ()
    tell: object = None
    taken: list = field(default_factory=list)

    def hush(self):
        """It is silent."""

    def take_as_usual(self, by):
        self.taken.append(by)

    def run(self, meeting):
        del meeting
        yield row("chain", 96, "%", message="识别 96 %，3.1 秒")
        for number in (1, 2, 3):
            yield row(f"level {number}", -30.0 - number, "dBFS")
            bad = number == 2
            yield row(f"snr {number}", 8.0 if bad else 40.0, "dB", state=CheckState.CRIT if bad else CheckState.OK)
        yield row("baseline", state=CheckState.SKIPPED)


def row(check, value=None, unit="", *, state=CheckState.OK, message=""):
    return Result(device="acoustics", check=check, state=state, value=value, unit=unit, message=message)


def test_each_microphone_of_the_acoustic_proof_is_one_tile_the_worst_in_front(seat):
    proof = Sentence()
    seat.rest.application.plugins.device_checks = [proof]
    seat.press("whole way")
    seat.settled()
    ((_, tiles),) = [one for one in groups(seat.desk.look()) if one[0] == "声学实测"]
    named = [tile.name for tile in tiles if tile.part]
    assert named == ["话筒 2", "话筒 1", "话筒 3"]
    assert tiles[0].name == "话筒 2"
    assert (tiles[0].look, tiles[1].look) == (Look.CRIT, Look.SKIPPED), "then what has no baseline yet"
    assert "−31 dBFS" in next(tile.said for tile in tiles if tile.name == "话筒 1")
    seat.press("tile acoustics#2 ")
    shown = seat.html()
    detail = shown[shown.index('id="detail"') : shown.index("rc-groups")]
    assert "snr 2" in detail
    assert "snr 1" not in detail
    seat.press("close detail")
    seat.press("tile acoustics baseline")
    assert not proof.taken
    seat.press("usual acoustics baseline")
    assert proof.taken == ["周强"]
    assert "已记下" in seat.html()


def test_the_whole_way_from_loudspeaker_to_text_stands_above_the_room(seat):
    seat.rest.application.plugins.device_checks = [Disk(), Sentence()]
    assert "还没有测过" in seat.html()
    seat.press("check")
    seat.settled()
    assert "还没有测过" in seat.html()  # the press that makes no sound
    seat.press("whole way")
    seat.settled()
    html = seat.html()
    assert "识别 96 %，3.1 秒" in html
    assert html.index("一句话全程测试") < html.index("rc-groups")


def test_a_macro_shows_its_steps_and_how_they_went(seat):
    text = '[[macros]]\nid = "light"\ntitle = "开灯"\nsteps = [{ device = "good", action = "on" }, { wait = 0.01 }]\n'
    (seat.rest.application.data / "macros.toml").write_text(text, encoding="utf-8")
    seat.press("macro light")
    html, presses = seat.page()
    assert "灯good：开灯" in html
    assert "do macro" in presses
    presses["do macro"]({})
    until(lambda: "要求 on，确认 on" in seat.html() and "do macro" in seat.page()[1])
    (seat.rest.application.data / "macros.toml").write_text("[[macros]\n", encoding="utf-8")
    assert "macros.toml" in seat.html()
    (seat.rest.application.data / "macros.toml").write_text(text, encoding="utf-8")
    assert "macros.toml" not in seat.html(), "it is mended"


def test_what_a_check_found_off_that_ran_by_itself_is_told_with_its_hour_and_asked_again(seat):
    POWER.clear()
    seat.rest.use.check(seat.meeting, purpose=RunPurpose.QUARTER_BEFORE)
    html = seat.html()
    at = seat.rest.use.check_report(seat.meeting).at.astimezone(seat.desk.look().zone)
    assert f"截至 {at:%H:%M}，1 台设备没有开机" in html
    assert "check early" not in Seat(seat.rest, seat.meeting, (Role.SECRETARY,)).page()[1]
    POWER.set()
    seat.press("check early")
    seat.settled()
    assert "没有开机" not in seat.html()
    assert seat.tiles()["灯good"].look is Look.OK


def test_what_stops_answering_in_a_meeting_is_told_while_it_runs(seat):
    seat.press("check")
    seat.settled()
    since = seat.rest.use.check_report(seat.meeting).at
    with seat.rest.application.open_uow() as uow:
        uow.checks.watch(DeviceWatch("good", up=False, since=since, misses=2, why="没有应答"))
        uow.commit()
    assert "会中没有应答" not in seat.html()
    seat.rest.use.accept_fault(seat.meeting, Waiver("dim", "lamp", "赵敏", "够用"))
    seat.rest.use.arm(seat.meeting, Order(source="tone"))
    seat.rest.use.start(seat.meeting)
    assert "会中没有应答" in seat.html()
    assert seat.tiles()["灯good"].look.value == "crit"
    assert "起没有应答" in seat.tiles()["灯good"].said


def test_who_may_only_look_is_offered_nothing_to_press(seat):
    seat.press("check")
    seat.settled()
    operator = Seat(seat.rest, seat.meeting, (Role.OPERATOR,), "王敏")
    assert "accept dim lamp" not in operator.page()[1]
    secretary = Seat(seat.rest, seat.meeting, (Role.SECRETARY,), "李娜")
    assert "check" not in secretary.page()[1]
    assert "accept dim lamp" in secretary.page()[1]


def test_an_inventory_that_cannot_be_read_says_so_and_the_pc_is_there(seat):
    seat.rest.application.rack.inventory.path.write_text("[[devices]]\nid = 3\n", encoding="utf-8")
    html = seat.html()
    assert "devices.toml" in html
    assert list(seat.tiles()) == ["磁盘"]


def test_the_room_is_checked_for_no_meeting_and_nothing_is_decided_there(seat):
    room = Seat(seat.rest, None)
    room.press("check")
    room.settled()
    html, presses = room.page()
    assert "先修 1 项故障" in html
    assert "again dim lamp" in presses
    assert "accept dim lamp" not in presses


def test_figures_are_short_and_hints_become_steps():
    row = Result(device="a", check="b", state=CheckState.OK, value=-0.0324771, unit="s", hint="一；二")
    assert figure(row) == "−0.03248 s"
    assert list(steps(row)) == ["一", "二"]
    assert steps(Result(device="a", check="b", state=CheckState.OK, hint="一")) == ()


def test_what_is_not_off_in_a_secret_meeting_stands_above_all(seat):
    seat.press("check")
    seat.settled()
    seen, desk = seat.desk.look(), seat.desk
    good = next(device for device in seen.devices if device.id == "good")
    seen = replace(seen, facts=replace(seen.facts, emitting=[good]))
    assert "立即关闭 1 台" in desk.verdict(seen).html
    assert "涉密会议中没有关闭" in desk.notes(seen).html
    tile = next(tile for _, tiles in groups(seen) for tile in tiles if tile.device == "good")
    assert (tile.look, tile.said) == (Look.CRIT, "涉密会议中没有关闭")
