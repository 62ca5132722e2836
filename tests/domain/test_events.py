import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.events import Actor, By, Event, Head, LoggedEvent, instant_text, link, verify

AT = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def _chain(many: int) -> list[LoggedEvent]:
    rows, head = [], Head()
    for n in range(1, many + 1):
        event = Event(
            stream="m1", kind="attendance.signed_in", actor=Actor.person("张建国"), at=AT + timedelta(minutes=n)
        )
        row = link(replace(event, data={"n": n}), head=head, event_id=f"e{n}", room="r", seq=n * 2)
        rows.append(row)
        head = Head(row.n, row.sha256, row.sm3)
    return rows


def _head(row: LoggedEvent) -> Head:
    return Head(row.n, row.sha256, row.sm3)


def _found(rows, head=None) -> list[tuple[int, str]]:
    return [(fault.n, fault.what.split(":")[0]) for fault in verify(rows, head)]


def test_a_chain_that_nobody_touched_has_no_fault():
    rows = _chain(5)
    assert _found(rows) == _found(rows, _head(rows[-1])) == _found(rows, _head(rows[2])) == []


HASHED = sorted(LoggedEvent.__dataclass_fields__.keys() - {"n", "stream"})  # these two would be other faults


@given(at=st.integers(0, 5), change=st.sampled_from(HASHED), data=st.data())
def test_a_row_altered_in_any_field_is_found(at, change, data):
    rows = _chain(6)
    old = getattr(rows[at], change)
    new = data.draw(st.integers() if isinstance(old, int) else st.text(st.characters(codec="utf-8")))
    if new != old:
        rows[at] = replace(rows[at], **{change: new})
        assert (at + 1, "altered") in _found(rows)


@pytest.mark.parametrize(
    "change", [{"n": "2"}, {"v": 2**60}, {"v": None}, {"v": True}, {"data": b"{}"}, {"at": None}, {"sha256": None}]
)
def test_a_column_of_another_type_is_a_finding_like_any_other(change):
    rows = _chain(3)
    rows[1] = replace(rows[1], **change)
    assert (2, "altered") in _found(rows)


@given(at=st.integers(0, 4))
def test_a_removed_row_is_found(at):
    rows = _chain(6)
    del rows[at]
    assert (at + 1, "removed") in _found(rows)


@given(at=st.integers(0, 5), to=st.integers(0, 5))
def test_a_row_that_was_moved_or_put_in_twice_is_found(at, to):
    rows = _chain(6)
    moved = rows[:at] + rows[at + 1 :]
    moved.insert(to, rows[at])
    assert bool(_found(moved)) == (at != to)
    assert _found([*rows[: to + 1], rows[at], *rows[to + 1 :]])


@given(many=st.integers(1, 5))
def test_an_end_that_was_cut_off_is_found_by_the_head(many):
    rows = _chain(6)
    cut = rows[:-many]
    assert _found(cut) == []
    assert _found(cut, _head(rows[-1])) == [(6 - many + 1, "cut off")]


def test_a_chain_rewritten_from_its_start_is_found_by_the_head():
    rows, forged, head = _chain(4), [], Head()
    for row in rows:
        event = Event(stream="m1", kind=row.kind, actor=Actor.person("李四"), at=AT, data=json.loads(row.data))
        forged.append(link(event, head=head, event_id=row.id, room="r", seq=row.seq))
        head = _head(forged[-1])
    assert _found(forged) == []
    assert _found(forged, _head(rows[-1])) == [(4, "rewritten")]


def test_the_order_of_keys_does_not_change_what_is_hashed():
    one = Event(stream="m1", kind="k", actor=Actor.person("a"), at=AT, data={"a": 1, "b": {"d": 1.0, "c": 2}})
    other = replace(one, data={"b": {"c": 2, "d": 1}, "a": 1})
    rows = [link(event, head=Head(), event_id="e", room="r", seq=1) for event in (one, other)]
    assert rows[0] == rows[1]
    assert rows[0].data == '{"a":1,"b":{"c":2,"d":1}}'


def test_an_instant_is_utc_with_microseconds():
    beijing = datetime(2026, 11, 12, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    assert instant_text(beijing) == instant_text(AT) == "2026-11-12T01:00:00.000000+00:00"
    row = _chain(1)[0]
    assert row.instant == AT + timedelta(minutes=1)


def test_an_instant_without_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        instant_text(datetime(2026, 11, 12, 9, 0))


@given(by=st.sampled_from(By), name=st.text())
def test_an_actor_reads_back_from_its_text(by, name):
    assert Actor.parse(str(Actor(by, name))) == Actor(by, name)
