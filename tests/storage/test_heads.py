import json

import pytest

from roomctl.domain.events import SYSTEM, Event, Head
from roomctl.errors import Damaged
from roomctl.storage.audit import verify_log
from roomctl.storage.database import open_database
from roomctl.storage.heads import TAIL_BYTES, Heads
from tests.storage.conftest import AT


@pytest.fixture
def append(new_uow):
    def run(stream: str, times: int = 1) -> None:
        for _ in range(times):
            with new_uow() as uow:
                uow.events.append(Event(stream=stream, kind="x.test.noted", actor=SYSTEM, at=AT))
                uow.commit()

    return run


def test_heads_follow_every_commit(append, database, uow):
    for stream in ("m1", "m2", "m1"):
        append(stream)
        with uow.reading():
            assert Heads(database.heads.path).read() == uow.events.heads()


def test_an_event_that_was_rolled_back_is_not_noted(uow, database):
    with uow:
        uow.events.append(Event(stream="m1", kind="x.test.noted", actor=SYSTEM, at=AT))
    assert database.heads.read() == {}


def test_a_new_database_has_heads_that_know_nothing(database):
    assert json.loads(database.heads.path.read_text()) == {"seq": 0, "heads": {}}


def test_closing_settles_the_heads_in_one_file(append, database, uow):
    append("m1", 3)
    with uow.reading():
        head = uow.events.head("m1")
    database.close()
    told = json.loads(database.heads.path.read_text())
    assert told["heads"] == {"m1": {"n": 3, "sha256": head.sha256, "sm3": head.sm3}}
    assert database.heads.tail.stat().st_size == 0


def test_the_tail_does_not_grow_for_ever(append, database):
    append("m1", TAIL_BYTES // 160)
    assert database.heads.tail.stat().st_size < TAIL_BYTES
    assert json.loads(database.heads.path.read_text())["heads"]["m1"]["n"] > 0
    assert verify_log(database, database.heads.path) == []


def test_a_line_torn_by_a_power_cut_is_passed_over(append, database):
    append("m1", 2)
    whole = database.heads.tail.read_bytes()
    database.heads.tail.write_bytes(whole[:-20] + b"\x00" * 30 + b"\n")
    assert database.heads.read()["m1"].n == 1
    append("m1")
    assert database.heads.read()["m1"].n == 3
    assert verify_log(database, database.heads.path) == []


def test_rows_whose_line_was_lost_are_in_the_next_snapshot(append, database):
    append("m1", 2)
    database.heads.tail.unlink()
    append("m2")
    database.close()
    assert {stream: head.n for stream, head in database.heads.read().items()} == {"m1": 2, "m2": 1}


def test_damaged_heads_are_never_written_over(append, database):
    database.heads.path.write_text("{")
    append("m1")
    database.close()
    assert database.heads.path.read_text() == "{"


def test_no_new_database_is_made_beside_heads_that_know_of_an_old_one(append, database, data):
    append("m1", 2)
    database.close()
    for file in data.glob("roomctl.db*"):
        file.unlink()
    with pytest.raises(Damaged, match="gone"):
        open_database(data / "roomctl.db")


def test_a_stream_that_nobody_wrote_to_stays_as_it_was(append, database):
    append("m1", 2)
    database.close()
    before: Head = database.heads.read()["m1"]
    append("m2")
    database.close()
    assert database.heads.read()["m1"] == before
