"""What a card that was read comes to. Its number stands whole nowhere but beside its person."""

import threading
from collections import deque
from contextlib import suppress
from typing import Annotated
from weakref import WeakValueDictionary
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import (
    BadInput,
    Busy,
    Meeting,
    Method,
    NotFound,
    PluginContext,
    Refused,
    attendance,
    tr,
)
from roomctl_signin import evidence, lists
from roomctl_signin.acts import Key, Taking
from roomctl_signin.config import Config

KEPT = 20
"""Reads of a meeting that a terminal may still ask for: it asks each second."""

Number = Annotated[str, Field(pattern=evidence.NUMBER, description="as the reader types it")]


class CardShape(BaseModel):
    """A card that was read."""

    model_config = ConfigDict(extra="forbid")

    key: Key
    number: Number


class ReadShape(BaseModel):
    """What became of it. Nothing of the card itself."""

    ok: bool
    person: str = ""
    name: str = ""
    line: str = Field(default="", description="unit and duty")
    seat: str = ""
    came: str = Field(default="", description="HH:MM of the room")
    before: bool = Field(default=False, description="had signed in already")
    why: str = Field(default="", description="why it was not taken")


class Cards:
    """Reads of all meetings. Args: at_host: the host has readers of its own."""

    def __init__(self, ctx: PluginContext, taking: Taking, *, at_host: bool) -> None:
        self._ctx, self._taking, self.at_host = ctx, taking, at_host
        self._reads: dict[str, deque[tuple[int, ReadShape]]] = {}
        self._lock = threading.Lock()
        self._last = 0

    def read(self, meeting: Meeting, card: CardShape, *, device: str) -> ReadShape:
        """Signs its person in. An unknown card is an event, with the end of its number."""
        roster = self._ctx.services.roster(meeting.id)
        known = evidence.cards(self._ctx, meeting.id)
        person = evidence.identify(roster, known, {"card": card.number})
        if person is None:
            self._note(meeting, card.number, device)
            return ReadShape(ok=False, why=tr("这张卡没有登记", "nobody has registered this card"))
        zone = ZoneInfo(meeting.zone)
        before = self._ctx.services.attendance(meeting.id).of(person)
        if before.arrived and not before.left:
            return _told(before, lists.minute(before.arrived, zone), before=True)
        try:
            sent = attendance.Sent(card.key)
            after = self._ctx.services.sign_in(meeting.id, person, method=Method.CARD, device=device, sent=sent)
        except (BadInput, NotFound, Refused) as error:
            return ReadShape(ok=False, why=error.what)
        return _told(after, lists.minute(after.arrived, zone), before=False)

    def at_reader(self, meeting: Meeting, card: CardShape, *, device: str) -> ReadShape:
        """The same at a reader of the host; terminals are told."""
        read = self.read(meeting, card, device=device)
        with self._lock:
            self._last += 1
            self._reads.setdefault(meeting.id, deque(maxlen=KEPT)).append((self._last, read))
        return read

    def since(self, meeting_id: str, after: int) -> tuple[int, list[ReadShape]]:
        """Number of the newest read of all, and those of the meeting after that one; none where `after` is -1."""
        with self._lock:
            found = [read for number, read in self._reads.get(meeting_id, ()) if 0 <= after < number]
            return self._last, found

    def _note(self, meeting: Meeting, number: str, device: str) -> None:
        if self._taking.may_note(meeting.id, device):
            with suppress(Busy):
                self._ctx.publish("unknown_card", {"card": evidence.masked(number), "device": device}, meeting.id)


_SHARED: "WeakValueDictionary[int, Cards]" = WeakValueDictionary()
_SHARING = threading.Lock()


def shared(ctx: PluginContext, taking: Taking | None = None) -> Cards:
    """The one of the plugin: what the host's readers read, its terminals show."""
    with _SHARING:
        cards = _SHARED.get(id(ctx))
        if cards is None:
            config: Config = ctx.config or Config()
            cards = _SHARED[id(ctx)] = Cards(ctx, taking or Taking(ctx), at_host=bool(config.readers))
    return cards


def _told(standing: attendance.Standing, came: str, *, before: bool) -> ReadShape:
    person = standing.person
    return ReadShape(
        ok=True, person=person.id, name=person.name, line=person.line, seat=person.seat, came=came, before=before
    )
