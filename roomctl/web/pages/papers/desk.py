"""What stands on the page: the papers on the left, one of them as it will be printed, its way and its findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right
from roomctl.domain.meeting import Meeting
from roomctl.domain.record import Finding, RecordFile
from roomctl.domain.revision import ParagraphChange
from roomctl.domain.summary import KIND, Stage, Summary
from roomctl.errors import NotFound, RoomctlError
from roomctl.i18n import tr
from roomctl.services.revisions import Returned
from roomctl.web.pages import stepping
from roomctl.web.pages.papers import revising, way
from roomctl.web.pages.visitor import Visitor, in_its_place
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Look,
    Part,
    Values,
    button,
    empty_state,
    error_state,
    link_button,
    panel,
    state_chip,
    state_glyph,
    table,
    tag,
)

_RULES = {
    "name": ("姓名", "name"),
    "post": ("职务", "post"),
    "order": ("名次", "order"),
    "unit": ("单位", "unit"),
    "phrase": ("用语", "phrase"),
    "date": ("日期", "date"),
    "weekday": ("星期", "weekday"),
    "sum": ("合计", "sum"),
    "figure": ("数字", "figure"),
    "missing": ("漏列", "missing"),
    "seat": ("座位", "seat"),
    "copies": ("分送", "copies"),
    "punctuation": ("标点", "punctuation"),
}


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of the papers at one look.

    Attributes:
        returned: what is open in the paper that is shown; None where its plugin cannot tell.
        against: the version that it is compared with, and what differs.

    """

    meeting: Meeting
    papers: Sequence[RecordFile]
    summaries: Sequence[Summary]
    shown: RecordFile | None
    page: str | Part
    findings: Sequence[Finding]
    returned: Returned | None = None
    against: RecordFile | None = None
    differs: Sequence[ParagraphChange] = ()

    @property
    def newest(self) -> bool:
        """What is shown is the newest version of its kind, and nobody has signed it."""
        same = [one for one in self.papers if self.shown and one.kind == self.shown.kind]
        return bool(same) and same[-1] == self.shown and not same[-1].signed_by


