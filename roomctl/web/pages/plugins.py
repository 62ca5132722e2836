"""Mend: what is broken stands first, each with its status, why, the mend, and one button."""

import re
from collections.abc import Callable, Mapping, Sequence

from roomctl.domain.access import Right
from roomctl.host.status import PluginStatus, Status
from roomctl.i18n import tr
from roomctl.serving import Host
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Look, Part, Values, button, empty_state, join, note_bar, state_chip, state_glyph, tag

EACH = 3.0
_CODE = re.compile(r"\b(?:roomctl|pip|apt-get)\b[^。；;，\n]*")

_SOFT = frozenset({Status.SELF_CHECK_ERROR, Status.SETUP_ERROR})
"""Something around the plugin is missing; the plugin itself is whole."""


def register(frame: Frame) -> None:
    """`/plugins`."""

    @frame.page("/plugins", lambda: tr("插件", "Plugins"), Right.SEE_PLUGINS)
    async def plugins(visitor: Visitor) -> None:
        wanted: dict[str, bool] = {}
        area = Area(visitor)

        async def look() -> None:
            area.show(await visitor.draw(lambda: page(visitor, wanted)))

        area.redraw = look
        await look()
        visitor.every(EACH, look)


def tally(rows: Sequence[PluginStatus]) -> str:
    """How many are good, lack something, are to be mended; those that are switched off do not count."""
    enabled = [one for one in rows if one.status is Status.ENABLED]
    lame = sum(map(_lame, rows))
    broken = sum(one.status not in {Status.ENABLED, Status.DISABLED} for one in rows)
    parts = [tr(f"{len(enabled) - lame} 个正常", f"{len(enabled) - lame} good")]
    if lame:
        parts.append(tr(f"{lame} 个缺东西", f"{lame} lacking something"))
    if broken:
        parts.append(tr(f"{broken} 个要修", f"{broken} to mend"))
    return tr("，", ", ").join(parts)


def _lame(one: PluginStatus) -> bool:
    """It runs, and does less than it could: a model, a key is not there."""
    return one.status is Status.ENABLED and bool(one.missing)


def page(visitor: Visitor, wanted: dict[str, bool]) -> Part:
    """All of it.

    Args:
        wanted: what was switched on or off since this page was opened, which takes effect at the next start.

    """
    host = visitor.board.host
    rows = host.application.plugins.status()
    broken = [one for one in rows if one.status not in {Status.ENABLED, Status.DISABLED}]
    lame = [one for one in rows if _lame(one)]
    good = [one for one in rows if one not in broken and one not in lame]
    second = tr("坏了的插件已单独停下，正在开的会议不受影响", "a broken one stands alone: the meeting goes on")
    may = visitor.may(Right.MANAGE_PLUGINS)
    return join(
        (
            tag(
                "div",
                tag(
                    "div",
                    tag("h1", tally(rows)),
                    tag("p", second, class_="rc-s2") if broken else None,
                    class_="rc-grow",
                ),
                _again(host, waiting=bool(wanted)) if may else None,
                class_="rc-hd",
            ),
            _safe_mode(host, may=may),
            tag(
                "div",
                *_waiting(wanted),
                *_section(tr("要修", "To mend"), [_bad(visitor, one, wanted) for one in broken], "rc-panel"),
                *_section(tr("缺东西", "Lacking"), [_bad(visitor, one, wanted) for one in lame], "rc-panel"),
                *_section(tr("正常", "Good"), [_good(visitor, one, wanted) for one in good], "rc-panel rc-good"),
                empty_state(tr("还没有插件", "no plugins yet")) if not rows else None,
                class_="rc-wrap",
            ),
        )
    )


def _section(title: str, rows: Sequence[Part], classes: str) -> list[Part]:
    if not rows:
        return []
    return [tag("div", tag("h2", title), class_="rc-sec"), tag("div", *rows, class_=classes)]


def _again(host: Host, *, waiting: bool) -> Part:
    return button(
        tr("重新启动主程序", "Start the host again"),
        lambda _values: host.restart(),
        icon_name="refresh",
        kind="pri" if waiting else "",
    )


def _waiting(wanted: Mapping[str, bool]) -> list[Part]:
    if not wanted:
        return []
    names = "、".join(wanted)
    return [
        note_bar(
            "run",
            tr("主程序重新启动后生效；录音不会停", "takes effect when the host starts again; recording goes on"),
            strong=tr(f"已改：{names}", f"changed: {names}"),
        )
    ]


