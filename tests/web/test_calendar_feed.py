"""The feed that a calendar program reads: what is in it, what never is, and whose it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import icalendar
import pytest
import vobject

from roomctl.domain.access import Right, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import AgendaItem
from roomctl.domain.secrecy import Level, Secrecy


def link(client):
    answer = client.post("/api/v1/calendar-links")
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(rest, made):
    answer = rest.nobody().get(made["path"])
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    return answer


def titles(answer):
    return [str(one["summary"]) for one in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")]


def at(rest, hours=24):
    return (rest.clock.now() + timedelta(hours=hours, minutes=480)).replace(tzinfo=None, second=0, microsecond=0)


def test_two_readers_find_the_same_in_it(rest):
    title = "财源、税源；建设,专题\\会议\n" + "长" * 90
    planned = rest.meeting(title=title, starts=at(rest), planned_minutes=90, place="二楼报告厅")
    moved = rest.meeting(title="例会", starts=at(rest, 48), secrecy=Secrecy(Level.INTERNAL))
    rest.use.transition(moved.id, State.CANCELLED, reason="并入常务会议")
    answer = read(rest, link(rest.as_(Role.SECRETARY)))
    theirs = list(vobject.readOne(answer.text).vevent_list)
    ours = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert [one.uid.value for one in theirs] == [str(one["uid"]) for one in ours] == [
        f"{planned.id}@roomctl", f"{moved.id}@roomctl"
    ]  # fmt: skip
    first, second = theirs
    assert first.summary.value == title
    assert first.location.value == "二楼报告厅"
    assert first.dtstart.value.astimezone(UTC) == planned.starts_at.astimezone(UTC)
    assert first.dtend.value - first.dtstart.value == timedelta(minutes=90)
    assert (first.status.value, second.status.value) == ("TENTATIVE", "CANCELLED")
    assert second.sequence.value == str(rest.use.meeting(moved.id).version)
    assert all(len(line) <= 75 for line in answer.content.split(b"\r\n"))  # RFC 5545, 3.1: octets
    assert b"RRULE" not in answer.content


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.SECURITY, Role.APPROVER])
def test_a_state_secret_is_in_nobodys_feed(rest, role):
    meeting = rest.meeting(title="人事安排", starts=at(rest))
    item = AgendaItem(1, "任免", secrecy=Secrecy(Level.CONFIDENTIAL, 5))
    with rest.application.open_uow() as uow:
        uow.meetings.save(replace(meeting, agenda=(item,)))
        uow.commit()
    assert titles(read(rest, link(rest.as_(role)))) == []


def test_what_goes_on_in_a_meeting_is_not_in_it(rest):
    rest.meeting(starts=at(rest), contact="孙丽 88886666", special="请保密")
    text = read(rest, link(rest.as_(Role.USHER))).text
    assert "88886666" not in text
    assert "停车场建设\r" not in text
    assert "李晓明" not in text


def test_a_link_that_was_taken_back_shows_nothing(rest):
    client = rest.as_(Role.SECRETARY)
    made = link(client)
    assert [one["id"] for one in client.get("/api/v1/calendar-links").json()] == [made["id"]]
    assert client.delete(f"/api/v1/calendar-links/{made['id']}").status_code == 204
    assert rest.nobody().get(made["path"]).status_code == 404
    assert made["path"] not in rest.noted("access.denied")[-1].data  # the key is no text for a log


@pytest.mark.parametrize("key", ["x", "%00", "..%2f..%2fetc", "0" * 99, "'--"])
def test_a_forged_key_shows_nothing_and_is_noted(rest, key):
    assert rest.nobody().get(f"/calendar/{key}.ics").status_code in {404, 422}


def test_the_link_of_a_disabled_account_shows_nothing(rest):
    made = link(rest.as_(Role.SECRETARY, name="孙丽"))
    rest.accounts.disable("孙丽")
    assert rest.nobody().get(made["path"]).status_code == 404


def test_nobody_takes_back_the_link_of_somebody_else(rest):
    made = link(rest.as_(Role.SECRETARY))
    assert rest.as_(Role.ADMIN).delete(f"/api/v1/calendar-links/{made['id']}").status_code == 404
    assert rest.nobody().get(made["path"]).status_code == 200


def test_a_token_makes_no_link_and_nobody_makes_many(rest):
    assert rest.token(Right.SEE_MEETINGS).post("/api/v1/calendar-links").status_code == 403
    client = rest.as_(Role.SECRETARY)
    answers = [client.post("/api/v1/calendar-links").status_code for _ in range(6)]
    assert answers == [201] * 5 + [409]


def test_the_key_stands_nowhere_in_the_log(rest):
    made = link(rest.as_(Role.SECRETARY))
    key = made["path"].partition("/calendar/")[2].removesuffix(".ics")
    with rest.application.open_uow().reading() as uow:
        assert not any(key in row.data for row in uow.events.since(0, 10_000))


def test_old_meetings_are_left_to_the_calendar_program(rest):
    rest.meeting(title="去年的", starts=datetime(2020, 1, 1, 9, 0))
    assert titles(read(rest, link(rest.as_(Role.SECRETARY)))) == []
