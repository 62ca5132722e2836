"""The operator's page in a real browser, over a real recording: a file played at its own pace."""

import re
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import MarkKind, RecorderState
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id
from tests.waiting import until
from tests.web.pages.composing import commit, compose
from tests.web.pages.conftest import PASSWORD

pytestmark = pytest.mark.needs("chromium")

RATE = 48_000
PEOPLE = ("张建国", "李晓明", "王海燕")


@pytest.fixture(scope="module")
def prepare() -> Callable[[Path], None]:
    """An open meeting with a roster of numbered seats."""

    def prepared(data: Path) -> None:
        application = Application(data)
        application.accounts.add("赵敏", PASSWORD, [Role.OPERATOR])
        application.accounts.add("钱工", PASSWORD, [Role.TECHNICIAN])
        use = application.usecases
        now = datetime.now(ZoneInfo(use.room.zone)).replace(second=0, microsecond=0, tzinfo=None)
        meeting = use.create(
            Meeting(
                id=MeetingId(new_id()),
                room=use.room.id,
                title="老旧小区改造专题会议",
                starts=now,
                chair=PEOPLE[0],
                agenda=(AgendaItem(1, "改造进展", presenter=PEOPLE[1], minutes=30), AgendaItem(2, "资金安排")),
            )
        )
        people = [Person(id=new_id(), name=name, seat=str(n), rank=n) for n, name in enumerate(PEOPLE, 1)]
        use.add_people(meeting.id, people)
        for state in (State.APPROVED, State.OPEN):
            use.transition(meeting.id, state)
        application.close()

    return prepared


@dataclass
class OnAir:
    """The meeting, seen by the use cases of another process than the host."""

    use: UseCases
    meeting: str

    @property
    def path(self) -> str:
        return f"/meetings/{self.meeting}/record"

    @property
    def state(self) -> RecorderState | None:
        current = self.use.current_recording(self.meeting)
        return self.use.recorder_of(current).status().state if current else None


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Path:
    """Two minutes: noise that comes and goes like speech, and a track that is dead after one second."""
    path = tmp_path_factory.mktemp("sound") / "room.wav"
    rng, seconds = np.random.default_rng(4), 120
    loud = np.repeat(rng.uniform(0.02, 0.5, seconds * 4), RATE // 4)
    first = rng.standard_normal(seconds * RATE) * 0.2 * loud
    second = rng.standard_normal(seconds * RATE) * 0.01
    second[RATE:] = 0
    samples = np.clip(np.stack([first, second], axis=1), -1, 1) * 32767
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, RATE, 0, "NONE", ""))
        file.writeframes(samples.astype("<i2").tobytes())
    return path


@pytest.fixture
def armed(site, sound) -> Iterator[OnAir]:
    """The recorder is armed, or goes on from the test before."""
    application = Application(site.data)
    use = application.usecases
    on_air = OnAir(use, use.meetings()[0].id)
    if on_air.state is None:
        use.arm(on_air.meeting, replace(use.order(on_air.meeting), source=f"file:{sound}", realtime=True))
    yield on_air
    application.close()


@pytest.fixture
def on_air(armed) -> OnAir:
    """It records."""
    state, meeting = armed.state, armed.use.meeting(armed.meeting)
    if state is RecorderState.PAUSED:
        armed.use.resume(meeting.id)
    elif state is RecorderState.ARMED and meeting.state is State.OPEN:
        armed.use.start(meeting.id)
    elif state is RecorderState.ARMED:
        armed.use.begin_recording(meeting.id)
    return armed


@pytest.fixture(scope="module", autouse=True)
def _nothing_goes_on(site) -> Iterator[None]:
    yield
    application = Application(site.data)
    for one in application.usecases.running_recordings():
        application.usecases.recorder_of(one).stop()
    application.close()


@pytest.fixture(scope="module")
def signed_on(browser, site) -> Iterator[Page]:
    """One page for all tests: to sign on costs more than most of them."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.url}/log-in")
    page.fill("#name", "赵敏")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")
    yield page
    context.close()


@pytest.fixture
def desk(signed_on, site, on_air) -> Page:
    """The operator's page, while it records."""
    if on_air.path not in signed_on.url:
        signed_on.goto(site.url + on_air.path)
    expect(word(signed_on)).to_have_text("录音中")
    return signed_on


