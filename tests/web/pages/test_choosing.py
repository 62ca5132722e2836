"""Which meeting a page of the menu means, and what it asks where it is not clear."""

from datetime import datetime

from roomctl.domain.access import Right
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.i18n import speaking
from roomctl.web.pages.choosing import Choice, only

CHOICE = Choice(
    path="/close",
    title=lambda: "散会",
    right=Right.CLEAR_ROOM,
    meetings=lambda _visitor: [],
    meant=only,
    lit=frozenset({State.ADJOURNED}),
    nothing=lambda: ("没有要收尾的会议", "散会以后再来"),
    when="%m-%d %H:%M",
)


def meeting(n, state=State.ADJOURNED):
    return Meeting(
        id=MeetingId(f"m{n}"), room="r", title=f"<b>会议{n}", starts=datetime(2026, 11, 12, 9, n), state=state
    )


def test_only_one_meeting_is_meant():
    assert only([]) is None
    assert only([meeting(1)]) == meeting(1)
    assert only([meeting(1), meeting(2)]) is None


def test_where_it_is_not_clear_each_has_a_row_that_leads_to_its_page():
    with speaking("zh"):
        html = CHOICE.draw([meeting(1), meeting(2, State.CLOSED)]).html
    assert [html.count(f'href="/meetings/m{n}/close"') for n in (1, 2)] == [1, 1]
    assert ("11-12 09:01" in html, "&lt;b&gt;会议1" in html, html.count("rc-run")) == (True, True, 1)


def test_where_there_is_none_it_says_what_comes_next():
    html = CHOICE.draw([]).html
    assert ("没有要收尾的会议" in html, "散会以后再来" in html, 'href="/"' in html) == (True, True, True)
