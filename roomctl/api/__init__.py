"""The only package that a plugin imports: hooks, its context, and the domain's values.

A plugin is a Python package with a `plugin.toml` beside its `__init__.py`:

    from roomctl.api import PluginContext, hookimpl

    @hookimpl
    def roomctl_self_check(ctx: PluginContext) -> list[Missing]: ...

Every hook gets `ctx` first, and an implementation may leave out any argument that it does not need.
"""

# ruff: noqa: F401, F403 - names for plugins
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roomctl.api.names import *
else:
    from roomctl.api.marker import hookimpl
    from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn
    from roomctl.domain.recording import (
        Envelope,
        Gap,
        Level,
        Marker,
        MarkKind,
        Order,
        Problem,
        Purpose,
        RecorderState,
        RecorderStatus,
        Recording,
        RecordingHead,
        RecordingReport,
        Segment,
    )
    from roomctl.errors import BadInput, Busy, Damaged, Forbidden, MissingPart, NotFound, Refused, RoomctlError
    from roomctl.i18n import language, tr

    def __getattr__(name: str) -> object:
        """All others come with the first of them: the children of a recording start in half of the time without."""
        if name.startswith("_") and name != "__all__":
            raise AttributeError(name)
        return getattr(import_module("roomctl.api.names"), name)
