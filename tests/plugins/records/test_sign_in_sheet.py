from datetime import timedelta

from roomctl_records.drafting import sign_in_sheet

from roomctl.api import Meeting, record
from roomctl.testing.fakes import A_MORNING

from .conftest import MEETING


def sheet(facts) -> record.Document:
    return sign_in_sheet.draft(facts.meeting, facts.services.attendance(MEETING))


def tables(document):
    return [block for block in document.blocks if isinstance(block, record.Table)]


def test_members_and_observers_stand_in_the_order_of_rank_with_what_there_is_to_say(facts):
    members, observers = tables(sheet(facts))
    rows = {row[1]: row for row in members.rows}
    assert [row[0] for row in members.rows] == ["1", "2", "3", "4", "5"]
    assert list(rows) == ["张建国", "李晓明", "刘伟（代陈志强）", "王芳", "周涛"]
    assert rows["张建国"][2] == "市政府副市长"
    assert rows["张建国"][4] == ""
    assert rows["刘伟（代陈志强）"][4] == "代会"
    assert (rows["王芳"][3], rows["王芳"][4]) == ("", "请假（参加培训）")
    assert rows["周涛"][3] == ""
    assert [row[1] for row in observers.rows] == ["孙丽", "欧阳文华"]


def test_the_time_is_that_of_the_meetings_place(facts):
    members, _ = tables(sheet(facts))
    local = (A_MORNING + timedelta(hours=8)).strftime("%H:%M")
    assert members.rows[0][3] == local


def test_the_sum_adds_up_and_leaves_observers_out(facts):
    (note,) = [block.text for block in sheet(facts).blocks if isinstance(block, record.Note)]
    counts = facts.services.attendance(MEETING).counts
    assert note.startswith(f"应到{counts.expected}人，实到{counts.present}人")
    assert "代会1人" in note
    assert "请假1人" in note


def test_without_observers_there_is_one_table_and_no_heading(facts):
    facts.services.people[MEETING] = [one for one in facts.services.people[MEETING] if one.rank <= 5]
    document = sheet(facts)
    assert len(tables(document)) == 1
    assert not [block for block in document.blocks if isinstance(block, record.Heading)]


def test_its_title_says_meeting_once():
    def title(of: str) -> str:
        meeting = Meeting(id=MEETING, room="r", title=of, starts=A_MORNING.replace(tzinfo=None))
        attendance = sign_in_sheet.Attendance(standings=())
        return sign_in_sheet.draft(meeting, attendance).title

    assert title("停车场建设专题会议") == "停车场建设专题会议签到表"
    assert title("停车场建设") == "停车场建设会议签到表"
