import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import rfc8785
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roomctl.domain.events import SYSTEM, Actor, Event, Head, verify
from tests.storage.strategies import json_values, text

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)
PERSON = Actor.person("张建国")


def _event(stream: str, kind: str = "x.test.noted", **data: object) -> Event:
    return Event(stream=stream, kind=kind, actor=PERSON, at=AT, data=data)


@given(data=st.lists(st.dictionaries(text, json_values, max_size=3), min_size=1, max_size=4))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_appended_verifies_and_reads_back(uow, data):
    with uow:
        for told in data:
            uow.events.append(Event(stream="m9", kind="x.test.noted", actor=PERSON, at=AT, data=told))
        rows = list(uow.events.stream("m9"))
        assert list(verify(rows, uow.events.head("m9"))) == []
        assert [row.n for row in rows] == list(range(1, len(data) + 1))
        assert [json.loads(row.data) for row in rows] == [json.loads(json.dumps(told)) for told in data]


def test_the_data_is_stored_as_the_canonical_text_that_was_hashed(uow, planned, database):
    told = {"b": 1, "a": "签到", "c": [1.0, None, True]}
    with uow:
        row = uow.events.append(_event(planned.id, **told))
        uow.commit()
    with database.reader() as connection:
        stored = connection.exec_driver_sql("SELECT data, typeof(data) FROM events WHERE seq = ?", (row.seq,)).one()
    assert stored == (rfc8785.dumps(told).decode(), "text")
    assert row.data == '{"a":"签到","b":1,"c":[1,null,true]}'
    assert row.at == "2026-11-12T01:00:00.000000+00:00"


def test_each_stream_counts_for_itself_and_seq_counts_all(uow):
    with uow:
        rows = [uow.events.append(_event(stream)) for stream in ("m1", "m2", "m1")]
    assert [(row.stream, row.n) for row in rows] == [("m1", 1), ("m2", 1), ("m1", 2)]
    assert [row.seq for row in rows] == [1, 2, 3]


def test_a_stream_can_be_asked_for_kinds(uow):
    kinds = ["attendance.signed_in", "attendance.left", "attendancex", "meeting.opened", "a%", "ab"]
    with uow:
        for kind in kinds:
            uow.events.append(_event("m1", kind))

        def asked(*wanted: str) -> list[str]:
            return [row.kind for row in uow.events.stream("m1", wanted)]

        assert asked() == kinds
        assert asked("attendance.*") == ["attendance.signed_in", "attendance.left"]
        assert asked("attendance.left", "meeting.*") == ["attendance.left", "meeting.opened"]
        assert asked("a%*") == ["a%"]  # no wildcard but the star at the end
        assert asked("nothing") == []


def test_a_stream_can_be_asked_for_what_its_data_says(uow):
    with uow:
        for kind, data in (("a.x", {"person": "1", "key": "k"}), ("a.y", {"person": "2"}), ("b.x", {"person": "1"})):
            uow.events.append(replace(_event("m1", kind), data=data))
        uow.events.append(replace(_event("m2", "a.x"), data={"person": "1"}))

        def asked(*kinds: str, **saying: str) -> list[tuple[str, int]]:
            return [(row.kind, row.n) for row in uow.events.stream("m1", kinds, saying)]

        assert asked("a.*", person="1") == [("a.x", 1)]
        assert asked(person="1") == [("a.x", 1), ("b.x", 3)]
        assert asked("a.*", person="2", key="k") == [("a.x", 1), ("a.y", 2)]
        assert asked("a.*", person="' OR 1=1 --") == []
        (row,) = uow.events.stream("m1", ["a.y"], {"person": "2"})
        assert row == list(uow.events.stream("m1"))[1]


@pytest.mark.parametrize("kind", ["meeting.opened", "meeting.closed", "meeting.cancelled"])
def test_opening_and_closing_note_the_meetings_head_in_the_rooms_stream(uow, planned, kind):
    with uow:
        row = uow.events.append(_event(planned.id, kind))
        noted = list(uow.events.stream(uow.room.id))
    assert [one.kind for one in noted] == ["stream.head"]
    assert json.loads(noted[0].data) == {"stream": planned.id, "n": 2, "sha256": row.sha256, "sm3": row.sm3}
    assert noted[0].actor == str(SYSTEM)


def test_other_events_leave_the_rooms_stream_alone(uow, planned):
    with uow:
        uow.events.append(_event(planned.id, "meeting.started"))
        uow.events.append(_event(uow.room.id, "meeting.opened"))
        assert [row.kind for row in uow.events.stream(uow.room.id)] == ["meeting.opened"]


def test_heads_are_the_newest_row_of_each_stream(uow):
    with uow:
        assert uow.events.head("m1") == Head()
        rows = [uow.events.append(_event(stream)) for stream in ("m1", "m2", "m1")]
        newest = {row.stream: Head(row.n, row.sha256, row.sm3) for row in rows}
        assert uow.events.heads() == newest
        assert uow.events.head("m1") == newest["m1"]


def test_a_subscriber_goes_on_where_it_stopped(new_uow):
    with new_uow() as uow:
        rows = [uow.events.append(_event("m1", n=n)) for n in range(5)]
        assert "plugin:archive" not in uow.events.cursors()
        assert list(uow.events.since(0, limit=2)) == rows[:2]
        uow.events.set_cursor("plugin:archive", 1)
        uow.events.set_cursor("plugin:archive", 2)
        uow.commit()
    with new_uow().reading() as uow:
        assert uow.events.cursors() == {"plugin:archive": 2}
        assert list(uow.events.since(2)) == rows[2:]


def test_an_event_that_was_rolled_back_leaves_no_hole(uow):
    with uow:
        uow.events.append(_event("m1"))
    with uow:
        row = uow.events.append(_event("m1"))
        uow.commit()
    assert (row.seq, row.n) == (1, 1)


def test_a_row_of_the_log_is_the_row_that_was_appended(uow):
    with uow:
        row = uow.events.append(_event("m1", note="𠮷"))
        assert list(uow.events.stream("m1")) == [row]
        assert replace(row, seq=0) != row
