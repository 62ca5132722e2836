from datetime import datetime

import pytest
from roomctl_archive import roomctl_panels
from roomctl_archive.config import ArchiveConfig

from roomctl.api import Meeting, MeetingId, Package, Receipt, State
from roomctl.testing.fakes import A_MORNING, FakeContext, FakeServices

MEETING = Meeting(
    id=MeetingId("0199f000-0000-7000-8000-000000000001"),
    room="r",
    title="专题会议",
    starts=datetime(2026, 11, 12, 9, 5),
    state=State.CLOSED,
)
PACKAGE = Package(
    id="p", meeting=MEETING.id, path="p", files=2, bytes=3, manifest_sha256="0", at=A_MORNING, targets=("nas",)
)


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING)
    services.sealed[MEETING.id] = [PACKAGE]
    config = ArchiveConfig.model_validate({"targets": {"nas": {"kind": "folder", "path": "nas"}}})
    return FakeContext("archive", tmp_path, config, services=services)


def drawn(ctx):
    (offer,) = roomctl_panels(ctx)
    assert offer.slot == "home"
    return offer.build(None).html


def test_a_target_that_nothing_goes_to_yet_says_so(ctx):
    ctx.services.sealed.clear()
    assert "nas：还没有要送的" in drawn(ctx)


def test_a_target_says_how_much_it_still_lacks_until_it_has_everything(ctx):
    assert "nas：还差 1 包" in drawn(ctx)
    receipt = Receipt(package="p", target="nas", key="k", files=2, bytes=3, manifest_sha256="0", at=A_MORNING)
    ctx.services.proofs[MEETING.id] = [receipt]
    assert "nas：都已送到并核对" in drawn(ctx)
