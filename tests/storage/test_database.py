import shutil
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from roomctl.errors import BadInput, Damaged, Refused, RoomctlError
from roomctl.storage.access_tables import Base
from roomctl.storage.database import open_database
from roomctl.storage.migrations import BUILT_IN, Migrations
from roomctl.storage.schema import copy

NEXT = f"{int(BUILT_IN.head) + 1:04}"
SECOND = f"""
from alembic import op

revision = "{NEXT}"
down_revision = "{BUILT_IN.head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE rooms ADD COLUMN seats INTEGER NOT NULL DEFAULT 20")
    {{more}}
"""


BROKEN = 'op.execute("DROP TABLE nowhere")'


def test_a_new_database_has_its_room(tmp_path):
    database = open_database(tmp_path / "new" / "roomctl.db", room_name="常委会议室", zone="Asia/Urumqi")
    assert (database.room.name, database.room.zone) == ("常委会议室", "Asia/Urumqi")
    database.close()


def test_the_room_stays_the_same_when_it_is_opened_again(database, data):
    again = open_database(data / "roomctl.db", room_name="别的会议室")
    assert again.room == database.room
    again.close()


def test_making_a_database_leaves_nothing_else_beside_it(fresh):
    assert sorted(path.name for path in fresh.iterdir()) == ["heads.json", "roomctl.db"]


def test_a_folder_name_may_hold_any_character(tmp_path):
    database = open_database(tmp_path / "会议 室?a=1%20#" / "roomctl.db")
    database.close()
    assert (tmp_path / "会议 室?a=1%20#" / "roomctl.db").stat().st_size > 0


@pytest.mark.parametrize(
    ("pragma", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 10_000)]
)
def test_every_connection_is_safe(database, pragma, value):
    for source in (database.writer, database.reader):
        with source() as connection:
            assert connection.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_the_migrations_make_what_the_tables_say(database):
    with database.reader() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_known_revisions_are_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(BUILT_IN.folder))
    found = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert tuple(reversed(found)) == BUILT_IN.revisions


def test_a_database_that_is_up_to_date_opens_without_loading_the_migrations(data):
    code = (
        "import sys; from pathlib import Path; from roomctl.storage.database import open_database;"
        f"open_database(Path({str(data / 'roomctl.db')!r})).close(); print('alembic' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"


def test_two_who_make_it_at_once_get_the_same_room(tmp_path):
    with ThreadPoolExecutor(4) as pool:
        databases = list(pool.map(lambda _: open_database(tmp_path / "roomctl.db"), range(4)))
    assert len({database.room.id for database in databases}) == 1
    for database in databases:
        database.close()
    assert not list(tmp_path.glob("*.part*"))


def _garbage(path: Path) -> None:
    path.write_bytes(b"not a database, whatever its name" * 100)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _somebody_elses(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE songs (title)")


def _without_room(path: Path) -> None:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("DELETE FROM rooms")
        opened.commit()


def _schema_overwritten(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[100:400] = b"\xff" * 300
    path.write_bytes(content)


@pytest.mark.parametrize(
    "harm",
    [_garbage, _emptied, _halved, _somebody_elses, _without_room, _schema_overwritten],
    ids=lambda f: f.__name__,
)
def test_a_damaged_database_is_told_of_and_left_as_it_is(data, harm):
    path = data / "roomctl.db"
    harm(path)
    before = path.read_bytes()
    with pytest.raises(Damaged) as refused:
        open_database(path)
    assert refused.value.why
    assert refused.value.mend
    assert "\n" not in str(refused.value)
    assert path.read_bytes() == before


def test_a_database_of_a_newer_roomctl_is_refused(data):
    with closing(sqlite3.connect(data / "roomctl.db")) as opened:
        opened.execute("UPDATE alembic_version SET version_num = '9999'")
        opened.commit()
    with pytest.raises(Refused, match="9999") as refused:
        open_database(data / "roomctl.db")
    assert refused.value.mend


def test_a_folder_that_cannot_be_made_is_bad_input(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BadInput) as refused:
        open_database(tmp_path / "file" / "roomctl.db")
    assert refused.value.mend


@pytest.fixture
def newer(tmp_path) -> Migrations:
    """The migrations as a later roomctl ships them."""
    folder = Path(shutil.copytree(BUILT_IN.folder, tmp_path / "migrations"))
    (folder / "versions" / f"v{NEXT}_seats.py").write_text(SECOND.format(more=""))
    return Migrations(folder, (*BUILT_IN.revisions, NEXT))


def test_an_older_database_is_backed_up_then_migrated(data, newer):
    database = open_database(data / "roomctl.db", migrations=newer)
    with database.reader() as connection:
        assert connection.exec_driver_sql("SELECT seats FROM rooms").scalar() == 20
    room = database.room
    database.close()
    back = data / "backups" / f"roomctl-before-{NEXT}.db"
    old = open_database(back)  # one step back is restoring it
    assert old.room == room
    old.close()
    assert [path.name for path in back.parent.glob("roomctl-before*.db")] == [back.name]


def test_a_migrated_database_is_migrated_once(data, newer):
    for _ in range(2):
        open_database(data / "roomctl.db", migrations=newer).close()
    assert len(list((data / "backups").iterdir())) == 1


def test_a_migration_that_fails_changes_nothing(data, newer):
    (newer.folder / "versions" / f"v{NEXT}_seats.py").write_text(
        SECOND.format(more='op.execute("DROP TABLE nowhere")')
    )
    with pytest.raises(RoomctlError, match="nowhere"):
        open_database(data / "roomctl.db", migrations=newer)
    database = open_database(data / "roomctl.db")
    with database.reader() as connection:
        columns = [row[1] for row in connection.exec_driver_sql("PRAGMA table_info(rooms)")]
    assert "seats" not in columns
    database.close()


def test_a_migration_that_leaves_a_reference_to_nothing_is_taken_back(data, newer, uow, planned):
    script = newer.folder / "versions" / f"v{NEXT}_seats.py"
    script.write_text(SECOND.format(more='op.execute("DELETE FROM rooms")'))
    with pytest.raises(Damaged):
        open_database(data / "roomctl.db", migrations=newer)
    assert uow.peek(planned.id) == planned


def test_a_copy_holds_what_is_still_in_the_write_ahead_log(data, planned, tmp_path):
    assert (data / "roomctl.db-wal").stat().st_size > 0
    copy(data / "roomctl.db", tmp_path / "copies" / "copy.db")
    with closing(sqlite3.connect(tmp_path / "copies" / "copy.db")) as copied:
        assert copied.execute("SELECT title FROM meetings").fetchall() == [(planned.title,)]
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["copy.db"]
