"""送存: the package, each target by its stage, and what is in it. A target that does not answer holds nobody up."""

from collections.abc import Iterator

from roomctl.domain.access import Right
from roomctl.domain.custody import place_name
from roomctl.domain.delivery import Delivery, DeliveryStep
from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.services.records import MINUTES
from roomctl.web.pages.closing.doing import Doing
from roomctl.web.pages.closing.sight import Sight
from roomctl.web.ui import Child, Look, Part, button, clock_text, join, state_chip, state_glyph, tag

_KILO = 1000.0
_STAGES = (("封包", "packed"), ("传送", "sent"), ("回读核对", "read back"), ("回执", "receipt"))
_DONE, _RUNS, _FAILS, _WAITS = "d", "r", "x", ""


def size(count: float) -> str:
    """Bytes for people: 3.4 GB (SI prefixes)."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < _KILO:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= _KILO
    return f"{count:.1f} TB"


def head(seen: Sight) -> Part:
    """How many of the required targets have everything, and how long it will take."""
    required = [name for name, needed in seen.targets.items() if needed]
    done = sum((found := _newest(seen, name)) is not None and found.done for name in required)
    left = [one.left for one in seen.deliveries if one.left is not None]
    second = tr("结束会议后自动送存，不用守着", "it goes on by itself after the close")
    if left:
        minutes = max(1, round(max(left) / 60))
        second = tr(f"约 {minutes} 分钟后完成", f"done in about {minutes} min")
    elif seen.closed and done == len(required):
        second = tr("都已送到并核对", "everything has arrived and was read back")
    big = (
        tag(
            "span",
            tr(f"{done} / {len(required)} 处", f"{done} of {len(required)}"),
            class_="rc-big rc-num" + (" rc-c-ok" if done == len(required) else ""),
        )
        if seen.facts.packages
        else None
    )
    title = tag("h2", tr("送存", "Deposit"))
    return tag("div", title, tag("span", second, class_="rc-s3"), big, class_="rc-head", role="status")


def package(seen: Sight) -> Part:
    """What is packed, or what will be."""
    facts = seen.facts
    segments = facts.segments
    if facts.packages:
        newest = facts.packages[0]
        first = (tr("档案包", "Package"), tr(f"{newest.files} 个文件", f"{newest.files} files"))
        second = (tr("大小", "Size"), size(newest.bytes))
    else:
        first = (tr("录音", "Sound"), tr(f"{segments} 段", f"{segments} segments"))
        second = (tr("时长", "Length"), clock_text(facts.seconds))
    level = facts.meeting.highest_secrecy
    third = (tr("密级", "密级"), level.mark or level.level.value)
    cells = [tag("span", tag("span", name, class_="rc-s3"), tag("b", text)) for name, text in (first, second, third)]
    return tag("div", *cells, class_="rc-pk rc-num")


def targets(seen: Sight, doing: Doing) -> Part:
    """One after the other: those of the settings, then what else was sent somewhere."""
    names = dict.fromkeys([*seen.targets, *(one.target for one in seen.deliveries)])
    return join(_target(seen, name, doing) for name in names)


def _newest(seen: Sight, target: str) -> Delivery | None:
    """Of that target: what is not done yet, else the last that is."""
    own = [one for one in seen.deliveries if one.target == target]
    return next((one for one in own if not one.done), own[-1] if own else None)


def _target(seen: Sight, name: str, doing: Doing) -> Part:
    one = _newest(seen, name)
    needed = seen.targets.get(name, False)
    look, value = _value(seen, one)
    share = one.sent / one.bytes if one and one.bytes else 0.1
    bar = None
    if one is not None and one.step in {DeliveryStep.SENDING, DeliveryStep.CHECKING} and one.bytes:
        part = one.sent if one.step is DeliveryStep.SENDING else one.checked
        bar = tag("div", tag("i"), class_="rc-prog", style=f"--v:{100 * part / one.bytes:.0f}")
    again: Child = None
    if one is not None and one.trouble is not None and seen.may(Right.RETRY_ARCHIVE):
        again = button(tr("现在重试", "Try now"), doing.retry(name), kind="sm", key=f"retry {name}")
    return tag(
        "section",
        tag(
            "div",
            state_glyph(look, share=share),
            tag("b", place_name(name)),
            state_chip(tr("必需", "required") if needed else tr("可选", "optional")),
            tag("span", value, class_="rc-v rc-num"),
            class_="rc-t",
        ),
        _stages(seen, one),
        bar,
        tag("div", tag("span", _told(seen, one), class_="rc-grow"), again, class_="rc-u rc-s2 rc-num"),
        class_="rc-tg",
        data_target=name,
    )


def _value(seen: Sight, one: Delivery | None) -> tuple[Look, str]:
    if one is None:
        return Look.WAITING, ""
    if one.done:
        at = one.at.astimezone(seen.zone)
        return Look.OK, tr(f"{at:%H:%M:%S} 核对一致", f"equal at {at:%H:%M:%S}")
    if one.trouble is not None:
        return Look.WARN, tr(f"第 {one.tries} 次重试", f"try {one.tries}")
    if not one.bytes or one.step is DeliveryStep.WAITING:
        return Look.RUNNING, one.step.label
    part = one.sent if one.step is DeliveryStep.SENDING else one.checked
    return Look.RUNNING, f"{100 * part / one.bytes:.0f}%"


def _stages(seen: Sight, one: Delivery | None) -> Part:
    glyphs = {_DONE: Look.OK, _RUNS: Look.RUNNING, _FAILS: Look.WARN, _WAITS: Look.WAITING}
    shown: list[Part] = []
    for (zh, en), state in zip(_STAGES, _states(seen, one), strict=True):
        if shown:
            shown.append(tag("i", class_="rc-d" if state == _DONE else None))
        kind = f"rc-{state}" if state else None
        shown.append(tag("span", state_glyph(glyphs[state], size="s", share=0.5), tr(zh, en), class_=kind))
    return tag("div", *shown, class_="rc-stg")


def _states(seen: Sight, one: Delivery | None) -> Iterator[str]:
    if one is None:
        yield _RUNS if seen.facts.meeting.state is State.CLOSED else _WAITS
        yield from (_WAITS, _WAITS, _WAITS)
        return
    if one.done:
        yield from (_DONE, _DONE, _DONE, _DONE)
        return
    now = _FAILS if one.trouble is not None else _RUNS
    sent = one.bytes > 0 and one.sent >= one.bytes
    yield _DONE
    yield _DONE if sent else now
    yield now if sent else _WAITS
    yield _WAITS


def _told(seen: Sight, one: Delivery | None) -> str:
    if one is None:
        waits = tr("等待会议结束后封包", "packed when the meeting is closed")
        return tr("正在封包", "being packed") if seen.closed else waits
    if one.done:
        return tr(
            f"连同清单 {one.files} 个文件逐个读回，全部一致",
            f"{one.files} files read back with the manifests, all equal",
        )
    if one.trouble is not None:
        again = (
            tr(f"，{seen.clock(one.next_try)} 再试", f"; again at {seen.clock(one.next_try)}") if one.next_try else ""
        )
        return f"{one.trouble.what}{again}。{one.trouble.mend}".strip("。") + tr("。", ".")
    if not one.bytes:
        return ""
    part = one.sent if one.step is DeliveryStep.SENDING else one.checked
    rate = tr(f"，每秒 {size(one.rate)}", f", {size(one.rate)}/s") if one.rate else ""
    return f"{size(part)} / {size(one.bytes)}{rate}" + tr("，断线后接着传", "; it goes on after a cut")


def inside(seen: Sight) -> Part:
    """What the package holds, or will hold."""
    facts = seen.facts
    segments = facts.segments
    signed = any(one.signed_by and one.kind == MINUTES for one in facts.documents)
    drafted = any(one.kind == MINUTES for one in facts.documents)
    present = facts.attendance.counts.present
    results = len(facts.checks.results) if facts.checks else 0
    rows = [
        (bool(segments), tr("录音", "Sound"), tr(f"{segments} 段", f"{segments} segments")),
        (
            bool(seen.transcripts),
            tr("文字稿", "Transcript"),
            tr(f"{seen.transcripts} 版", f"{seen.transcripts} version{'s' * (seen.transcripts != 1)}"),
        ),
        (
            signed,
            tr("会议记录", "Record"),
            tr("已签字", "signed")
            if signed
            else tr("草稿，待签字", "draft, to sign")
            if drafted
            else tr("还没有起草", "not drafted"),
        ),
        (bool(present), tr("签到表", "Sign-in sheet"), tr(f"{present} 人", f"{present} people")),
        (bool(results), tr("设备报告", "Device report"), tr(f"{results} 项", f"{results} results")),
        (True, tr("事件日志", "Event log"), tr(f"{seen.events} 条", f"{seen.events} events")),
    ]
    cells = [
        tag("li", state_glyph(Look.OK if there else Look.WAITING, size="s", label=""), name, tag("span", text))
        for there, name, text in rows
    ]
    return tag(
        "section", tag("b", tr("档案包里有", "In the package")), tag("ul", *cells, class_="rc-num"), class_="rc-bag"
    )


def rule() -> str:
    """When the meeting is in the archive."""
    return tr(
        "必需的各处都核对一致为“已送存”；记录签字、档案员接收后为“已归档”。本机副本保留。",
        "Deposited when all required targets have read it back; archived when the record is signed and the archivist "
        "has accepted it. The copy on this machine stays.",
    )
