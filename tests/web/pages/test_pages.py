"""The pages as a person sees them, in a real browser."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from roomctl.app import Application
from roomctl.domain.events import Actor, By, Event
from roomctl.web import ui
from roomctl.web.ui import button, error_state, field, form

pytestmark = pytest.mark.needs("chromium")

TITLE = "老旧小区改造<b>和</b>政务服务大厅建设"


def no_wider_than_the_screen(page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_signing_on_one_gets_no_further_than_the_door(open_page, site):
    page = open_page("/plugins", who="")
    for path in ("/", "/plugins", "/settings", "/events", "/meetings/new", "/p/signin"):
        page.goto(site.url + path)
        assert re.search(rf"/log-in\?next={path}$", page.url), page.url


@pytest.mark.parametrize(("locale", "said"), [("zh-CN", "页面正在打开"), ("en-GB", "The page is opening")])
def test_a_page_whose_scripts_are_long_in_coming_says_so_in_the_reader_s_words(open_page, locale, said):
    page = open_page("/", locale=locale)
    page.route(re.compile(r"/vue\."), lambda route: route.abort())
    page.reload()
    told = page.locator("#esm-fallback")
    expect(told).to_have_css("opacity", "1")  # after a second
    assert told.evaluate("(e) => getComputedStyle(e, '::after').content").startswith(f'"{said}')
    assert told.evaluate("(e) => getComputedStyle(e).visibility") == "hidden", "not in words that we did not choose"


def test_a_wrong_password_says_so_at_the_door(open_page):
    page = open_page(who="")
    page.fill("#name", "赵敏")
    page.fill("#password", "wrong horse battery")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-err")).not_to_be_empty()
    assert "/log-in" in page.url


def test_the_link_of_the_first_administrator_that_is_no_good_says_so(open_page, site):
    page = open_page(who="")
    page.goto(f"{site.url}/first?key=of-yesterday")
    page.fill("#name", "王海燕")
    page.fill("#password", "another horse battery")
    page.fill("#again", "another horse batter")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-err")).to_have_text("两次密码不一样")
    page.fill("#again", "another horse battery")
    page.keyboard.press("Enter")
    expect(page.locator(".rc-err")).to_contain_text("链接")


@pytest.mark.parametrize("size", ["desk", "small", "telephone"])
def test_home_shows_a_meeting_as_its_chain(open_page, size):
    page = open_page("/", size=size)
    row = page.locator(".rc-mt")
    expect(row.locator("h2")).to_have_text(TITLE)  # as text, not as markup
    expect(row.locator(".rc-link b")).to_have_text(["设备", "签到", "录音", "转写", "记录", "归档"])
    expect(row.locator(".rc-link").nth(1)).to_contain_text(re.compile("实到 [12] / 3"))
    expect(page.locator("h1")).to_have_text("今天 1 场会议")
    assert no_wider_than_the_screen(page)


def test_what_happens_shows_without_reloading(open_page):
    page = open_page("/")
    desk = open_page("/p/signin", who="周强")
    desk.get_by_role("link", name="打开签到台").click()
    desk.get_by_role("button", name="代签 孙丽").click()
    expect(desk.get_by_role("button", name="代签 孙丽")).to_have_count(0)
    expect(page.locator(".rc-link").nth(1)).to_contain_text("实到 2 / 3")


def test_a_broken_plugin_stands_first_with_why_and_the_mend(open_page):
    page = open_page("/plugins")
    first = page.locator(".rc-broken").first
    expect(first).to_contain_text("短信通知")
    expect(first).to_contain_text("短信猫没有应答")
    expect(first.locator("code")).to_have_text("roomctl plugins disable sms_gateway")
    first.get_by_role("button", name="停用").click()
    expect(page.locator(".rc-note")).to_contain_text("重新启动后生效")


def test_settings_refuse_a_bad_value_at_its_field_and_keep_the_comments(open_page, site):
    page = open_page("/settings")
    rate, save = page.locator("#f-segment_seconds"), page.get_by_role("button", name="保存 录音")
    rate.fill("-3")
    save.click()
    expect(page.locator("#e-segment_seconds")).to_contain_text("要大于 0")
    expect(rate).to_have_value("-3")  # what was typed is still there
    rate.fill("30")
    save.click()
    expect(page.locator(".rc-note")).to_contain_text("重新启动后生效")
    text = (site.data / "roomctl.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["plugins"]["audio"] == {"source": "tone", "segment_seconds": 30}
    assert "# 本室设置" in text
    assert "# 演示" in text


def test_events_are_filtered_and_their_chain_is_verified(open_page):
    page = open_page("/events")
    expect(page.get_by_text("都对得上")).to_be_visible()  # by itself, as soon as the page is open
    page.get_by_role("button", name="核对全部").click()
    expect(page.get_by_text("都对得上")).to_be_visible()
    page.locator("select[name=kind]").select_option("attendance.*")
    expect(page.locator(".rc-ev b:not([title^='attendance.'])")).to_have_count(0)
    expect(page.locator(".rc-ev b").first).to_have_text("签到")
    expect(page.locator(".rc-ev .rc-c-2").first).to_contain_text("方式 会务员代签")
    page.reload()
    expect(page.locator("select[name=kind]")).to_have_value("attendance.*")


def test_older_events_come_as_one_scrolls_until_there_are_none(open_page, site):
    many(site, 450)
    page = open_page("/events?kind=x.*")
    rows = page.locator(".rc-ev b")
    expect(rows).to_have_count(200)
    page.locator(".rc-page").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    expect(rows).to_have_count(400)
    page.locator(".rc-page").evaluate("(e) => e.scrollTo(0, e.scrollHeight)")
    expect(rows).to_have_count(450)
    expect(page.get_by_text("没有更早的了")).to_be_visible()
    told = page.locator(".rc-ev .rc-c-2").all_text_contents()
    assert [int(one.removeprefix("序号 ")) for one in told] == list(range(449, -1, -1))
    many(site, 1)
    expect(rows).to_have_count(451)


def many(site, count):
    """Events of a plugin, as it would publish them."""
    application = Application(site.data)
    with application.open_uow() as uow:
        for n in range(count):
            told = {"n": n}
            uow.events.append(
                Event(
                    stream=uow.room.id, kind="x.lamp", actor=Actor(By.PLUGIN, "lamp"), at=datetime.now(UTC), data=told
                )
            )
        uow.commit()
    application.close()


def test_english_and_dark_stay_after_a_switch(open_page):
    page = open_page("/")
    page.get_by_role("button", name="Switch to English").click()
    expect(page.locator("h1")).to_have_text("1 meeting today")
    page.get_by_role("button", name="dark").click()
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.locator("h1")).to_have_text("1 meeting today")
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))


def test_by_keyboard_alone_one_reaches_a_meeting_and_checks_the_equipment(open_page):
    page = open_page("/")
    link = page.get_by_role("link", name="会前准备")
    for _ in range(40):
        page.keyboard.press("Tab")
        if link.evaluate("(e) => e === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(TITLE)
    check = page.get_by_role("button", name="检查设备")
    check.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".rc-tile").first).to_be_visible()


def test_the_menu_and_the_pages_follow_the_role(open_page, site):
    page = open_page("/", who="周强")
    expect(page.locator(".rc-rail a")).to_have_text(["今日", "日历", "散会", "签到"])
    page.goto(site.url + "/settings")
    expect(page.get_by_role("alert")).to_contain_text("你的角色不能看这一页")


def test_a_page_that_is_open_ends_with_the_session(open_page, site):
    page = open_page("/")
    other = page.context.new_page()
    other.goto(site.url + "/")
    other.get_by_role("button", name="退出登录").click()
    expect(other).to_have_url(f"{site.url}/log-in")  # to wait for the way there fails where another one cuts in
    expect(page).to_have_url(f"{site.url}/log-in")


def test_nothing_was_asked_of_anybody_else(open_page, site):
    open_page("/")
    assert len(site.asked) > 10
    assert not site.outside()


@pytest.mark.parametrize("size", ["desk", "telephone"])
def test_the_technician_checks_by_a_key_looks_at_a_tile_and_closes_it(open_page, site, size):
    page = open_page("/check", size=size)
    expect(page).to_have_url(re.compile("/meetings/.*/check$"))
    expect(page.locator(".rc-tile").filter(has_text="磁盘")).to_have_count(1)
    page.keyboard.press("r")
    expect(page.locator(".rc-verdict h1")).to_have_text(re.compile("可以开会|先修|没有查到"), timeout=60_000)
    tile = page.locator(".rc-tile").filter(has_text="磁盘")
    tile.focus()
    tile.evaluate("e => { const group = e.closest('section'); group.outerHTML = group.outerHTML; }")
    expect(tile).to_be_focused()  # also where all is drawn anew meanwhile, as a run does
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_contain_text("本机")
    expect(page.locator("#detail")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_have_count(0)
    assert no_wider_than_the_screen(page)
    assert not site.outside()


def test_a_device_is_put_into_the_inventory_by_the_form(open_page, site):
    page = open_page("/devices", size="telephone")
    page.locator("#f-kind").select_option("host")
    page.get_by_role("button", name="填写").click()
    page.fill("#f-id", "Switch 1")
    page.fill("#f-address", "127.0.0.1")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("#e-id")).to_be_visible()
    expect(page.locator("#f-address")).to_have_value("127.0.0.1")
    page.fill("#f-id", "switch")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("button", name="撤销")).to_be_visible()
    assert 'id = "switch"' in (site.data / "devices.toml").read_text(encoding="utf-8")
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)
    assert no_wider_than_the_screen(page)


def test_a_press_in_one_form_leaves_what_is_typed_in_the_other(open_page, site):
    application = Application(site.data)
    (meeting,) = application.usecases.meetings()
    application.close()
    page = open_page(f"/meetings/{meeting.id}/handouts")
    document, press = page.locator("[name=document]"), page.get_by_role("button", name="登记", exact=True)
    document.fill("实施方案")
    page.fill("[name=count]", "3")
    press.click()
    expect(page.locator("h1")).to_have_text("材料：3 份已发 0 份")
    expect(document).to_have_value("")  # what was taken is not kept
    document.press_sequentially("主持词")
    page.locator("[name=person]").select_option(label="孙丽")
    page.get_by_role("button", name="发出", exact=True).click()
    expect(page.locator("h1")).to_have_text("材料：3 份已发 1 份")
    expect(page.locator("[name=person]")).to_have_value("")
    expect(document).to_have_value("主持词")
    path = page.url
    page.reload()  # as a page does by itself when the host was started again
    expect(document).to_have_value("主持词")
    page.goto(f"{site.url}/calendar")
    page.locator("[name=text]").press_sequentially("政务")
    page.locator("[name=state]").select_option(label="会前准备")
    expect(page.locator("[name=state] option[selected]")).to_have_text("会前准备")  # the bar is drawn anew
    expect(page.locator("[name=text]")).to_have_value("政务")
    page.goto(path)  # whoever went elsewhere begins anew
    expect(page.locator("h1")).to_have_text("材料：3 份已发 1 份")
    expect(document).to_have_value("")
    document.press_sequentially("主持词")
    page.fill("[name=count]", "0")
    press.click()
    expect(page.get_by_role("alert")).to_contain_text("份数不对")
    expect(document).to_have_value("主持词")  # and what was refused is
    page.get_by_role("button", name="撤销 实施方案 001 号").click()
    expect(page.locator("h1")).to_have_text("材料：3 份已发 0 份")
    expect(document).to_have_value("主持词")


def test_what_is_typed_and_where_outlives_a_drawing_but_goes_to_no_other_form(browser):
    def drawn(of, reason="", *choices, ticked=False):
        fields = (
            field("reason", "理由", reason),
            field("who", "谁", "", choices={one: one for one in ("", *choices)}),
            field("tick", "记", ticked),
        )
        return form(*fields, button("好", lambda _values: None, key="do"), of=of).html

    page = browser.new_page()
    page.set_content("<main></main>")
    page.add_script_tag(path=Path(ui.__file__).parent / "static/typed.js")
    draw = "html => { document.querySelector('main').innerHTML = html; }"
    reason, who, tick = (page.locator(f"[name={name}]") for name in ("reason", "who", "tick"))
    page.evaluate(draw, drawn("a", "", "甲", "乙"))
    who.select_option("乙")
    tick.check()
    reason.press_sequentially("出差在外")
    reason.press("ArrowLeft")
    page.evaluate(draw, drawn("a", "", "甲", "乙", "丙"))
    expect(reason).to_be_focused()
    page.keyboard.type("国")
    expect(reason).to_have_value("出差在国外")
    expect(who).to_have_value("乙")
    expect(tick).to_be_checked()
    page.evaluate(draw, drawn("a", "", "甲"))
    expect(who).to_have_value("")  # nobody can choose what is not there any more
    expect(reason).to_have_value("出差在国外")
    page.get_by_role("button").click()
    page.evaluate(draw, drawn("a", "出差", "甲"))  # what was sent is the host's to show
    expect(reason).to_have_value("出差")
    reason.fill("出差在国外")
    page.evaluate(draw, drawn("a", "出差在国外", "甲"))  # and what it says itself is no draft
    page.evaluate(draw, drawn("a", "出差", "甲"))
    expect(reason).to_have_value("出差")
    reason.fill("出差在国外")
    page.evaluate(draw, drawn("b", "", "甲"))
    expect(reason).to_have_value("")
    page.evaluate(draw, drawn("a", "", "甲"))
    expect(reason).to_have_value("")
    reason.fill("请假")
    page.get_by_role("button").click()
    page.evaluate(draw, drawn("a"))  # taken: the host draws it empty
    expect(reason).to_have_value("")
    reason.fill("请假")
    page.get_by_role("button").click()
    page.evaluate(
        "() => { document.body.append(Object.assign(document.createElement('p'), { className: 'rc-toast' })); }"
    )
    page.evaluate(draw, drawn("a"))  # not taken, as the toast says
    expect(reason).to_have_value("请假")
    reason.fill("病假")
    page.get_by_role("button").click()
    page.evaluate(
        """() => { document.querySelector("[name=reason]").value = ""; // emptied as it was sent
        document.body.append(Object.assign(document.createElement("p"), { className: "rc-toast" })); }"""
    )
    expect(reason).to_have_value("病假")
    page.close()


def test_what_was_refused_on_the_page_outlives_a_reload_and_what_was_taken_does_not(browser):
    def shown(reason="", refused="", *, opened=True):
        fields = field("reason", "理由", reason), field("password", "密码", "", kind="password")
        asked = form(*fields, button("好", lambda _values: None, key="do"), of="a").html if opened else ""
        return f"<script>{script}</script><main>{error_state(refused).html if refused else ''}{asked}</main>"

    script = (Path(ui.__file__).parent / "static/typed.js").read_text(encoding="utf-8")
    page, stands = browser.new_page(), shown()
    page.route("**/*", lambda route: route.fulfill(body=stands, content_type="text/html; charset=utf-8"))
    draw = "html => { document.querySelector('main').innerHTML = html; }"
    reason, password = page.locator("[name=reason]"), page.locator("[name=password]")

    def sent(text, answer):
        reason.fill(text)
        page.get_by_role("button").click()
        page.evaluate(draw, answer.partition("<main>")[2])

    page.goto("http://127.0.0.1/papers")
    password.fill("correct horse")
    sent("出差", shown("出差", "份数不对"))
    page.reload()
    expect(reason).to_have_value("出差")
    expect(password).to_have_value("")
    sent("病假", shown("病假", "份数不对"))
    sent("病假", shown("病假", "份数不对"))  # once more the same
    stands = shown(opened=False)  # a form that is opened by a button
    page.reload()
    page.evaluate(draw, shown().partition("<main>")[2])
    expect(reason).to_have_value("病假")
    stands = shown()
    sent("请假", shown())  # taken
    page.reload()
    expect(reason).to_have_value("")
    sent("设置", shown("设置"))  # taken, and the host shows what it has
    stands = shown("别人后来改的")
    page.reload()
    expect(reason).to_have_value("别人后来改的")
    page.close()


def test_a_button_that_is_held_down_is_not_drawn_anew_under_the_finger(browser):
    page = browser.new_page()
    page.set_content('<main><button data-act="end" data-hold="0.2">停止</button></main>')
    for name in ("still", "page"):
        page.add_script_tag(path=Path(ui.__file__).parent / f"static/{name}.js")
    page.evaluate(
        """() => { window.pressed = 0;
        const count = (event) => { pressed += "full" in event.target.dataset; };
        document.querySelector("main").addEventListener("click", count); }"""
    )
    page.locator("button").hover()
    page.mouse.down()
    page.evaluate(
        """() => { const box = document.querySelector("main");
        rcStill.when(box, () => { box.innerHTML = "<button>已停止</button>"; }); }"""
    )
    page.wait_for_function("pressed === 1")
    page.mouse.up()
    expect(page.locator("button")).to_have_text("已停止")
    page.close()


def test_a_button_is_not_drawn_anew_between_press_and_release_by_mouse_or_key(browser):
    page = browser.new_page()
    page.set_content("<main></main>")
    page.add_script_tag(path=Path(ui.__file__).parent / "static/still.js")
    page.evaluate(
        """() => { window.pressed = 0; window.drawn = 0;
        const main = document.querySelector("main");
        window.draw = () => { drawn += 1; main.innerHTML = `<p>${drawn}</p><button>签到</button>`; };
        main.addEventListener("click", () => { pressed += 1; });
        draw(); }"""
    )
    button = page.locator("button")
    ways = (
        (button.hover, page.mouse.down, page.mouse.up),
        (button.focus, lambda: page.keyboard.down(" "), lambda: page.keyboard.up(" ")),
    )
    for number, (reach, press, release) in enumerate(ways, 1):
        reach()
        press()
        page.evaluate("rcStill.when(document.querySelector('main'), draw)")
        page.wait_for_timeout(700)  # longer than still.js waits for the click of the press before, or looks again
        expect(page.locator("p")).to_have_text(str(number))
        release()
        expect(page.locator("p")).to_have_text(str(number + 1))
        assert page.evaluate("pressed") == number
    page.evaluate(
        "main => { main.innerHTML = '<select><option>甲<option>乙</select>'; }", page.query_selector("main")
    )
    page.locator("select").click()
    page.evaluate("rcStill.when(document.querySelector('main'), draw)")
    expect(page.locator("select:open")).to_have_count(1)  # somebody chooses
    page.keyboard.press("Escape")
    expect(page.locator("p")).to_have_text("4")
    page.close()
