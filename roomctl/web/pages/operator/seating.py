"""Whose each channel is, and who sits at the table: from the roster's seats, where they are numbered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from roomctl.domain.attendance import Person, Presence
from roomctl.i18n import tr
from roomctl.web.pages.operator.right import SEATS, Seat
from roomctl.web.pages.operator.sight import Sight


def track_of(person: Person, tracks: int) -> int:
    """The channel of the person's seat, whose name is its number; 0 where it is none."""
    number = int(person.seat) if person.seat.isdecimal() else 0
    return number if 1 <= number <= tracks else 0


@dataclass(frozen=True, slots=True)
class Seating:
    """Of one meeting.

    Attributes:
        names: of a channel, from 1.
        spare: channels that belong to nobody, where others belong to somebody.
        places: at most nine, the chair's first.

    """

    names: Callable[[int], str]
    places: Sequence[Seat] = ()
    spare: frozenset[int] = frozenset()


def seating(sight: Sight) -> Seating:
    """By the numbers of the seats; without any, channels are named by their number alone."""
    tracks = _tracks(sight)
    chair = sight.facts.meeting.chair
    people = sorted(sight.roster, key=lambda one: (one.name != chair, one.rank))
    by_track = {track: one.name for one in people if (track := track_of(one, tracks))}

    def name(track: int) -> str:
        return by_track.get(track) or tr(f"第 {track} 路", f"Ch. {track}")

    spare = frozenset(range(1, tracks + 1)) - by_track.keys() if by_track else frozenset()
    if people:
        return Seating(name, [_seat(i, one, sight, tracks) for i, one in enumerate(people[:SEATS], 1)], spare)
    if tracks > 1:
        return Seating(name, [Seat(key=n, name=name(n), track=n) for n in range(1, min(tracks, SEATS) + 1)])
    return Seating(name)


def _tracks(sight: Sight) -> int:
    if sight.status is not None:
        return sight.status.tracks
    return sight.recording.tracks if sight.recording else 0


_AWAY = frozenset({Presence.ABSENT, Presence.ON_LEAVE, Presence.LEFT_EARLY})


def _seat(key: int, person: Person, sight: Sight, tracks: int) -> Seat:
    standing = next((one for one in sight.facts.attendance.standings if one.person.id == person.id), None)
    chair = person.name == sight.facts.meeting.chair
    second = tr("主持", "chair") if chair else person.unit or person.duty
    away = standing is not None and standing.presence in _AWAY and not standing.proxy_arrived
    return Seat(key=key, name=person.name, second=second, track=track_of(person, tracks), away=away)
