"""The event log followed over a real connection."""

import http.client
import json
import socket
from contextlib import closing
from datetime import datetime

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.events import SYSTEM, Event
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.web.feed import Feed
from tests.waiting import PATIENCE, until
from tests.web.served import served


class Follower:
    """A reader of the stream."""

    def __init__(self, port, token, query="", **headers):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {token}", **headers}
        self.connection.request("GET", f"/api/v1/events/stream{query}", headers=headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200, self.answer.read()
        assert self.block() == ["retry: 2000"]

    def block(self):
        """Lines up to the next empty one."""
        return list(iter(lambda: self.answer.fp and self.answer.readline().decode().rstrip("\n"), ""))

    def event(self):
        """(id, kind, data) of the next event."""
        fields = dict(line.split(": ", 1) for line in self.block())
        return int(fields["id"]), fields["event"], json.loads(fields["data"])

    def close(self):
        self.connection.close()


@pytest.fixture
def stream(rest):
    _token, text = rest.accounts.add_token(rest.account(Role.ADMIN), "test", [Right.SEE_EVENTS])
    followers = []

    with served(rest.web) as port:

        def follow(query="", **headers):
            followers.append(Follower(port, text, query, **headers))
            return followers[-1]

        follow.port, follow.token = port, text
        yield follow
        for follower in followers:
            follower.close()


def happen(rest, *notes):
    with rest.application.open_uow() as uow:
        rows = [
            uow.events.append(
                Event(stream=uow.room.id, kind="x.test.said", actor=SYSTEM, at=rest.clock.now(), data={"note": note})
            )
            for note in notes
        ]
        uow.commit()
    return rows


def test_what_happens_is_heard_as_the_list_gives_it(rest, stream):
    follower = stream()
    (row,) = happen(rest, "<script>alert(1)</script>\ndata: not a field\n\nid: 7")
    seq, kind, data = follower.event()
    assert (seq, kind) == (row.seq, "x.test.said")
    assert data == rest.token(Right.SEE_EVENTS).get("/api/v1/events?kind=x.test.*").json()[0]


def test_who_comes_back_misses_nothing(rest, stream):
    first = happen(rest, "one", "two", "three")[0]
    follower = stream(**{"Last-Event-ID": str(first.seq)})
    assert [follower.event()[2]["data"]["note"] for _ in range(2)] == ["two", "three"]
    happen(rest, "four")
    assert follower.event()[2]["data"]["note"] == "four"


def test_who_was_away_for_long_gets_all_of_it_in_order(rest, stream):
    start = happen(rest, "first")[0].seq
    happen(rest, *map(str, range(2500)))
    follower = stream(f"?after={start}&kind=x.test.*")
    assert [follower.event()[2]["data"]["note"] for _ in range(2500)] == list(map(str, range(2500)))


def test_a_filter_lets_through_what_it_names(rest, stream):
    meeting = rest.meeting()
    by_stream, by_kind = stream(f"?stream={meeting.id}&after=0"), stream("?kind=x.test.*")
    happen(rest, "one")
    assert by_stream.event()[1] == "meeting.created"
    assert by_kind.event()[2]["data"]["note"] == "one"


def test_a_slow_reader_holds_up_nobody(rest, stream):
    slow = socket.create_connection(("127.0.0.1", stream.port))
    slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    head = f"GET /api/v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {stream.token}\r\n\r\n"
    slow.sendall(head.encode())
    follower = stream()
    for _ in range(5):
        happen(rest, *("x" * 4000 for _ in range(400)))
    for _ in range(2000):
        follower.event()
    happen(rest, "last")
    assert follower.event()[2]["data"]["note"] == "last"
    assert rest.token(Right.SEE_MEETINGS).get("/api/v1/meetings").status_code == 200
    slow.close()


def test_silence_is_broken_by_a_heartbeat_and_ends_with_the_right(rest):
    rest.web.state.feed = Feed(rest.application.open_uow, heartbeat=0.05)
    token, text = rest.accounts.add_token(rest.account(Role.ADMIN), "test", [Right.SEE_EVENTS])
    with served(rest.web) as port:
        follower = Follower(port, text)
        assert follower.block() == [": still here"]
        rest.accounts.drop_token(token.id)
        rest.clock.advance(5)
        until(lambda: follower.block() != [": still here"])
        assert follower.answer.read() == b""
        follower.close()


def test_nobody_looks_at_the_log_when_nobody_follows(rest, stream):
    follower, feed = stream(), rest.web.state.feed
    happen(rest, "heard")
    follower.event()
    assert not feed._watching.done()
    follower.close()

    def noticed():
        happen(rest, "noise")  # who has gone is noticed when something is sent
        return feed._watching.done()

    until(noticed)
    again = stream()
    happen(rest, "after all")
    assert again.event()[2]["data"]["note"] == "after all"


def test_a_meeting_that_one_may_not_open_is_not_heard(rest, stream):
    starts, secret = datetime(2026, 11, 12, 9, 0), Secrecy(Level.SECRET, 3)
    with rest.application.open_uow() as uow:
        uow.meetings.add(Meeting(id="s1", room=uow.room.id, title="x", starts=starts, secrecy=secret))
        uow.commit()
    follower = stream()
    with rest.application.open_uow() as uow:
        uow.events.append(Event(stream="s1", kind="meeting.created", actor=SYSTEM, at=rest.clock.now()))
        uow.commit()
    happen(rest, "heard")
    assert follower.event()[2]["data"]["note"] == "heard"


@pytest.mark.parametrize("wrong", ["?after=-1", "?after=x", "?kind=%00", "?stream=../x"])
def test_a_wrong_filter_is_told(rest, wrong):
    answer = rest.token(Right.SEE_EVENTS).get(f"/api/v1/events/stream{wrong}")
    assert answer.status_code == 422
    assert answer.json()["mend"]


def test_a_reader_is_told_the_end_of_the_stream_when_the_host_ends(rest):
    _token, text = rest.accounts.add_token(rest.account(Role.ADMIN), "test", [Right.SEE_EVENTS])
    with served(rest.web) as port:
        follower = Follower(port, text)
    with closing(follower):
        assert follower.answer.read() == b""  # a line that is cut raises IncompleteRead
