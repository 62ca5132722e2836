"""One step back, with what is there set aside; and what a copy of other tables becomes."""

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest

from roomctl import config
from roomctl.domain.access import Account, Right, Role, ScreenKey, Session, Token
from roomctl.domain.events import SYSTEM, Actor, Event
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.errors import BadInput, Busy, Damaged, NotFound
from roomctl.storage.audit import verify_log
from roomctl.storage.database import open_database
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.restore import restore, source_of
from roomctl.storage.uow import SqlUnitOfWork
from tests.storage.conftest import AT, copied, titles

HEAD = BUILT_IN.head
NEXT = f"{int(HEAD) + 1:04}"
SCRIPT = f"""
from alembic import op

revision = "{NEXT}"
down_revision = "{HEAD}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE rooms ADD COLUMN seats INTEGER NOT NULL DEFAULT 20")
"""


@pytest.fixture
def bring_back(data, clock):
    numbers = iter(range(1000))
    return lambda source, **more: restore(
        source, data, clock=clock, actor=Actor.person("孙丽"), new_id=lambda: f"9999-{next(numbers):012}", **more
    )


def hold(uow, name, title="财源建设专题会议", events=1):
    meeting = Meeting(id=MeetingId(name), room=uow.room.id, title=title, starts=datetime(2026, 11, 12, 9))
    with uow:
        uow.meetings.add(meeting)
        for _ in range(events):
            uow.events.append(Event(stream=name, kind="meeting.noted", actor=SYSTEM, at=AT))
        uow.commit()


# --- back --------------------------------------------------------------------------------------------------------


def test_restoring_tells_what_is_newer_and_sets_it_aside(data, database, new_uow, planned, clock, bring_back):
    copy = copied(data, clock)
    uow = new_uow()
    hold(uow, "m2", "预算审议", events=3)
    with uow:
        uow.events.append(Event(stream=planned.id, kind="meeting.noted", actor=SYSTEM, at=AT))
        uow.commit()
    database.close()
    done = bring_back(source_of(copy.name, data))
    assert {(one.stream, one.title, one.events, one.new) for one in done.lost} == {
        ("m2", "预算审议", 3, True),
        ("m1", planned.title, 1, False),
    }
    assert titles(data / "roomctl.db") == {planned.title}
    assert titles(done.aside / "roomctl.db") == {planned.title, "预算审议"}
    again = open_database(data / "roomctl.db")
    assert verify_log(again, data / "heads.json") == []
    with SqlUnitOfWork(again, str).reading() as uow:
        (told,) = uow.events.stream(again.room.id, ["storage.restored"])
    assert json.loads(told.data)["lost"] == {"m1": 1, "m2": 3}
    again.close()


def test_a_restore_can_be_undone(data, database, new_uow, planned, clock, bring_back):
    copy = copied(data, clock)
    hold(new_uow(), "m2", "预算审议")
    database.close()
    aside = bring_back(source_of(copy.name, data)).aside
    clock.advance(5)
    bring_back(source_of(str(aside), data))
    assert titles(data / "roomctl.db") == {planned.title, "预算审议"}


@pytest.mark.usefixtures("planned")
def test_accounts_come_back_and_what_was_signed_on_with_them_does_not(data, database, new_uow, clock, bring_back):
    """A session, a token or a screen's key that was ended since the copy was made would otherwise be good again."""
    kept = {"account": "赵敏", "created": AT}
    uow = new_uow()
    with uow:
        uow.accounts.put(Account(name="赵敏", password="", roles=frozenset({Role.ADMIN}), created=AT, changed=AT))
        uow.accounts.add_session(Session(id="s", expires=AT + timedelta(days=1), **kept))
        rights = frozenset({Right.SEE_MEETINGS})
        uow.accounts.add_token(Token(id="t", secret="", label="大屏", rights=rights, **kept))
        uow.accounts.put_link("l", AT + timedelta(days=1))
        screen = {"id": "k", "secret": "k", "meeting": "m1", "plugin": "p", "screen": "s", "label": "大屏"}
        uow.accounts.add_screen_key(ScreenKey(**screen, by="赵敏", made=AT))
        uow.commit()
    copy = copied(data, clock)
    database.close()
    done = bring_back(source_of(copy.name, data))
    assert (done.sessions, done.tokens) == (1, 1)
    again = open_database(data / "roomctl.db")
    with SqlUnitOfWork(again, str).reading() as found:
        assert [account.name for account in found.accounts.all()] == ["赵敏"]
        assert (found.accounts.session("s"), found.accounts.token(""), found.accounts.link("l")) == (None,) * 3
        assert found.accounts.screen_key("k") is None
        (told,) = found.events.stream(again.room.id, ["storage.restored"])
    assert json.loads(told.data)["ended"] == {"sessions": 1, "tokens": 1}
    again.close()
    assert copy.sound()  # the copy itself stays what it was


