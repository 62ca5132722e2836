"""移交: the packages of a state secret onto a registered 涉密介质, read back, and handed over by name."""

from dataclasses import dataclass
from pathlib import Path

from roomctl.api import BadInput, Meeting, NotFound, Package, PluginContext, tr
from roomctl.api.custody import LABEL, MEDIUM, Handover, Way, serial_on
from roomctl_archive import delivery, stub
from roomctl_archive.fixity import Tick, silent
from roomctl_archive.folder_target import FolderTarget


def serial_at(mount: Path) -> str:
    """The serial that is written on the medium that is mounted there.

    Raises:
        BadInput: there is none: it is no registered medium, or not mounted.

    """
    try:
        serial = serial_on((mount / LABEL).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        serial = ""
    if not serial:
        raise BadInput(
            tr(f"{mount} 不是登记的涉密介质", f"{mount} is no registered medium"),
            tr(f"上面没有 {LABEL}", f"there is no {LABEL} on it"),
            tr("由保密员登记（roomctl secrecy register）", "register it first: roomctl secrecy register"),
        )
    return serial


def waiting(ctx: PluginContext, meeting: Meeting) -> list[Package]:
    """Packages that are on no medium yet."""
    handed = {one.package for one in ctx.services.handovers(meeting.id)}
    return [one for one in ctx.services.packages(meeting.id) if MEDIUM in one.targets and one.id not in handed]


def hand_over(
    ctx: PluginContext, meeting: Meeting, mount: Path, *, by: str, open_title: bool = False, tick: Tick = silent
) -> list[Handover]:
    """Copies what is waiting, reads every byte back, and draws a list for each package.

    Args:
        mount: where the medium is mounted.
        by: 移交人.
        open_title: the title is no secret itself, so that the stub may tell it.
        tick: told the bytes as they go there and back.

    Raises:
        SecrecyRefused: the meeting is no state secret, or one of a level that is never held here.
        BadInput, NotFound, Refused: the medium is none, is not registered, withdrawn, or not for this level; nothing
            is waiting. Damaged: it gave other bytes back; nothing is handed over then.

    """
    ctx.services.need_way(meeting.id, Way.REGISTERED)
    medium = ctx.services.medium(serial_at(mount))
    medium.take(meeting.highest_secrecy.level)
    packages = waiting(ctx, meeting)
    if not packages:
        raise NotFound(
            tr("没有要移交的存档包", "there is no package to hand over"),
            tr("还没有打好，或已经移交", "it is not built yet, or handed over already"),
            tr("请先散会、关闭，再运行 roomctl archive push", "close the meeting, then run roomctl archive push"),
        )
    target = FolderTarget(mount, ctx.clock.sleep)
    handed = []
    for package in packages:
        shown = _Shown(tick)
        proof = delivery.deliver(
            package, ctx.services.data / package.path, target, name=medium.serial, clock=ctx.clock, seen=shown
        )
        handed.append(
            ctx.services.hand_package_over(
                meeting.id,
                package=package.id,
                medium=medium.serial,
                by=by,
                files=proof.files,
                size=proof.bytes,
                manifest_sha256=proof.manifest_sha256,
            )
        )
    stub.tell_title(ctx, meeting, open_title=open_title)
    return handed


@dataclass(slots=True)
class _Shown:
    """What went through since it was last told."""

    tick: Tick
    told: int = 0

    def __call__(self, tally: delivery.Tally) -> None:
        through = tally.sent + tally.checked
        self.tick(through - self.told)
        self.told = through
