"""Every page and every screen: in both languages, in light and dark, at three sizes, for who does not see it."""

import getpass
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from inspect import signature
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock
from zoneinfo import ZoneInfo

import pytest
import roomctl_signin
import roomctl_transcript
from playwright.sync_api import Browser, BrowserContext, Error, Page, ViewportSize

from roomctl.api import ScreenOffer
from roomctl.app import Application
from roomctl.domain.access import Role
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import Order
from roomctl.services.identity import new_id
from roomctl.web import pages as all_pages
from tests.web.pages.conftest import PASSWORD
from tests.web.pages.held import PEOPLE, SAID, held, speech

pytestmark = pytest.mark.needs("chromium", "python:axe_playwright_python")

SIZES: dict[str, ViewportSize] = {
    "wall": {"width": 1920, "height": 1080},
    "desk": {"width": 1440, "height": 900},
    "touch": {"width": 1280, "height": 800},
    "telephone": {"width": 390, "height": 844},
}
SERIOUS = {"serious", "critical"}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"], "resultTypes": ["violations"]}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}, "resultTypes": ["violations"]}
"""All that another light can change."""
PICTURES = os.environ.get("ROOMCTL_PICTURES")
"""A folder for a picture of each page, with a wall of names on it."""
CROWD = 300 if PICTURES else 30
PARTS = 6
"""All pages in so many turns: none of them takes long, however busy the machine is."""
MOST_STEPS, LEAST_STEPS = 60, 3
LONG = "关于进一步加快推进城镇老旧小区综合改造提升和政务服务大厅标准化规范化便利化建设有关工作的专题协调会议"
SENTENCES = 30
WRITTEN = (
    "8600个",
    "6800个",
    "汇报材料.docx",
    "市住房城乡建设局",
    "完成资金拨付",
    "报送校舍维修清单",
    "12月20日",
    "11月30日",
    "市发改委",
)
"""What stands in papers, in points, and in the office's table of units."""

