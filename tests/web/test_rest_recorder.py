"""The operator's actions over REST: what each does, refuses and tells."""

import asyncio
import http.client
import json
import struct
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest

from roomctl.domain.access import Right, Role
from roomctl.domain.alarms import Alarm, AlarmKind, AlarmTurn
from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import Envelope, Level, Order, RecorderState, RecorderStatus
from roomctl.domain.secrecy import Level as Secret
from roomctl.domain.secrecy import Secrecy
from roomctl.errors import Refused
from roomctl.services.identity import new_id
from roomctl.testing.dummies import DummyRecorder
from roomctl.web.levels import Levels
from tests.waiting import PATIENCE
from tests.web.served import served

SECOND = 48_000


def path(meeting, rest=""):
    return f"/api/v1/meetings/{meeting.id}{rest}"


class Heard(DummyRecorder):
    """Can be looked at, and listened to: as many chunks as there are marks, then the end."""

    def envelope(self, *, first=0.0, last=None, points=600):
        return Envelope(start=first, seconds=0.5, peaks=((-3.0, -200.0, float(points)), (last or 0.0,)))

    def listen(self, *, track=None, behind=2.0):
        if not self._frames:
            raise Refused("nothing is on disk")
        yield b"RIFF" + struct.pack("<If", track or 0, behind)
        for _ in range(3):
            yield b"\x00\x01" * 100


@pytest.fixture
def operator(rest):
    return rest.as_(Role.OPERATOR, name="周工")


@pytest.fixture
def meeting(rest):
    rest.application.plugins.made = Heard
    return rest.in_session()


def recorder(rest):
    return rest.application.plugins.newest


def test_the_recorder_is_armed_with_the_rooms_own_settings(rest, operator):
    rest.application.settings.plugins["audio"] = {"source": "mic:USB", "standby": "mic:备用", "bits": 16}
    meeting = rest.opened()
    rest.use.add_people(meeting.id, [Person(id=new_id(), name="李晓明", rank=1, seat="2")])
    armed = operator.post(path(meeting, "/recordings"), json={})
    assert (armed.status_code, armed.json()["source"], armed.json()["purpose"]) == (201, "mic:USB", "meeting")
    order = recorder(rest).order
    assert (order.standby, order.bits, order.channels) == ("mic:备用", 16, ((2, "李晓明"),))
    assert order.realtime
    status = operator.get(path(meeting, "/recorder")).json()
    assert (status["state"], status["label"]) == ("armed", "armed")
    operator.post(path(meeting, "/recordings"), json={"realtime": False})
    assert not recorder(rest).order.realtime


def test_a_recess_has_a_planned_end(rest, operator, meeting):
    assert operator.post(path(meeting, "/recorder/pause"), json={"minutes": 10}).json()["state"] == "recess"
    assert recorder(rest).until == rest.clock.now() + timedelta(minutes=10)
    assert operator.post(path(meeting, "/recorder/resume")).json()["state"] == "in_session"
    until = (rest.clock.now() + timedelta(hours=1)).isoformat()
    assert operator.post(path(meeting, "/recorder/pause"), json={"until": until}).json()["state"] == "recess"
    assert recorder(rest).until.isoformat() == until


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": 10, "until": "2026-11-12T02:00:00Z"}, "minutes or until"),
        ({"until": "2026-11-12T10:00:00"}, "until"),
        ({"until": "2020-01-01T00:00:00Z"}, "within a day"),
        ({"until": "2030-01-01T00:00:00Z"}, "within a day"),
    ],
)
def test_a_recess_that_cannot_be_is_told(operator, meeting, body, named):
    answer = operator.post(path(meeting, "/recorder/pause"), json=body)
    assert answer.status_code == 422
    assert named in answer.json()["detail"]


@pytest.mark.parametrize("body", [{}, {"confirm": False}, {"confirm": "yes"}])
def test_the_recording_is_not_stopped_without_saying_it_twice(rest, operator, meeting, body):
    assert operator.post(path(meeting, "/recorder/stop"), json=body).status_code == 422
    assert recorder(rest).status().state is RecorderState.RECORDING


def test_the_recording_is_stopped_and_another_one_begun_while_the_meeting_goes_on(rest, operator, meeting):
    assert operator.post(path(meeting, "/recorder/stop"), json={"confirm": True}).json()["state"] == "sealed"
    assert rest.use.meeting(meeting.id).state is State.IN_SESSION
    assert operator.get(path(meeting, "/recorder")).status_code == 404
    operator.post(path(meeting, "/recordings"), json={"source": "tone"})
    assert operator.post(path(meeting, "/recorder/begin")).json()["number"] == 2


