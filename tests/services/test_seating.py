import json

import pytest

from roomctl.domain.attendance import Person, Role
from roomctl.domain.lifecycle import State
from roomctl.domain.recording import Order
from roomctl.domain.seating import UNDONE
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.services.identity import new_id
from roomctl.services.recordings import order_of

NAMES = ["张建国", "李晓明", "王海燕", "陈志强", "刘芳"]


@pytest.fixture
def seated(house):
    """A house with a meeting of five members and one observer, in 课桌式."""
    house.planned = house.meeting()
    people = [Person(id=new_id(), name=name, rank=rank) for rank, name in enumerate(NAMES, 1)]
    people.append(Person(id=new_id(), name="周敏", role=Role.OBSERVER, rank=6))
    house.use.add_people(house.planned.id, people)
    house.people = {one.name: one.id for one in people}
    house.use.lay_seats(house.planned.id, "课桌式")
    return house


def names(house, plan):
    by_id = {one: name for name, one in house.people.items()}
    return {place: [by_id[one] for one in people] for place, people in plan.seats.sitting.items()}


def test_a_layout_has_room_for_everybody_and_a_proposal_seats_them(seated):
    plan = seated.use.propose_seats(seated.planned.id)
    assert names(seated, plan)["P1"] == ["张建国"]
    assert names(seated, plan)["O1"] == ["周敏"]
    assert plan.unseated == ()
    assert seated.use.seat_plan(seated.planned.id) == plan


def test_who_moves_changes_places_and_it_can_be_taken_back(seated):
    use, meeting = seated.use, seated.planned.id
    before = use.propose_seats(meeting)
    use.move_seat(meeting, seated.people["李晓明"], "P1")
    after = use.seat_plan(meeting)
    assert (names(seated, after)["P1"], names(seated, after)["R1-3"]) == (["李晓明"], ["张建国"])
    back = use.undo_seats(meeting)
    assert back.seats.sitting == before.seats.sitting
    assert [row.kind for row in use.events(stream=meeting, newest=False)][-1] == UNDONE


def test_a_proposal_that_changes_nothing_is_no_event(seated):
    use, meeting = seated.use, seated.planned.id
    version = use.propose_seats(meeting).seats.version
    assert use.propose_seats(meeting).seats.version == version


def test_who_has_seen_an_older_plan_is_told_who_changed_it(seated):
    use, meeting = seated.use, seated.planned.id
    version = use.seat_plan(meeting).seats.version
    use.propose_seats(meeting, version=version)
    with pytest.raises(Refused, match="改过座位"):
        use.move_seat(meeting, seated.people["李晓明"], "P1", version=version)
    assert names(seated, use.seat_plan(meeting))["P1"] == ["张建国"]


def test_the_recorder_knows_people_by_the_microphones_of_their_seats(seated):
    use, meeting = seated.use, seated.planned.id
    use.propose_seats(meeting)
    use.wire_seats(meeting, 3)
    roster = {one.name: one.seat for one in use.roster(meeting)}
    assert (roster["张建国"], roster["刘芳"], roster["陈志强"]) == ("1", "2", "前排4号座")
    order = order_of(use.meeting(meeting), use.roster(meeting), Order(source="mic"), seated.clock.now())
    assert order.channels == ((1, "张建国"), (2, "刘芳"), (3, "王海燕"))
    use.wire_seat(meeting, "P1", 0)
    assert {one.name: one.seat for one in use.roster(meeting)}["张建国"] == "主席台1号座"


def test_a_member_on_leave_has_no_seat_and_a_proxy_takes_it(seated):
    use, meeting = seated.use, seated.planned.id
    use.request_leave(meeting, "李晓明", reason="出差")
    use.decide_leave(meeting, "李晓明", granted=True, by="张建国")
    use.request_leave(meeting, "王海燕", reason="出差", proxy="刘伟")
    use.decide_leave(meeting, "王海燕", granted=True, by="张建国")
    seats = names(seated, use.propose_seats(meeting))
    assert ["李晓明"] not in seats.values()
    assert seats["R1-3"] == ["王海燕"]


def seats_of(house, meeting):
    return {one.name: one.seat for one in house.use.roster(meeting)}


def test_a_seat_that_came_with_the_roster_stays_until_the_plan_says_another(house):
    use, meeting = house.use, house.meeting().id
    people = [Person(id=new_id(), name=name, rank=n, seat=seat) for n, (name, seat) in enumerate(GIVEN.items(), 1)]
    use.add_people(meeting, people)
    use.lay_seats(meeting, "platform")
    assert seats_of(house, meeting) == GIVEN
    use.propose_seats(meeting)
    use.move_seat(meeting, people[1].id, "")
    assert seats_of(house, meeting) == {"张建国": "主席台3号座", "李晓明": "4", "王海燕": "主席台2号座"}
    use.wire_seat(meeting, "P3", 4)  # the plan's channel 4 is not his any more
    assert seats_of(house, meeting) == {"张建国": "4", "李晓明": "", "王海燕": "主席台2号座"}
    for _ in range(4):
        use.undo_seats(meeting)
    assert seats_of(house, meeting) == GIVEN