def word(page: Page):
    return page.locator(".rc-state b")


APART = 600
"""Milliseconds within which two presses of a key are one double press (operator_keys.js)."""


def press_twice(page: Page, key: str) -> None:
    """As a hand does it; again where this machine took so long between the two that they were none."""
    page.evaluate("""() => {
        if (!window.presses) addEventListener('keydown', (event) => window.presses.push(event.timeStamp), true);
        window.presses = []; }""")
    for _ in range(20):
        page.keyboard.press(key)
        page.keyboard.press(key)
        first, second = page.evaluate("presses.splice(0)")
        if second - first < APART:
            return
        page.wait_for_timeout(1.5 * APART)
    pytest.fail("no two presses came within the time of a double press")


def hold(page: Page, seconds: float) -> None:
    """Keeps the stop button down for so long."""
    button = page.locator(".rc-hold")
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.wait_for_timeout(seconds * 1000)
    page.mouse.up()


def test_levels_move_and_the_time_on_disk_goes_on(desk):
    page = desk
    expect(page.locator(".rc-trk b")).to_have_text([PEOPLE[0], PEOPLE[1]])  # by the numbers of the seats
    page.evaluate("""() => { window.seen = new Set(); const meter = document.querySelector('.rc-trk .rc-meter');
        setInterval(() => seen.add(meter.style.getPropertyValue('--w')), 40); }""")
    page.wait_for_function("seen.size > 8", timeout=15_000)
    written = page.locator("[data-fact=written]")
    before = written.text_content()
    expect(written).not_to_have_text(before or "")
    page.wait_for_function("""() => { const c = document.querySelector('.rc-wave canvas');
        return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v > 0); }""")


def test_a_key_marks_and_the_mark_stands_at_a_frame_of_the_journal(desk, on_air):
    page = desk
    before = len(on_air.use.marks(on_air.meeting))
    page.keyboard.press("m")
    expect(page.locator(".rc-marks li").filter(has_text="标记前 30 秒").first).to_be_visible()
    page.keyboard.press("n")  # the field: here an m is a letter
    page.keyboard.type("m 主席台续水")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-marks li").filter(has_text="m 主席台续水")).to_be_visible()
    made = on_air.use.marks(on_air.meeting)[before:]
    assert [(one.kind, one.note) for one in made] == [(MarkKind.MARK, ""), (MarkKind.MARK, "m 主席台续水")]
    frames = on_air.use.recorder_status(on_air.meeting).frames
    assert all(0 < one.frame <= frames for one in made)
    page.keyboard.press("Escape")
    page.locator(".rc-marks button[data-act=undo]").click()  # takes the last one back
    expect(page.locator(".rc-marks li").filter(has_text="m 主席台续水")).to_have_count(0)
    assert [one.note for one in on_air.use.marks(on_air.meeting)[before:]] == [""]


def test_the_second_of_two_quick_presses_counts_for_nothing_though_the_first_is_done(desk, on_air):
    page = desk
    before = len(on_air.use.marks(on_air.meeting))
    box = page.locator("[data-hotkey=M]").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    until(lambda: len(on_air.use.marks(on_air.meeting)) > before)
    page.mouse.down(click_count=2)
    page.mouse.up(click_count=2)
    page.fill("input[name=note]", "后来")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-marks li").filter(has_text="后来")).to_be_visible()
    page.keyboard.press("Escape")
    assert [one.note for one in on_air.use.marks(on_air.meeting)[before:]] == ["", "后来"]


def test_what_is_noted_of_order_and_logistics_is_put_right_by_a_new_entry(desk, on_air):
    page = desk
    page.select_option("select[name=kind]", "logistics")
    page.fill("input[name=note]", "加茶水")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-marks li").filter(has_text="后勤：加茶水")).to_be_visible()
    page.get_by_label("更正 后勤：加茶水").click()
    expect(page.locator("input[name=note]")).to_have_value("加茶水")
    page.fill("input[name=note]", "加椅子")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-marks li").filter(has_text="后勤：加茶水（已更正）")).to_be_visible()
    entries = on_air.use.order_log(on_air.meeting)
    assert [(one.text, one.corrected, one.by) for one in entries] == [
        ("加茶水", True, "赵敏"),
        ("加椅子", False, "赵敏"),
    ]
    assert entries[0].place.frame is not None
    page.get_by_text("登记口头告知").click()
    expect(page.locator(".rc-facts")).to_contain_text("已告知")


