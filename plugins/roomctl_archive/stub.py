"""The stub of a state secret: what the ordinary archive may know of a package that lies on a registered 涉密介质."""

import json
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

import uuid_utils

from roomctl.api import Meeting, Package, PackageFile, PluginContext
from roomctl.api.custody import MEDIUM, Handover, is_stub
from roomctl_archive import bag, ways
from roomctl_archive.verify import FORMAT, FORMAT_LABEL, KIND_LABEL, STUB, STUB_FILE

_TITLE = "stub.title"


def due(ctx: PluginContext, meeting: Meeting, packages: Sequence[Package]) -> Handover | None:
    """The handover that lacks its stub: both sides have signed, and nothing stands in the archive for it."""
    if not meeting.highest_secrecy.state_secret or any(is_stub(meeting, one) for one in packages):
        return None
    first = next((one.id for one in packages if MEDIUM in one.targets and not one.supplement_to), "")
    found = (one for one in ctx.services.handovers(meeting.id) if one.package == first and one.received)
    return next(found, None)


def tell_title(ctx: PluginContext, meeting: Meeting, *, open_title: bool) -> None:
    """Whether the title is no secret itself, which a person says when the package is handed over."""
    ctx.store(meeting.id).put(_TITLE, open_title)


def build(ctx: PluginContext, meeting: Meeting, handed: Handover) -> Package:
    """Builds the stub, and registers it for the ordinary targets.

    Raises:
        RoomctlError: see `bag.write`.

    """
    home, at = ctx.folder(meeting.id), ctx.clock.now()
    source = home / STUB_FILE
    told = facts(meeting, handed, open_title=bool(ctx.store(meeting.id).get(_TITLE)))
    source.write_text(json.dumps(told, ensure_ascii=False) + "\n", encoding="utf-8")
    stub_id = str(uuid_utils.uuid7())
    bagged = bag.write(
        home / stub_id,
        [PackageFile(STUB_FILE, source)],
        info={
            "Source-Organization": ctx.config.source_organization,
            "External-Identifier": meeting.id,
            "Bagging-Date": at.astimezone(ZoneInfo(ctx.services.room.zone)).date().isoformat(),
            "Roomctl-Sealed-At": at.isoformat(),
            FORMAT_LABEL: str(FORMAT),
            KIND_LABEL: STUB,
        },
        tags={},
    )
    package = Package(
        id=stub_id,
        meeting=meeting.id,
        path=bagged.folder.relative_to(ctx.services.data).as_posix(),
        files=bagged.files,
        bytes=bagged.bytes,
        manifest_sha256=bagged.manifest_sha256,
        at=at,
        targets=ways.required(ctx.config, meeting, stub=True),
    )
    ctx.services.add_package(package)
    return package


def facts(meeting: Meeting, handed: Handover, *, open_title: bool) -> dict[str, Any]:
    """What it says; the title only where that is no secret itself."""
    return {
        "number": handed.number,
        "meeting": meeting.id,
        "date": meeting.starts.date().isoformat(),
        "secrecy": meeting.highest_secrecy.mark,
        "keeper": handed.keeper,
        "medium": handed.medium,
        "package": handed.package,
        "manifest_sha256": handed.manifest_sha256,
        "title": meeting.title if open_title else None,
    }
