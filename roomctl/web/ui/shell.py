"""What stands around every page: the rail with the menu, and the bar with room, reader, language and light."""

from collections.abc import Sequence
from dataclasses import dataclass

from roomctl.i18n import language, tr
from roomctl.web.ui.glyphs import LOGO, icon
from roomctl.web.ui.part import Part, tag


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuItem:
    """An entry of the rail.

    Attributes:
        icon: one of ours, see `glyphs`.
        low: stands at the lower end, apart from the daily work.

    """

    path: str
    title: str
    icon: str
    low: bool = False


def app_shell(
    menu: Sequence[MenuItem], *, here: str, room: str, user: str, zone: str, dark: bool
) -> tuple[Part, Part]:
    """Rail and bar.

    Args:
        here: path of the page that is shown.
        user: name and role of who looks; zone: of the room, for the clock.

    """
    ordered = [one for one in menu if not one.low] + [one for one in menu if one.low]
    first_low = next((one for one in ordered if one.low), None)
    rail = tag(
        "nav",
        tag("div", LOGO, class_="rc-logo"),
        *(_entry(one, here, end=one is first_low) for one in ordered),
        class_="rc-rail",
        aria_label=tr("主菜单", "main menu"),
    )
    return rail, _bar(room, user, zone, dark=dark)


def _entry(item: MenuItem, here: str, *, end: bool) -> Part:
    on = item.path == here or (item.path != "/" and here.startswith(item.path + "/"))
    classes = " ".join(name for name, true in (("rc-on", on), ("rc-end", end)) if true)
    return tag(
        "a",
        icon(item.icon, small=False),
        tag("span", item.title, class_="rc-lb rc-ell"),
        class_=classes or None,
        href=item.path,
        aria_current="page" if on else None,
    )


def _bar(room: str, user: str, zone: str, *, dark: bool) -> Part:
    other = "en" if language() == "zh" else "zh"
    light = tr("浅色", "light") if dark else tr("深色", "dark")
    return tag(
        "header",
        tag("a", tr("跳到正文", "skip to the page"), class_="rc-skip", href="#page"),
        tag("span", room, class_="rc-room rc-nw rc-ell"),
        tag("span", class_="rc-grow"),
        tag("span", icon("lock"), tr("本机运行", "runs on this PC"), class_="rc-s3 rc-nw rc-row rc-wide"),
        tag("a", user, class_="rc-s2 rc-nw rc-ell", href="/account", title=tr("我的账号", "my account")),
        tag(
            "button",
            "EN" if other == "en" else "中文",
            type="button",
            class_="rc-tool",
            data_keep=f"roomctl-lang={other}",
            aria_label="Switch to English" if other == "en" else "切换到中文",
        ),
        tag(
            "button",
            icon("light" if dark else "dark"),
            type="button",
            class_="rc-tool",
            data_keep=f"roomctl-dark={'0' if dark else '1'}",
            aria_label=light,
            title=light,
        ),
        tag(
            "form",
            tag(
                "button",
                icon("logout"),
                type="submit",
                class_="rc-tool",
                aria_label=tr("退出登录", "sign out"),
                title=tr("退出登录", "sign out"),
            ),
            method="post",
            action="/log-out",
        ),
        tag("time", class_="rc-clock rc-num rc-wide", data_clock=zone),
        class_="rc-top",
    )
