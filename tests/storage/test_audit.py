# ruff: noqa: S608 - each statement is written here
"""Each way to tamper with the log, done straight to the file as somebody else would do it."""

import json
import sqlite3
from contextlib import closing

import pytest

from roomctl.domain.events import SYSTEM, Actor, Event, Head, link
from roomctl.storage.audit import verify_log
from tests.storage.conftest import AT

ROWS = 8


@pytest.fixture
def tamper(database, data, new_uow, planned):
    """A log of two meetings and the room, closed; gives a way to change the file."""
    for n in range(ROWS - 1):
        with new_uow() as uow:
            kind = "meeting.opened" if n == 3 else "attendance.signed_in"
            uow.events.append(Event(stream=planned.id, kind=kind, actor=SYSTEM, at=AT, data={"n": n}))
            uow.events.append(Event(stream="m2", kind="x.test.noted", actor=SYSTEM, at=AT, data={"n": n}))
            uow.commit()
    with database.reader() as connection:
        database.heads.settle(connection)

    def run(*statements: str) -> list:
        with closing(sqlite3.connect(data / "roomctl.db")) as file:
            for statement in statements:
                file.execute(statement)
            file.commit()
        return verify_log(database, data / "heads.json")

    return run


def test_a_log_that_nobody_touched_is_clean(tamper):
    assert tamper() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("seq", "99"),
        ("id", "'other'"),
        ("room", "'other'"),
        ("stream", "'m3'"),
        ("n", "99"),
        ("at", "'2026-11-12T01:00:00.000001+00:00'"),
        ("kind", "'attendance.left'"),
        ("v", "2"),
        ("v", "'one'"),
        ("v", "9223372036854775807"),
        ("n", "'four'"),
        ("data", "x'7b7d'"),
        ("actor", "'person:李四'"),
        ("data", "replace(data, ':2', ':3')"),
        ("data", "replace(data, ':', ': ')"),
        ("sha256", "replace(sha256, substr(sha256, 1, 1), '~')"),
        ("sm3", "upper(sm3)||'0'"),
    ],
)
def test_a_row_altered_in_any_column_is_found(tamper, column, value):
    faults = tamper(
        "PRAGMA foreign_keys = OFF", f"UPDATE events SET {column} = {value} WHERE stream = 'm1' AND n = 4"
    )
    assert any(fault.n in {4, 5, 99} or fault.stream == "m3" for fault in faults)


def test_a_removed_row_is_found(tamper):
    faults = tamper("DELETE FROM events WHERE stream = 'm1' AND n = 4")
    assert ("m1", 4, "removed") in [(fault.stream, fault.n, fault.what) for fault in faults]


def test_a_removed_row_is_found_though_the_rest_was_numbered_anew(tamper):
    faults = tamper(
        "DELETE FROM events WHERE stream = 'm1' AND n = 4",
        "UPDATE events SET n = n - 1 WHERE stream = 'm1' AND n > 4",
        "UPDATE events SET seq = (SELECT count(*) FROM events AS other WHERE other.seq <= events.seq)",
    )
    assert "m1" in {fault.stream for fault in faults}


@pytest.mark.parametrize("column", ["n", "seq"])
def test_two_rows_that_changed_places_are_found(tamper, column):
    (one, other) = (3, 5) if column == "n" else (7, 9)
    where = "stream = 'm1' AND " if column == "n" else ""
    faults = tamper(
        f"UPDATE events SET {column} = -1 WHERE {where}{column} = {one}",
        f"UPDATE events SET {column} = {one} WHERE {where}{column} = {other}",
        f"UPDATE events SET {column} = {other} WHERE {column} = -1",
    )
    assert faults


def test_an_inserted_row_is_found(tamper):
    faults = tamper(
        "UPDATE events SET n = -n WHERE stream = 'm1' AND n > 3",
        "UPDATE events SET n = -n + 1 WHERE stream = 'm1' AND n < 0",
        "INSERT INTO events (id, room, stream, n, at, kind, v, actor, data, sha256, sm3)"
        " SELECT 'forged', room, stream, 4, at, kind, v, actor, data, sha256, sm3"
        " FROM events WHERE stream = 'm1' AND n = 3",
    )
    assert any(fault.stream == "m1" and fault.n == 4 for fault in faults)