GIVEN = {"张建国": "3", "李晓明": "4", "王海燕": ""}


def test_who_got_leave_after_the_seats_were_laid_is_known_as_away(seated):
    use, meeting = seated.use, seated.planned.id
    use.propose_seats(meeting)
    use.request_leave(meeting, "李晓明", reason="出差")
    use.decide_leave(meeting, "李晓明", granted=True, by="张建国")
    chart = use.seat_chart(meeting)
    assert [one.person.name for one in chart.seated_away] == ["李晓明"]
    place = chart.place_of(seated.people["李晓明"]).id
    assert (len(chart.sitting[place]), chart.coming(place)) == (1, ())
    assert use.seat_chart(meeting, use.attendance(meeting)) == chart
    (use.data / "seats.toml").write_text(
        'keep_leave = true\n[[layouts]]\nid = "x"\ntitle = "x"\nshape = "rows"\n', encoding="utf-8"
    )
    assert use.seat_chart(meeting).seated_away == ()


def test_an_import_can_be_taken_back_once_its_people_have_no_seat_any_more(seated):
    use, meeting = seated.use, seated.planned.id
    (new,) = use.import_people(meeting, [Person(id=new_id(), name="赵敏", rank=9)], source="名单.xlsx")
    (imported,) = use.imports(meeting)
    use.propose_seats(meeting)
    with pytest.raises(Refused, match="赵敏"):
        use.undo_import(meeting, imported.id)
    use.move_seat(meeting, new.id, "")
    assert use.undo_import(meeting, imported.id) == [new.id]


def test_a_wrong_file_of_layouts_hides_no_seat_from_who_signs_in(seated):
    before = seated.use.propose_seats(seated.planned.id).chart
    (seated.use.data / "seats.toml").write_text("layouts = [", encoding="utf-8")
    assert seated.use.seat_chart(seated.planned.id).sitting == before.sitting


def test_the_plan_does_not_follow_the_offices_file(seated):
    before = seated.use.propose_seats(seated.planned.id)
    (seated.use.data / "seats.toml").write_text(
        '[[layouts]]\nid = "other"\ntitle = "别的"\nshape = "hollow"\n', encoding="utf-8"
    )
    after = seated.use.seat_plan(seated.planned.id)
    assert (after.layout, after.seats) == (before.layout, before.seats)
    with pytest.raises(NotFound, match="other"):
        seated.use.lay_seats(seated.planned.id, "classroom")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[layouts]]\nid = 'x'\ntitle = 'x'\nshape = 'round'\n", "shape"),
        ("[[layouts]]\nid = 'x'\ntitle = 'x'\nshape = 'rows'\nrows = 99\n", "rows"),
        ("even = 'x'\n[[layouts]]\nid = 'x'\ntitle = 'x'\nshape = 'rows'\n", "even"),
        ("layouts = []", "layouts"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(seated, text, told):
    (seated.use.data / "seats.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=told) as refused:
        seated.use.seat_plan(seated.planned.id)
    assert "seats.toml" in str(refused.value)


def test_what_cannot_be_is_refused_and_changes_nothing(house):
    meeting = house.meeting().id
    for act in (
        lambda: house.use.propose_seats(meeting),
        lambda: house.use.move_seat(meeting, "x", "P1"),
        lambda: house.use.undo_seats(meeting),
    ):
        with pytest.raises(Refused):
            act()
    with pytest.raises(BadInput, match="seats_of_gold"):
        house.use.lay_seats(meeting, "platform", {"seats_of_gold": 1})
    with pytest.raises(BadInput):
        house.use.lay_seats(meeting, "platform", {"rows": 61})
    with pytest.raises(BadInput):
        house.use.wire_seats(meeting, 65)
    assert [row for row in house.use.events(stream=meeting) if row.kind.startswith("seats.")] == []


def test_after_the_session_the_seats_stay_as_they_were(seated):
    use, meeting = seated.use, seated.planned.id
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting, state)
    use.arm(meeting, Order(source="tone"))
    use.start(meeting)
    use.adjourn(meeting)
    with pytest.raises(Refused, match="现在不能改座位"):
        use.lay_seats(meeting, "platform")
    assert use.seat_plan(meeting).seats.template.id == "classroom"


def test_no_name_stands_in_an_event(seated):
    seated.use.propose_seats(seated.planned.id)
    for row in seated.use.events(stream=seated.planned.id):
        if row.kind.startswith("seats."):
            assert not set(NAMES) & set(json.dumps(json.loads(row.data), ensure_ascii=False).split('"'))
