"""What a plugin may have printed: part of `roomctl.api.Services`; and what the plugin that sets pages answers."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from roomctl.services.print_offers import Typesetter

__all__ = ["Printing", "Typesetter"]


class Printing(Protocol):
    """Pages that are no papers of a meeting: nothing of them is kept."""

    def typeset(self, page: Path, told: Mapping[str, Any], target: Path, *, at: datetime) -> Mapping[str, str]:
        """As `Typesetter.set`. Raises: MissingPart: nothing here can print."""
        ...
