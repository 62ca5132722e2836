"""From the first migration, with data, to the newest; and back by the copy that was made before."""

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from roomctl.domain.access import Account, Role, ScreenKey
from roomctl.domain.attendance import Person
from roomctl.domain.events import SYSTEM, Event, verify
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.recording import Purpose
from roomctl.errors import Refused
from roomctl.storage.database import open_database
from roomctl.storage.migrations import BUILT_IN
from roomctl.storage.uow import SqlUnitOfWork
from tests.storage.conftest import up_to

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


_OPEN = '{"level": "非密", "years": null, "basis": "", "by": ""}'
_MEETING = (
    "INSERT INTO meetings (id, room, title, starts, zone, planned_minutes, kind, place, chair, minute_taker, contact,"
    " secrecy, recorded, recording_approved_by, state, urgent, urgent_reason, facts, version) VALUES ('m1', ?,"
    " '财源建设专题会议', '2026-11-12 09:00:00.000000', 'Asia/Shanghai', 60, '专题会议', '', '', '', '', ?, 1, '',"
    " 'planned', 0, '', '[]', 0)"
)
_ITEM = (
    "INSERT INTO agenda_items (meeting, n, title, unit, presenter, minutes, observers, secrecy)"
    " VALUES ('m1', 1, '停车场建设', '', '李晓明', 0, '[]', ?)"
)


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """A data folder as the first roomctl left it."""
    made = tmp_path_factory.mktemp("first")
    migrations = up_to("0001", made / "migrations")
    database = open_database(made / "data" / "roomctl.db", room_name="常委会议室", migrations=migrations)
    ids = iter(f"e{n}" for n in range(100))
    uow = SqlUnitOfWork(database, lambda: next(ids))
    meeting = Meeting(
        id=MeetingId("m1"),
        room=database.room.id,
        title="财源建设专题会议",
        starts=datetime(2026, 11, 12, 9, 0),
        agenda=(AgendaItem(1, "停车场建设", presenter="李晓明"),),
    )
    with closing(sqlite3.connect(made / "data" / "roomctl.db")) as plain, plain:  # the tables have grown since
        plain.execute(_MEETING, (database.room.id, _OPEN))
        plain.execute(_ITEM, (_OPEN,))
    with uow:
        uow.roster.add("m1", [Person(id="p1", name="𠮷田·㛃", rank=1)])
        for n in range(50):
            uow.events.append(Event(stream="m1", kind="meeting.noted", actor=SYSTEM, at=AT, data={"n": n}))
        uow.commit()
    database.close()
    return made / "data", meeting


@pytest.fixture
def old(first, tmp_path):
    return shutil.copytree(first[0], tmp_path / "data"), first[1]


