from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.errors import BadInput

STARTS = datetime(2026, 11, 12, 9, 0)
MEETING = Meeting(id=MeetingId("m"), room="r", title="会", starts=STARTS, planned_minutes=90)


def test_the_planned_time_is_local_to_the_zone():
    assert MEETING.starts_at == datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
    assert replace(MEETING, zone="Asia/Urumqi").starts_at == datetime(2026, 11, 12, 3, 0, tzinfo=UTC)


def test_it_ends_after_its_planned_length():
    assert MEETING.ends_at - MEETING.starts_at == timedelta(minutes=90)


@pytest.mark.parametrize("title", ["", " ", "\t\n"])
def test_a_meeting_has_a_title(title):
    with pytest.raises(BadInput):
        replace(MEETING, title=title)


def test_a_planned_time_with_an_offset_is_refused():
    with pytest.raises(BadInput):
        replace(MEETING, starts=datetime(2026, 11, 12, 1, 0, tzinfo=UTC))