def _safe_mode(host: Host, *, may: bool) -> Part | None:
    mode = host.safe_mode
    if mode is None:
        return None
    return note_bar(
        "unk",
        tr(f"{mode.reason}。现在只用自带插件", f"{mode.reason}; only the built-in plugins run"),
        button(tr("退出安全模式", "Leave safe mode"), lambda _values: host.leave_safe_mode(), kind="sm")
        if may
        else None,
        strong=tr("安全模式", "Safe mode"),
    )


def _bad(visitor: Visitor, one: PluginStatus, wanted: dict[str, bool]) -> Part:
    soft = one.status in _SOFT or _lame(one)
    trace = (
        tag(
            "details",
            tag("summary", tr("详细记录", "trace")),
            tag("pre", one.trace),
            class_="rc-more",
        )
        if one.trace
        else None
    )
    return tag(
        "section",
        state_glyph(Look.WARN if soft else Look.CRIT),
        tag(
            "div",
            tag("b", _title(visitor, one.name)),
            tag("span", _version(one), class_="rc-s3 rc-num"),
            class_="rc-nm",
        ),
        tag("div", state_chip(one.status.label, "warn" if soft else "crit")),
        tag(
            "div",
            tag("p", one.reason, class_="rc-ell rc-told", title=str(one.reason)),
            tag("div", tag("span", tr("怎么修", "mend"), class_="rc-s3"), *_mend(str(one.mend)), class_="rc-mend"),
            trace,
            class_="rc-why",
        ),
        _one_button(visitor, one, wanted),
        class_="rc-broken",
    )


def _mend(text: str) -> list[Part | str]:
    """Commands in it are set as commands."""
    parts: list[Part | str] = []
    at = 0
    for found in _CODE.finditer(text):
        parts += [text[at : found.start()], tag("code", found.group().strip())]
        at = found.end()
    return [*parts, text[at:]]


def _one_button(visitor: Visitor, one: PluginStatus, wanted: dict[str, bool]) -> Part | None:
    if not visitor.may(Right.MANAGE_PLUGINS) or one.name in wanted:
        return tag("span")
    if one.status is Status.FAILED:
        text = tr("启用", "Enable")
        return button(text, _want(visitor, one.name, wanted, on=True), kind="sm", key=f"on {one.name}")
    text = tr("停用", "Disable")
    return button(text, _want(visitor, one.name, wanted, on=False), kind="sm", key=f"off {one.name}")


def _want(visitor: Visitor, name: str, wanted: dict[str, bool], *, on: bool) -> Callable[[Values], None]:
    def press(_values: Values) -> None:
        plugins = visitor.board.application.plugins
        (plugins.enable if on else plugins.disable)(name)
        wanted[name] = on

    return press


def _good(visitor: Visitor, one: PluginStatus, wanted: dict[str, bool]) -> Part:
    on = wanted.get(one.name, one.status is Status.ENABLED)
    title = _title(visitor, one.name)
    told = tag("span", "，", one.reason, class_="rc-told") if one.reason else None
    look = Look.SKIPPED if one.status is Status.DISABLED else Look.OK
    switch = tag(
        "button",
        type="button",
        role="switch",
        class_="rc-sw" if on else "rc-sw rc-off",
        aria_checked="true" if on else "false",
        aria_label=title,
        data_act=f"switch {one.name}",
        disabled=not visitor.may(Right.MANAGE_PLUGINS),
    )
    press = _want(visitor, one.name, wanted, on=not on)
    return tag(
        "section",
        state_glyph(look),
        tag("div", tag("b", title), tag("div", _version(one), told, class_="rc-s3 rc-num rc-ell"), class_="rc-grow"),
        Part(switch.html, {f"switch {one.name}": press}),
        class_="rc-g",
    )


def _title(visitor: Visitor, name: str) -> str:
    found = visitor.board.application.plugins.named(name)
    return str(getattr(found, "title", "") or name)


def _version(one: PluginStatus) -> str:
    source = {
        "dropin": tr("放入的插件", "drop-in"),
        "distribution": tr("外来插件", "third party"),
    }.get(one.source, "")
    return "，".join(part for part in (f"{one.name} {one.version}".strip(), source) if part)
