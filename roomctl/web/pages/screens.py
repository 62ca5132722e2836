"""Screens of a meeting: their links handed out, shown once as text and QR code, and taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right, ScreenKey
from roomctl.domain.events import Actor
from roomctl.domain.lifecycle import OVER
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Way, may
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.services.accounts import MAX_NAME
from roomctl.services.screens import ScreenKeys
from roomctl.web import keys
from roomctl.web.pages.visitor import Visitor
from roomctl.web.screens import Screen, Screens, those_of
from roomctl.web.session import allow
from roomctl.web.ui import (
    Look,
    Part,
    Values,
    button,
    field,
    form,
    line,
    link_button,
    panel,
    qr_code,
    state_glyph,
    tag,
    text_of,
)


@dataclass(frozen=True, slots=True)
class Made:
    """A link that was just made: it is shown until it is put away, and never again."""

    title: str
    label: str
    url: str


class Links:
    """Of one meeting, on one open page.

    Args:
        site: where the visitor's browser reaches this machine, such as `http://192.168.1.20:8470`.

    """

    def __init__(self, visitor: Visitor, screens: Screens, meeting: str, site: str) -> None:
        self._visitor, self._screens, self._meeting, self._site = visitor, screens, meeting, site.rstrip("/")
        self._made: Made | None = None

    @property
    def _keys(self) -> ScreenKeys:
        return self._visitor.board.application.screens.acting_as(Actor.person(self._visitor.user.name))

    def draw(self, meeting: Meeting) -> Part:
        """Nothing where the visitor may open none, or the meeting can have none."""
        offered = self._screens.open_to(self._visitor.user)
        if not offered or meeting.state in OVER or not may(meeting.highest_secrecy.level, Way.SCREEN):
            self._made = None
            return Part()
        out = those_of(offered, self._keys.of(self._meeting))
        titles = {(one.plugin, one.offer.name): one.title for one in offered}
        inside = panel(
            tr("屏幕", "Screens"),
            self._fresh(self._made) if self._made else self._form(offered),
            *(self._row(one, titles, meeting) for one in out),
            second=tr("没人登录的屏幕，用链接打开；会议结束即失效", "opened by a link that ends with the meeting"),
            id_="screens",
        )
        return tag("div", inside, class_="rc-wrap rc-below")

    # --- a new link

    def _form(self, offered: Sequence[Screen]) -> Part:
        choices = {f"{one.plugin}/{one.offer.name}": one.title for one in offered}
        here = [
            link_button(tr(f"在这里打开{one.title}", f"{one.title}, here"), self._path(one), kind="quiet sm")
            for one in offered
        ]
        return form(
            field("screen", tr("哪个屏幕", "Which screen"), next(iter(choices)), choices=choices),
            field(
                "label", tr("放在哪里", "Where it hangs"), "", hint=tr("例如 主屏、候会室", "main wall, waiting room")
            ),
            tag(
                "div",
                button(tr("发链接", "Make its link"), self._hand_out, kind="sm", key="screen link"),
                *here,
                class_="rc-row rc-wrapping",
            ),
            of="screen",
        )

    def _path(self, one: Screen) -> str:
        return f"{keys.PAGES}/{one.plugin}/{one.offer.name}/{self._meeting}/"

    def _hand_out(self, typed: Values) -> None:
        plugin, _, name = str(typed.get("screen", "")).partition("/")
        label = text_of(typed, "label")
        if len(label) > MAX_NAME:
            raise BadInput(
                tr("位置太长", "the place is too long"),
                tr(f"最多 {MAX_NAME} 个字符", f"{MAX_NAME} characters at most"),
                tr("请写短一些", "say it shorter"),
            )
        found = self._screens.linked(plugin, name)
        allow(self._visitor.user, Right.OPEN_SCREENS)
        allow(self._visitor.user, found.offer.right)
        _key, text = self._keys.make(self._meeting, plugin, name, label=label)
        self._made = Made(found.title, label, f"{self._site}{keys.PAGES}/{text}")

    def _fresh(self, made: Made) -> Part:
        def put_away(_values: Values) -> None:
            self._made = None

        named = " · ".join(filter(None, (made.title, made.label)))
        local = tr(
            "这是本机地址，别的电脑和手机打不开。请从网络地址打开本页，再发一次",
            "this address works on this computer alone; open this page by its network address, and make another",
        )
        return tag(
            "div",
            qr_code(made.url, tr(f"{named}的二维码", f"QR code of {named}")),
            tag(
                "div",
                tag("b", named),
                tag(
                    "p",
                    tr("在那个屏幕上打开，或扫码；只显示这一次", "open it there, or scan it; it is shown this once"),
                ),
                tag("code", made.url, class_="rc-url"),
                tag("p", state_glyph(Look.WARN, size="s"), local, class_="rc-row rc-s2 rc-c-warn rc-below")
                if _loopback(made.url)
                else None,
                tag("div", button(tr("好了", "Done"), put_away, kind="sm", key="screen done"), class_="rc-below"),
                class_="rc-grow",
            ),
            class_="rc-row rc-wrapping rc-handed",
        )

    # --- those that are out

    def _row(self, one: ScreenKey, titles: Mapping[tuple[str, str], str], meeting: Meeting) -> Part:
        at = one.made.astimezone(ZoneInfo(meeting.zone))
        said = tr(f"{one.by} {at:%H:%M} 发出", f"by {one.by} at {at:%H:%M}")
        name = one.label or titles[one.plugin, one.screen]
        return line(
            tag("b", name),
            " · ".join(filter(None, (titles[one.plugin, one.screen] if one.label else "", said))),
            button(
                tr("收回", "Take back"),
                lambda _values: self._take_back(one.id),
                kind="quiet sm",
                key=f"drop {one.id}",
                label=tr(f"收回{name}的链接", f"take back the link of {name}"),
            ),
        )

    def _take_back(self, key_id: str) -> None:
        allow(self._visitor.user, Right.OPEN_SCREENS)
        self._keys.drop(self._meeting, key_id)
        self._visitor.sessions.forget()


def _loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