@pytest.mark.usefixtures("planned")
def test_what_a_damaged_database_knew_is_told_by_what_was_noted_of_it(data, database, new_uow, clock, bring_back):
    copy = copied(data, clock)
    hold(new_uow(), "m2", events=2)
    database.close()
    (data / "roomctl.db").write_bytes(b"\x00" * 8192)
    with pytest.raises(Damaged) as refused:
        open_database(data / "roomctl.db")
    assert f"roomctl restore {copy.name} --data {data}" in refused.value.mend
    done = bring_back(source_of(copy.name, data))
    assert [(one.stream, one.events, one.new) for one in done.lost] == [("m2", 2, True)]
    assert (done.aside / "roomctl.db").read_bytes() == b"\x00" * 8192


@pytest.mark.usefixtures("planned")
def test_a_database_that_is_gone_is_never_made_anew(data, database, clock):
    copy = copied(data, clock)
    database.close()
    for path in data.glob("roomctl.db*"):
        path.unlink()
    with pytest.raises(Damaged, match="gone") as refused:
        open_database(data / "roomctl.db")
    assert copy.name in refused.value.mend
    shutil.rmtree(data / "backups")
    with pytest.raises(Damaged, match="gone"):  # its heads alone tell that it was there
        open_database(data / "roomctl.db")


@pytest.mark.usefixtures("planned")
def test_the_newest_copy_that_is_whole_is_named(data, database, clock):
    good = copied(data, clock)
    clock.advance(3600)
    bad = copied(data, clock)
    (bad.path / "roomctl.db").chmod(0o600)
    (bad.path / "roomctl.db").write_bytes(b"x")
    database.close()
    (data / "roomctl.db").write_bytes(b"x" * 4096)
    with pytest.raises(Damaged) as refused:
        open_database(data / "roomctl.db")
    assert good.name in refused.value.mend
    assert bad.name not in refused.value.mend


@pytest.mark.usefixtures("planned", "database")
def test_a_damaged_copy_is_refused_and_changes_nothing(data, clock):
    copy = copied(data, clock)
    (copy.path / "heads.json").chmod(0o600)
    (copy.path / "heads.json").write_text("{}")
    with pytest.raises(Damaged):
        source_of(copy.name, data)


@pytest.mark.usefixtures("planned")
def test_a_log_that_was_tampered_with_is_not_brought_back(data, database, tmp_path, bring_back):
    other = tmp_path / "other.db"
    database.close()
    shutil.copyfile(data / "roomctl.db", other)
    with closing(sqlite3.connect(other)) as opened:
        opened.execute("UPDATE events SET actor = 'person:nobody'")
        opened.commit()
    before = (data / "roomctl.db").read_bytes()
    with pytest.raises(Damaged, match="event log"):
        bring_back(source_of(str(other), data))
    assert (data / "roomctl.db").read_bytes() == before
    assert not list(data.glob("*.part"))


def test_a_command_that_still_works_on_the_database_is_not_cut_off(data, planned, database, clock, bring_back):
    copy = copied(data, clock)
    with database.reader() as connection:
        connection.exec_driver_sql("SELECT count(*) FROM events").scalar()
        with pytest.raises(Busy):
            bring_back(source_of(copy.name, data))
    assert titles(data / "roomctl.db") == {planned.title}


@pytest.mark.usefixtures("planned")
def test_an_unknown_backup_lists_the_known(data, clock):
    copy = copied(data, clock)
    with pytest.raises(NotFound, match=copy.name):
        source_of("2019", data)


@pytest.mark.usefixtures("planned")
def test_settings_stay_unless_they_cannot_be_read_or_are_asked_for(data, database, clock, bring_back):
    settings = data / "roomctl.toml"
    settings.write_text('recorder = "old"\n')
    copy = copied(data, clock)
    settings.write_text('recorder = "new"\n')
    database.close()
    assert bring_back(source_of(copy.name, data)).settings == ()
    assert "new" in settings.read_text()
    clock.advance(1)
    assert bring_back(source_of(copy.name, data), settings=True).settings == ("roomctl.toml",)
    assert "old" in settings.read_text()
    settings.write_text("= =")
    clock.advance(1)
    done = bring_back(source_of(copy.name, data))
    assert "old" in settings.read_text()
    assert (done.aside / "roomctl.toml").read_text() == "= ="


