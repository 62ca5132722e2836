"""What a terminal is told of its meeting. It keeps it, so that people sign in while the line is cut."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field

from roomctl.api import Attendance, Meeting, Standing, State, lifecycle, tr
from roomctl.api.seating import Chart
from roomctl_signin import lists
from roomctl_signin.config import Config
from roomctl_signin.terminal.initials import keys


class NameShape(BaseModel):
    """Somebody who may sign in here: a person of the roster, or the approved proxy of one."""

    person: str = Field(description="id on the roster; of the member for whom a proxy comes")
    proxy: bool
    name: str
    line: str = Field(description="unit and duty, which tell two of one name apart", examples=["市审计局　副局长"])
    keys: list[str] = Field(description="what finds the name; `?` is any letter", examples=[["ZJ", "ZHAOJIAN"]])
    seat: str
    papers: list[str] = Field(default=[], description="份号 of the numbered papers that were handed out to them")
    came: str = Field(description="HH:MM of the room; empty where nobody signed in", examples=["09:44"])


class SpotShape(BaseModel):
    """A place of the plan, in seats from its upper left corner, as seen from the audience."""

    x: float
    y: float
    zone: tuple[str, str] = Field(description="in Chinese and in English", examples=[["前排", "Front row"]])
    number: int
    channel: int = Field(description="of its microphone; 0: none")
    people: list[str] = Field(description="ids on the roster")


class ChartShape(BaseModel):
    """Where everybody sits, for the welcome."""

    width: float
    height: float
    tables: list[tuple[float, float, float, float]]
    named: bool = Field(description="the names of the others are shown as well")
    places: list[SpotShape]


class LaterShape(BaseModel):
    """Another meeting of the day in this room."""

    starts: str = Field(examples=["14:30"])
    opens: str = Field(examples=["14:10"])
    title: str


class TerminalShape(BaseModel):
    """All that a terminal shows. Who is away is not in it: it hangs where everybody passes."""

    room: str
    title: str
    date: str = Field(description="as written, in both languages", examples=["2026-11-12"])
    starts: str = Field(examples=["10:00"])
    opens: str = Field(examples=["09:40"])
    minutes: int = Field(description="until sign-in opens, from two hours before; else 0", examples=[14])
    chair: str
    state: str = Field(description="whether people sign in", examples=["waiting", "open", "over"])
    recorded: bool = Field(description="the recording notice (录音告知) is shown")
    signed: bool = Field(description="the terminal asks for a signature on glass")
    phone: bool = Field(description="it shows a code for telephones, see `code`")
    readers: bool = Field(description="cards are read at the host as well, see `reads`")
    rehearsal: bool = Field(description="演练: nothing that is done here is kept")
    welcome: int = Field(description="seconds after which it is free again")
    expected: int
    present: int
    names: list[NameShape]
    chart: ChartShape | None = Field(description="null where no seats were laid out")
    later: list[LaterShape]


MOST_LATER = 3
_MINUTE = timedelta(minutes=1)
_COUNTED = 120
"""Minutes from which they are counted down: what changes each minute is sent to every terminal each minute."""
_BEFORE = frozenset({State.PLANNED, State.APPROVED})
TO_COME = _BEFORE | lifecycle.MEETS
"""What a terminal announces: neither what is over, nor what was cancelled."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How people sign in here besides by name. Attributes: as `TerminalShape` has them."""

    phone: bool = False
    readers: bool = False
    rehearsal: bool = False


def of(
    meeting: Meeting,
    board: Attendance,
    others: Iterable[Meeting],
    config: Config,
    room: str,
    ways: Ways,
    chart: Chart,
    papers: Mapping[str, Sequence[str]],
    now: datetime,
) -> TerminalShape:
    """The terminal's whole sight. Args: others: meetings to come, of any day. papers: 份号, by who has them."""
    left = math.ceil((meeting.starts_at - now) / _MINUTE) - config.opens_minutes
    zone = ZoneInfo(meeting.zone)
    opens = timedelta(minutes=config.opens_minutes)
    day = meeting.starts.date()
    later = sorted(
        (one for one in others if one.id != meeting.id and one.starts.date() == day and one.starts > meeting.starts),
        key=lambda one: one.starts,
    )
    return TerminalShape(
        room=room,
        title=public(meeting),
        date=day.isoformat(),
        starts=f"{meeting.starts:%H:%M}",
        opens=f"{meeting.starts - opens:%H:%M}",
        minutes=left if 0 < left <= _COUNTED else 0,
        chair=meeting.chair,
        state="open" if ways.rehearsal else state(meeting),
        recorded=meeting.recorded,
        signed=config.sign_on_glass,
        phone=ways.phone,
        readers=ways.readers,
        rehearsal=ways.rehearsal,
        welcome=config.welcome_seconds,
        expected=board.counts.expected,
        present=board.counts.present,
        names=list(names(board.standings, zone, papers)),
        chart=chart_of(meeting, chart),
        later=[
            LaterShape(starts=f"{one.starts:%H:%M}", opens=f"{one.starts - opens:%H:%M}", title=public(one))
            for one in later[:MOST_LATER]
        ],
    )


MOST_NAMED = 24
"""Places whose people are named on a screen in the door: with more nobody could read them."""


def chart_of(meeting: Meeting, chart: Chart) -> ChartShape | None:
    """As a screen may show it: of a meeting with a 密级 only one's own name."""
    if chart.layout is None:
        return None
    places = chart.layout.places.values()
    return ChartShape(
        width=chart.layout.width,
        height=chart.layout.height,
        tables=list(chart.layout.tables),
        named=len(places) <= MOST_NAMED and not meeting.highest_secrecy.mark,
        places=[
            SpotShape(
                x=one.x,
                y=one.y,
                zone=one.zone,
                number=one.number,
                channel=chart.channels.get(one.id, 0),
                people=[who.person.id for who in chart.coming(one.id)],
            )
            for one in places
        ],
    )


NO_PAPERS: Mapping[str, Sequence[str]] = {}


def state(meeting: Meeting) -> str:
    """`waiting`, `open` or `over`."""
    if meeting.state in lifecycle.MEETS:
        return "open"
    return "waiting" if meeting.state in _BEFORE else "over"


def names(
    standings: Iterable[Standing], zone: ZoneInfo, papers: Mapping[str, Sequence[str]] = NO_PAPERS
) -> Iterator[NameShape]:
    """Who may sign in: everybody on the roster, and the approved proxies. Args: papers: 份号, by who has them."""
    for one in standings:
        person = one.person
        yield _name(one, zone, person.name, person.line, one.arrived, papers.get(person.id, ()))
        if one.proxy:
            stands_for = tr(f"代{person.name}", f"for {person.name}")
            line = "　".join(filter(None, (stands_for, one.proxy_duty)))
            yield _name(one, zone, one.proxy, line, one.proxy_arrived, (), proxy=True)


def _name(
    one: Standing,
    zone: ZoneInfo,
    name: str,
    line: str,
    came: datetime | None,
    papers: Sequence[str],
    *,
    proxy: bool = False,
) -> NameShape:
    """Who has left, and comes back, signs in again."""
    return NameShape(
        person=one.person.id,
        proxy=proxy,
        name=name,
        line=line,
        keys=list(keys(name)),
        seat=one.person.seat,
        papers=list(papers),
        came="" if one.left else lists.minute(came, zone),
    )


def public(meeting: Meeting) -> str:
    """On a wall that everybody passes a title is read by everybody."""
    return tr("内部会议", "Internal meeting") if meeting.highest_secrecy.mark else meeting.title
