"""The player and the three columns, empty: the page's scripts fill them, and they alone change them afterwards."""

import json

from roomctl.domain.durations import hms
from roomctl.i18n import tr
from roomctl.web.pages.secretary.sight import Sight, opened
from roomctl.web.ui import Part, icon, tag

SPEEDS = ("0.75", "1", "1.25", "1.5", "2")


def stage(seen: Sight) -> Part:
    """What the visitor may do, and where the sound is, stands in it for the scripts."""
    panes = (("lines", tr("文字稿", "Text")), ("points", tr("要点", "Points")), ("side", tr("工具", "Tools")))
    return tag(
        "div",
        _player(seen),
        tag(
            "div",
            *(
                tag(
                    "button", text, type="button", data_pane=name, aria_pressed="true" if name == "lines" else "false"
                )
                for name, text in panes
            ),
            class_="rc-panes",
            role="group",
            aria_label=tr("看哪一栏", "which column"),
        ),
        tag("div", _lines(), _points(), _side(), class_="rc-cols", data_pane="lines"),
        class_="rc-work",
        data_opened=json.dumps(opened(seen), ensure_ascii=False),
    )


def _press(name: str, icon_name: str, label: str, *, class_: str = "", hotkey: str = "", text: str = "") -> Part:
    return tag(
        "button",
        icon(icon_name, small=bool(text)),
        text or None,
        tag("kbd", hotkey) if hotkey and text else None,
        type="button",
        class_=f"rc-btn {class_}".strip(),
        data_do=name,
        aria_label=label,
        title=f"{label}  {hotkey}".strip(),
    )


def _player(seen: Sight) -> Part:
    speeds = [tag("option", tr(f"{one} 倍", f"{one}×"), value=one, selected=one == "1") for one in SPEEDS]
    return tag(
        "div",
        _press("back", "rewind", tr("后退 5 秒", "back 5 s"), class_="rc-sk", hotkey="J"),
        _press("play", "play", tr("播放", "play"), class_="rc-pri rc-pp", hotkey=tr("空格", "Space")),
        _press("forward", "forward", tr("前进 5 秒", "forward 5 s"), class_="rc-sk", hotkey="K"),
        tag(
            "span",
            tag("b", "00:00:00", data_now=True),
            tag("span", f" / {hms(opened(seen)['seconds'])}", class_="rc-s3", data_total=True),
            class_="rc-num rc-nw rc-at",
        ),
        tag(
            "div",
            tag("canvas", aria_hidden="true"),
            class_="rc-bar",
            data_bar=True,
            role="slider",
            tabindex="0",
            aria_label=tr("播放位置", "place in the sound"),
            aria_valuemin="0",
            aria_valuemax="0",
            aria_valuenow="0",
        ),
        tag(
            "select",
            *speeds,
            class_="rc-in rc-speed rc-num",
            data_speed=True,
            aria_label=tr("播放速度", "speed"),
            title=tr("播放速度", "speed"),
        ),
        _press("loop", "loop", tr("循环这一句", "loop this sentence"), class_="rc-sk", hotkey="L"),
        tag(
            "button",
            tr("下一处存疑", "Next to look at"),
            " ",
            tag("b", "0", class_="rc-c-warn rc-num", data_doubts=True),
            tag("kbd", "D"),
            type="button",
            class_="rc-btn rc-sm",
            data_do="doubt",
        ),
        tag("span", class_="rc-s3 rc-deaf", data_deaf=True, hidden=True),
        class_="rc-player",
    )


def _lines() -> Part:
    head = tag(
        "div",
        tag("h2", tr("文字稿", "Transcript")),
        tag("span", class_="rc-s3 rc-num", data_version=True),
        tag("span", class_="rc-grow"),
        tag("span", class_="rc-row rc-chips", data_chips=True),
        _press("undo", "undo", tr("撤销", "undo"), class_="rc-sm rc-sq", hotkey="Ctrl+Z"),
        _press("redo", "redo", tr("重做", "redo"), class_="rc-sm rc-sq", hotkey="Ctrl+Y"),
        _press("find", "find", tr("查找替换", "find and replace"), class_="rc-sm rc-sq", hotkey="Ctrl+F"),
        _press("export", "export", tr("导出", "export"), class_="rc-sm rc-sq"),
        _press("help", "keys", tr("快捷键", "keys"), class_="rc-sm rc-sq", hotkey="?"),
        class_="rc-bar2",
    )
    waits = tag("div", tr("正在读文字稿…", "reading the transcript…"), class_="rc-empty")
    return tag(
        "section",
        head,
        tag("div", data_above=True),
        tag("div", waits, class_="rc-lines rc-num", data_lines=True, tabindex="-1"),
        class_="rc-col rc-main",
        aria_label=tr("文字稿", "transcript"),
    )


def _points() -> Part:
    return tag(
        "section",
        tag(
            "div",
            tag("h2", tr("要点", "Points")),
            tag("span", class_="rc-s3 rc-num rc-grow", data_pointed=True),
            _press("point", "add", tr("由这一句加一条要点", "add a point of this sentence"), class_="rc-sm rc-sq"),
            class_="rc-bar2",
        ),
        tag("div", class_="rc-pts rc-num", data_points=True),
        class_="rc-col rc-mid",
        aria_label=tr("要点", "points"),
    )


def _side() -> Part:
    tabs = (
        ("page", tr("会议记录", "Record")),
        ("papers", tr("材料", "Papers")),
        ("names", tr("名称", "Names")),
        ("holes", tr("漏转", "Holes")),
        ("notes", tr("记事", "Notes")),
        ("versions", tr("版本", "Versions")),
        ("terms", tr("词表", "Terms")),
    )
    return tag(
        "section",
        tag(
            "div",
            *(
                tag(
                    "button",
                    text,
                    tag("i", data_count=name, class_="rc-num"),
                    type="button",
                    role="tab",
                    data_tab=name,
                    aria_selected="true" if name == "page" else "false",
                )
                for name, text in tabs
            ),
            class_="rc-bar2 rc-tabs",
            role="tablist",
        ),
        tag("div", class_="rc-side rc-num", data_side=True, role="tabpanel"),
        class_="rc-col rc-right",
        aria_label=tr("工具", "tools"),
    )
