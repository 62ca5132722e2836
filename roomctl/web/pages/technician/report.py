"""The report: signed by a name, taken away as a paper, and the runs before it."""

from collections.abc import Callable

from roomctl.domain.access import Right
from roomctl.domain.checks import CheckReport, RunPurpose
from roomctl.i18n import tr
from roomctl.web.pages.technician.doing import Doing
from roomctl.web.pages.technician.sight import Sight
from roomctl.web.pages.technician.todo import titled
from roomctl.web.ui import (
    Look,
    Part,
    Press,
    button,
    field,
    form,
    link_button,
    long_press,
    state_chip,
    state_glyph,
    tag,
)

FORMS = {"docx": "Word", "pdf": "PDF", "html": "HTML"}


def pane(sight: Sight, choose: Callable[[str], Press], close: Press, doing: Doing) -> Part:
    """What a press on 报告和签字 opens, in place of the tiles."""
    head = tag(
        "div",
        tag("h2", tr("报告和签字", "Report and sign-off"), class_="rc-grow"),
        button(tr("回到设备", "Back to the devices"), close, kind="quiet sm", key="close report"),
        class_="rc-row",
    )
    inside = (_signing(sight, doing), _papers(sight), _runs(sight, choose))
    return tag("section", head, *inside, class_="rc-panel rc-sec2", id_="report-pane")


def _signing(sight: Sight, doing: Doing) -> Part:
    report = sight.report
    if report is None:
        return tag("p", tr("还没有检查过", "nothing was checked yet"), class_="rc-s2")
    if report.signed:
        at = report.signed.at.astimezone(sight.zone)
        said = tr(f"{report.signed.by} 已于 {at:%m-%d %H:%M} 签字", f"signed by {report.signed.by}, {at:%m-%d %H:%M}")
        note = tag("span", report.signed.note, class_="rc-s2") if report.signed.note else None
        return tag("p", state_glyph(Look.OK), tag("b", said), note, class_="rc-row rc-wrapping rc-below")
    if doing.signing:
        said = tr("正在签字，写报告…", "signing, and writing the report…")
        return tag("p", state_glyph(Look.RUNNING, size="s", share=0.3), said, class_="rc-row rc-below", role="status")
    if why := _unsigned(sight, report):
        look = Look.CRIT if report.blocking else Look.WAITING
        return tag("p", state_glyph(look, size="s"), why, class_="rc-row rc-s2 rc-below")
    hint = tr(f"以 {sight.user.name} 的名义", f"as {sight.user.name}")
    return form(
        field("note", tr("说明", "Note"), "", hint=tr("可空；会写进报告", "may be empty; stands in the report")),
        tag(
            "div",
            long_press(tr("长按签字", "Hold to sign"), doing.sign, key="sign"),
            tag("span", hint, class_="rc-s3"),
            class_="rc-row",
        ),
        of="sign",
    )


def _unsigned(sight: Sight, report: CheckReport) -> str:
    """Why it cannot be signed here and now; empty where it can."""
    if sight.meeting is None:
        return tr("签字属于某次会议：从会议进入后再签", "a sign-off belongs to a meeting: come here from one")
    if not sight.may(Right.RUN_CHECKS):
        return tr("由技术人员签字", "a technician signs")
    if report.id != sight.newest:
        return tr("这是以前的一次，不能签", "this is an older run, it is not signed")
    for first in report.blocking:
        return tr(f"还不能签字：{titled(first)}，{first.message}", f"not yet: {titled(first)}, {first.message}")
    return ""


def _papers(sight: Sight) -> Part | None:
    if sight.report is None or sight.report.id != sight.newest:
        return None
    path = f"/api/v1/meetings/{sight.meeting}/checks/paper?as=" if sight.meeting else "/api/v1/checks/paper?as="
    files = [link_button(name, f"{path}{form_}", kind="sm", icon_name="export") for form_, name in FORMS.items()]
    return tag("div", tag("b", tr("检查报告", "Report")), *files, class_="rc-row rc-wrapping rc-below")


def purpose(run: CheckReport) -> str:
    """Why it was made, for a reader."""
    return {
        RunPurpose.HAND: tr("人工", "by hand"),
        RunPurpose.HOUR_BEFORE: tr("会前 60 分钟", "60 min before"),
        RunPurpose.QUARTER_BEFORE: tr("会前 15 分钟", "15 min before"),
    }[run.purpose]


def _runs(sight: Sight, choose: Callable[[str], Press]) -> Part:
    """The last runs, the newest first; one is looked at by a press."""
    shown = sight.report.id if sight.report else ""
    rows = [
        _run(sight, one, choose("" if one.id == sight.newest else one.id), on=one.id == shown)
        for one in reversed(sight.runs)
    ]
    log = link_button(
        tr("全部日志", "Whole log"),
        "/events?kind=checks.*" + (f"&meeting={sight.meeting}" if sight.meeting else ""),
        kind="quiet sm",
    )
    head = tag(
        "div",
        tag("h3", tr("历次检查", "Runs"), class_="rc-grow"),
        log if sight.may(Right.SEE_EVENTS) else None,
        class_="rc-row",
    )
    none = tag("p", tr("还没有", "none yet"), class_="rc-s2")
    return tag("div", head, *(rows or [none]), class_="rc-runs")


def _run(sight: Sight, one: CheckReport, press: Press, *, on: bool) -> Part:
    counts = one.counts
    bad = counts["crit"] + counts["unknown"]
    look = (
        Look.CRIT
        if counts["crit"]
        else Look.UNKNOWN
        if counts["unknown"]
        else Look.WARN
        if counts["warn"]
        else Look.OK
    )
    said = tr(
        f"{len(one.results)} 项，正常 {counts['ok']}，注意 {counts['warn']}，故障和未知 {bad}",
        f"{len(one.results)} results: {counts['ok']} good, {counts['warn']} to look at, {bad} bad",
    )
    shown = tag(
        "button",
        state_glyph(look, size="s"),
        tag("span", f"{one.at.astimezone(sight.zone):%m-%d %H:%M:%S}", class_="rc-nw"),
        tag("span", purpose(one), class_="rc-s2 rc-nw"),
        tag("span", said, class_="rc-s2 rc-grow rc-ell"),
        state_chip(tr(f"{one.signed.by} 签", f"signed {one.signed.by}"), "ok") if one.signed else None,
        type="button",
        class_="rc-run1 rc-num" + (" rc-on" if on else ""),
        data_act=f"run {one.id}",
    )
    return Part(shown.html, {f"run {one.id}": press})
