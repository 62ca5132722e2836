"""A meeting's first package and its supplements: which belong together, by the hash that each supplement names."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from roomctl.api import Fault, Package, Verdict, tr
from roomctl_archive import manifest
from roomctl_archive.fixity import Tick, read, silent
from roomctl_archive.verify import verify

SUPPLEMENT, SUPPLEMENT_SHA256 = "Roomctl-Supplement-To", "Roomctl-Supplement-To-SHA256"
INFO = "bag-info.txt"


def labels(packages: Sequence[Package]) -> dict[str, str]:
    """Of bag-info.txt, where the meeting has packages already: the first by its id, and by the hash of its seal."""
    if not packages:
        return {}
    return {SUPPLEMENT: packages[0].id, SUPPLEMENT_SHA256: packages[0].manifest_sha256}


@dataclass(frozen=True, slots=True)
class Member:
    """One package in its folder. `first` and `sha256` are what it says of the one that it supplements, else empty."""

    folder: Path
    first: str = ""
    sha256: str = ""

    @property
    def id(self) -> str:
        return self.folder.name


def member(folder: Path) -> Member:
    """What a package says of itself; nothing where it cannot be read, which its verification tells."""
    try:
        text = (folder / INFO).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return Member(folder)
    found = dict(re.findall(rf"^({SUPPLEMENT}|{SUPPLEMENT_SHA256}): (\S+)$", text, re.MULTILINE))
    return Member(folder, found.get(SUPPLEMENT, ""), found.get(SUPPLEMENT_SHA256, ""))


def members(folder: Path) -> Sequence[Member]:
    """The family of a package, as far as it lies beside it: the first one first, then its supplements by age."""
    here = member(folder.resolve())
    beside = [
        member(one)
        for one in sorted(here.folder.parent.iterdir())
        if (one / manifest.TAGS[0]).is_file() and one.suffix != manifest.ASIDE
    ]
    first = here.first or here.id
    return [one for one in beside if one.id == first] + [one for one in beside if one.first == first]


def faults(family: Sequence[Member]) -> Iterator[Fault]:
    """The first one is there, and is the one that each supplement names."""
    lead = next((one for one in family if not one.first), None)
    seal = _seal(lead.folder) if lead else ""
    for one in family:
        if not one.first:
            continue
        if lead is None:
            yield Fault(
                f"{one.id}/{INFO}",
                tr(f"首个存档包 {one.first} 不在旁边", f"the first package {one.first} is not here"),
            )
        elif one.sha256 and one.sha256 != seal:
            yield Fault(
                f"{one.id}/{INFO}",
                tr("它补充的不是旁边这个首包（校验码不同）", "it supplements another package (its hash differs)"),
            )


def verify_all(family: Sequence[Member], tick: Tick = silent) -> tuple[Verdict, Mapping[str, Verdict]]:
    """A meeting's whole: each package by itself, and that they belong together; each fault with its package."""
    each = {one.id: verify(one.folder, tick) for one in family}
    found = [
        Fault(f"{name}/{fault.file}", fault.what) for name, verdict in each.items() for fault in verdict.problems
    ]
    files, size = sum(one.files for one in each.values()), sum(one.bytes for one in each.values())
    return Verdict(files, size, (*found, *faults(family))), each


def _seal(folder: Path) -> str:
    try:
        with (folder / manifest.TAGS[0]).open("rb") as stream:
            return read(stream, sm3=False).sha256
    except OSError:
        return ""
