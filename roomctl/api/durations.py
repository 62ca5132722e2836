"""How long something is, or where in a recording it stands, in digits."""

from roomctl.domain.durations import hms

__all__ = ["hms"]