READ = """() => {
  const notOurs = ".rc-ev, .rc-told, [data-keep^=roomctl-lang]";
  const found = [], seen = (e) => e.checkVisibility?.({ visibilityProperty: true }) ?? true;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement, text = walk.currentNode.data.trim();
    if (text && seen(e) && !e.closest("script, style, .gbt, code, textarea, " + notOurs)) found.push(text);
  }
  for (const e of document.body.querySelectorAll("[title], [aria-label], [placeholder], [alt]"))
    if (seen(e) && !e.closest(notOurs)) for (const name of ["title", "aria-label", "placeholder", "alt"])
      if (e.getAttribute(name)) found.push(e.getAttribute(name));
  return found;
}"""
QUIET = """() => new Promise((done) => {
  let last = performance.now(); const began = last;
  const eyes = new MutationObserver(() => { last = performance.now(); });
  eyes.observe(document.body, { childList: true, subtree: true, characterData: true });
  const blank = () => [...document.querySelectorAll("button, h1")].some(
    (e) => e.checkVisibility() && !e.closest("[aria-hidden=true]") && !e.textContent.trim()
      && !e.getAttribute("aria-label") && !e.title);
  const look = () => {
    const now = performance.now();
    if (blank() && now - began < 10000) setTimeout(look, 50); // what it shows is still on its way
    else if (now - last > 150 || now - began > 1000) { eyes.disconnect(); done(); } else setTimeout(look, 50);
  };
  look();
})"""
"""Until what a page draws by itself stands there; a page that never rests is taken as it is after a second."""
DARKEN = """() => {
  const still = new CSSStyleSheet(), ground = () => getComputedStyle(document.body).backgroundColor, light = ground();
  still.replaceSync("* { transition: none !important }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, still];
  document.body.classList.remove("body--light");
  document.body.classList.add("body--dark");
  return ground() !== light;
}"""
"""Puts out the light on a page that stands there; false where it has one light alone."""
BENT = """() => [...document.querySelectorAll("[role=tablist]")].some((list) => {
  const tabs = [...list.children];
  return new Set(tabs.map((e) => e.getBoundingClientRect().top)).size > 1
    || list.scrollWidth > list.clientWidth || tabs.some((e) => e.scrollWidth > e.clientWidth);
})"""
KEYS = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const s = getComputedStyle(e), r = e.getBoundingClientRect();
  const field = e.closest(".rc-field"); // it is the field's frame that shows it
  const shown = (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0)
    || (field && parseFloat(getComputedStyle(field).borderWidth) >= 2);
  window.rcSteps = window.rcSteps || new Map();
  if (!window.rcSteps.has(e)) window.rcSteps.set(e, window.rcSteps.size);
  return { n: window.rcSteps.get(e), shown, seen: r.width > 0 && r.height > 0, what: e.outerHTML.slice(0, 160) };
}"""


def _screens(plugin: ModuleType) -> Sequence[ScreenOffer]:
    """What it offers, however much it asks to be told."""
    return plugin.roomctl_screens(*(MagicMock() for _ in signature(plugin.roomctl_screens).parameters))


def paths() -> list[str]:
    """Of all pages, as they register; of all screens, as plugins offer them."""
    found: list[str] = []
    frame = MagicMock()
    frame.page = lambda path, *_: found.append(path) or (lambda build: build)
    for name, module in vars(all_pages).items():
        if (
            hasattr(module, "register")
            and getattr(module, "__package__", "").startswith("roomctl.web.pages")
            and name != "login"
        ):
            module.register(frame)
    for plugin, module in (("signin", roomctl_signin), ("transcript", roomctl_transcript)):
        found += [f"/s/{plugin}/{one.name}/{{meeting_id}}/" for one in _screens(module) if one.door is None]
    return [*(path for path in found if "{plugin}" not in path), "/p/signin"]


@dataclass
class House:
    """A meeting that records, one that is over, one with a crowd; and what people typed, in no language of ours."""

    live: str = ""
    over: str = ""
    crowd: str = ""
    typed: tuple[str, ...] = ()

    def meeting(self, path: str) -> str:
        """The one with which a page has most to show."""
        if path.endswith(("/words", "/papers", "/archive", "/close")):
            return self.over
        return self.live if path.endswith(("/record", "/captions/", "/check")) or "/captions" in path else self.crowd


@pytest.fixture(scope="module")
def house() -> House:
    return House()


@pytest.fixture(scope="module")
def prepare(house: House) -> Callable[[Path], None]:
    def prepared(data: Path) -> None:
        application = Application(data)
        use, names = application.usecases, set()
        application.accounts.add("赵敏", PASSWORD, list(Role))
        over = held(application, speech(data / "phone.wav", SENTENCES))
        over.put(SENTENCES)
        use.draft(over.meeting)
        house.over = over.meeting
        now = datetime.now(ZoneInfo(use.room.zone)).replace(second=0, microsecond=0, tzinfo=None)
        for name, title, count, later in (("crowd", LONG, CROWD, 5), ("live", "停车场建设专题研究", 3, 0)):
            made = use.create(
                Meeting(
                    id=MeetingId(new_id()),
                    room=use.room.id,
                    title=title,
                    starts=now + timedelta(hours=later),
                    chair="张建国",
                    agenda=(AgendaItem(1, "停车场建设", presenter="李晓明", minutes=30), AgendaItem(2, "资金安排")),
                )
            )
            people = [
                Person(
                    id=new_id(), name=f"欧阳·买买提{n}", unit="市住房和城乡建设局", duty="副局长", rank=n, seat=str(n)
                )
                for n in range(1, count + 1)
            ]
            names |= {one.name for one in people}
            use.add_people(made.id, people)
            for state in (State.APPROVED, State.OPEN):
                use.transition(made.id, state)
            setattr(house, name, made.id)
        use.arm(house.live, Order(source="tone", realtime=True))
        use.start(house.live)
        house.typed = (
            LONG, "停车场建设专题研究", "城区学位建设和校舍维修专题会议", "停车场建设", "资金安排", "城区学位建设",
            "校舍维修", "市住房和城乡建设局", "副局长", "张建国", "赵敏", "欧阳·买买提", use.room.name,
            getpass.getuser(),
            *(text for person in PEOPLE for text in person), *(text for _, text in SAID), *WRITTEN,
        )  # fmt: skip
        application.close()

    return prepared


OFFICIAL = (
    *(
        "会议记录",
        "会议纪要",
        "纪要",
        "签到表",
        "会签",
        "审核",
        "签发",
        "登记",
        "校对",
        "印发",
        "主席台",
        "密级",
        "核对码",
        "秘密",
        "机密",
    ),
    *("非密", "专题会议", "档号", "姓名 单位 职务", "中文"),
    *("3年", "6个月", "长期", "2027年6月1日", "公布前"),
)
"""Terms of the office that English keeps: they are what stands on the papers. And the way to the other language."""
NAMES = {"roomctl", "auto", "local", "docx", "xlsx", "json", "toml", "whisper", "vosk", "archive", "audio", "records"}
NAMES |= {"signin", "transcript", "phone"}
"""Names of programs, plugins, targets and forms of files, which Chinese keeps."""
IN_FILE = ("/settings",)
"""Names of settings are as they stand in the file, and so are the values that a hint gives."""


def _signed_on(browser: Browser, url: str, **how) -> BrowserContext:
    """Somebody who may see everything, in that language and light."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, reduced_motion="reduce", **how)
    page = context.new_page()
    page.goto(f"{url}/log-in?next=/settings")
    page.fill("#name", "赵敏")
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("main h1")
    return context