class Desk:
    """One visitor at the papers of one meeting."""

    def __init__(self, visitor: Visitor, meeting: str) -> None:
        self._visitor, self._meeting = visitor, meeting
        self._chosen, self._against = "", ""
        self._decided: dict[str, bool] = {}
        self._steps = stepping.Desk()
        self._kept: tuple[object, Sight] | None = None

    def draw(self) -> Part:
        """The whole page, or what stands in its place."""
        try:
            sight = self._look()
        except RoomctlError as error:
            return tag("div", in_its_place(error), class_="rc-wrap rc-below")
        head = tag(
            "div",
            tag("h1", tr("文件", "Papers"), class_="rc-nw"),
            tag("span", sight.meeting.title, class_="rc-s2 rc-grow rc-ell"),
            link_button(tr("回会议", "The meeting"), f"/meetings/{self._meeting}", kind="quiet"),
            class_="rc-hd",
        )
        columns = tag(
            "div",
            tag("div", self._list(sight), class_="rc-papers-list"),
            tag("div", self._page(sight), class_="rc-papers-page", data_meeting=self._meeting),
            tag("div", self._way(sight), self._open(sight), self._findings(sight), class_="rc-papers-side"),
            class_="rc-papers",
        )
        return tag("div", head, columns)

    def _look(self) -> Sight:
        use = self._visitor.use
        meeting = use.meeting(self._meeting)
        admit(self._visitor.user, meeting.highest_secrecy.level)
        papers, summaries = use.documents(self._meeting), use.summaries(self._meeting)
        shown = next((one for one in papers if one.id == self._chosen), papers[-1] if papers else None)
        stamp = (shown and (use.data / shown.path).stat().st_mtime_ns if shown else 0) if shown else 0
        against = next((one for one in papers if one.id == self._against and shown and one.kind == shown.kind), None)
        key = (shown, stamp, meeting.version, len(papers), summaries, against)
        if self._kept and self._kept[0] == key:  # reading a paper takes longer than looking whether it has changed
            return self._kept[1]
        page: str | Part = Part()
        findings: Sequence[Finding] = ()
        returned: Returned | None = None
        differs: Sequence[ParagraphChange] = ()
        if shown:
            try:
                page = use.document_preview(self._meeting, shown.id)
                findings = self._all_findings(shown, papers)
                returned = self._returned(shown)
                if against:
                    differs = use.compare_documents(self._meeting, against.id, shown.id)
            except RoomctlError as error:
                page = error_state(error.what, error.why, error.mend)
        sight = Sight(meeting, papers, summaries, shown, page, findings, returned, against, differs)
        self._kept = (key, sight)
        return sight

    def _all_findings(self, shown: RecordFile, papers: Sequence[RecordFile]) -> Sequence[Finding]:
        """Those of the paper that is shown first, then those of 方案 and of all others."""
        use = self._visitor.use
        every = use.proofread_papers(self._meeting)
        others = [one for one in every if one.document != shown.id]
        if any(one.kind == shown.kind and one.version > shown.version for one in papers):
            own: Sequence[Finding] = [one for one in use.proofread_document(self._meeting, shown.id) if not one.paper]
            others = [one for one in others if one.paper != shown.kind]
        else:
            own = [replace(one, paper="") for one in every if one.document == shown.id]
        return [*own, *others]

    def _returned(self, shown: RecordFile) -> Returned | None:
        """None where its plugin drafts it, and can do no more."""
        try:
            return self._visitor.use.returned_document(self._meeting, shown.id)
        except NotFound:
            return None

    # --- left: the papers

    def _list(self, sight: Sight) -> Part:
        kinds: dict[str, list[RecordFile]] = {}
        for paper in sight.papers:
            kinds.setdefault(paper.kind, []).append(paper)
        groups = [
            panel(kind, *(self._row(paper, sight) for paper in reversed(versions)), self._exchange(sight, versions))
            for kind, versions in kinds.items()
        ]
        drafted = (
            [button(tr("起草", "Draft"), self._draft, kind="sm", key="draft papers")] if self._may_write() else []
        )
        return tag("div", *groups, *drafted, class_="rc-col")

    def _row(self, paper: RecordFile, sight: Sight) -> Part:
        def choose(_values: Values) -> None:
            self._chosen, self._against = paper.id, ""
            self._decided.clear()

        def compare(_values: Values) -> None:
            self._against = paper.id

        chosen = sight.shown is not None and paper.id == sight.shown.id
        files = [_fetch(sight.meeting, paper, "docx"), _fetch(sight.meeting, paper, "pdf") if paper.pdf else None]
        signed = tr(f"{paper.signed_by} 签", f"signed by {paper.signed_by}") if paper.signed_by else ""
        return tag(
            "div",
            button(
                tr(f"第 {paper.version} 稿", f"Version {paper.version}"),
                choose,
                kind="quiet sm" if not chosen else "sm",
                key=f"show {paper.id}",
            ),
            tag("span", signed or _local(paper.at, sight.meeting), class_="rc-s3 rc-grow rc-ell"),
            button(tr("比较", "Compare"), compare, kind="quiet sm", key=f"compare {paper.id}")
            if sight.shown and sight.returned and paper.kind == sight.shown.kind and not chosen
            else None,
            *(one for one in files if one),
            class_="rc-row rc-paper" + (" rc-on" if chosen else ""),
        )

    def _exchange(self, sight: Sight, versions: Sequence[RecordFile]) -> Part:
        """Of the kind that is shown, where a corrected one may still be taken in."""
        newest = versions[-1]
        if sight.shown is None or sight.returned is None or newest.kind != sight.shown.kind:
            return Part()
        summary = sight.summaries[-1] if sight.summaries and newest.kind == KIND else None
        closed = summary.stage is not Stage.DRAFTING if summary else any(one.signed_by for one in versions)
        if closed or not self._may_write():
            return Part()
        return revising.exchange(self._meeting, newest.kind, newest, summary.drafted_by if summary else "")

    def _draft(self, _values: Values) -> None:
        allow(self._visitor.user, Right.WRITE_RECORDS)
        self._visitor.use.draft(self._meeting)
        self._chosen = ""

    def _settle(self, decided: Mapping[str, bool]) -> None:
        """The next version, which is shown then."""
        allow(self._visitor.user, Right.WRITE_RECORDS)
        if self._kept and (shown := self._kept[1].shown):
            made = self._visitor.use.settle_changes(self._meeting, shown.id, decided)
            self._decided.clear()
            self._chosen = made.id

    def _may_write(self) -> bool:
        return self._visitor.may(Right.WRITE_RECORDS)

    # --- the middle: the page as it will be printed

    def _page(self, sight: Sight) -> Part:
        if sight.shown is None:
            return empty_state(
                tr("还没有文件", "there is no paper yet"),
                tr("起草后在这里预览", "once one is drafted, it is shown here"),
            )
        if sight.against:
            return revising.comparison(sight.against, sight.shown, sight.differs, self._compared)
        return sight.page if isinstance(sight.page, Part) else Part(sight.page)

    def _compared(self) -> None:
        self._against = ""

    # --- right: the way of the 纪要, and what somebody should look at

    def _way(self, sight: Sight) -> Part:
        summary = sight.summaries[-1] if sight.summaries else None
        found = way.steps(self._visitor, self._meeting, summary)
        inside = [
            stepping.row(self._visitor, found, self._steps),
            stepping.under(self._visitor, found, self._steps),
        ]
        if summary is None:
            told = tag("p", tr("这次会议还没有纪要", "this meeting has no 纪要 yet"), class_="rc-s3")
            return panel(KIND, told, *inside)
        second = summary.number or ("" if summary.stage is Stage.DONE else self._countdown(summary, sight.meeting))
        return panel(KIND, _stages(summary), _units(summary), *inside, _taken(summary, sight.meeting), second=second)

    def _countdown(self, summary: Summary, meeting: Meeting) -> str:
        """To the office's limit, in days where there are some."""
        due = _local(summary.due, meeting)
        left = summary.due - self._visitor.board.application.clock.now()
        days, hours = abs(left).days, abs(left).seconds // 3600
        zh, en = (f"{days} 天", f"{days} d") if days else (f"{hours} 小时", f"{hours} h")
        if left < timedelta(0):
            return tr(f"应于 {due} 前印发，已超期 {zh}", f"was to be issued by {due}: {en} late")
        return tr(f"{due} 前印发，还有 {zh}", f"to be issued by {due}, {en} left")

    def _open(self, sight: Sight) -> Part:
        if sight.returned is None:
            return Part()
        return revising.open_changes(
            sight.returned,
            self._decided,
            self._settle,
            lambda at: _local(at, sight.meeting),
            may=self._may_write() and sight.newest,
        )

    def _findings(self, sight: Sight) -> Part:
        if sight.shown is None:
            return Part()
        if not sight.findings:
            clean = tag("p", state_glyph(Look.OK, size="s"), tr("没有发现问题", "nothing found"), class_="rc-row")
            return panel(tr("零差错检查", "Errors"), clean)
        rows = [_finding(one) for one in sight.findings]
        count = len(rows)
        return panel(tr("零差错检查", "Errors"), *rows, second=tr(f"{count} 处", f"{count}"))


