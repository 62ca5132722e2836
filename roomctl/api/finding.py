"""Which meeting somebody means who types an id, or the end of one."""

from roomctl.services.finding import find_meeting

__all__ = ["find_meeting"]