@pytest.mark.parametrize("many", [1, 3, ROWS])
def test_an_end_that_was_cut_off_is_found(tamper, many):
    faults = tamper(f"DELETE FROM events WHERE stream = 'm2' AND n > {ROWS - 1 - many}")
    assert "m2" in {fault.stream for fault in faults if "cut off" in fault.what or "missing" in fault.what}


def test_the_end_of_the_whole_log_cut_off_is_found(tamper):
    faults = tamper("DELETE FROM events WHERE seq > (SELECT max(seq) - 2 FROM events)")
    assert {fault.stream for fault in faults} == {"m1", "m2"}
    assert all("cut off: 1 rows" in fault.what for fault in faults)


def test_a_cut_end_is_found_by_what_was_noted_since_the_snapshot(tamper, new_uow):
    with new_uow() as uow:
        uow.events.append(Event(stream="m1", kind="x.test.noted", actor=SYSTEM, at=AT))
        uow.commit()
    faults = tamper("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    assert [(fault.stream, fault.n) for fault in faults] == [("m1", ROWS + 1)]


def test_an_end_that_was_cut_off_is_still_found_when_the_log_has_grown_again(tamper, new_uow, database):
    tamper("DELETE FROM events WHERE seq > (SELECT max(seq) - 2 FROM events)")
    for _ in range(5):
        with new_uow() as uow:
            uow.events.append(Event(stream="m1", kind="x.test.noted", actor=SYSTEM, at=AT))
            uow.commit()
    found = [(fault.stream, fault.n) for fault in verify_log(database, database.heads.path)]
    assert ("m1", ROWS) in found
    with database.reader() as connection:  # the snapshot does not forget it either
        database.heads.settle(connection)
    assert ("m1", ROWS) in [(fault.stream, fault.n) for fault in verify_log(database, database.heads.path)]


def test_a_whole_meeting_that_is_gone_is_found(tamper):
    assert "m2" in {fault.stream for fault in tamper("DELETE FROM events WHERE stream = 'm2'")}


def test_the_rooms_stream_knows_a_meeting_that_was_opened(tamper, database):
    """Also where heads.json was rewritten with the log."""
    database.heads.path.write_text(json.dumps({"seq": 0, "heads": {}}))
    faults = tamper("DELETE FROM events WHERE stream = 'm1'")
    assert ("m1", 1) in [(fault.stream, fault.n) for fault in faults]


def test_a_stream_forged_from_its_first_row_is_found_by_the_head_in_the_rooms_stream(tamper, database):
    database.heads.path.write_text(json.dumps({"seq": 0, "heads": {}}))
    with database.reader() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM events WHERE stream = 'm1' ORDER BY n").all()
    changes, head = [], Head()
    for row in rows:
        event = Event(
            stream="m1",
            kind=row.kind,
            actor=Actor.parse(row.actor),
            at=AT,
            data={**json.loads(row.data), "forged": 1},
        )
        forged = link(event, head=head, event_id=row.id, room=row.room, seq=row.seq)
        head = Head(forged.n, forged.sha256, forged.sm3)
        changes.append(
            f"UPDATE events SET data = '{forged.data}', at = '{forged.at}', sha256 = '{forged.sha256}',"
            f" sm3 = '{forged.sm3}' WHERE seq = {row.seq}"
        )
    faults = tamper(*changes)
    assert [(fault.stream, "noted" in fault.what) for fault in faults] == [("m1", True)]


@pytest.mark.parametrize("content", [None, "", "{", "[]", '{"seq": 0}', '{"seq": 0, "heads": {"m1": {}}}', "\xff"])
def test_heads_that_are_missing_or_unreadable_are_a_finding(tamper, database, content):
    if content is None:
        database.heads.path.unlink()
    else:
        database.heads.path.write_bytes(content.encode("latin-1"))
    assert [fault.stream for fault in tamper()] == ["heads.json"]


def test_heads_of_another_folder_may_be_held_against_the_log(tamper, database, tmp_path):
    kept = tmp_path / "kept" / "heads.json"
    kept.parent.mkdir()
    kept.write_bytes(database.heads.path.read_bytes())
    assert verify_log(database, kept) == []
    tamper("DELETE FROM events WHERE seq = (SELECT max(seq) FROM events)")
    assert verify_log(database, kept) != []
