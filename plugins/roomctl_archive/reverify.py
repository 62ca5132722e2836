"""`roomctl archive reverify`: every copy of a meeting read again, every target asked for what nobody registered."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from roomctl.api import Meeting, PluginContext, RoomctlError, tr
from roomctl.api.deliveries import FixityCheck
from roomctl_archive import places, reconcile
from roomctl_archive.courier import name_of
from roomctl_archive.custodian import Custodian
from roomctl_archive.fixity import Tick


@dataclass
class Reading:
    """What came of it.

    Attributes:
        errors: by place, why it could not be read.
        unregistered: by target, packages that lie there and that the database does not know.

    """

    checks: list[FixityCheck] = field(default_factory=list)
    errors: dict[str, RoomctlError] = field(default_factory=dict)
    unregistered: dict[str, list[str]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing read is not ok. What another room has put at a target is none of ours."""
        return bool(self.checks) and not self.errors and all(check.ok for check in self.checks)

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "fixity": [check.as_json() for check in self.checks],
            "errors": [{"place": place, "what": str(error)} for place, error in self.errors.items()],
            "unregistered": self.unregistered,
        }

    def lines(self) -> Iterator[tuple[str, str]]:
        """For people: a line, and its colour."""
        for check in self.checks:
            read = tr(f"查了 {check.files} 个文件，{check.bytes} 字节", f"{check.files} files, {check.bytes} bytes")
            yield f"{name_of(check.place)}: {read}", "green" if check.ok else "red"
            for fault in check.problems:
                yield f"{name_of(check.place)}: {fault.file}: {fault.what}", "red"
        for place, error in self.errors.items():
            yield f"{name_of(place)}: {error}", "red"
        for target, keys in self.unregistered.items():
            for key in keys:
                yield tr(f"{target}: {key} 不在登记里", f"{target}: {key} is in no register"), "yellow"
        if not self.checks:
            yield tr("没有查到任何副本", "not one copy was read"), "red"


def read_again(ctx: PluginContext, meeting: Meeting, *, repair: bool, tick: Tick) -> Reading:
    """Every copy of every package of a meeting, now, and as fast as it goes."""
    custodian, found = Custodian(ctx, stop=lambda: None), Reading()
    for package in ctx.services.packages(meeting.id):
        for place in places.places(ctx, package):
            try:
                found.checks.append(custodian.check(package, place, repair=repair, tick=tick))
            except RoomctlError as error:
                found.errors[place] = error
    for name in ctx.config.targets:
        try:
            if unknown := reconcile.ask(ctx, name).unknown:
                found.unregistered[name] = list(unknown)
        except RoomctlError as error:
            found.errors.setdefault(name, error)
    return found
