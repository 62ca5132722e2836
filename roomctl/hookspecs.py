"""Every hook, its contract in its docstring.

Each implementation is called directly and alone, in a thread of its own, with a deadline. What it raises, or an
answer that is not of the promised type, is logged with the plugin's name and counted; the others go on.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pluggy
from pydantic import BaseModel

from roomctl.api import Missing, PluginContext
from roomctl.domain.archive import PackageFile
from roomctl.domain.events import LoggedEvent
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, Objection
from roomctl.services.archive_ports import Archivist
from roomctl.services.drivers import DriverOffer
from roomctl.services.offers import (
    Check,
    DocumentOffer,
    EngineOffer,
    PageOffer,
    PanelOffer,
    RecorderFactory,
    Service,
    TargetFactory,
)
from roomctl.services.print_offers import Typesetter
from roomctl.services.rank_offers import Ranking
from roomctl.services.screen_offers import ScreenOffer

hookspec = pluggy.HookspecMarker("roomctl")


@hookspec
def roomctl_config_model() -> type[BaseModel]:
    """The pydantic model of `[plugins.<name>]` in roomctl.toml. Called at load, before there is a context."""
    raise AssertionError


@hookspec
def roomctl_self_check(ctx: PluginContext) -> Sequence[Missing]:
    """What is missing, and the mend. Called after load, and by `roomctl doctor`; quick, and without network."""
    raise AssertionError


@hookspec
def roomctl_services(ctx: PluginContext) -> Sequence[Service]:
    """Long-running work: started with the host, stopped with it, and asked for progress."""
    raise AssertionError


@hookspec
def roomctl_recorders(ctx: PluginContext) -> Mapping[str, RecorderFactory]:
    """Recorders by name; the settings choose one."""
    raise AssertionError


@hookspec
def roomctl_transcribers(ctx: PluginContext) -> Mapping[str, EngineOffer]:
    """Speech engines by name; `--engine` and the settings choose one, `auto` the best that is installed."""
    raise AssertionError


@hookspec
def roomctl_archive_targets(ctx: PluginContext) -> Mapping[str, TargetFactory]:
    """Kinds of archive target by name; each takes its section of the configuration."""
    raise AssertionError


@hookspec
def roomctl_device_checks(ctx: PluginContext) -> Sequence[Check]:
    """Checks of this room. A check reads facts, then judges them by a pure function."""
    raise AssertionError


@hookspec
def roomctl_device_drivers(ctx: PluginContext) -> Sequence[DriverOffer]:
    """Kinds of device that this plugin can talk to; the inventory names them."""
    raise AssertionError


@hookspec
def roomctl_gate(ctx: PluginContext, meeting: Meeting, target: State) -> Sequence[Objection]:
    """Objections to a transition, each with its mend. Called with no transaction open."""
    raise AssertionError


@hookspec
def roomctl_identify(ctx: PluginContext, meeting: Meeting, evidence: Mapping[str, str]) -> str | None:
    """The id of the person whom a card or code belongs to, or None."""
    raise AssertionError


@hookspec
def roomctl_ranking(ctx: PluginContext) -> Ranking:
    """The table of rank, by which a roster is looked at before it is taken in."""
    raise AssertionError


@hookspec
def roomctl_on_event(ctx: PluginContext, event: LoggedEvent) -> None:
    """Called for each event in order, from where this plugin stopped. Quick: longer work is a service's."""
    raise AssertionError


@hookspec
def roomctl_record_documents(ctx: PluginContext, meeting: Meeting) -> Sequence[DocumentOffer]:
    """Documents that this plugin can draft for the meeting."""
    raise AssertionError


@hookspec
def roomctl_room_documents(ctx: PluginContext) -> Sequence[DocumentOffer]:
    """Documents that this plugin can draft for the room alone, such as the report of a check for no meeting."""
    raise AssertionError


@hookspec
def roomctl_typesetter(ctx: PluginContext) -> Typesetter:
    """Sets pages that other plugins lay out, in the office's fonts."""
    raise AssertionError


@hookspec
def roomctl_package_files(ctx: PluginContext, meeting: Meeting) -> Sequence[PackageFile]:
    """The files that this plugin owns and that belong into the meeting's package."""
    raise AssertionError


@hookspec
def roomctl_archivist(ctx: PluginContext) -> Archivist:
    """Reads the packages that this plugin makes, for the 归档登记: what they hold, and whether it is all there."""
    raise AssertionError


@hookspec
def roomctl_api_routes(ctx: PluginContext) -> Any:
    """A `fastapi.APIRouter`, served under `/api/v1/x/<plugin>/`; each route names the right it needs.

    A route runs in a thread (`def`); an `async def` route that stops the event loop costs the host a restart, and the
    plugin starts disabled after it.
    """
    raise AssertionError


@hookspec
def roomctl_pages(ctx: PluginContext) -> Sequence[PageOffer]:
    """Pages that only this plugin needs."""
    raise AssertionError


@hookspec
def roomctl_panels(ctx: PluginContext) -> Sequence[PanelOffer]:
    """Panels for the slots of the host's pages."""
    raise AssertionError


@hookspec
def roomctl_screens(ctx: PluginContext) -> Sequence[ScreenOffer]:
    """Screens that nobody signs on at: plain pages, opened by a link whose key ends with the meeting."""
    raise AssertionError


@hookspec
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """Commands by the names in plugin.toml: a typer app, or a function that typer can run."""
    raise AssertionError