def test_what_an_input_method_holds_outlives_what_another_one_does(desk, on_air):
    page = desk
    kinds = page.locator("select[name=kind] option")
    note = page.locator("input[name=note]")
    expect(kinds.first).to_have_text("记事")
    page.keyboard.press("n")
    compose(page, "shuiping")
    on_air.use.pause(on_air.meeting)
    expect(word(page)).to_have_text("已暂停")
    expect(note).to_have_value("shuiping")  # letters, of which a word is chosen now
    commit(page, "水瓶")
    expect(note).to_have_value("水瓶")
    expect(kinds.first).not_to_have_text("记事")  # what waited: nothing is marked in a pause
    page.keyboard.type("空了")
    expect(note).to_have_value("水瓶空了")
    page.keyboard.press("Escape")


def test_keys_name_the_speaker_and_begin_the_next_item(desk, on_air):
    page = desk
    page.keyboard.press("2")
    expect(page.locator(".rc-seat.rc-on")).to_contain_text(PEOPLE[1])
    page.keyboard.press("ArrowRight")
    expect(page.locator(".rc-ag .rc-cur")).to_contain_text(re.compile("改造进展|资金安排"))
    kinds = {one.kind for one in on_air.use.marks(on_air.meeting)}
    assert {MarkKind.SPEAKER, MarkKind.ITEM} <= kinds


def test_off_the_record_is_amber_while_it_is_on(desk, on_air):
    page = desk
    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_contain_text("恢复记录")
    assert on_air.use.is_off_record(on_air.meeting)
    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_have_count(0)
    assert not on_air.use.is_off_record(on_air.meeting)


def test_a_dead_track_raises_an_alarm_that_is_acknowledged_by_name(desk, on_air):
    page = desk
    bar = page.locator(".rc-alarm").filter(has_text="第 2 路没有声音")
    expect(bar).to_contain_text("录音没有停")
    expect(page.locator(".rc-trk").nth(1).locator(".rc-dead")).to_be_visible()
    page.wait_for_function("""() => { const key = document.querySelector('.rc-alarm [data-hotkey=A]');
        if (key) document.dispatchEvent(new KeyboardEvent('keydown', {key: 'a', bubbles: true})); return !key; }""",
        polling=1500)  # fmt: skip
    seen = {one.alarm.key: one.acknowledged_by for one in on_air.use.alarms(on_air.meeting)}
    assert [by for (kind, track), by in seen.items() if (kind.value, track) == ("zeros", 2)] == ["赵敏"]
    expect(page.locator(".rc-trk").nth(1)).to_contain_text("无声")  # seen is not mended


def test_the_space_bar_pauses_where_the_hand_was_at_a_button_and_presses_one_that_was_gone_to_by_key(desk, on_air):
    page = desk
    notes = ("甲", "乙", "丙")
    for note in notes:
        page.fill("input[name=note]", note)
        page.keyboard.press("Enter")
        expect(page.locator(".rc-marks li").filter(has_text=note)).to_be_visible()
    page.keyboard.press("Escape")
    undo = page.locator(".rc-marks button[data-act=undo]")
    undo.click()
    expect(page.locator(".rc-marks li").filter(has_text="丙")).to_have_count(0)
    press_twice(page, " ")  # and not the button of 乙, which stands there now
    expect(word(page)).to_have_text("已暂停")
    page.get_by_role("button", name="继续录音").first.click()
    expect(word(page)).to_have_text("录音中")
    assert [one.note for one in on_air.use.marks(on_air.meeting)][-2:] == ["甲", "乙"]
    page.keyboard.press("Tab")
    undo.focus()
    page.keyboard.press(" ")
    expect(page.locator(".rc-marks li").filter(has_text="乙")).to_have_count(0)
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")


