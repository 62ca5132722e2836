"""What the plugin that knows the order of rank tells the others."""

from typing import Protocol

from roomctl.domain.ranking import RankTable


class Ranking(Protocol):
    """The office's table of rank."""

    def table(self) -> RankTable:
        """As the file has it now. Raises: BadInput: it cannot be read."""
        ...
