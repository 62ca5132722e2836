"""Rosters taken in with one press and taken back, and the office's people."""

from dataclasses import replace

import pytest

from roomctl.domain.attendance import Method, Person
from roomctl.errors import NotFound, Refused
from roomctl.services.identity import new_id

SHEET = "名单.xlsx"


def person(name, unit="市政府", **facts):
    return Person(id=new_id(), name=name, unit=unit, **facts)


def test_who_is_on_the_roster_already_is_left_out(house):
    meeting = house.meeting()
    house.use.add_people(meeting.id, [person("张建国")])
    new = house.use.import_people(
        meeting.id, [person("张建国"), person("李晓明"), person("张建国", "财政局")], source=SHEET
    )
    assert [one.name for one in new] == ["李晓明", "张建国"]
    assert len(house.use.roster(meeting.id)) == 3


def test_the_same_file_twice_adds_nobody_and_is_no_second_event(house):
    meeting = house.meeting()
    for _ in range(2):
        house.use.import_people(meeting.id, [person("张建国")], source=SHEET)
    assert house.kinds(meeting.id).count("roster.added") == 1


def test_an_import_is_taken_back_as_a_whole_and_nobody_else(house):
    meeting = house.meeting()
    house.use.add_people(meeting.id, [person("张建国")])
    house.use.import_people(meeting.id, [person("李晓明"), person("孙丽")], source=SHEET)
    (found,) = house.use.imports(meeting.id)
    assert (found.source, len(found.people)) == (SHEET, 2)
    house.use.undo_import(meeting.id, found.id)
    assert [one.name for one in house.use.roster(meeting.id)] == ["张建国"]
    assert not house.use.imports(meeting.id)
    with pytest.raises(NotFound):
        house.use.undo_import(meeting.id, found.id)


def test_an_import_of_whom_somebody_has_signed_in_stays(house):
    meeting = house.opened()
    house.use.import_people(meeting.id, [person("李晓明"), person("孙丽")], source=SHEET)
    house.use.sign_in(meeting.id, "孙丽", method=Method.DESK)
    (found,) = house.use.imports(meeting.id)
    with pytest.raises(Refused, match="孙丽"):
        house.use.undo_import(meeting.id, found.id)
    assert len(house.use.roster(meeting.id)) == 2


def test_an_import_of_another_meeting_is_not_taken_back_from_here(house):
    first, second = house.meeting(), house.meeting()
    house.use.import_people(first.id, [person("李晓明")], source=SHEET)
    (found,) = house.use.imports(first.id)
    with pytest.raises(NotFound):
        house.use.undo_import(second.id, found.id)
    assert house.use.roster(first.id)


def test_nobody_comes_onto_the_roster_of_a_meeting_that_is_over_and_nobody_leaves_it(house):
    meeting = house.in_session()
    house.use.import_people(meeting.id, [person("孙丽")], source=SHEET)
    house.use.adjourn(meeting.id)
    with pytest.raises(Refused, match="名单不能再改"):
        house.use.import_people(meeting.id, [person("李晓明")], source=SHEET)
    with pytest.raises(Refused, match="写进会议记录"):
        house.use.add_people(meeting.id, [person("李晓明")])
    (found,) = house.use.imports(meeting.id)
    with pytest.raises(Refused, match="名单不能再改"):
        house.use.undo_import(meeting.id, found.id)
    assert "孙丽" in {one.name for one in house.use.roster(meeting.id)}


def test_a_late_guest_comes_onto_the_roster_while_the_meeting_is_in_session_and_that_is_told(house):
    meeting = house.in_session()
    house.use.add_people(meeting.id, [person("孙丽")])
    assert "孙丽" in {one.name for one in house.use.roster(meeting.id)}
    assert house.events(meeting.id)[-1].kind == "roster.added"


# --- the office's people


def test_the_office_knows_each_person_once_with_the_newer_telephone(house):
    house.use.remember_people([person("李晓明", phone="1"), person("李晓明", phone="1"), person("李晓明", "财政局")])
    assert house.use.remember_people([person("李晓明", phone="2"), person("孙丽")]) == 1
    assert [(one.unit, one.phone) for one in house.use.directory("LXM")] == [("市政府", "2"), ("财政局", "")]


@pytest.mark.parametrize("text", ["lxm", "城管", "李 局长", "CGJ"])
def test_people_are_found_by_initials_unit_and_duty(house, text):
    house.use.remember_people([replace(person("李晓明", "城管局"), duty="局长"), person("王海燕")])
    assert [one.name for one in house.use.directory(text)] == ["李晓明"]


def test_who_is_taken_off_the_list_stays_on_rosters(house):
    meeting, one = house.meeting(), person("李晓明")
    house.use.remember_people([one])
    house.use.import_people(meeting.id, [one], source="人员库")
    (known,) = house.use.directory()
    house.use.forget_person(known.id)
    assert not house.use.directory()
    assert house.use.roster(meeting.id)
    with pytest.raises(NotFound):
        house.use.forget_person(known.id)
