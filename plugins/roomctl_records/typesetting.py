"""Sets pages of other plugins in the office's fonts."""

import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from roomctl.api import MissingPart, PluginContext, tr


@dataclass(frozen=True, slots=True)
class Typst:
    """`roomctl.api.printing.Typesetter`, by typst."""

    ctx: PluginContext

    def set(self, page: Path, told: Mapping[str, Any], target: Path, *, at: datetime) -> Mapping[str, str]:
        if importlib.util.find_spec("typst") is None:
            raise MissingPart(
                tr("这里不能生成 PDF", "no PDF can be made here"), mend="pip install 'roomctl[records]'"
            )
        from roomctl_records.render import pdf, template  # noqa: PLC0415 - a start of roomctl needs none of it

        form = template.load(self.ctx.config.template, self.ctx.services.data)
        return pdf.typeset(page, target, told, form, at=at)
