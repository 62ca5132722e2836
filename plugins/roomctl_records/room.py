"""What is drafted for the room alone, with no meeting."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path

from roomctl.api import CheckReport, DocumentOffer, NotFound, PluginContext, tr
from roomctl_records.offers import CHECK_REPORT


def check_report(ctx: PluginContext) -> DocumentOffer:
    """设备检查报告 of the newest check that is no meeting's; each part imports what it needs when it is called."""

    def write(path: Path) -> None:
        from roomctl_records.drafting import check_report as drafting  # noqa: PLC0415 - a start needs none of it
        from roomctl_records.render import docx, template  # noqa: PLC0415 - as above

        services, report = ctx.services, _newest(ctx)
        document = drafting.draft(None, report, (), services.data, place=services.room.name, zone=services.room.zone)
        docx.write(document, path, template.load(ctx.config.template, services.data), at=report.at)

    def set_as_pdf(source: Path, target: Path) -> Mapping[str, str]:
        from roomctl_records.render import pdf, reading, template  # noqa: PLC0415 - as above

        form = template.load(ctx.config.template, ctx.services.data)
        return pdf.write(reading.read(source), target, form, at=_newest(ctx).at)

    def preview(source: Path) -> str:
        from roomctl_records.render import html, reading, template  # noqa: PLC0415 - as above

        return html.write(reading.read(source), template.load(ctx.config.template, ctx.services.data))

    can_print = importlib.util.find_spec("typst") is not None
    return DocumentOffer(
        kind=CHECK_REPORT,
        file_name="check-report.docx",
        write=write,
        print=set_as_pdf if can_print else None,
        preview=preview,
        on_demand=True,
    )


def _newest(ctx: PluginContext) -> CheckReport:
    """Raises: NotFound."""
    report = ctx.services.check_report(None)
    if report is None:
        raise NotFound(tr("还没有检查过", "nothing was checked yet"), mend="roomctl check")
    return report
