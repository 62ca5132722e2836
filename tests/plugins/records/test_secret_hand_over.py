"""涉密载体移交清单: what it says, and that it is set on one page with its mark."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from roomctl_records.drafting import secret_hand_over
from roomctl_records.render import docx, template

from roomctl.api import Meeting, MeetingId, NotFound, secrecy
from roomctl.api.custody import Handover

MEETING = Meeting(
    id=MeetingId("0199a000-0000-7000-8000-000000000001"),
    room="r",
    title="一件不能说的事",
    starts=datetime(2026, 11, 12, 9),
    secrecy=secrecy.parse("秘密★3年"),
)
ONE = Handover(
    id="h1",
    number=7,
    meeting=MEETING.id,
    package="p1",
    medium="光盘-01",
    files=31,
    bytes=123_456_789,
    manifest_sha256="ab" * 32,
    handed_by="赵敏",
    at=datetime(2026, 11, 12, 4, tzinfo=UTC),
    keeper="机要室",
)


def text_of(document):
    return "\n".join(str(block) for block in document.blocks)


def test_it_names_medium_package_and_both_sides_and_no_title():
    said = text_of(secret_hand_over.draft(MEETING, [replace(ONE, received_by="档案员")], office="市政府办公室"))
    for word in ("光盘-01", "31", "赵敏", "档案员", "机要室", "20261112 12:00", "ab" * 32, "接收人"):
        assert word in said
    assert MEETING.title not in said


def test_it_carries_its_mark_and_is_written(tmp_path):
    document = secret_hand_over.draft(MEETING, [ONE])
    assert document.mark == "秘密★3年"
    docx.write(document, tmp_path / "a.docx", template.load("", tmp_path), at=ONE.at)
    assert (tmp_path / "a.docx").stat().st_size > 10_000


def test_without_a_handover_there_is_no_list():
    with pytest.raises(NotFound):
        secret_hand_over.draft(MEETING, [])
