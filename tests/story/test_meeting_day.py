"""One meeting from the first account to the archive, each step by the person whose it is, in a browser of their own.

The host, the rack (`roomctl emulate room`), the recorder and the speech recognition are the real ones.
"""

import json
import os
import re
import signal
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from roomctl.domain.checks import CheckState
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import MarkKind, RecorderState
from tests.story import promises
from tests.story.conftest import until
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.test_terminal_screen import begin, sign

pytestmark = [
    pytest.mark.long,
    pytest.mark.story,
    pytest.mark.timeout(1200),
    pytest.mark.needs("chromium", "python:nicegui", "python:faster_whisper", "python:typst"),
]

TITLE = "老旧小区改造和政务服务大厅建设专题会议"
ADMIN, SECRETARY, APPROVER, TECHNICIAN, OPERATOR, USHER, ARCHIVIST = (
    "赵敏", "孙丽", "马兰", "钱工", "王敏", "周强", "郑宏",
)  # fmt: skip
ROLES = {
    SECRETARY: "secretary", APPROVER: "approver", TECHNICIAN: "technician", OPERATOR: "operator",
    USHER: "usher", ARCHIVIST: "archivist",
}  # fmt: skip
ROSTER = """姓名,单位,职务,身份,排序
张建国,市政府,副市长,出席,1
李晓明,市住建局,局长,出席,2
王海燕,市政务服务局,局长,出席,3
陈志强,市财政局,局长,出席,4
赵洁,市发改委,主任,出席,5
周㛃,市审计局,副局长,出席,6
马德福,市国资委,科长,列席,7
,市统计局,局长,出席,8
"""
AT_MICROPHONES = ("张建国", "李晓明", "王海燕", "陈志强")
DECIDED = (
    "会议决定，原则同意市住建局提出的老旧小区改造实施方案。"
    "由市财政局牵头，市发改委配合，于12月15日前完成改造资金的拨付工作。"
)
RATE = 48_000
LONG_ENOUGH = 80
"""Seconds, after which everything is decided."""


def act(page: Page, name: str):
    return page.locator(f'[data-act="{name}"]')


def hold(page: Page, name: str) -> None:
    """Down as long as it asks, then up."""
    button = act(page, name).first
    button.scroll_into_view_if_needed()
    button.hover()
    page.mouse.down()
    page.wait_for_timeout(1900)
    page.mouse.up()


def step(page: Page, name: str, **typed: str) -> None:
    """A step of a 纪要, with its form where it has one."""
    act(page, f"step {name}").click()
    send = act(page, f"do {name}")
    if typed or name in {"approve", "sign", "proofread"}:
        for field, value in typed.items():
            box = page.locator(f"form [name={field}], [data-form] [name={field}]").first
            if box.evaluate("e => e.tagName") == "SELECT":
                box.select_option(value)
            else:
                box.fill(value)
        send.click()
    expect(send).to_have_count(0)


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
        page.locator(f'.rc-sd-seat[aria-label*="{name}"]').click()
        page.get_by_label("话筒编号").fill(str(channel))
        page.get_by_label("话筒编号").press("Tab")
        expect(page.locator(f'.rc-sd-seat[aria-label*="{name}，话筒 {channel}"]')).to_have_count(1)
    day.album.picture(page, "04-seats", "排座：四个话筒各对一席")


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
    act(page, "check").click()

    def rows():
        found = day.use.check_report(day.meeting)  # that of 15 min before knows of no rack
        return {(row.device, row.check): row for row in found.results} if found else {}

    until(lambda: ("pjlink", "online") in rows(), 120)
    expect(act(page, "report")).to_be_visible()
    expect(act(page, "cancel")).to_have_count(0, timeout=60_000)
    report = day.use.check_report(day.meeting)
    assert rows()["pjlink", "online"].state is CheckState.CRIT
    expect(page.locator(".rc-todo")).to_be_visible()
    day.album.picture(page, "06-check", "设备检查：投影机没有应答", full=True)
    secretary = day.page(SECRETARY, day.path())
    act(secretary, "step in_session").click()
    expect(secretary.get_by_text("还不能开始会议")).to_be_visible()
    day.album.picture(secretary, "07-gate", "有故障不能开始")
    act(secretary, "seen").click()
    assert day.use.meeting(day.meeting).state is State.OPEN
    for row in report.blocking:
        act(page, f"accept {row.device} {row.check}").click()
        page.locator("[name=reason]").fill("本次不投影" if row.device == "pjlink" else "不影响本次会议")
        hold(page, f"waive {row.device} {row.check}")
        expect(act(page, f"withdraw {row.device} {row.check}")).to_be_visible()
    act(page, "report").click()
    page.locator("[name=note]").fill("已与主持人说明")
    hold(page, "sign")
    expect(page.get_by_text(f"{TECHNICIAN} 已于")).to_be_visible(timeout=60_000)
    day.album.picture(page, "08-signed-check", "带故障使用，报告签字")


