"""Texts that keep both wordings, for whoever reads a result later: also those that a child process tells."""

from roomctl.i18n import Pair, crossed, crossing, paired, speaking

__all__ = ["Pair", "crossed", "crossing", "paired", "speaking"]
