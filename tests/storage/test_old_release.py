"""What an older release left, with a meeting in it, brought up to date; also where that does not come to its end."""

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from roomctl.domain.lifecycle import State
from roomctl.errors import RoomctlError
from roomctl.storage.audit import verify_log
from roomctl.storage.database import open_database
from roomctl.storage.heads import Heads
from roomctl.storage.migrations import BUILT_IN
from roomctl.storage.uow import SqlUnitOfWork
from tests.storage.conftest import up_to

LEFT = "0007"
SPECIMEN = Path(__file__).parent / "specimens" / f"revision-{LEFT}.sql"
MEETING = "01a21d93-d200-7202-8a16-68004fe9d482"
LATER = BUILT_IN.revisions[BUILT_IN.revisions.index(LEFT) + 1 :]


def connected(path):
    return closing(sqlite3.connect(path))


@pytest.fixture
def old(tmp_path):
    """The data folder's database as the old release left it, in a folder of its own."""
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "roomctl.db"
    with connected(path) as made:
        made.executescript(SPECIMEN.read_text(encoding="utf-8"))
        made.execute("PRAGMA journal_mode = WAL")
    Heads(path.with_name("heads.json")).begin()
    return path


def written(path):
    """All of it as SQL, and that it is sound."""
    with connected(path) as there:
        assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not there.execute("PRAGMA foreign_key_check").fetchall()
        return list(there.iterdump())


@pytest.fixture
def brought_up(old, tmp_path):
    """The same, migrated in one go."""
    (tmp_path / "once").mkdir()
    path = Path(shutil.copy(old, tmp_path / "once" / "roomctl.db"))
    open_database(path).close()
    return written(path)


def test_all_that_was_kept_is_read_and_its_chain_holds(old):
    database = open_database(old)
    uow = SqlUnitOfWork(database, iter("abc").__next__)
    with uow.reading():
        meeting = uow.meetings.get(MEETING)
        assert (meeting.title, meeting.state) == ("城区停车场建设专题研究", State.ARCHIVED)
        assert len(list(uow.roster.of(MEETING))) == 6
        (recording,) = uow.recordings.of(MEETING)
        assert (len(recording.segments), recording.frames > 0) == (3, True)
        assert len(uow.transcripts.latest(MEETING).segments) == 10
        assert len(uow.checks.latest(MEETING).results) == 12
        assert {document.kind for document in uow.documents.of(MEETING)} == {"会议记录", "签到表"}
        assert len(uow.packages.of(MEETING)) == len(uow.packages.receipts(MEETING)) == 1
    assert not verify_log(database, old.with_name("heads.json"))
    database.close()


@pytest.mark.parametrize("by_way_of", LATER[:-1])
def test_release_by_release_it_comes_to_the_same(old, brought_up, tmp_path, by_way_of):
    open_database(old, migrations=up_to(by_way_of, tmp_path / "migrations")).close()
    open_database(old).close()
    assert written(old) == brought_up


@contextmanager
def killed_at_each_statement(path, into):
    """What a kill would leave on the disk before each statement, and before the commit: `into/NUMBER/roomctl.db`."""

    def image(*_):
        folder = into / f"{len(list(into.iterdir())):03}"
        folder.mkdir()
        for suffix in ("", "-wal", "-journal"):  # -shm is what SQLite makes anew
            file = path.with_name(path.name + suffix)
            if file.exists():
                shutil.copy(file, folder / file.name)

    into.mkdir()
    listeners = [(Engine, "before_cursor_execute", image), (Engine, "commit", image)]
    for one in listeners:
        event.listen(*one)
    try:
        yield
    finally:
        for one in listeners:
            event.remove(*one)


def test_killed_at_any_statement_it_is_the_old_one_and_the_next_start_finishes(old, brought_up, tmp_path):
    before = written(old)
    with killed_at_each_statement(old, tmp_path / "images"):
        open_database(old).close()
    images = sorted((tmp_path / "images").iterdir())
    found = [written(Path(shutil.copytree(one, tmp_path / "looked" / one.name)) / "roomctl.db") for one in images]
    done = found.index(brought_up)  # what comes after the commit
    assert found == [before] * done + [brought_up] * (len(found) - done)
    assert done > len(BUILT_IN.revisions)
    distinct = {tuple(file.read_bytes() for file in sorted(image.iterdir())): image for image in images}
    for image in distinct.values():
        open_database(image / "roomctl.db").close()
        assert written(image / "roomctl.db") == brought_up, image.name


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no file")
def test_where_there_is_no_room_for_the_copy_nothing_is_begun_and_nothing_left(old):
    code = (
        "import resource, signal, sys; from pathlib import Path; from roomctl.storage.database import open_database;"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000));"
        "open_database(Path(sys.argv[1]))"
    )
    before = written(old)
    done = subprocess.run([sys.executable, "-c", code, old], capture_output=True, text=True, check=False, timeout=60)
    assert "RoomctlError" in done.stderr
    assert not list((old.parent / "backups").iterdir())
    assert written(old) == before


@pytest.mark.parametrize("pages", [0, 3])
def test_on_a_full_disk_it_says_so_and_stays_the_old_one(old, brought_up, pages):
    before = written(old)

    def full(connection, _record):
        size = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {size + pages}")

    event.listen(Engine, "connect", full)
    try:
        with pytest.raises(RoomctlError, match="full") as told:
            open_database(old)
    finally:
        event.remove(Engine, "connect", full)
    assert told.value.mend
    assert written(old) == before
    open_database(old).close()
    assert written(old) == brought_up