def test_marks_are_put_changed_and_taken_back(operator, meeting):
    first = operator.post(path(meeting, "/marks"), json={"note": "决定", "back": 0.5})
    assert first.status_code == 201
    assert (first.json()["number"], first.json()["frame"]) == (1, SECOND // 2)
    operator.post(path(meeting, "/marks"), json={"kind": "speaker", "note": "李晓明"})
    assert operator.put(path(meeting, "/marks/1"), json={"note": "决定：先建两座"}).json()["note"] == "决定：先建两座"
    assert operator.post(path(meeting, "/marks/undo"), json={}).json()["note"] == "李晓明"
    assert [one["note"] for one in operator.get(path(meeting, "/marks")).json()] == ["决定：先建两座"]
    assert operator.post(path(meeting, "/marks/undo"), json={"number": 9}).status_code == 404
    assert operator.post(path(meeting, "/marks"), json={"kind": "undo"}).status_code == 422


def test_items_speakers_and_off_record(rest, operator, meeting):
    rest.use.add_people(meeting.id, [Person(id=new_id(), name="李晓明", rank=1, seat="3")])
    assert operator.post(path(meeting, "/items"), json={}).json()["note"] == "1"
    assert operator.post(path(meeting, "/items"), json={}).status_code == 409
    assert operator.post(path(meeting, "/items"), json={"number": 7}).status_code == 422
    assert operator.post(path(meeting, "/speakers"), json={"who": "3"}).json()["note"] == "李晓明"
    off = operator.post(path(meeting, "/off-record"), json={"since": 1.5, "asked_by": "张建国"})
    assert off.json()["note"] == "张建国"
    status = operator.get(path(meeting, "/recorder")).json()
    assert (status["off_record"], status["item"]) == (True, 1)
    assert operator.post(path(meeting, "/off-record"), json={}).status_code == 409
    assert operator.post(path(meeting, "/on-record")).status_code == 201
    assert not operator.get(path(meeting, "/recorder")).json()["off_record"]


def test_the_status_tells_all_that_the_recorder_says(rest, operator, meeting):
    recorder(rest).told = {
        "levels": (Level(-12.0, -20.5), Level(-200.0, -200.0)),
        "peak_dbfs": (-6.0, float("-inf")),
        "drift_ppm": 3.5,
        "source": "mic:备用",
        "standby": "mic:备用",
        "seconds_left": 3600.0,
        "sealed_frames": 24_000,
        "started": rest.clock.now(),
    }
    told = operator.get(path(meeting, "/recorder")).json()
    assert told["levels"] == [{"peak": -12.0, "rms": -20.5}, {"peak": None, "rms": None}]
    assert told["peak_dbfs"] == [-6.0, None]
    assert (told["drift_ppm"], told["source"], told["standby"]) == (3.5, "mic:备用", "mic:备用")
    assert (told["sealed_frames"], told["seconds_left"], told["bits"]) == (24_000, 3600.0, 24)
    assert told["started"].startswith("2026-11-12T01:00")


def test_an_alarm_is_told_in_the_readers_language_and_acknowledged_by_name(rest, operator, meeting):
    alarm = Alarm(kind=AlarmKind.ZEROS, since=rest.clock.now(), track=6)
    recorder(rest).turns.append(AlarmTurn(alarm, on=True, at=alarm.since))
    (told,) = operator.get(path(meeting, "/recorder")).json()["alarms"]
    assert (told["what"], told["severe"], told["acknowledged_by"]) == ("Channel 6 is dead", True, "")
    (zh,) = operator.get(path(meeting, "/alarms"), headers={"Accept-Language": "zh"}).json()
    assert zh["what"] == "第 6 路没有声音"
    (seen,) = operator.post(path(meeting, "/alarms/acknowledgements"), json={"kind": "zeros", "track": 6}).json()
    assert seen["acknowledged_by"] == "周工"
    assert operator.post(path(meeting, "/alarms/acknowledgements"), json={"kind": "hum"}).status_code == 404


def test_the_gap_after_a_power_cut_is_told(rest, operator, meeting):
    recorder(rest).crash()
    rest.use.continue_recording(meeting.id)
    first, _second = rest.use.recordings(meeting.id)
    told = operator.get(path(meeting, "/recorder")).json()["continuation"]
    assert (told["after"], told["cut"]) == (first.id, "unknown")


# --- how loud, and how it sounds


def recording_path(rest, meeting, more):
    return path(meeting, f"/recordings/{rest.use.current_recording(meeting.id).id}{more}")


def test_a_picture_of_the_sound_has_as_many_points_as_were_asked_for(rest, operator, meeting):
    asked = recording_path(rest, meeting, "/envelope?first=2&last=9&points=3")
    assert operator.get(asked).json() == {"start": 2.0, "seconds": 0.5, "peaks": [[-3.0, None, 3.0], [9.0]]}
    assert operator.get(recording_path(rest, meeting, "/envelope?first=9&last=2")).status_code == 422
    assert operator.get(path(meeting, "/recordings/unknown/envelope")).status_code == 404


def test_a_recorder_that_cannot_be_listened_to_is_no_fault(rest, operator):
    meeting = rest.in_session()
    for more in ("/envelope", "/listen"):
        answer = operator.get(recording_path(rest, meeting, more))
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert "goes on" in answer.json()["mend"]


def test_somebody_listens_to_what_is_on_disk_and_that_is_an_event(rest, operator, meeting):
    assert operator.get(recording_path(rest, meeting, "/listen")).status_code == 409  # nothing yet
    rest.use.next_item(meeting.id)
    heard = operator.get(recording_path(rest, meeting, "/listen?track=1"))
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.content[:4] == b"RIFF"
    assert len(heard.content) == 12 + 600
    assert operator.get(recording_path(rest, meeting, "/listen?track=5")).status_code == 422
    rows = rest.use.events(stream=meeting.id, kinds=["recording.listened"])
    assert [row.actor for row in rows] == ["person:周工"]


def test_nobody_listens_while_it_is_off_the_record(rest, operator, meeting):
    rest.use.next_item(meeting.id)
    rest.use.off_record(meeting.id)
    answer = operator.get(recording_path(rest, meeting, "/listen"))
    assert answer.status_code == 409
    assert "off the record" in answer.json()["detail"]


def test_nobody_hears_the_end_of_what_was_off_the_record(rest, operator, meeting):
    rest.use.next_item(meeting.id)
    rest.use.off_record(meeting.id)
    rest.use.on_record(meeting.id)  # at the end of what is on disk
    heard = operator.get(recording_path(rest, meeting, "/listen"))
    assert struct.unpack("<If", heard.content[4:12]) == (0, 0.0)


def test_a_recording_that_is_over_is_exported_and_not_listened_to(rest, operator, meeting):
    rest.use.next_item(meeting.id)
    asked = recording_path(rest, meeting, "/listen")
    rest.use.adjourn(meeting.id)
    answer = operator.get(asked)
    assert answer.status_code == 409
    assert "export" in answer.json()["mend"]


def test_listening_ends_where_it_goes_off_the_record(rest, meeting):
    rest.use.next_item(meeting.id)
    chunks = rest.use.listen(meeting.id)
    assert next(chunks)[:4] == b"RIFF"
    assert next(chunks)
    rest.use.off_record(meeting.id)
    rest.clock.advance(2)
    assert list(chunks) == []


def test_a_technician_hears_test_takes_and_no_meeting(rest, meeting):
    technician = rest.as_(Role.TECHNICIAN)
    rest.use.next_item(meeting.id)
    assert technician.get(recording_path(rest, meeting, "/listen")).status_code == 403
    rest.use.adjourn(meeting.id)
    other = rest.opened()
    take = technician.post(path(other, "/test-takes"), json={"seconds": 2})
    assert take.status_code == 201
    assert take.json()["recording"]["seconds"] == 2.0
    assert take.json()["peaks"] == [600.0, 0.0]
    found = take.json()["recording"]["id"]
    assert [one["id"] for one in technician.get(path(other, "/test-takes")).json()] == [found]
    assert technician.get(path(other, "/recordings")).json() == []
    heard = technician.get(path(other, f"/test-takes/{found}/listen"))
    assert struct.unpack("<If", heard.content[4:12]) == (0, 2.0)  # all of it
    operator = rest.as_(Role.OPERATOR)
    assert operator.get(path(other, f"/recordings/{found}/listen")).status_code == 404


def test_only_so_many_listen_at_once(rest, operator, meeting):
    rest.use.next_item(meeting.id)
    rest.web.state.ears.open = 8
    answer = operator.get(recording_path(rest, meeting, "/listen"))
    assert answer.status_code == 409
    assert "8" in answer.json()["detail"]
    rest.web.state.ears.open = 0
    assert operator.get(recording_path(rest, meeting, "/listen")).status_code == 200
    assert rest.web.state.ears.open == 0


# --- levels


def events(answer):
    """(event, data) until the end of the stream."""
    kind = ""
    for line in iter(answer.readline, b""):
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


def test_levels_are_followed_until_the_recording_ends(rest, meeting):
    _token, text = rest.accounts.add_token(rest.account(Role.OPERATOR), "test", [Right.SEE_RECORDINGS])
    recorder(rest).told = {"levels": (Level(-12.0, -20.5), Level(-200.0, -200.0))}
    with served(rest.web) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", path(meeting, "/recorder/levels"), headers={"Authorization": f"Bearer {text}"})
        answer = line.getresponse()
        assert answer.status == 200
        assert answer.getheader("content-type").startswith("text/event-stream")
        told = events(answer)
        kind, first = next(told)
        assert (kind, first["state"]) == ("levels", "recording")
        assert first["tracks"] == [{"peak": -12.0, "rms": -20.5}, {"peak": None, "rms": None}]
        next(told)
        rest.use.adjourn(meeting.id)
        rest_of_it = list(told)
    assert rest_of_it[-1] == ("end", {})
    assert rest_of_it[-2][1]["state"] == "sealed"


def test_levels_end_where_the_meeting_is_raised_above_who_follows_them(rest, meeting, monkeypatch):
    monkeypatch.setattr("roomctl.web.rest.recorder.HEARTBEAT", 0.05)
    _token, text = rest.accounts.add_token(rest.account(Role.OPERATOR), "test", [Right.SEE_RECORDINGS])
    with served(rest.web) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", path(meeting, "/recorder/levels"), headers={"Authorization": f"Bearer {text}"})
        told = events(line.getresponse())
        for _ in range(5):
            assert next(told)[0] == "levels"
        with rest.application.open_uow() as uow:
            uow.meetings.save(replace(uow.meetings.get(meeting.id), secrecy=Secrecy(Secret.SECRET, 3)))
            uow.commit()
        left = list(islice(told, 200))
    assert len(left) < 200
    assert ("end", {}) not in left


def test_no_levels_where_nothing_is_armed(rest, operator):
    assert operator.get(path(rest.opened(), "/recorder/levels")).status_code == 404


def status(n, state=RecorderState.RECORDING):
    return RecorderStatus(state=state, tracks=1, frames=n)


class Asked:
    """A recorder that answers in order, and has no meters beside. The last answer is given again and again."""

    def __init__(self, *answers):
        self.answers, self.times = answers, 0

    def status(self):
        answer = self.answers[min(self.times, len(self.answers) - 1)]
        self.times += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


async def looks(recorder, levels, n):
    """The first n."""
    follower, found = levels.follow("r1", recorder), []
    async for look in follower:
        found.append(look)
        if len(found) == n:
            break
    await follower.aclose()
    return found


def test_one_looks_for_all_and_nobody_looks_when_all_are_gone():
    recorder = Asked(*map(status, range(100)))

    async def main():
        levels = Levels(each=0.01)
        found = await asyncio.gather(*(looks(recorder, levels, 5) for _ in range(4)))
        gone = recorder.times
        await asyncio.sleep(0.1)
        return found, gone

    found, gone = asyncio.run(main())
    frames = [[look.status.frames for look in one] for one in found]
    assert all(sorted(one) == one for one in frames)
    assert gone <= 10  # not four times as many
    assert recorder.times <= gone + 1


def test_where_a_recorder_has_meters_it_is_asked_at_each_tenth_look_alone():
    class Meters(Asked):
        def levels(self, tracks):
            return [Level(-3.0, -9.0)] * tracks

    recorder = Meters(status(7))
    found = asyncio.run(looks(recorder, Levels(each=0.001), 11))
    assert [look.full for look in found] == [True, *[False] * 9, True]
    assert recorder.times == 2
    assert (found[1].status.frames, found[1].status.levels) == (7, (Level(-3.0, -9.0),))


def test_a_look_that_fails_says_why_and_how_often_and_is_tried_again():
    recorder = Asked(Refused("busy"), status(7), Refused("gone"))
    found = asyncio.run(looks(recorder, Levels(each=0.001), 4))
    assert [(look.status and look.status.frames, look.down, look.failed) for look in found] == [
        (None, "busy", 1), (7, "", 0), (None, "gone", 1), (None, "gone", 2),
    ]  # fmt: skip


def test_levels_of_a_recorder_that_stays_out_of_reach_end_without_an_end(rest, meeting, monkeypatch):
    _token, text = rest.accounts.add_token(rest.account(Role.OPERATOR), "test", [Right.SEE_RECORDINGS])
    monkeypatch.setattr(rest.web.state, "levels", Levels(each=0.001))
    monkeypatch.setattr(recorder(rest), "status", Asked(Refused("gone")).status)
    with served(rest.web) as port, closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as line:
        line.request("GET", path(meeting, "/recorder/levels"), headers={"Authorization": f"Bearer {text}"})
        assert list(events(line.getresponse())) == []


def test_the_last_look_is_told_too():
    recorder = Asked(status(1), status(2, RecorderState.SEALED))

    async def main():
        return [look.status.state.value async for look in Levels(each=0.001).follow("r1", recorder)]

    assert asyncio.run(main())[-1] == "sealed"


def test_an_order_that_names_its_source_is_armed_with_it(rest, operator):
    meeting = rest.opened()
    operator.post(path(meeting, "/recordings"), json={"source": "tone"})
    assert recorder(rest).order == Order(source="tone", realtime=True, planned_seconds=3600)