@pytest.mark.usefixtures("planned")
def test_damaged_settings_name_the_newest_copy_that_can_be_read(data, clock):
    settings = data / "roomctl.toml"
    settings.write_text('recorder = "audio"\n')
    good = copied(data, clock)
    settings.write_text("= =")
    clock.advance(3600)
    copied(data, clock)
    with pytest.raises(BadInput) as refused:
        config.load(data)
    assert str(good.path / "roomctl.toml") in refused.value.mend


def test_a_file_that_is_no_database_is_refused_as_a_backup_and_the_others_are_named(data, clock, bring_back):
    copy = copied(data, clock)
    (data / "notes.db").write_text("not a database at all" * 100)
    with pytest.raises(Damaged, match=r"notes\.db is no good") as refused:
        bring_back(source_of(str(data / "notes.db"), data))
    assert copy.name in refused.value.mend


# --- one revision on, and one back -------------------------------------------------------------------------------


@pytest.fixture
def newer(tmp_path):
    folder = shutil.copytree(BUILT_IN.folder, tmp_path / "migrations")
    (folder / "versions" / f"v{NEXT}_seats.py").write_text(SCRIPT)
    return Migrations(folder, (*BUILT_IN.revisions, NEXT))


def test_an_upgrade_can_be_taken_back(data, planned, database, newer, bring_back):
    """What a later roomctl did to the tables is undone by the copy that it made before."""
    database.close()
    open_database(data / "roomctl.db", migrations=newer).close()
    before = f"roomctl-before-{NEXT}.db"
    kept = (data / "roomctl.db").read_bytes()
    (data / "roomctl.db").write_bytes(b"x" * 4096)
    with pytest.raises(Damaged, match=f"roomctl restore {before}"):  # where it is the only copy, it is the one named
        open_database(data / "roomctl.db", migrations=newer)
    (data / "roomctl.db").write_bytes(kept)
    done = bring_back(source_of(before, data))
    assert done.lost == ()
    again = open_database(data / "roomctl.db")  # as this roomctl, the older one, does
    assert verify_log(again, data / "heads.json") == []
    again.close()
    assert titles(data / "roomctl.db") == {planned.title}


@pytest.mark.usefixtures("planned")
def test_a_copy_of_older_tables_is_brought_back_as_it_is(data, database, newer, clock, bring_back):
    copy = copied(data, clock)
    database.close()
    open_database(data / "roomctl.db", migrations=newer).close()
    done = bring_back(source_of(copy.name, data), migrations=newer)
    assert done.older == HEAD
    open_database(data / "roomctl.db").close()  # not migrated: the older roomctl still opens it


@pytest.mark.skipif(len(BUILT_IN.revisions) < 2, reason="there is one migration")
def test_a_database_of_the_first_migration_comes_up_to_date_with_its_data_and_goes_back(tmp_path, clock):
    first = Migrations(_first_only(tmp_path), BUILT_IN.revisions[:1])
    path = tmp_path / "old" / "roomctl.db"
    database = open_database(path, room_name="第一会议室", migrations=first)
    room = database.room
    database.close()
    with closing(sqlite3.connect(path)) as opened:  # as that version wrote it
        opened.execute(_insert(opened, "meetings", id="m1", room=room.id, title="城区停车场", state="planned"))
        opened.commit()
    opened_now = open_database(path)
    assert opened_now.room == room
    assert SqlUnitOfWork(opened_now, lambda: "").peek("m1").title == "城区停车场"
    opened_now.close()
    before = path.parent / "backups" / f"roomctl-before-{HEAD}.db"
    done = restore(before, path.parent, clock=clock, actor=SYSTEM, new_id=lambda: "1")
    assert done.older == BUILT_IN.revisions[0]
    open_database(path, migrations=first).close()
    assert titles(path) == {"城区停车场"}


def _first_only(tmp_path):
    folder = shutil.copytree(BUILT_IN.folder, tmp_path / "first")
    for script in (folder / "versions").glob("v*.py"):
        if not script.name.startswith("v0001"):
            script.unlink()
    return folder


def _insert(opened, table, **given):
    """A row with something of the right type in each column that must have it."""
    values = {}
    for _, name, kind, needed, default, _ in opened.execute(f"PRAGMA table_info({table})"):
        if name in given:
            values[name] = given[name]
        elif needed and default is None:
            values[name] = {"DATETIME": "2026-11-12 09:00:00.000000", "JSON": "{}", "TEXT": ""}.get(kind, 0)
    values["facts"] = "[]"
    if "secrecy" in values:
        values["secrecy"] = '{"level": "内部", "years": null, "basis": "", "by": ""}'
    columns, texts = ", ".join(values), ", ".join(repr(value) for value in values.values())
    return f"INSERT INTO {table} ({columns}) VALUES ({texts})"  # noqa: S608 - of this test's own words
