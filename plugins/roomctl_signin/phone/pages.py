"""What a telephone shows: whole pages without a script, since the browser within an app may be an old one."""

from collections.abc import Sequence
from datetime import date
from html import escape

from roomctl.api import Meeting, language, tr, ui
from roomctl_signin.phone.finding import LEAST, Found
from roomctl_signin.terminal import glass, sight
from roomctl_signin.terminal.sight import NameShape


class Pages:
    """Of one meeting, for one telephone.

    Args:
        at: where the screen's routes are, without a slash at the end; files: where its files are.
        today: in the room.
        titled: the title of an internal meeting may be shown: the telephone has somebody's own code.

    """

    def __init__(self, meeting: Meeting, room: str, *, at: str, files: str, titled: bool, today: date) -> None:
        self._meeting, self._room, self._at, self._files, self._titled = meeting, room, at, files, titled
        self._day = tr("今天", "today") if meeting.starts.date() == today else f"{meeting.starts:%m-%d}"

    def closed(self, opens: str) -> str:
        """Nobody signs in now. Args: opens: HH:MM; empty where it is over."""
        said = tr(f"{opens} 开始签到", f"sign-in from {opens}") if opens else tr("签到已结束", "sign-in has ended")
        return self._whole(self._top(), _box(ui.tag("b", said)))

    def search(self, typed: str, found: Found) -> str:
        """Asks for the name, and shows who fits."""
        form = ui.tag(
            "form",
            ui.tag("label", tr("输入姓名或拼音首字母", "Type your name, or its initials"), for_="q"),
            ui.tag("input", id="q", name="q", value=typed, maxlength="40", autocomplete="off", required=True),
            ui.tag("button", tr("查找", "Find")),
            class_="find",
            method="get",
            action=f"{self._at}/page",
        )
        refused = [_refused(name) for name in found.refused]
        shown = [*map(self._row, found.names), *refused]
        said = None if shown or not typed else ui.tag("p", _said(typed, found), class_="s more", role="status")
        return self._whole(self._top(), _box(form, said), *shown)

    def confirm(self, who: NameShape, member: str, key: str, *, signed: bool, own: bool) -> str:
        """您是 …: sign and press.

        Args:
            member: for whom a proxy comes; empty where nobody else is meant.
            key: of the act, so that the form counts once however often it is sent.
            own: opened by this person's own code.

        """
        name = tr(f"{who.name}（代{member}）", f"{who.name} (for {member})") if member else who.name
        hidden = {"key": key, "person": who.person, "proxy": "1" if who.proxy else ""}
        me = ui.tag(
            "div",
            ui.tag("a", tr("不是我", "Not me"), href=f"{self._at}/page{'?other=1' if own else ''}"),
            ui.tag("p", tr("您是", "You are"), class_="lab"),
            ui.tag("b", name),
            ui.tag("p", who.line, class_="s"),
            class_="box me",
        )
        press = (
            ui.tag("p", tr("网络断了也可以点，会自动补送", "Press without a line too: it is sent later"), class_="s"),
            ui.tag("button", tr("签到", "Sign in")),
        )
        form = ui.tag(
            "form",
            *(ui.tag("input", type="hidden", name=one, value=of) for one, of in hidden.items()),
            me,
            _sheet() if signed else None,
            ui.tag("p", id="wrong", class_="box wrong", role="alert", hidden=True),
            self._script(),  # what stands below it is there once it has run, or cannot be had: nobody forgets to sign
            ui.tag("div", *press, class_="go"),
            id="sign",
            method="post",
            action=f"{self._at}/page",
            data_acts=f"{self._at}/acts",
            data_wait=tr("正在签到…", "Signing in…"),
            data_kept=tr(
                "已存在手机，联网后自动补送，请不要关掉本页", "Kept here, sent when the line is back: leave this open"
            ),
            data_scan=tr("已存在手机。请重新扫码，扫后自动补送", "Kept here. Scan the code again, and it is sent"),
            data_sign=tr("请先在框里签名", "Sign within the frame first"),
        )
        return self._whole(self._top(), form, script=False)

    def done(
        self,
        name: str,
        came: str,
        seat: str,
        plan: ui.Part | None,
        papers: Sequence[str],
        *,
        signature: bool,
        undo: str,
    ) -> str:
        """Signed in.

        Args:
            plan: of the seats; None where none was laid out.
            papers: 份号 of the numbered papers that were handed out to them.
            undo: key of what this telephone did, which it may take back; empty where it did not.

        """
        numbers = tr("、", ", ").join(papers)
        ticks = [tr(f"您的材料编号 {numbers}", f"Your papers: no. {numbers}")] if papers else []
        ticks.append(tr("手机调成静音", "Mute your phone"))
        if self._meeting.recorded:
            ticks.append(
                tr("会议由办公室统一录音，请勿自行录音录像", "The office records; please do not do so yourself")
            )
        second = [tr(f"{came} 已签到", f"signed in {came}"), tr("签名已存", "signature kept") if signature else ""]
        ok = ui.tag(
            "div",
            _tick(),
            ui.tag("h1", tr(f"{name}同志，签到成功", f"{name}, you have signed in")),
            ui.tag("p", tr("，", ", ").join(filter(None, second)), class_="s"),
            class_="ok",
        )
        place = _box(ui.tag("p", tr("您的座位", "Your seat"), class_="lab"), ui.tag("p", seat, class_="seat"), plan)
        before = _box(
            ui.tag("p", tr("进场前", "Before you go in"), class_="lab"),
            *(ui.tag("p", one, class_="tick") for one in ticks),
        )
        close = ui.tag("p", tr("可以关掉这个页面", "You can close this page"), class_="s")
        back = ui.tag(
            "form",
            ui.tag("input", type="hidden", name="of", value=undo),
            close,
            ui.tag("button", tr("不是我，撤销签到", "Not me: take it back"), class_="quiet"),
            method="post",
            action=f"{self._at}/undo",
        )
        return self._whole(ok, place if seat else None, before, ui.tag("div", back if undo else close, class_="go"))

    def refused(self, what: str, second: str = "") -> str:
        """It cannot be done here, and where it can."""
        again = ui.tag("a", tr("返回", "Back"), href=f"{self._at}/page")
        return self._whole(self._top(), _no(what, second), _box(ui.tag("p", again, class_="s")))

    def unapproved(self, name: str) -> str:
        """A proxy whom nobody has approved."""
        return self._whole(self._top(), _refused(name))

    def _row(self, one: NameShape) -> ui.Part:
        return ui.tag(
            "a",
            ui.tag("i", tr(f"{one.came} 已签到", f"signed in {one.came}")) if one.came else None,
            ui.tag("b", one.name),
            ui.tag("span", one.line, class_="s"),
            class_="box row",
            href=f"{self._at}/page?person={one.person}{'&proxy=1' if one.proxy else ''}",
        )

    def _top(self) -> ui.Part:
        title = self._meeting.title if self._titled else sight.public(self._meeting)
        kind, colon, rest = title.partition("：")
        return ui.tag(
            "div",
            ui.tag("p", kind, class_="s") if colon else None,
            ui.tag("h1", rest if colon else title),
            ui.tag("p", f"{self._day} {self._meeting.starts:%H:%M}　{self._room}", class_="s"),
            class_="top",
        )

    def _script(self) -> ui.Part:
        return ui.tag("script", src=f"{self._files}/page.js")

    def _whole(self, *parts: ui.Child, script: bool = True) -> str:
        body = ui.tag("body", *parts, self._script() if script else None, data_meeting=self._meeting.id)
        return (
            f'<!doctype html><html lang="{"zh-CN" if language() == "zh" else "en"}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>{escape(tr('签到', 'Sign-in'))}</title><link rel=icon href=/static/ui/mark.svg>"
            f'<link rel="stylesheet" href="{escape(self._files)}/page.css"></head>{body.html}</html>'
        )


