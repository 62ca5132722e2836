"""Each target: what it has taken, and what it still lacks."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from roomctl.api import Package, PluginContext, Receipt, State, tr, ui

LATELY = (State.CLOSED, State.DEPOSITED, State.ARCHIVED)
_MEETINGS = 30
"""The newest; what is older is no news."""


def build(ctx: PluginContext) -> ui.Part:
    """A line a target."""
    services = ctx.services
    newest = services.meetings(*LATELY)[:_MEETINGS]
    packages = [one for meeting in newest for one in services.packages(meeting.id)]
    receipts = [one for meeting in newest for one in services.receipts(meeting.id)]
    zone = ZoneInfo(services.room.zone)
    return ui.join(_target(name, packages, receipts, zone) for name in ctx.config.targets)


def _target(name: str, packages: Sequence[Package], receipts: Sequence[Receipt], zone: ZoneInfo) -> ui.Part:
    held = {one.package: one for one in receipts if one.target == name}
    waiting = sum(name in one.targets and one.id not in held for one in packages)
    if waiting:
        look, said = ui.Look.WARN, tr(f"还差 {waiting} 包", f"{waiting} packages to come")
    elif not held:
        look, said = ui.Look.WAITING, tr("还没有要送的", "nothing to deliver yet")
    else:
        look, said = ui.Look.OK, tr("都已送到并核对", "has everything, read back")
    last = max((one.at for one in held.values()), default=None)
    when = (
        tr(f"最近 {last.astimezone(zone):%m-%d %H:%M}", f"last {last.astimezone(zone):%m-%d %H:%M}") if last else "—"
    )
    return ui.line(ui.state_glyph(look, size="s"), tr(f"{name}：{said}", f"{name}: {said}"), when)
