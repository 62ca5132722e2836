"""设备检查报告: what was found before a meeting, who accepted what, and the pictures that prove it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from roomctl.api import CheckReport, CheckState, Document, Meeting, Result, checks, record
from roomctl_records.drafting import wording
from roomctl_records.render.drawing import as_png

KIND = "设备检查报告"
FOLDER = "checks"
"""Below the data folder, where evidence lies as rows name it."""

_STATES: Mapping[CheckState, str] = {
    CheckState.OK: "正常",
    CheckState.WARN: "注意",
    CheckState.CRIT: "故障",
    CheckState.UNKNOWN: "未知",
    CheckState.SKIPPED: "跳过",
    CheckState.WAIVED: "带故障使用",
}
_ACTS = {checks.WaiverKind.ACCEPTED: "带故障使用", checks.WaiverKind.EXCUSED: "本次免查"}
_WHY = {
    checks.RunPurpose.HAND: "人工检查",
    checks.RunPurpose.HOUR_BEFORE: "会前60分钟自动检查",
    checks.RunPurpose.QUARTER_BEFORE: "会前15分钟自动检查",
}
_PICTURES = (b"\x89PNG", b"\xff\xd8")


def draft(
    meeting: Meeting | None,
    report: CheckReport,
    waivers: Sequence[checks.Waiver],
    data: Path,
    *,
    place: str = "",
    zone: str = "",
) -> Document:
    """The report as it stands: what is to be mended, what people decided, the sign-off, then every result.

    Args:
        meeting: None: the check of a room, with no meeting.
        place, zone: of the room.

    """
    report = replace(report, results=tuple(row.in_chinese for row in report.results))
    told = ZoneInfo(meeting.zone if meeting else zone)
    blocks: list[record.Block] = [
        *((record.Labelled("会议", (meeting.title.strip(),)),) if meeting else ()),
        record.Labelled("地点", ((meeting.place if meeting else "") or place,)),
        record.Labelled("检查时间", (f"{wording.moment(report.at.astimezone(told))}（{_WHY[report.purpose]}）",)),
        record.Labelled("结论", (_verdict(report),)),
        record.Note(_counts(report)),
    ]
    body = [("待处理事项", list(_findings(report))), ("带故障使用和本次免查", list(_decided(report, waivers)))]
    for number, (head, inside) in enumerate(((head, inside) for head, inside in body if inside), 1):
        blocks += [record.Heading(1, f"{wording.numeral(number)}、{head}"), *inside]
    blocks += _signing(report, told)  # before what is only looked up
    annexes = [("全部检查结果", list(_all(report))), ("证据", list(_evidence(report, data)))]
    for number, (head, inside) in enumerate(((head, inside) for head, inside in annexes if inside), 1):
        blocks += [record.Space(), record.Heading(1, f"附件{number}　{head}"), *inside]
    return Document(
        kind=KIND,
        title=f"{_of_meeting(meeting) if meeting else place}{KIND}",
        blocks=tuple(blocks),
        mark=meeting.highest_secrecy.mark if meeting else "",
    )


def _of_meeting(meeting: Meeting) -> str:
    title = meeting.title.strip()
    return title if title.endswith(("会议", "会")) else f"{title}会议"


def _verdict(report: CheckReport) -> str:
    counts = report.counts
    if counts["crit"]:
        return f"有{counts['crit']}项故障未排除，不具备开会条件"
    left = counts["warn"] + counts["unknown"] + counts["waived"]
    return f"具备开会条件，有{left}项需要注意" if left else "具备开会条件"


def _counts(report: CheckReport) -> str:
    counts = report.counts
    named = {label: counts[state.value.lower()] for state, label in _STATES.items()}
    told = [f"{label}{count}项" for label, count in named.items() if count]
    return f"共检查{len(report.results)}项：{'，'.join(told)}。"


def _findings(report: CheckReport) -> Iterator[record.Block]:
    order = (CheckState.CRIT, CheckState.UNKNOWN, CheckState.WARN)
    found = sorted(report.findings, key=lambda row: order.index(row.state))
    if not found:
        return
    rows = tuple(
        (str(number), row.device_title[0] or row.device, row.title[0] or row.check, _STATES[row.state], row.message,
         row.hint or "")
        for number, row in enumerate(found, 1)
    )  # fmt: skip
    yield record.Table(("序号", "设备", "项目", "结果", "情况", "处理办法"), rows, (3, 5, 4, 3, 8, 8))


def _decided(report: CheckReport, waivers: Sequence[checks.Waiver]) -> Iterator[record.Block]:
    if not waivers:
        return
    devices = {row.device: row.device_title[0] or row.device for row in report.results}
    titles = {(row.device, row.check): row.title[0] or row.check for row in report.results}
    rows = tuple(
        (devices.get(one.device, one.device), titles.get((one.device, one.check), one.check) or "整台设备",
         _ACTS[one.kind], one.reason, one.by)
        for one in waivers
    )  # fmt: skip
    yield record.Table(("设备", "项目", "处理", "理由", "姓名"), rows, (5, 4, 4, 10, 4))


def _all(report: CheckReport) -> Iterator[record.Block]:
    rows = tuple(
        (row.device_title[0] or row.device, row.title[0] or row.check, _outcome(row), _figure(row), _found(row))
        for row in report.results
    )
    yield record.Table(("设备", "项目", "结果", "数值", "情况"), rows, (6, 5, 3, 5, 11))


def _outcome(row: Result) -> str:
    """The state; of what somebody decided about both, since the fault does not go by being accepted."""
    if row.decision is None:
        return _STATES[row.state]
    act = checks.WaiverKind.ACCEPTED if row.state is CheckState.WAIVED else checks.WaiverKind.EXCUSED
    return f"{_STATES[row.decision.found]}→{_ACTS[act]}"


def _found(row: Result) -> str:
    return row.message if row.decision is None else f"{row.message}（{row.decision.by}：{row.decision.reason}）"


def _figure(row: Result) -> str:
    if isinstance(row.value, bool) or not isinstance(row.value, int | float) or not row.unit:
        return ""
    return f"{row.value:g} {row.unit}"


def _evidence(report: CheckReport, data: Path) -> Iterator[record.Block]:
    """Pictures and drawings, each once; a file of another kind, and one that is gone, is named."""
    others, seen = [], set[str]()
    for row in report.results:
        if not row.evidence or row.evidence in seen:
            continue
        seen.add(row.evidence)
        what = f"{row.device_title[0] or row.device}，{row.title[0] or row.check}"
        path = data / FOLDER / row.evidence
        content = path.read_bytes() if path.is_file() else b""
        if content.startswith(b"<svg"):
            content = as_png(content)
        if content.startswith(_PICTURES):
            yield record.Picture(content, what)
            yield record.Note(f"{what}：{row.message}")
        else:
            others.append(f"{what}：{path.name}" + ("" if content else "（已清理）"))
    yield from (record.Note(one) for one in others)


def _signing(report: CheckReport, zone: ZoneInfo) -> Sequence[record.Block]:
    """Who signed it on the console; else a line for the hand."""
    signed = report.signed
    if signed is None:
        return (record.Space(), record.Signatures(("技术人员",)))
    at: datetime = signed.at.astimezone(zone)
    said = f"{signed.by}，{wording.moment(at)}"
    note = (record.Labelled("说明", (signed.note,)),) if signed.note else ()
    return (record.Space(), record.Labelled("检查人", (said,)), *note)
