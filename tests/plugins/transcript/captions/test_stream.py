"""The captions as server-sent events, over a real server."""

import http.client
import json
from contextlib import closing
from dataclasses import replace

import pytest
import roomctl_transcript
from fastapi import FastAPI
from roomctl_transcript.captions import boards
from roomctl_transcript.captions.board import Line
from roomctl_transcript.captions.service import CaptionService

from roomctl.api import RecorderState, Recording
from roomctl.domain import secrecy
from roomctl.domain.access import Role, User
from tests.waiting import PATIENCE
from tests.web.served import served


class Signed:
    """Who is signed on, for as long as he is."""

    def __init__(self):
        self.user = User("赵敏", frozenset({Role.SECRETARY}))

    async def find(self, **_secret):
        return self.user


@pytest.fixture
def signed():
    return Signed()


@pytest.fixture
def port(ctx, meeting, signed):
    meeting()
    web = FastAPI()
    web.state.sessions = signed

    @web.middleware("http")
    async def sign_on(request, call):
        request.state.user = signed.user
        return await call(request)

    web.include_router(roomctl_transcript.roomctl_api_routes(ctx))
    with served(web) as port:
        yield port


class Follower:
    def __init__(self, port, query=""):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        self.connection.request("GET", f"/captions/m1/stream{query}")
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.answer.headers["content-type"].startswith("text/event-stream")
        assert self.block() == ["retry: 2000"]

    def block(self):
        return list(iter(lambda: self.answer.fp and self.answer.readline().decode().rstrip("\n"), ""))

    def close(self):
        self.answer.close()
        self.connection.close()

    def board(self):
        kind, data = self.block()
        assert kind == "event: captions"
        return json.loads(data.removeprefix("data: "))


def say(ctx, number, text):
    line = Line(id=f"r1-c{number:04}", recording=1, track=1, start=number, end=number + 1, text=text, final=True)
    boards.of(ctx).change("m1", lambda board: board.hear(line))


def test_the_whole_state_comes_first_and_then_each_change(port, ctx):
    reader = Follower(port)
    assert reader.board()["lines"] == []
    say(ctx, 1, "目前")
    assert [one["text"] for one in reader.board()["lines"]] == ["目前"]
    say(ctx, 1, "目前主要")
    assert [one["text"] for one in reader.board()["lines"]] == ["目前主要"]
    reader.close()


def test_the_room_sees_nothing_while_they_are_off_and_only_so_many_lines_as_asked_for(port, ctx):
    for number in range(3):
        say(ctx, number, str(number))
    room, desk = Follower(port, "?for=screen"), Follower(port, "?lines=1")
    assert room.board()["lines"] == []
    assert [one["text"] for one in desk.board()["lines"]] == ["2"]
    for reader in (room, desk):
        reader.close()


def test_the_room_is_told_that_it_is_recorded_while_they_are_off(port, ctx, services):
    sound = Recording(
        id="rec1", meeting="m1", number=1, folder="rec", source="x", recorder="audio", state=RecorderState.RECORDING
    )
    services.sound["m1"] = [sound]
    service = CaptionService(ctx)  # it looks for whoever reads along
    with closing(Follower(port, "?for=screen")) as reader:
        first = reader.board()
        assert (first["on"], first["recording"]) == (False, "recording")
        services.sound["m1"] = [replace(sound, state=RecorderState.PAUSED)]
        service.start()
        assert reader.board()["recording"] == "paused"
    service.stop(20.0)


def test_who_reads_slowly_sees_the_newest_and_holds_up_nobody(port, ctx):
    slow, quick = Follower(port), Follower(port)
    slow.board()
    quick.board()
    for number in range(300):
        say(ctx, 1, f"{number}: " + "目前主要有两个问题" * 200)
    for reader in (quick, slow):
        while not reader.board()["lines"][0]["text"].startswith("299:"):
            pass
        reader.close()


@pytest.mark.parametrize("why", ["signed off", "a higher 密级"])
def test_who_may_no_longer_read_is_let_go_of(port, ctx, meeting, signed, why):
    signed.user = replace(signed.user, machine=secrecy.Level.INTERNAL)
    reader = Follower(port)
    reader.board()
    if why == "signed off":
        signed.user = None
    else:
        meeting(secrecy=secrecy.parse("秘密★3年"))
    say(ctx, 1, "目前")
    while reader.block():
        pass
    assert reader.answer.read() == b""
    reader.close()
