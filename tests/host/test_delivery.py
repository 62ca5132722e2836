"""Over the real log: each plugin gets every event once, in order, and what it missed."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from roomctl.domain.events import SYSTEM, Actor, By, Event, LoggedEvent
from roomctl.host.delivery import BATCH, Delivery
from roomctl.host.lock import HostLock
from roomctl.services.identity import new_id
from roomctl.storage.database import open_database
from roomctl.storage.uow import SqlUnitOfWork

AT = datetime(2026, 11, 12, 1, tzinfo=UTC)


class Listeners:
    """Two that listen; one may be told to refuse."""

    def __init__(self) -> None:
        self.heard: dict[str, list[str]] = {"one": [], "two": []}
        self.refuses: set[str] = set()

    def names(self) -> list[str]:
        return list(self.heard)

    def tell(self, name: str, event: LoggedEvent) -> bool:
        if name in self.refuses:
            return False
        self.heard[name].append(event.kind)
        return True


@pytest.fixture
def uow(tmp_path: Path) -> Iterator[SqlUnitOfWork]:
    database = open_database(tmp_path / "roomctl.db", room_name="r", zone="Asia/Shanghai")
    yield SqlUnitOfWork(database, new_id)
    database.close()


@pytest.fixture
def listeners() -> Listeners:
    return Listeners()


@pytest.fixture
def delivery(uow: SqlUnitOfWork, listeners: Listeners, tmp_path: Path) -> Delivery:
    return Delivery(uow, listeners, HostLock(tmp_path / "host.lock"))


def say(uow: SqlUnitOfWork, *kinds: str, actor: Actor = SYSTEM) -> None:
    with uow:
        for kind in kinds:
            uow.events.append(Event(stream="m", kind=kind, actor=actor, at=AT))
        uow.commit()


def test_each_gets_every_event_once_and_in_order(uow, listeners, delivery) -> None:
    say(uow, "a", "b")
    assert delivery.run() == 4
    say(uow, "c")
    delivery.run()
    assert listeners.heard == {"one": ["a", "b", "c"], "two": ["a", "b", "c"]}
    assert delivery.run() == 0


def test_one_that_fails_gets_the_same_event_again_and_holds_nobody_up(uow, listeners, delivery) -> None:
    say(uow, "a", "b")
    listeners.refuses = {"one"}
    delivery.run()
    assert listeners.heard == {"one": [], "two": ["a", "b"]}
    listeners.refuses = set()
    delivery.run()
    assert listeners.heard["one"] == ["a", "b"]


def test_more_than_a_batch_comes_whole(uow, listeners, delivery) -> None:
    kinds = [f"k{n}" for n in range(BATCH * 2 + 3)]
    say(uow, *kinds)
    delivery.run()
    assert listeners.heard["one"] == kinds


def test_nobody_is_told_what_he_said_himself(uow, listeners, delivery) -> None:
    say(uow, "x.one.hello", actor=Actor(By.PLUGIN, "one"))
    say(uow, "b")
    delivery.run()
    assert listeners.heard == {"one": ["b"], "two": ["x.one.hello", "b"]}


def test_what_listeners_add_waits_for_the_next_run(uow, delivery) -> None:
    class Echo(Listeners):
        def tell(self, name: str, event: LoggedEvent) -> bool:
            say(uow, f"{event.kind}+", actor=Actor(By.PLUGIN, name))
            return super().tell(name, event)

    echo = Echo()
    delivery = Delivery(uow, echo, delivery._lock)
    say(uow, "a")
    delivery.run()
    assert echo.heard == {"one": ["a"], "two": ["a"]}


def test_where_another_holds_the_lock_that_one_delivers(uow, delivery, tmp_path) -> None:
    say(uow, "a")
    other = HostLock(tmp_path / "host.lock")
    with other:
        assert delivery.run() == 0
    assert delivery.run() == 2