def _stages(summary: Summary) -> Part:
    """Each stage in order, the one it lies at filled."""
    order = [stage for stage in Stage if stage is not Stage.COUNTERSIGNING or summary.units]
    here = order.index(summary.stage)
    chips = [
        state_chip(stage.label, "run" if place == here else "ok" if place < here else "")
        for place, stage in enumerate(order)
    ]
    return tag("div", *chips, class_="rc-row rc-wrapping")


def _units(summary: Summary) -> Part:
    """会签: 单位, 意见, 采纳否, 理由."""
    if not summary.units:
        return Part()
    rows = []
    for one in summary.units:
        answer = (
            tr("等待", "waiting")
            if one.agreed is None
            else one.opinion or (tr("同意", "agreed") if one.agreed else tr("不同意", "not agreed"))
        )
        adopted = "" if one.adopted is None else tr("采纳", "yes") if one.adopted else tr("不采纳", "no")
        name = f"{one.unit}{tr('（主办）', ' (leads)') if one.lead else ''}"
        rows.append((name, answer, adopted, one.reason))
    head = (tr("单位", "Unit"), tr("意见", "Opinion"), tr("采纳否", "Adopted"), tr("理由", "Reason"))
    return table(head, rows)


def _taken(summary: Summary, meeting: Meeting) -> Part:
    """Who took which step when, the newest first."""
    rows = [
        tag(
            "div",
            tag("span", _local(one.at, meeting), class_="rc-s3 rc-num rc-nw"),
            tag("b", tr(f"{one.stage.label}退回", f"{one.stage.label}: sent back") if one.back else one.stage.label),
            tag("span", one.by, class_="rc-nw"),
            tag("span", one.opinion, class_="rc-s2 rc-grow"),
            class_="rc-row",
        )
        for one in reversed(summary.passed)
    ]
    return tag("div", *rows, class_="rc-col rc-below")


def _finding(one: Finding) -> Part:
    before, _, after = one.around.partition(one.text)
    hint = tag("span", tr(f"应为 {one.hint}", f"should be {one.hint}"), class_="rc-c-ok") if one.hint else None
    return tag(
        "div",
        tag(
            "div",
            state_chip(tr(*_RULES.get(one.rule, (one.rule, one.rule))), "warn"),
            state_chip(one.paper) if one.paper else None,
            tag("b", one.said),
        ),
        tag("div", "…", before, tag("mark", one.text), after, "…", class_="rc-s2"),
        tag("div", hint, tag("span", one.source, class_="rc-s3"), class_="rc-row")
        if one.hint or one.source
        else None,
        class_="rc-found",
        data_block=None if one.paper else str(one.block),
    )


def _fetch(meeting: Meeting, paper: RecordFile, form: str) -> Part:
    path = f"/api/v1/meetings/{meeting.id}/papers/{paper.id}/file?as={form}"
    return tag("a", form.upper(), href=path, class_="rc-s3", download=True)


def _local(at: datetime, meeting: Meeting) -> str:
    return at.astimezone(ZoneInfo(meeting.zone)).strftime("%m-%d %H:%M")