def _said(typed: str, found: Found) -> str:
    if found.more:
        return tr("同首字母的人较多，请再输一个字", "Many fit: type one more letter")
    if len(typed.strip()) < LEAST:
        return tr("请至少输两个字", "Type two letters at least")
    return tr("没有找到，请到会务台", "Not found: please go to the desk")


_SHEET = 556
"""Units of the terminal's sheet that a telephone, held upright, has: those in the middle, over its whole height."""


def _sheet() -> ui.Part:
    """Hidden until a script says that it can be drawn on."""
    return ui.tag(
        "div",
        ui.tag("button", tr("重写", "Again"), type="button", id="again", class_="word"),
        ui.tag("p", tr("手写签名", "Sign by hand"), class_="lab"),
        ui.tag(
            "canvas",
            id="glass",
            width=str(_SHEET),
            height=str(glass.HEIGHT),
            data_left=str((glass.WIDTH - _SHEET) // 2),
        ),
        class_="box pad",
        id="pad",
        hidden=True,
    )


def _tick() -> ui.Part:
    line = {
        "fill": "none",
        "stroke": "#fff",
        "stroke_width": "2.6",
        "stroke_linecap": "round",
        "stroke_linejoin": "round",
    }
    return ui.tag(
        "svg",
        ui.tag("circle", cx="12", cy="12", r="11", fill="#1C7350"),
        ui.tag("path", d="M6.8 12.4l3.6 3.6 6.8-7.4", **line),
        width="72",
        height="72",
        viewBox="0 0 24 24",
        aria_hidden="true",
    )  # fmt: skip


def _box(*inside: ui.Child) -> ui.Part:
    return ui.tag("div", *inside, class_="box")


def _no(what: str, second: str) -> ui.Part:
    return ui.tag("div", ui.tag("b", what), ui.tag("p", second, class_="s"), class_="box no", role="alert")


def _refused(name: str) -> ui.Part:
    return _no(tr("代会未经批准，请到会务台", "No proxy was approved: please go to the desk"), name)
