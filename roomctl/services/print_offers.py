"""What the plugin that prints can do for the others."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


class Typesetter(Protocol):
    """Sets pages that another plugin has laid out."""

    def set(self, page: Path, told: Mapping[str, Any], target: Path, *, at: datetime) -> Mapping[str, str]:
        """What a typst file makes of values, as PDF/A-2b.

        Args:
            page: reads `told` as JSON from `sys.inputs.document`, fonts and lengths from `sys.inputs.template`.
            at: becomes the file's time of creation.

        Returns:
            What stood in for what: fonts, and characters that no font here has.

        """
        ...
