import csv
import io
import json
from datetime import datetime

import pytest
from roomctl_signin import roomctl_package_files

from roomctl.api import Meeting, MeetingId, Method, Person, Role, State
from roomctl.testing.fakes import FakeContext, FakeServices

MEETING = "0199f000-0000-7000-8000-000000000001"


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(
        Meeting(
            id=MeetingId(MEETING),
            room=services.room.id,
            title="专题会议",
            starts=datetime(2026, 11, 12, 9, 5),
            state=State.OPEN,
        )
    )
    return FakeContext("signin", tmp_path, services=services)


def files(ctx):
    made = roomctl_package_files(ctx, ctx.services.meeting(MEETING))
    return {file.path: file.source for file in made}


def test_the_package_gets_the_list_with_local_times_and_the_events_behind_it(ctx):
    ctx.services.add_people(MEETING, [Person(id="1", name="张建国", unit="市政府", duty="副市长", rank=1)])
    ctx.services.sign_in(MEETING, "张建国", method=Method.DESK)
    made = files(ctx)
    assert set(made) == {"records/attendance.csv", "records/attendance.json"}
    (row,) = csv.DictReader(io.StringIO(made["records/attendance.csv"].read_text("utf-8-sig")))
    assert (row["姓名"], row["状态"], row["签到时间"]) == ("张建国", "到会", "09:00:00")
    whole = json.loads(made["records/attendance.json"].read_text("utf-8"))
    assert whole["counts"]["present"] == 1
    assert whole["people"][0]["events"] == [fact.id for fact in ctx.services.attendance_events(MEETING)]


def test_telephone_numbers_stay_out_of_the_archive(ctx):
    ctx.services.add_people(MEETING, [Person(id="1", name="张建国", phone="13800138000")])
    assert all("13800138000" not in source.read_text("utf-8") for source in files(ctx).values())


def test_a_meeting_without_a_roster_has_no_list(ctx):
    assert files(ctx) == {}


def test_a_name_is_never_a_formula(ctx):
    ctx.services.add_people(MEETING, [Person(id="1", name="=1+1", role=Role.OBSERVER, items=(1, 3))])
    (row,) = csv.DictReader(io.StringIO(files(ctx)["records/attendance.csv"].read_text("utf-8-sig")))
    assert (row["姓名"], row["议题"]) == ("'=1+1", "1、3")


def test_the_list_is_the_same_when_asked_again(ctx):
    ctx.services.add_people(MEETING, [Person(id="1", name="张建国")])
    first = {path: source.read_bytes() for path, source in files(ctx).items()}
    assert {path: source.read_bytes() for path, source in files(ctx).items()} == first