@pytest.fixture(scope="module")
def readers(browser, site, house) -> Iterator[dict[str, Page]]:
    """One who reads Chinese in the light, and one who reads English in the dark."""
    chinese = _signed_on(browser, site.url, locale="zh-CN")
    english = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="en-GB", color_scheme="dark",
        reduced_motion="reduce", storage_state=chinese.storage_state(),
    )  # fmt: skip
    english.add_cookies(
        [
            {"name": name, "value": value, "url": site.url}
            for name, value in (("roomctl-lang", "en"), ("roomctl-dark", "1"))
        ]
    )
    yield {"zh": chinese.pages[0], "en": english.new_page()}
    chinese.close()
    english.close()
    application = Application(site.data)
    application.usecases.stop_recording(house.live)  # a recorder outlives every host
    application.close()


def foreign(texts: list[str], language: str, house: House) -> list[str]:
    """What is not in the reader's language, without what people typed."""
    found, typed = [], sorted((*house.typed, *OFFICIAL), key=len, reverse=True)
    for text in dict.fromkeys(texts):
        left = text
        for one in typed:
            left = left.replace(one, "")
        if any(part.strip() in one for part in (left, text) for one in house.typed):
            continue
        if language == "en" and re.search(r"[\u4e00-\u9fff]", left):
            found.append(text)
        if language == "zh" and set(re.findall(r"(?<![\w/.@-])[a-z]{4,}(?![\w/.@=-])", left)) - NAMES:
            found.append(text)
    return found


def told(violation: dict) -> str:
    """One line of a rule that a page breaks."""
    nodes = violation["nodes"]
    return f"axe {violation['id']} ({len(nodes)}): {nodes[0]['html'][:200]} | {nodes[0]['failureSummary'][:200]}"


def serious(violation: dict) -> bool:
    return violation["impact"] in SERIOUS


def rested(page: Page) -> None:
    """Waits until it stands there."""
    page.wait_for_load_state("load")
    page.wait_for_selector("#esm-fallback", state="detached")  # as soon as its scripts run
    page.evaluate(QUIET)


def complaints(page: Page, url: str, language: str, house: House) -> list[str]:
    """What is wrong with a page, seen by one reader."""
    page.set_viewport_size(SIZES["wall"])
    page.goto(url)
    for _ in range(2):
        with suppress(Error):  # one that leads on to another page is looked at there
            return list(_complaints(page, language, house))
    return list(_complaints(page, language, house))


def _complaints(page: Page, language: str, house: House) -> Iterator[str]:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - a part that may be missing

    rested(page)
    if not (language == "zh" and page.url.endswith(IN_FILE)):
        yield from (f"not in this language: {text!r}" for text in foreign(page.evaluate(READ), language, house))
    if language == "zh":  # who does not see it has the same page in either language
        axe = Axe()
        yield from (told(one) for one in axe.run(page, options=RULES).response["violations"] if serious(one))
        if page.evaluate(DARKEN):
            dark = page.evaluate("(how) => axe.run(how)", CONTRAST)["violations"]
            yield from (f"in the dark: {told(one)}" for one in dark if serious(one))
    for size, box in SIZES.items() if PICTURES or language == "en" else ():  # English takes more room
        page.set_viewport_size(box)
        if PICTURES:
            page.evaluate(QUIET)
            name = page.url.split("/", 3)[3].strip("/").replace("/", "_")
            page.screenshot(path=Path(PICTURES) / f"{name or 'home'}-{language}-{size}.png")
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            yield f"{wide} px wider than a screen of {box['width']}"
        if box["width"] >= SIZES["touch"]["width"] and page.evaluate(BENT):
            yield f"tabs in more than one row, or cut, on a screen of {box['width']}"


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.long)])
def test_every_page_speaks_one_language_fits_and_is_there_for_who_does_not_see_it(
    language, part, readers, site, house
):
    """In Chinese and light, in English and dark. With `ROOMCTL_PICTURES=FOLDER` it leaves a picture of each."""
    wrong = [
        f"{path} {what}"
        for path in paths()[part::PARTS]
        for what in complaints(
            readers[language], site.url + path.format(meeting_id=house.meeting(path)), language, house
        )
    ]
    readers[language].goto("about:blank")  # what moves by itself takes no time from the other reader
    assert not wrong, "\n".join(wrong)


CONSOLES = ("/", "/meetings/{live}/record", "/meetings/{over}/words", "/s/signin/desk/{live}/", "/check/room")


@pytest.mark.parametrize("path", CONSOLES)
def test_a_console_is_walked_by_keys_alone_and_each_step_is_seen(path, readers, site, house):
    page = readers["zh"]
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(site.url + path.format(live=house.live, over=house.over))
    rested(page)
    page.locator("body").evaluate("(e) => { window.rcSteps = new Map(); document.activeElement.blur(); }")
    steps, before = [], None
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        step = page.evaluate(KEYS)
        if step is None or (steps and step["n"] == 0):
            break
        assert step["n"] != before, f"the focus stays at {step['what']}"
        before = step["n"]
        steps.append(step)
    assert len(steps) > LEAST_STEPS
    hidden = [step["what"] for step in steps if not (step["seen"] and step["shown"])]
    assert not hidden, "\n".join(hidden)