def test_an_upgrade_keeps_every_row_and_the_chain(old):
    data, meeting = old
    database = open_database(data / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    with uow.reading():
        assert uow.meetings.get("m1") == meeting
        assert [person.name for person in uow.roster.of("m1")] == ["𠮷田·㛃"]
        rows = list(uow.events.stream("m1"))
    assert len(rows) == 50
    assert not list(verify(rows))
    assert database.room.name == "常委会议室"
    database.close()


def test_after_an_upgrade_one_can_be_given_an_account(old):
    database = open_database(old[0] / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    account = Account(
        name="赵敏",
        password="x",  # noqa: S106 - no hash is looked at here
        roles=frozenset({Role.ADMIN}),
        created=AT,
        changed=AT,
    )
    with uow:
        uow.accounts.put(account)
        uow.commit()
    with uow.reading():
        assert uow.accounts.all() == [account]
    database.close()


def test_the_copy_made_before_is_the_database_as_it_was(old):
    data, _meeting = old
    open_database(data / "roomctl.db").close()
    (copy,) = (data / "backups").glob(f"roomctl-before-{BUILT_IN.head}.db")
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert before.execute("SELECT count(*) FROM events").fetchone() == (50,)
        assert not before.execute("SELECT 1 FROM sqlite_master WHERE name = 'accounts'").fetchone()


def test_a_step_back_and_forward_again_loses_nothing_of_before(old):
    data, meeting = old
    open_database(data / "roomctl.db").close()
    (copy,) = (data / "backups").glob("roomctl-before-*.db")
    for name in ("roomctl.db-wal", "roomctl.db-shm"):
        (data / name).unlink(missing_ok=True)
    copy.replace(data / "roomctl.db")
    database = open_database(data / "roomctl.db")
    assert SqlUnitOfWork(database, iter("abc").__next__).peek("m1") == meeting
    database.close()


# --- from the second: recordings get a purpose

_RECORDING = (
    "INSERT INTO recordings (id, meeting, number, folder, source, recorder, state, tracks, sample_rate, frames,"
    " dropped, gaps, markers) VALUES (?, 'm1', ?, ?, 'mic', 'audio', 'sealed', 1, 48000, 96000, 0, '[]', ?)"
)
_SEGMENT = (
    "INSERT INTO segments (recording, track, seq, path, first_frame, frames, utc, monotonic, sha256_pcm,"
    " sha256_file, sm3_file, overflows, gap_before, recovered) VALUES (?, 1, 1, 't01-0001.flac', 0, 96000, ?, 1.0,"
    " 'a', 'b', 'c', 0, 0, 0)"
)


@pytest.fixture
def second(old, tmp_path):
    """The same, one migration later, and a meeting was recorded."""
    data, _meeting = old
    open_database(data / "roomctl.db", migrations=up_to("0002", tmp_path / "migrations")).close()
    mark = '[{"kind": "item", "frame": 48000, "note": "1"}]'
    with closing(sqlite3.connect(data / "roomctl.db")) as database:
        for number in (1, 2):
            database.execute(_RECORDING, (f"r{number}", number, f"meetings/m1/audio/r{number}", mark))
            database.execute(_SEGMENT, (f"r{number}", "2026-11-12T01:00:00.000000+00:00"))
        database.commit()
    return data


def test_recordings_made_before_are_the_meetings_own_with_all_that_was_in_them(second):
    database = open_database(second / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    with uow.reading():
        recordings = uow.recordings.of("m1")
    assert [(one.id, one.number, one.purpose, one.alarm_rows) for one in recordings] == [
        ("r1", 1, Purpose.MEETING, 0),
        ("r2", 2, Purpose.MEETING, 0),
    ]
    assert [(mark.kind.value, mark.frame, mark.note) for mark in recordings[0].markers] == [("item", 48_000, "1")]
    assert [segment.path for segment in recordings[1].segments] == ["t01-0001.flac"]
    with uow:  # a test take is counted by itself
        uow.recordings.put(replace(recordings[0], id="r3", purpose=Purpose.TEST, segments=()))
        uow.commit()
    database.close()


def test_after_the_upgrade_segments_still_belong_to_a_recording(second):
    open_database(second / "roomctl.db").close()
    with closing(sqlite3.connect(second / "roomctl.db")) as database:
        database.execute("PRAGMA foreign_keys = ON")
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            database.execute(_SEGMENT, ("nobody", "2026-11-12T01:00:00.000000+00:00"))
        with pytest.raises(sqlite3.IntegrityError, match="UNIQUE"):
            database.execute(
                "INSERT INTO recordings SELECT 'r9', meeting, number, folder, source, recorder, state, tracks,"
                " sample_rate, frames, dropped, gaps, markers, purpose, alarm_rows, journal"
                " FROM recordings WHERE id = 'r1'"
            )


def test_a_step_back_to_the_second_has_the_recordings_as_they_were(second):
    open_database(second / "roomctl.db").close()
    (copy,) = (second / "backups").glob(f"roomctl-before-{BUILT_IN.head}*.db")
    with closing(sqlite3.connect(copy)) as before:
        assert before.execute("SELECT version_num FROM alembic_version").fetchone() == ("0002",)
        assert before.execute("SELECT id, number FROM recordings ORDER BY id").fetchall() == [("r1", 1), ("r2", 2)]
        assert before.execute("SELECT count(*) FROM segments").fetchone() == (2,)


# --- from the fourth: screens get keys


def test_a_meeting_planned_before_the_upgrade_can_have_screens(second):
    """And a key goes with nothing but its meeting: the database itself refuses one of a meeting that is not there."""
    database = open_database(second / "roomctl.db")
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    told = {"secret": "a", "meeting": "m1", "plugin": "p", "screen": "s", "label": "大屏", "by": "赵敏"}
    key = ScreenKey(id="k1", **told, made=AT)
    with uow:
        uow.accounts.add_screen_key(key)
        uow.commit()
    with uow.reading():
        assert uow.accounts.screen_keys("m1") == [key]
    for wrong, why in (({}, "UNIQUE"), ({"secret": "b", "meeting": "m9"}, "FOREIGN")):
        with pytest.raises(Refused, match=why), uow:
            uow.accounts.add_screen_key(replace(key, id="k2", **wrong))
    database.close()


# --- from the ninth: a figure knows when it was measured


def test_figures_of_before_are_followed_each_once(old):
    """A run that did not look at a row kept it; a word, or what is no JSON, is no figure."""
    path = old[0] / "roomctl.db"
    rows = [("r1", 1, "5", "08:00"), ("r2", 1, "5", "08:00"), ("r3", 1, "6.5", "10:00"), ("r3", 2, '"ja"', "10:00"),
            ("r3", 3, "NaN", "10:00")]  # fmt: skip
    with closing(sqlite3.connect(path)) as before, before:
        for run, hour in (("r1", 8), ("r2", 9), ("r3", 10)):
            before.execute("INSERT INTO check_runs VALUES (?, NULL, ?)", (run, f"2026-11-12T{hour:02}:00:00.000000Z"))
        for run, place, value, started in rows:
            before.execute(
                "INSERT INTO check_results VALUES (?, ?, 'lamp', ?, 'OK', ?, 'h', 'null', '', NULL, NULL, ?, 0)",
                (run, place, f"hours{place}", value, f"2026-11-12T{started}:00.000000Z"),
            )
    database = open_database(path)
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    with uow.reading():
        found = uow.checks.history(limit=9, until=datetime(2026, 11, 13, tzinfo=UTC))
    assert found == {("lamp", "hours1"): (5.0, 6.5)}
    database.close()