def test_two_presses_of_the_space_bar_pause_and_one_does_not(desk, on_air):
    page = desk
    page.keyboard.press(" ")
    page.wait_for_timeout(900)  # longer than the two presses may be apart
    assert on_air.state is RecorderState.RECORDING
    press_twice(page, " ")
    expect(word(page)).to_have_text("已暂停")
    expect(page.locator(".rc-paused")).to_contain_text("不保存声音")
    assert on_air.state is RecorderState.PAUSED
    page.get_by_role("button", name="继续录音").first.click()
    expect(word(page)).to_have_text("录音中")
    assert on_air.state is RecorderState.RECORDING


def test_a_pause_knows_its_planned_end(desk, on_air):
    page = desk
    pause = page.get_by_role("button", name="暂停", exact=False).first
    pause.press("Enter")
    five = page.get_by_role("button", name="5 分钟", exact=True)
    expect(five).to_be_visible()
    expect(page.locator("[data-box]:focus")).to_contain_text("暂停几分钟？")  # the keys go on from there
    page.keyboard.press("Tab")
    expect(five).to_be_focused()
    page.keyboard.press("Escape")  # and back again
    expect(five).to_have_count(0)
    pause.click()
    page.get_by_role("button", name="10 分钟").click()
    expect(page.locator(".rc-paused")).to_contain_text(re.compile(r"计划 \d\d:\d\d 继续"))
    status = on_air.use.recorder_status(on_air.meeting)
    assert status.pause_until is not None
    assert status.paused_since is not None
    assert 590 < (status.pause_until - status.paused_since).total_seconds() < 610


def test_stopping_takes_a_long_press_and_a_word_more(desk, on_air):
    page = desk
    hold(page, 0.5)
    page.locator(".rc-hold").focus()
    expect(page.locator(".rc-ask")).to_have_count(0)
    hold(page, 1.8)
    expect(page.locator(".rc-ask")).to_contain_text("真的停止录音")
    page.get_by_role("button", name="不停，继续录").click()
    assert on_air.state is RecorderState.RECORDING
    hold(page, 1.8)
    page.get_by_role("button", name="只停止录音，会议继续").click()
    expect(word(page)).to_have_text("没有在录音")
    until(lambda: on_air.use.recordings(on_air.meeting)[-1].state is RecorderState.SEALED)
    assert on_air.use.recordings(on_air.meeting)[-1].frames > 0


def test_who_may_only_look_gets_nothing_to_press(open_page, on_air):
    page = open_page(on_air.path, who="钱工")
    expect(page.locator(".rc-trk")).to_have_count(2)
    expect(page.locator(".rc-only")).to_contain_text("录音员")
    assert page.locator(".rc-op [data-act]").count() == 0
    assert page.locator(".rc-op [data-listen]").count() == 0


def test_without_the_host_the_buttons_are_off_and_the_time_goes_on(desk):
    page = desk
    page.evaluate("document.getElementById('popup').ariaHidden = 'false'")  # as NiceGUI says that the line is cut
    expect(page.locator(".rc-op")).to_have_class(re.compile("rc-lost"))
    able = page.locator(".rc-acts button:not([inert])")
    expect(able).to_have_count(0)
    anew = "const n = e.cloneNode(true); n.removeAttribute('inert'); e.replaceWith(n);"  # by a look that came late
    page.locator(".rc-acts button").evaluate_all(f"(all) => {{ for (const e of all) {{ {anew} }} }}")
    expect(able).to_have_count(0)
    timer = page.locator("[role=timer]")
    before = timer.text_content()
    expect(timer).not_to_have_text(before or "")
    page.evaluate("document.getElementById('popup').ariaHidden = 'true'")
    expect(page.locator(".rc-op")).not_to_have_class(re.compile("rc-lost"))
    assert page.locator(".rc-acts [inert]").count() == 0


def test_it_fits_on_every_screen(desk):
    for width, height in ((1280, 800), (390, 844), (1440, 900)):
        desk.set_viewport_size({"width": width, "height": height})
        desk.wait_for_function(f"innerWidth === {width}")
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth"), width


def test_the_rail_leads_to_the_meeting_that_is_held(desk, site, on_air):
    page = desk
    page.goto(site.url)
    page.locator(".rc-rail a", has_text="录音").click()
    page.wait_for_url(f"**{on_air.path}")
    expect(page.locator(".rc-rail .rc-on")).to_contain_text("录音")
