"""The papers of a meeting that this plugin drafts: one line of `KINDS` each."""

import importlib.util
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath

from roomctl.api import (
    Document,
    DocumentOffer,
    Finding,
    Meeting,
    NotFound,
    PluginContext,
    Revising,
    revision,
    tr,
)

MINUTES = "会议记录"
SIGN_IN_SHEET = "签到表"
SUMMARY = "会议纪要"
CHECK_REPORT = "设备检查报告"
MEDIA_HAND_OVER = "涉密载体移交清单"
HAND_OVER = "归档交接单"
PLACE_CARDS = "座签"
SEAT_PLAN = "座位图"
SIGNATURES = "signatures"
"""Folder of the package in which what was signed on glass lies, each as PNG by the name that the sign-in tells."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A paper: its name, its file, and how it is drafted from the facts as they stand.

    Attributes:
        on_demand: only where a meeting asks for it.
        numbered: it gets a number when it is signed.

    """

    name: str
    file_name: str
    draft: Callable[[PluginContext, str], Document]
    on_demand: bool = False
    numbered: bool = False


def _minutes(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import minutes  # noqa: PLC0415 - a start of roomctl needs none of it

    services = ctx.services
    return minutes.draft(
        services.meeting(meeting),
        services.attendance(meeting),
        services.recordings(meeting),
        services.transcript(meeting),
        place=services.room.name,
        edits=services.edits(meeting),
    )


def _sign_in_sheet(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import sign_in_sheet  # noqa: PLC0415 - as above

    services = ctx.services
    attendance = services.attendance(meeting)
    wanted = {one.signature for one in attendance.standings if one.signature}
    signatures = _on_glass(ctx, meeting, wanted) if wanted else {}
    versions = (one.version for one in services.documents(meeting) if one.kind == SIGN_IN_SHEET)
    return sign_in_sheet.draft(
        services.meeting(meeting),
        attendance,
        signatures,
        place=services.room.name,
        version=max(versions, default=0) + 1,
    )


def _on_glass(ctx: PluginContext, meeting: str, wanted: Collection[str]) -> Mapping[str, bytes]:
    """What was signed on glass lies with the plugin that took it, and is known by the name it has in the package.

    One that cannot be read is empty: the sheet says so, and has all others.
    """
    found = {}
    for one in ctx.services.package_files(meeting):
        path = PurePosixPath(one.path)
        if path.parent.name == SIGNATURES and path.suffix == ".png" and path.stem in wanted:
            try:
                found[path.stem] = one.source.read_bytes()
            except OSError:
                found[path.stem] = b""
    return found


def _summary(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import summary  # noqa: PLC0415 - as above
    from roomctl_records.render import template  # noqa: PLC0415 - as above

    services = ctx.services
    return summary.draft(
        services.meeting(meeting),
        services.attendance(meeting),
        services.recordings(meeting),
        services.transcript(meeting),
        template.load(ctx.config.template, services.data, SUMMARY).phrases,
        office=ctx.config.office,
        mark=ctx.config.summary_mark,
    )


def _check_report(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import check_report  # noqa: PLC0415 - as above

    services = ctx.services
    report = services.check_report(meeting)
    if report is None:
        raise NotFound(tr("还没有检查过", "nothing was checked yet"), mend=f"roomctl check {meeting}")
    return check_report.draft(
        services.meeting(meeting), report, services.waivers(meeting), services.data, place=services.room.name
    )


def _hand_over(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import archive_hand_over  # noqa: PLC0415 - as above

    services = ctx.services
    return archive_hand_over.draft(services.registration(meeting), place=services.room.name, office=ctx.config.office)


def _secret_hand_over(ctx: PluginContext, meeting: str) -> Document:
    from roomctl_records.drafting import secret_hand_over  # noqa: PLC0415 - as above

    services = ctx.services
    return secret_hand_over.draft(services.meeting(meeting), services.handovers(meeting), office=ctx.config.office)


KINDS = (
    Kind(MINUTES, "minutes.docx", _minutes),
    Kind(SIGN_IN_SHEET, "sign-in-sheet.docx", _sign_in_sheet),
    Kind(SUMMARY, "summary.docx", _summary, on_demand=True, numbered=True),
    Kind(CHECK_REPORT, "check-report.docx", _check_report, on_demand=True),
    Kind(MEDIA_HAND_OVER, "secret-hand-over.docx", _secret_hand_over, on_demand=True),
    Kind(HAND_OVER, "hand-over.docx", _hand_over, on_demand=True),
)


def offers(ctx: PluginContext, meeting: Meeting) -> Sequence[DocumentOffer]:
    """Every kind, to be drafted, shown and printed."""
    return [*(_offer(ctx, kind, meeting) for kind in KINDS), *_seats(ctx, meeting)]


def _seats(ctx: PluginContext, meeting: Meeting) -> Sequence[DocumentOffer]:
    """What is printed from the plan of the seats: PDF alone, since nobody corrects it by hand."""

    def cards(path: Path) -> None:
        from roomctl_records.render import template  # noqa: PLC0415 - as above
        from roomctl_records.seats import printing  # noqa: PLC0415 - as above

        services = ctx.services
        form = printing.form_of(ctx.config.place_card, services.data)
        page = template.load(ctx.config.template, services.data)
        printing.cards(meeting, services.seat_chart(meeting.id), form, page, path, at=meeting.starts_at)

    def plan(path: Path) -> None:
        from roomctl_records.render import template  # noqa: PLC0415 - as above
        from roomctl_records.seats import printing  # noqa: PLC0415 - as above

        services = ctx.services
        page = template.load(ctx.config.template, services.data)
        printing.plan(meeting, services.seat_chart(meeting.id), page, path, at=meeting.starts_at)

    if importlib.util.find_spec("typst") is None:
        return ()
    return (
        DocumentOffer(kind=PLACE_CARDS, file_name="place-cards.pdf", write=cards, on_demand=True),
        DocumentOffer(kind=SEAT_PLAN, file_name="seat-plan.pdf", write=plan, on_demand=True),
    )


def _offer(ctx: PluginContext, kind: Kind, meeting: Meeting) -> DocumentOffer:
    """Print and preview come from the file, as somebody has left it."""
    from roomctl_records.drafting.minutes import began  # noqa: PLC0415 - as above

    at = began(meeting)

    def write(path: Path) -> None:
        from roomctl_records.render import docx, template  # noqa: PLC0415 - as above

        form = template.load(ctx.config.template, ctx.services.data, kind.name)
        docx.write(kind.draft(ctx, meeting.id), path, form, at=at, meeting=meeting.id)

    def set_as_pdf(source: Path, target: Path) -> Mapping[str, str]:
        from roomctl_records.render import pdf, reading, template  # noqa: PLC0415 - as above

        form = template.load(ctx.config.template, ctx.services.data, kind.name)
        return pdf.write(reading.read(source), target, form, at=at)

    def preview(source: Path) -> str:
        from roomctl_records.render import html, reading, template  # noqa: PLC0415 - as above

        transcript = ctx.services.transcript(meeting.id)
        heard = reading.heard(reading.read(source), transcript.segments if transcript else ())
        return html.write(heard, template.load(ctx.config.template, ctx.services.data, kind.name))

    def sketch() -> str:
        from roomctl_records.render import html, template  # noqa: PLC0415 - as above

        form = template.load(ctx.config.template, ctx.services.data, kind.name)
        return html.write(kind.draft(ctx, meeting.id), form)

    def proofread(source: Path) -> Sequence[Finding]:
        from roomctl_records import proof  # noqa: PLC0415 - as above
        from roomctl_records.proof import plan, seats, tables  # noqa: PLC0415 - as above
        from roomctl_records.render import reading  # noqa: PLC0415 - as above

        services = ctx.services
        known = tables.load(ctx.config.tables, services.data)
        now = services.meeting(meeting.id)
        transcript = services.transcript(meeting.id)
        points = transcript.noted if transcript else ()
        attendance = services.attendance(meeting.id)
        own = proof.read(reading.read(source), now, attendance, known, points)
        chart = services.seat_chart(meeting.id, attendance)
        return [*own, *plan.check(now, attendance, known), *seats.check(chart, attendance)]

    def finish(source: Path, target: Path, number: str, on: date) -> None:
        from roomctl_records.drafting import wording  # noqa: PLC0415 - as above
        from roomctl_records.render import docx_official  # noqa: PLC0415 - as above

        docx_official.number(source, target, number, wording.day(on))

    can_print = importlib.util.find_spec("typst") is not None
    return DocumentOffer(
        kind=kind.name,
        file_name=kind.file_name,
        write=write,
        print=set_as_pdf if can_print else None,
        preview=preview,
        sketch=sketch,
        proofread=proofread,
        finish=finish if kind.numbered else None,
        on_demand=kind.on_demand,
        by_hand=kind.name == MINUTES and ctx.config.by_hand,
        revising=_revising(ctx, kind, meeting),
        days=ctx.config.summary_days if kind.name == SUMMARY else None,
    )


def _revising(ctx: PluginContext, kind: Kind, meeting: Meeting) -> Revising:
    """Of the file as somebody has left it; each imports what it needs when it is called."""

    def look(path: Path) -> str:
        from roomctl_records.revising import incoming, pack, tracked  # noqa: PLC0415 - a start of roomctl needs none

        incoming.look(path)
        tracked.need_ours(path, numbered=kind.numbered)
        tracked.review(path)  # what could never be decided is told now
        return pack.identifier(path, meeting.id, kind.name)

    def lines(path: Path, accepted: bool) -> Sequence[str]:  # noqa: FBT001 - as the offer is called
        from roomctl_records.revising import tracked  # noqa: PLC0415 - as above

        return tracked.lines(path, accepted=accepted)

    def around(path: Path, accepted: bool) -> Sequence[str]:  # noqa: FBT001 - as the offer is called
        from roomctl_records.revising import tracked  # noqa: PLC0415 - as above

        return tracked.around(path, accepted=accepted)

    def review(path: Path) -> revision.Review:
        from roomctl_records.revising import tracked  # noqa: PLC0415 - as above

        return tracked.review(path)

    def settle(source: Path, target: Path, decided: Mapping[str, bool]) -> None:
        from roomctl_records.revising import tracked  # noqa: PLC0415 - as above

        tracked.settle(source, target, decided)

    def write_pack(source: Path, target: Path, document: str, unit: str) -> None:
        from roomctl_records.revising import pack  # noqa: PLC0415 - as above

        services = ctx.services
        pack.write(
            source,
            target,
            document=document,
            kind=kind.name,
            unit=unit,
            meeting=services.meeting(meeting.id),
            attendance=services.attendance(meeting.id),
            recordings=services.recordings(meeting.id),
            transcript=services.transcript(meeting.id),
            place=services.room.name,
        )

    return Revising(look=look, lines=lines, around=around, review=review, settle=settle, pack=write_pack)
