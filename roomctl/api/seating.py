"""座位 for plugins that print or show them: part of `roomctl.api`."""

from roomctl.domain.layouts import Layout, Place
from roomctl.domain.seating import Chart, seated_name

__all__ = ["Chart", "Layout", "Place", "seated_name"]
