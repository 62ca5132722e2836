"""The register and each place, held against each other both ways: what lies there unknown, and what is gone."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from roomctl.api import ArchiveTarget, Package, PluginContext
from roomctl.api.deliveries import LOCAL
from roomctl.api.registration import Reconciled
from roomctl_archive import delivery, manifest
from roomctl_archive.courier import opened
from roomctl_archive.places import Listed

_KEPT = "reconciled:"
_FOLDER = "package"
"""Of this plugin in a meeting's, as plugin.toml says."""

_SEAL = manifest.TAGS[0]
"""The last file of a package, which names all others: where it lies, a package lies."""


def ask(ctx: PluginContext, place: str) -> Reconciled:
    """Asks one place for all packages that lie there; what was found is kept for `newest`.

    What no row knows may be another room's, or of a database that an older copy has replaced. It is told, and left
    alone.

    Args:
        place: a target by its name, or `LOCAL`.

    Raises:
        RoomctlError: the place cannot be reached.

    """
    known = {delivery.key_of(one): one for held in ctx.services.meetings() for one in ctx.services.packages(held.id)}
    should = {key: one for key, one in known.items() if place in _places(ctx, one)}
    if place == LOCAL:
        there = set(_here(ctx))
    else:
        with opened(ctx, ctx.config.targets[place]) as target:
            there = set(_at(target, should))
    gone = sorted(should.keys() - there)
    found = Reconciled(
        place=place,
        at=ctx.clock.now(),
        unknown=tuple(sorted(there - known.keys())),
        gone=tuple((should[key].meeting, should[key].id) for key in gone),
    )
    told = {"at": found.at.isoformat(), "packages": list(found.unknown), "gone": [list(one) for one in found.gone]}
    ctx.store().put(f"{_KEPT}{place}", told)
    return found


def newest(ctx: PluginContext) -> Sequence[Reconciled]:
    """What `ask` found last at each place that was asked, this machine first."""
    told = {name: ctx.store().get(f"{_KEPT}{name}") for name in (LOCAL, *ctx.config.targets)}
    return [
        Reconciled(
            place=name,
            at=datetime.fromisoformat(each["at"]),
            unknown=tuple(each["packages"]),
            gone=tuple((meeting, package) for meeting, package in each.get("gone", ())),
        )
        for name, each in told.items()
        if each
    ]


def _places(ctx: PluginContext, package: Package) -> set[str]:
    """Where a copy should lie, as the register says."""
    held = {one.target for one in ctx.services.receipts(package.meeting) if one.package == package.id}
    return held if package.id in ctx.services.pruned_packages() else {LOCAL, *held}


def _here(ctx: PluginContext) -> Iterator[str]:
    """As `PluginContext.folder` places them, also those of meetings that the register does not know."""
    for seal in ctx.services.data.glob(f"meetings/*/{_FOLDER}/*/{_SEAL}"):
        yield f"{seal.parents[2].name}/{seal.parent.name}"


def _at(target: ArchiveTarget, should: dict[str, Package]) -> Iterator[str]:
    """All packages of a target that can list them; of another, those of the register that are there."""
    if isinstance(target, Listed):
        ends = f"/{_SEAL}"
        yield from (key.removesuffix(ends) for key in target.keys("") if key.endswith(ends))
    else:
        yield from (key for key in should if target.stat(f"{key}/{_SEAL}") is not None)
