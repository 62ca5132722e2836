"""Device check of each archive target: write, read back, remove; and room for the meeting that is planned."""

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from roomctl.api import CheckState, Meeting, PluginContext, Result, RoomctlError, checks, tr
from roomctl_archive.config import TargetConfig
from roomctl_archive.courier import opened

GIB = 1 << 30
SPARE = 2.0  # times the planned meeting: below it a warning, below the meeting itself a fault
DEFAULT_MINUTES = 60
DEADLINE = 20.0  # seconds; a share that is away answers late or never


@runtime_checkable
class Probed(Protocol):
    """A target that can prove itself without leaving anything behind."""

    def probe(self) -> int | None:
        """Writes, reads back and removes; the bytes that are free, where it can tell. Raises: RoomctlError."""
        ...


class TargetCheck:
    """One target of the configuration."""

    device, device_title = "archive", ("归档", "Archive")
    deadline = DEADLINE

    def __init__(self, ctx: PluginContext, target: str, config: TargetConfig) -> None:
        self.ctx, self.config = ctx, config
        self.name = f"target-{target}"
        self.title = (f"存储 {target}", f"Storage {target}")

    def run(self, meeting: Meeting | None) -> Iterable[Result]:
        planned = meeting.planned_minutes if meeting else DEFAULT_MINUTES
        needed = planned * 60 * self.ctx.config.bytes_per_second
        try:
            with opened(self.ctx, self.config) as target:
                probed = isinstance(target, Probed)
                free = target.probe() if isinstance(target, Probed) else None
        except RoomctlError as error:
            return [self._unusable(error)]
        return [judge(self.device, self.name, free, needed, probed=probed)]

    def _unusable(self, error: RoomctlError) -> Result:
        said = RoomctlError(error.what, error.why)
        state = CheckState.CRIT if self.config.required else CheckState.WARN
        return Result(device=self.device, check=self.name, state=state, message=str(said), hint=error.mend or None)


def judge(device: str, check: str, free: int | None, needed: int, *, probed: bool = True) -> Result:
    """Free bytes of a target against those of the planned meeting.

    Args:
        free: None where the target cannot tell.
        probed: it was written to and read back; else it was only reached.
        needed: bytes.

    """
    if free is None:
        message = (
            tr(
                "写入、读回、删除正常，剩余空间不详",
                "write, read back and remove work; its free space is not known",
            )
            if probed
            else tr("可以连接，不能试写", "reached; it cannot be tried by writing")
        )
        return Result(device=device, check=check, state=CheckState.OK, message=message)
    state = checks.below(free, warn=SPARE * needed, crit=needed)
    written = tr(
        f"写入、读回、删除正常，可用 {free / GIB:.1f} GiB，本次约需 {needed / GIB:.1f} GiB",
        f"write, read back and remove work; {free / GIB:.1f} GiB free, about {needed / GIB:.1f} GiB needed",
    )
    hint = None if state is CheckState.OK else tr("请腾出空间或换一处存储", "free some space, or use another storage")
    return Result(
        device=device,
        check=check,
        state=state,
        value=round(free / GIB, 2),
        unit="GiB",
        threshold=round(SPARE * needed / GIB, 2),
        message=written,
        hint=hint,
    )