def test_people_sign_in_at_a_terminal_at_the_desk_and_by_telephone(day):
    page = day.page(SECRETARY, day.path())
    panel = page.locator("#screens")
    panel.locator("[name=screen]").select_option("signin/terminal")
    panel.locator("[name=label]").fill("北门")
    panel.get_by_role("button", name="发链接").click()
    terminal = day.browse(has_touch=True)
    terminal.goto(panel.locator(".rc-url").inner_text())
    begin(terminal, "ZJG")
    day.album.picture(terminal, "09-terminal", "签到终端：拼音首字母")
    sign(terminal, "张建国")
    expect(terminal.locator("#hello")).to_have_text("张建国同志，您好")
    day.album.picture(terminal, "10-welcome", "欢迎语和座位")
    terminal.locator("#known").tap()
    for letter in "LW":
        terminal.locator("#keys button", has_text=letter).first.tap()
    sign(terminal, "刘伟", "代赵洁")
    expect(terminal.locator("#hello")).to_have_text("刘伟同志，您好")
    terminal.context.close()
    desk = day.page(USHER, f"/s/signin/desk/{day.meeting}/", size="small")
    for name in ("李晓明", "王海燕"):
        desk.get_by_label(f"选 {name}").check()
    desk.locator("#ticked").click()
    expect(desk.locator("#said")).to_contain_text("实到 4")
    day.album.picture(desk, "11-desk", "会务台：一次代签两人")
    codes = day.ask(SECRETARY, "GET", f"/x/signin/codes/{day.meeting}")
    phone = day.browse(has_touch=True)
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.goto(next(one["url"] for one in codes if one["name"] == "陈志强"))
    expect(phone.locator("body")).to_contain_text("陈志强")
    glass = phone.locator("#glass")
    box = glass.bounding_box()
    phone.mouse.move(box["x"] + 20, box["y"] + 20)
    phone.mouse.down()
    for n in range(1, 8):
        phone.mouse.move(box["x"] + 20 + 30 * n, box["y"] + (90 if n % 2 else 30))
    phone.mouse.up()
    phone.locator(".go button").tap()
    expect(phone.locator(".ok h1")).to_have_text("陈志强同志，签到成功")
    day.album.picture(phone, "12-phone", "手机签到")
    phone.context.close()
    counts = day.use.attendance(day.meeting).counts
    assert (counts.expected, counts.present, counts.proxy, counts.absent) == (6, 5, 1, 1)


def test_it_is_recorded_while_the_host_and_the_capture_are_killed(day):
    use, meeting = day.use, day.meeting
    day.roomctl("meetings", "arm", meeting, "--realtime")
    page = day.page(OPERATOR, day.path("/record"))
    day.album.picture(page, "13-armed", "录音就绪")
    act(page, "begin").click()
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    assert use.meeting(meeting).state is State.IN_SESSION

    def frames() -> int:
        sealed = [one.frames for one in use.recordings(meeting) if one.state is RecorderState.SEALED]
        status = use.recorder_status(meeting)
        return sum(sealed) + (status.frames if status and status.state is not RecorderState.SEALED else 0)

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
    until(lambda: frames() > 9 * RATE)
    day.album.picture(page, "14-recording", "录音中：电平、标记、秩序后勤")

    day.kill_host()
    before = frames()
    until(lambda: frames() > before)
    page.reload()
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    page.keyboard.press("ArrowRight")
    until(lambda: any(one.kind is MarkKind.ITEM for one in use.marks(meeting)))

    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_contain_text("恢复记录")
    at = frames()
    until(lambda: frames() > at + 2 * RATE)
    page.keyboard.press("u")
    expect(page.locator(".rc-amber")).to_have_count(0)

    (card,) = day.site.data.glob("meetings/**/capture.json")
    os.kill(json.loads(card.read_text(encoding="utf-8"))["pid"], signal.SIGKILL)
    until(lambda: len(use.recordings(meeting)) == 2)  # a new one follows the dead one
    before = frames()
    until(lambda: frames() > before)
    expect(page.locator(".rc-state b")).to_have_text("录音中")
    day.album.picture(page, "15-taken-up", "录音进程被杀后接着录")

    until(lambda: frames() > LONG_ENOUGH * RATE, 120)
    hold(page, "ask-stop")
    day.album.picture(page, "16-stop", "停止前再问一次")
    act(page, "stop").click()
    until(lambda: use.meeting(meeting).state is State.ADJOURNED)


def test_the_room_is_cleared(day):
    page = day.page(USHER, day.path("/close"))
    row = page.locator('[data-task="left-behind"]')
    row.get_by_text("登记物品").click()
    for name, typed in (("what", "黑色保温杯"), ("place", "第 2 座"), ("to", "值班室")):
        row.locator(f"[name={name}]").fill(typed)
    page.keyboard.press("Enter")
    expect(row).to_contain_text("交值班室")
    for task in [one.task.id for one in day.use.clearing(day.meeting).list.rows]:
        box = page.locator(f'[data-task="{task}"]').get_by_role("checkbox")
        if box.get_attribute("aria-checked") == "false":
            box.click()
            expect(box).to_have_attribute("aria-checked", "true")
    day.album.picture(page, "17-close", "清理会场", full=True)


