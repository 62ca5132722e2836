"""A roster out of a table: `from roomctl.api.rosters import sheets, roster_sheet`."""

from roomctl.domain import roster_sheet
from roomctl.services import sheets

__all__ = ["roster_sheet", "sheets"]
