"""What an office sets for its papers: the template and the tables of written forms, each a TOML file of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from roomctl.api import BadInput, Document, NotFound, PluginContext, Refused, tr
from roomctl.api.files import atomic_write, changing, durable_rename, writing
from roomctl_records import offers
from roomctl_records.drafting import sample
from roomctl_records.own_file import Fault
from roomctl_records.proof import tables
from roomctl_records.render import docx, html, pdf, template
from roomctl_records.render.template import Template

LONGEST = 256 << 10
"""Bytes of a file of values."""
SHOWN_AT = datetime(2026, 11, 15, 1, tzinfo=UTC)
"""Of a sample, so that the same template gives the same bytes."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One of the two files.

    Attributes:
        path: where the office's own lies, or would lie; shipped: the text of ours; check: all its faults.

    """

    path: Path
    shipped: Callable[[], str]
    check: Callable[[str], Sequence[Fault]]

    @property
    def text(self) -> str:
        """The office's own; empty where it has none. Raises: BadInput: it cannot be read."""
        try:
            return self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        except (OSError, ValueError) as error:
            raise BadInput(tr(f"读不了 {self.path}", f"cannot read {self.path}"), str(error)) from error

    def put(self, text: str, before: str) -> None:
        """Takes a new text in; the old one stays beside it as `.bak`.

        Args:
            before: what it was when whoever changes it read it.

        Raises:
            BadInput: it has faults, or cannot be written. Refused: somebody else has changed it meanwhile.

        """
        if len(text.encode()) > LONGEST:
            raise BadInput(
                tr("太长", "it is too long"), mend=tr(f"最多 {LONGEST >> 10} KB", f"at most {LONGEST >> 10} KB")
            )
        if wrong := self.check(text):
            told = tr(f"有 {len(wrong)} 处不对", f"{len(wrong)} faults")
            raise BadInput(told, str(wrong[0]), tr("没有保存，改正后再存", "it was not kept; mend it first"))
        with writing(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with changing(self.path), writing(self.path):
            now = self.text
            if now.strip() != before.strip():
                raise Refused(
                    tr("别人刚改过", "somebody else has changed it"),
                    self.path.name,
                    tr("刷新后在新的上面改", "read it again, and change that"),
                )
            if now:
                atomic_write(self.path.with_name(f"{self.path.name}.bak"), now)
            atomic_write(self.path, text if text.endswith("\n") else f"{text}\n")

    def reset(self) -> bool:
        """Back to what is shipped; the own one stays as `.bak`. False where there was none.

        Raises:
            BadInput: it cannot be moved.

        """
        if not self.path.parent.is_dir():
            return False
        with changing(self.path), writing(self.path):
            if not self.path.is_file():
                return False
            durable_rename(self.path, self.path.with_name(f"{self.path.name}.bak"))
            return True


def the_template(ctx: PluginContext) -> Sheet:
    """`record-template.toml`, or the one that the settings name."""
    return Sheet(template.place(ctx.config.template, ctx.services.data), template.shipped, template.check)


def the_tables(ctx: PluginContext) -> Sheet:
    """`record-tables.toml`, or the one that the settings name."""
    return Sheet(tables.place(ctx.config.tables, ctx.services.data), tables.shipped, tables.check)


def fonts(form: Template) -> Mapping[str, str]:
    """Each font of the template, and what stands in for it here; empty where it is there."""
    stood_in = pdf.missing(form)
    return {name: stood_in.get(name, "") for name in form.fonts}


def preview(form: Template, kind: str, target: Path) -> None:
    """A sample of that kind by this template, as .html, .pdf or .docx. Raises: NotFound, BadInput."""
    document = of_kind(kind)
    match target.suffix.lower():
        case ".html":
            page = f'<!doctype html><meta charset="utf-8">{html.write(document, form)}'
            target.write_text(page, encoding="utf-8")
        case ".pdf":
            pdf.write(document, target, form, at=SHOWN_AT)
        case ".docx":
            docx.write(document, target, form, at=SHOWN_AT)
        case _:
            raise BadInput(
                tr(f"不支持的格式 {target.suffix or target.name}", f"cannot write {target.name}"),
                mend=tr("用 .html、.pdf 或 .docx", ".html, .pdf or .docx"),
            )


def of_kind(kind: str) -> Document:
    """The sample. Raises: NotFound: no such kind of paper."""
    if kind not in template.KINDS:
        known = tr("、", ", ").join(template.KINDS)
        raise NotFound(tr(f"没有这种文件“{kind}”", f"no such paper {kind!r}"), mend=tr(f"现有：{known}", known))
    return sample.document(kind, numbered=kind == offers.SUMMARY)