def test_the_transcript_is_put_right_and_the_record_sent_for_review(day):
    until(lambda: [one for one in day.use.transcript_heads(day.meeting) if one.version.complete], 900)
    page = day.page(SECRETARY, day.path("/words"))
    page.wait_for_function("() => window.rcWords && rcWords.lines.length && !rcWords.reading")
    day.album.picture(page, "18-words", "文字稿，转写完成")
    lines = page.evaluate("rcWords.lines.map((one) => [one.text, one.speaker])")
    n = next((n for n, (text, _who) in enumerate(lines) if "牵头" in text or "改造资金" in text), len(lines) - 2)
    page.evaluate("n => rcWords.go(n)", n)
    row = page.locator(f'.rc-ln1[data-i="{n}"]')
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.type(DECIDED)
    page.keyboard.press("Escape")
    expect(row.locator("p")).to_have_text(DECIDED)
    expect(row).to_contain_text(f"{SECRETARY} 改过")
    page.locator("[data-send=minutes]").click()
    expect(page.locator(".rc-toast")).to_contain_text("已送审")
    day.album.picture(page, "19-corrected", "改过的一句和旁边的会议记录")


def test_the_summary_goes_its_way(day):
    page = day.page(SECRETARY, day.path("/papers"))
    day.album.picture(page, "20-minutes", "会议记录稿", full=True)
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
    hold(approver, "do sign")
    expect(act(approver, "do sign")).to_have_count(0)
    page.reload()
    hold(page, "step register")
    expect(act(page, "step register")).to_have_count(0)
    step(page, "proofread", opinion="")
    step(page, "issue", to="市住建局、市财政局")
    day.album.picture(page, "21-summary", "纪要印发", full=True)
    (done,) = day.use.summaries(day.meeting)
    assert done.number


def test_it_is_closed_and_goes_to_two_places_of_which_one_is_away(day):
    page = day.page(SECRETARY, day.path("/close"))
    page.get_by_role("button", name="结束会议，开始送存").click()
    local, nas = page.locator("[data-target=local]"), page.locator("[data-target=nas]")
    expect(local).to_contain_text("核对一致", timeout=90_000)
    expect(nas).to_contain_text("再试", timeout=90_000)
    day.album.picture(page, "22-away", "一处送到，一处不通", full=True)
    assert day.use.meeting(day.meeting).state is State.CLOSED
    day.away.mkdir(parents=True)
    nas.get_by_text("现在重试").click()
    expect(nas).to_contain_text("核对一致", timeout=90_000)
    until(lambda: day.use.meeting(day.meeting).state is State.DEPOSITED)
    day.album.picture(page, "23-deposited", "两处都送到并核对", full=True)


def test_the_archivist_takes_it_over(day):
    record = next(one for one in reversed(day.use.documents(day.meeting)) if one.kind == "会议记录")
    page = day.page(ARCHIVIST, f"/api/v1{day.path()}/papers/{record.id}/preview")
    scan = page.pdf(format="A4")  # printed, signed by hand, and scanned
    page.goto(f"{day.site.url}/archive?show=all")
    row = page.locator("section", has_text=TITLE)
    row.get_by_role("link").first.click()
    expect(page.get_by_text("签字的会议记录还没有送存")).to_be_visible()
    page.get_by_label("签字人").fill("张建国、孙丽")
    page.set_input_files("[data-scan]", {"name": "scan.pdf", "mimeType": "application/pdf", "buffer": scan})
    expect(page.get_by_text("补充包 …")).to_have_count(1, timeout=60_000)
    page.get_by_role("button", name="清点").first.click()
    expect(page.get_by_text("逐字节相符")).to_have_count(2, timeout=60_000)
    for one in day.ask(ARCHIVIST, "GET", f"{day.path()}/registration")["items"]:
        if one["answer"] is None:
            said = {"package": one["package"], "number": one["number"], "result": "通过"}
            day.ask(ARCHIVIST, "PUT", f"{day.path()}/registration/answers", said)
    expect(page.get_by_text("可以签收")).to_be_visible(timeout=60_000)
    day.album.picture(page, "24-registration", "归档登记", full=True)
    page.locator(".rc-hold").focus()
    page.keyboard.down("Enter")
    expect(page.get_by_text("已归档", exact=True)).to_be_visible(timeout=60_000)
    page.keyboard.up("Enter")
    day.album.picture(page, "25-archived", "已归档", full=True)
    assert day.use.meeting(day.meeting).state is State.ARCHIVED


def test_every_promise_was_kept(day):
    promises.sound(day)
    promises.people(day)
    promises.words(day, DECIDED)
    promises.papers(day)
    promises.archive(day)
    promises.house(day)
    assert not day.album.broken
