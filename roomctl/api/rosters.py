"""A roster out of a table: `from roomctl.api.rosters import sheets, roster_sheet`; and the table of rank."""

from roomctl.domain import roster_sheet
from roomctl.services import sheets
from roomctl.services.rank_offers import Ranking

__all__ = ["Ranking", "roster_sheet", "sheets"]
