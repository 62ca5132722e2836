"""Checks of the room's PC: disk, memory, load, clock, sleep, power, speech model, fonts."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from roomctl.api import Check, PanelOffer, PluginContext, Service, hookimpl

if TYPE_CHECKING:
    from pydantic import BaseModel

    from roomctl.api.devices import DriverOffer


@hookimpl
def roomctl_config_model() -> "type[BaseModel]":
    """`[plugins.av_check]`."""
    from roomctl_av_check.config import AvCheckConfig  # noqa: PLC0415 - a plugin's module loads nothing heavy

    return AvCheckConfig


@hookimpl
def roomctl_device_checks(ctx: PluginContext) -> Sequence[Check]:
    """One check for each thing of the PC, so that a slow one holds up no other; and the acoustic proof."""
    from roomctl_av_check.acoustics.proof import AcousticProof  # noqa: PLC0415
    from roomctl_av_check.config import AvCheckConfig  # noqa: PLC0415
    from roomctl_av_check.room_pc import checks  # noqa: PLC0415

    return [*checks(ctx), AcousticProof(ctx, ctx.config or AvCheckConfig())]


@hookimpl
def roomctl_device_drivers(ctx: PluginContext) -> "Sequence[DriverOffer]":
    """One for each file of `drivers`."""
    from roomctl_av_check.drivers import offers  # noqa: PLC0415

    return offers(ctx.folder)


@hookimpl
def roomctl_services(ctx: PluginContext) -> Sequence[Service]:
    """Checks before a meeting, and the watch in it."""
    from roomctl_av_check.schedule import Schedule  # noqa: PLC0415

    return [Schedule(ctx)]


@hookimpl
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """`roomctl acoustics baseline`."""
    from roomctl_av_check.acoustics import command  # noqa: PLC0415 - heavy, and needed only here

    return {"acoustics": command.build(ctx)}


@hookimpl
def roomctl_panels(ctx: PluginContext) -> Sequence[PanelOffer]:
    """On the home page: the PC as it stands now."""
    from roomctl_av_check.panel import RoomPanel  # noqa: PLC0415

    room = RoomPanel(ctx)
    return [PanelOffer(slot="home", title=("本机", "This PC"), build=lambda _meeting: room.build())]
