"""归档登记 of one meeting: 清点, the items that a person looks at, 保管期限, the signed record, 签收 or 退回."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right
from roomctl.domain.archive import Package
from roomctl.domain.registration import UNKNOWN_TERM, Answer, CatalogueRow, Entry, Question, Result
from roomctl.errors import BadInput
from roomctl.i18n import language, tr
from roomctl.services.records import MINUTES
from roomctl.services.registration import Standing, catalogue
from roomctl.services.signed_copies import KINDS
from roomctl.web.pages.archive.overview import size
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import admit, allow
from roomctl.web.ui import (
    Look,
    Part,
    Press,
    Values,
    button,
    empty_state,
    form,
    link_button,
    long_press,
    note_bar,
    panel,
    state_chip,
    state_glyph,
    tag,
    text_of,
)
from roomctl.web.ui import field as typed_field

_LOOKS = {Result.PASSED: Look.OK, Result.FAILED: Look.CRIT, Result.NONE: Look.SKIPPED}
_PROPERTIES = {
    "真实性": ("真实性", "authenticity"),
    "完整性": ("完整性", "integrity"),
    "可用性": ("可用性", "usability"),
    "安全性": ("安全性", "security"),
}
_FAULTS = 5  # of a counting, that are named
SOON = 0.5
"""Seconds that a press waits for what may be done by then; the page shows how far it is."""


class Registering:
    """What one visitor does with the packages of one meeting; a form stands open at a time."""

    def __init__(self, visitor: Visitor, meeting: str) -> None:
        self._visitor, self._meeting = visitor, meeting
        self._open: tuple[str, str, str] | None = None  # what is typed: kind, package, number
        self._seen = 0

    # --- what stands on the page

    def head(self) -> Part:
        standing = self._look()
        meeting = standing.meeting
        return tag(
            "div",
            tag(
                "div",
                tag("h1", tr("归档登记", "Registration")),
                tag("p", f"{meeting.title}　{meeting.starts:%Y-%m-%d}", class_="rc-s2 rc-ell"),
                class_="rc-grow",
            ),
            state_chip(meeting.state.label, "run" if standing.due else "ok"),
            link_button(tr("回会议", "The meeting"), f"/meetings/{self._meeting}", kind="quiet"),
            link_button(tr("全部归档", "All packages"), "/archive", kind="quiet")
            if self._visitor.may(Right.RETRY_ARCHIVE)
            else None,
            class_="rc-hd",
        )

    def left(self) -> Part:
        """Where it stands, the counting, the items, every 件."""
        standing = self._look()
        if not standing.packages:
            return empty_state(
                tr("还没有存档包", "there is no package yet"),
                tr("散会收尾后自动打包送存", "it is made and sent after the close"),
            )
        several = len(standing.packages) > 1
        parts = [part for one in standing.packages for part in self._package(standing, one, several=several)]
        return tag("div", *parts, class_="rc-col rc-gaps")

    def right(self) -> Part:
        """What is lacking, the signature, the signed record, the lists to print."""
        standing = self._look()
        return tag(
            "div",
            self._signing(standing),
            self._signed(standing),
            self._lists(standing) if standing.packages else None,
            class_="rc-col rc-gaps",
        )

    def _look(self) -> Standing:
        use = self._visitor.use
        admit(self._visitor.user, use.meeting(self._meeting).highest_secrecy.level)
        standing = use.registration(self._meeting)
        self._seen = standing.registration.version
        return standing

    def _may(self, standing: Standing, package: Package) -> bool:
        """Whether the visitor may still say something to this package."""
        open_ = standing.due and package.id in {one.id for one in standing.open}
        return open_ and self._visitor.may(Right.ACCEPT_ARCHIVE)

    # --- left

    def _package(self, standing: Standing, package: Package, *, several: bool) -> Sequence[Part]:
        name = tr("补充包", "supplement") if package.supplement_to else tr("存档包", "package")
        second = f"{name} …{package.id[-6:]}" if several else ""
        taken = standing.registration.taken(package)
        if taken is not None and several:
            at = taken.at.astimezone(ZoneInfo(standing.meeting.zone))
            said = tr(f"{taken.by} {at:%Y-%m-%d %H:%M} 签收", f"signed for by {taken.by}, {at:%Y-%m-%d %H:%M}")
            done = tag("p", state_glyph(Look.OK, size="s"), said, class_="rc-row")
            return [panel(tr("已签收", "Signed for"), done, self._entries(standing, package), second=second)]
        held = standing.contents.get(package.id)
        if held is None:
            return [note_bar("crit", standing.unread.get(package.id, ""))]
        asked = [self._question(standing, package, one) for one in held.questions]
        left = sum((package.id, one.number) not in standing.registration.answers for one in held.questions)
        counted = tr(f"还有 {left} 项", f"{left} left") if left else tr("都看过了", "all seen")
        return [
            panel(tr("清点", "Count"), self._count(standing, package), second=second),
            panel(tr("人工检查", "To look at"), *asked, second=counted),
            panel(
                tr("归档文件", "Documents and sound"),
                self._entries(standing, package),
                second=tr(f"{len(held.entries)} 件", f"{len(held.entries)}"),
            ),
        ]

    def _count(self, standing: Standing, package: Package) -> Part:
        one = standing.registration.countings.get(package.id)
        registered = tr(
            f"登记 {package.files} 个文件，{size(package.bytes)}",
            f"{package.files} files, {size(package.bytes)} are registered",
        )
        rows = [tag("p", registered, class_="rc-s2 rc-num")]
        if one is not None:
            at = one.at.astimezone(ZoneInfo(standing.meeting.zone))
            found = tr(
                f"{one.by} {at:%m-%d %H:%M} 清点：{one.files} 个文件，{size(one.bytes)}",
                f"counted by {one.by}, {at:%m-%d %H:%M}: {one.files} files, {size(one.bytes)}",
            )
            said = tr("逐字节相符", "equal to the last byte") if one.ok else tr("不相符", "not equal")
            glyph = state_glyph(Look.OK if one.ok else Look.CRIT, size="s")
            rows.append(tag("p", glyph, tag("b", said), found, class_="rc-row rc-wrapping rc-num"))
            rows += [tag("p", f"{fault.file} {fault.what}", class_="rc-c-crit") for fault in one.problems[:_FAULTS]]
        run = self._visitor.use.counting(self._meeting) if self._may(standing, package) else None
        if run is not None and run.failed:
            rows.append(tag("p", run.failed, class_="rc-c-crit"))
        if run is not None and not run.failed:
            share = min(100.0, 100 * run.done / run.total) if run.total else 0.0
            said = f"{size(run.done)} / {size(run.total)}"
            rows.append(tag("p", tr(f"{run.by}正在清点：{said}", f"{run.by} is counting: {said}"), class_="rc-num"))
            rows.append(tag("div", tag("i"), class_="rc-go", style=f"--v:{share:.0f}"))
        elif self._may(standing, package):
            again = tr("再清点一次", "Count again") if one else tr("清点", "Count")
            rows.append(button(again, self._count_now, key=f"count {package.id}", kind="" if one else "pri"))
        return tag("div", *rows, class_="rc-col")

    def _question(self, standing: Standing, package: Package, one: Question) -> Part:
        answer = standing.registration.answers.get((package.id, one.number))
        title = one.title if language() == "zh" else one.title_en
        open_ = self._open == ("item", package.id, one.number)
        act = None
        if self._may(standing, package) and not open_:
            text = tr("改", "Change") if answer else tr("回答", "Answer")
            act = button(
                text, self._show("item", package.id, one.number), kind="sm", key=f"item {package.id} {one.number}"
            )
        head = tag(
            "div",
            state_glyph(_LOOKS[answer.result] if answer else Look.WAITING, size="s"),
            tag("code", one.number, class_="rc-s3"),
            tag("b", title),
            state_chip(tr(*_PROPERTIES.get(one.property, (one.property, one.property)))),
            tag("span", _said(answer), class_="rc-grow rc-s2"),
            act,
            class_="rc-row rc-wrapping",
        )
        why = tag("p", one.why, class_="rc-s3")
        return tag("div", head, why, self._answering(package, one, answer) if open_ else None, class_="rc-item")

    def _answering(self, package: Package, one: Question, answer: Answer | None) -> Part:
        choices = {result.value: result.label for result in Result}
        return form(
            typed_field("result", tr("结果", "Result"), answer.result.value if answer else Result.PASSED.value,
                        choices=choices),
            typed_field("note", tr("说明", "Note"), answer.note if answer else "",
                        hint=tr("不通过、不适用要写原因", "needed where it is not passed")),
            self._acts(tr("记下", "Note it"), self._answer(package.id, one.number), "answer"),
            of=f"item {package.id} {one.number}",
        )  # fmt: skip

    def _entries(self, standing: Standing, package: Package) -> Part:
        held = standing.contents.get(package.id)
        if held is None:
            return Part()
        lines = _lines(standing, package)
        return tag(
            "div",
            *(self._entry(standing, package, one, line) for one, line in zip(held.entries, lines, strict=True)),
            class_="rc-col",
        )

    def _entry(self, standing: Standing, package: Package, one: Entry, line: CatalogueRow) -> Part:
        change = standing.registration.terms.get((package.id, one.number))
        term = line.term
        act = None
        open_ = self._open == ("term", package.id, one.number)
        if self._may(standing, package) and not open_:
            act = button(
                tr("改期限", "Change"), self._show("term", package.id, one.number), kind="sm quiet",
                key=f"term {package.id} {one.number}", label=tr(f"改 {one.title} 的保管期限", f"change {one.title}"),
            )  # fmt: skip
        about = [
            line.code,
            line.document_number,
            f"{one.formed:%Y-%m-%d}",
            one.secrecy,
            tr(f"{one.pages} 页", f"{one.pages} pages") if one.pages else "",
            tr(f"{one.files} 个文件", f"{one.files} files") + f" {size(one.bytes)}",
        ]
        changed = None
        if change:
            said = f"{change.by}由{one.term}改：{change.reason}", f"{change.by} (was {one.term}): {change.reason}"
            changed = tag("p", tr(*said), class_="rc-s3")
        return tag(
            "div",
            tag(
                "div",
                tag("b", one.title, class_="rc-grow"),
                state_chip(term, "warn" if term == UNKNOWN_TERM else ""),
                act,
                class_="rc-row rc-wrapping",
            ),
            tag("p", "　".join(filter(None, about)), class_="rc-s3 rc-num"),
            changed,
            self._terming(package, one, term) if open_ else None,
            class_="rc-item",
        )

    def _terming(self, package: Package, one: Entry, term: str) -> Part:
        hint = tr("永久、30年、10年", "永久, 30年, 10年")
        return form(
            typed_field("term", tr("保管期限", "Retention"), term if term != UNKNOWN_TERM else "", hint=hint),
            typed_field("reason", tr("为什么改", "Why"), "", hint=tr("记入日志", "it is logged")),
            self._acts(tr("改", "Change"), self._set_term(package.id, one.number), "set term"),
            of=f"term {package.id} {one.number}",
        )

    def _acts(self, text: str, press: Press, key: str) -> Part:
        back = button(tr("返回", "Back"), self._close, kind="quiet", key=f"back {key}")
        return tag("div", button(text, press, kind="pri", key=key), back, class_="rc-row")

    # --- right

    def _signing(self, standing: Standing) -> Part:
        made = standing.registration
        if not standing.due:
            return self._over(standing)
        rows: list[Part] = []
        if made.returned:
            rows.append(note_bar("warn", made.returned.reason, strong=tr("已退回", "Sent back")))
        elif made.handed_in:
            rows.append(note_bar("run", made.handed_in, strong=tr("已补正", "Put right")))
        rows += [
            tag("p", state_glyph(Look.WARN, size="s"), tag("span", one), class_="rc-row rc-lacks")
            for one in standing.lacking
        ]
        if not standing.lacking:
            ready = tr("可以签收", "it can be signed for")
            rows.append(tag("p", state_glyph(Look.OK, size="s"), tag("b", ready), class_="rc-row"))
        if not self._visitor.may(Right.ACCEPT_ARCHIVE):
            rows.append(tag("p", tr("由档案员签收", "an archivist signs for it"), class_="rc-s3"))
        elif self._open == ("return", "", ""):
            reason = typed_field("reason", tr("退回原因", "Why it is sent back"), "")
            rows.append(form(reason, self._acts(tr("退回", "Send back"), self._return, "return it"), of="return"))
        else:
            sign = long_press(tr("按住签收", "Hold to sign for it"), self._accept, key="sign")
            back = button(tr("退回…", "Send back…"), self._show("return", "", ""), kind="quiet", key="return")
            rows.append(tag("div", sign if not standing.lacking else None, back, class_="rc-row rc-wrapping"))
        return panel(tr("签收", "Sign for it"), *rows, second=self._visitor.user.name)

    def _over(self, standing: Standing) -> Part:
        zone = ZoneInfo(standing.meeting.zone)
        signed = {standing.registration.taken(one) for one in standing.packages} - {None}
        rows = [
            tag(
                "p",
                state_glyph(Look.OK, size="s"),
                tr(
                    f"{one.by} {one.at.astimezone(zone):%Y-%m-%d %H:%M} 签收",
                    f"signed for by {one.by}, {one.at.astimezone(zone):%Y-%m-%d %H:%M}",
                ),
                state_chip(tr("演示", "demo"), "unk") if one.demo else None,
                class_="rc-row",
            )
            for one in sorted((one for one in signed if one), key=lambda one: one.at)
        ]
        said = tr("存档包送到以后在这里签收", "it is signed for here once it has arrived")
        return panel(tr("签收", "Signature"), *(rows or [tag("p", said, class_="rc-s2")]))

    def _signed(self, standing: Standing) -> Part:
        """The signed 会议记录: that it is there, by which hash; and its scan taken in."""
        rows = [
            tag(
                "div",
                state_glyph(Look.OK, size="s"),
                tag("span", tr(f"{one.kind}，{one.signed_by} 签", f"{one.kind}, signed by {one.signed_by}")),
                tag("code", f"{one.sha256[:12]}…", title=one.sha256, class_="rc-s3"),
                tag(
                    "a", tr("打开", "open"), class_="rc-s3",
                    href=f"/api/v1/meetings/{self._meeting}/papers/{one.id}/file", download=True,
                ),
                class_="rc-row rc-wrapping",
            )
            for one in standing.signed
        ]  # fmt: skip
        if not rows:
            rows = [
                tag("p", state_glyph(Look.WARN, size="s"), tr("还没有签字的会议记录", "none yet"), class_="rc-row")
            ]
        if self._visitor.may(Right.TAKE_IN_SIGNED):
            rows.append(
                tag(
                    "div",
                    typed_field("kind", tr("是哪份", "Which paper"), MINUTES, choices={one: one for one in KINDS}),
                    typed_field("signed_by", tr("签字人", "Signed by"), "", hint=tr("纸上签名的人", "on paper")),
                    tag(
                        "label",
                        tr("上传扫描件", "Upload the scan"),
                        tag(
                            "input", type="file", accept=".pdf,.jpg,.jpeg,.png,.tif,.tiff", class_="rc-file",
                            data_scan=f"/api/v1/meetings/{self._meeting}/papers/signed",
                            data_nobody=tr("请先填签字人", "say first who signed it"),
                        ),
                        class_="rc-btn rc-sm",
                    ),
                    tag("span", role="status", class_="rc-s3 rc-scan-told"),
                    class_="rc-form", data_form="scan",
                )
            )  # fmt: skip
        second = tr("签字后送存，作为补充包", "goes as a supplement")
        return panel(tr("签字的会议记录", "Signed record"), *rows, second=second)

    def _lists(self, standing: Standing) -> Part:
        here = f"/api/v1/meetings/{self._meeting}/registration"
        lists = [
            (f"{here}/catalogue", tr("归档文件目录（xlsx）", "List of documents (xlsx)")),
            (f"{here}/hand-over?as=pdf", tr("归档交接单（PDF）", "Hand-over (PDF)")),
            (f"{here}/hand-over", tr("归档交接单（docx）", "Hand-over (docx)")),
        ]
        digests = [
            tag("p", tag("code", one.manifest_sha256, class_="rc-digest"), class_="rc-s3")
            for one in standing.packages
        ]
        return panel(
            tr("打印", "Print"),
            *(tag("p", tag("a", text, href=href, download=True)) for href, text in lists),
            tag("p", tr("存档包的 SHA-256：", "SHA-256 of the packages:"), class_="rc-s3"),
            *digests,
        )

    # --- what its buttons do

    def _show(self, kind: str, package: str, number: str) -> Press:
        def press(_values: Values) -> None:
            self._open = (kind, package, number)

        return press

    def _close(self, _values: Values) -> None:
        self._open = None

    def _allowed(self) -> None:
        allow(self._visitor.user, Right.ACCEPT_ARCHIVE)

    def _count_now(self, _values: Values) -> None:
        self._allowed()
        self._visitor.use.start_counting(self._meeting).ended.wait(SOON)

    def _answer(self, package: str, number: str) -> Press:
        seen = self._seen

        def press(values: Values) -> None:
            self._allowed()
            said = text_of(values, "result")
            if said not in set(Result):
                raise BadInput(tr("没有这种结果", "there is no such result"), said[:20])
            self._visitor.use.answer_item(
                self._meeting, package=package, number=number, result=Result(said), note=text_of(values, "note"),
                seen=seen,
            )  # fmt: skip
            self._open = None

        return press

    def _set_term(self, package: str, entry: str) -> Press:
        seen = self._seen

        def press(values: Values) -> None:
            self._allowed()
            self._visitor.use.set_term(
                self._meeting, package=package, entry=entry, term=text_of(values, "term"),
                reason=text_of(values, "reason"), seen=seen,
            )  # fmt: skip
            self._open = None

        return press

    def _accept(self, _values: Values) -> None:
        self._allowed()
        self._visitor.use.accept(self._meeting, by=self._visitor.user.name, seen=self._seen)

    def _return(self, values: Values) -> None:
        self._allowed()
        self._visitor.use.return_package(self._meeting, by=self._visitor.user.name, reason=text_of(values, "reason"))
        self._open = None


def _said(answer: Answer | None) -> str:
    if answer is None:
        return ""
    return "　".join(filter(None, (answer.result.label, answer.note, answer.by)))


def _lines(standing: Standing, package: Package) -> Sequence[CatalogueRow]:
    """Those of the 归档文件目录 that are of this package."""
    before = 0
    for one in standing.packages:
        held = standing.contents.get(one.id)
        count = len(held.entries) if held else 0
        if one.id == package.id:
            return catalogue(standing)[before : before + count]
        before += count
    return ()
