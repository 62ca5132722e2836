"""Screens that plugins offer, looked at before anything of them is served."""

import logging
import re
from collections.abc import Sequence
from pathlib import Path

from roomctl.domain.access import Right
from roomctl.host.plugins import PluginHost
from roomctl.host.status import Status
from roomctl.services.screen_offers import ScreenOffer

log = logging.getLogger(__name__)

INDEX = "index.html"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def offered(plugins: PluginHost) -> Sequence[tuple[str, ScreenOffer]]:
    """Plugin and screen. A plugin with one that cannot be served is put out."""
    found = []
    for plugin, offers in plugins.ask("roomctl_screens"):
        if wrong := next(filter(None, map(_wrong, offers)), ""):
            log.error("plugin %s: its screens are not served: %s", plugin, wrong)
            plugins.put_out(plugin, Status.SETUP_ERROR, f"roomctl_screens: {wrong}", "")
            continue
        found += [(plugin, one) for one in offers]
    return found


def _wrong(offer: ScreenOffer) -> str:
    if not _NAME.fullmatch(str(offer.name)):
        return f"{offer.name!r} is no name: a to z, 0 to 9, -"
    if not (offer.page or (Path(offer.folder) / INDEX).is_file()):
        return f"{offer.name}: {offer.folder} has no {INDEX}"
    if offer.right not in set(Right):
        return f"{offer.name}: {offer.right!r} is no right"
    return ""
