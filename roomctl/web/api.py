"""Where the web was built before it had accounts; the same as `roomctl.web.app.build`."""

from roomctl.web.app import build

__all__ = ["build"]
