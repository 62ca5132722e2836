import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from roomctl.app import Application
from roomctl.errors import BadInput, Busy
from roomctl.host.context import EVENTS_A_MINUTE, Context, Contexts
from roomctl.host.manifest import DROP_IN, Manifest, Text
from roomctl.testing.fakes import FakeClock, FakeServices, FakeStore

MEETING = "0199a000-0000-7000-8000-000000000001"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def published() -> list[tuple]:
    return []


@pytest.fixture
def ctx(tmp_path: Path, clock: FakeClock, published: list[tuple]) -> Context:
    manifest = Manifest(
        name="hello",
        title=Text("示例", "Example"),
        api=1,
        path=tmp_path,
        module="roomctl_dropin.hello",
        source=DROP_IN,
        version="",
        folder="greetings",
    )
    contexts = Contexts(
        data=tmp_path,
        clock=clock,
        services=lambda _name: FakeServices(tmp_path),
        stores=lambda _name, _meeting: FakeStore(),
        publish=lambda *event, once: published.append((*event, once)),
        secret=lambda name: name.encode(),
    )
    return contexts(manifest, None)


def test_an_event_carries_the_plugin_in_its_kind(ctx: Context, published: list[tuple]) -> None:
    ctx.publish("greeted", {"who": "王芳"}, MEETING)
    assert published == [("hello", "x.hello.greeted", {"who": "王芳"}, MEETING, False)]


@pytest.mark.parametrize("kind", ["", ".", "a b", "../x"])
def test_a_kind_is_a_word(ctx: Context, kind: str) -> None:
    with pytest.raises(BadInput):
        ctx.publish(kind, {})


def test_what_is_no_json_is_refused(ctx: Context, published: list[tuple]) -> None:
    for data in ({"when": object()}, {"level": float("nan")}):
        with pytest.raises(BadInput, match="greeted"):
            ctx.publish("greeted", data)
    assert published == []


def test_a_plugin_that_publishes_without_end_is_held_up_and_may_go_on_later(
    ctx: Context, clock: FakeClock, published: list[tuple]
) -> None:
    for _ in range(EVENTS_A_MINUTE):
        ctx.publish("tick", {})
    with pytest.raises(Busy, match="hello"):
        ctx.publish("tick", {})
    clock.advance(61)
    ctx.publish("tick", {})
    assert len(published) == EVENTS_A_MINUTE + 1


def test_folders_are_made_where_the_manifest_says(ctx: Context, tmp_path: Path) -> None:
    assert ctx.folder(MEETING) == tmp_path / "meetings" / MEETING / "greetings"
    assert ctx.folder().is_dir()
    with pytest.raises(BadInput):
        ctx.folder("../elsewhere")


def test_children_end_with_their_context(ctx: Context) -> None:
    child = ctx.child([sys.executable, "-c", "import sys; sys.stdin.read()"])
    assert child.receive(20) == {"type": "started", "attempt": 1}
    ctx.close()
    assert not child.alive


def test_of_two_programs_that_tell_something_once_one_does(tmp_path: Path, fresh: Path) -> None:
    shutil.copytree(fresh, tmp_path, dirs_exist_ok=True)
    with closing(Application(tmp_path)) as one, closing(Application(tmp_path)) as other:
        with ThreadPoolExecutor() as pool:
            answers = [
                list(
                    pool.map(
                        lambda app, n=n: app._publish("hello", f"x.hello.due{n}", {}, None, once=True), (one, other)
                    )
                )
                for n in range(5)
            ]
        with one.open_uow().reading() as uow:
            kinds = [row.kind for row in uow.events.stream(uow.room.id, ["x.hello.*"])]
    assert [sorted(both) for both in answers] == [[False, True]] * 5
    assert kinds == [f"x.hello.due{n}" for n in range(5)]
