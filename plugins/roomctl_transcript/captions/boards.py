"""The boards of all meetings: their switches, kept over a restart, and whoever reads along."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any
from weakref import WeakValueDictionary

from roomctl.api import Meeting, PluginContext
from roomctl_transcript.captions import switch
from roomctl_transcript.captions.board import Board, Stand
from roomctl_transcript.captions.follow import Sound, engine

KEY = "captions"
"""Of the switches, among the plugin's documents of a meeting."""
SWITCHES = ("on", "by", "blanked", "whole_sentences")

Reader = tuple[asyncio.AbstractEventLoop, asyncio.Event]


class Boards:
    """Any thread may read and change them; a change is told to the readers at once."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx = ctx
        self._switching = threading.Lock()  # one after the other, down to the store and the log
        self._lock = threading.RLock()  # over what follows
        self._boards: dict[str, Board] = {}
        self._readers: dict[str, list[Reader]] = {}

    def meeting(self, meeting_id: str) -> Meeting:
        """Raises: NotFound."""
        return self._ctx.services.meeting(meeting_id)

    def board(self, meeting_id: str) -> Board:
        """As it stands; the switches of a meeting that was not asked for yet are read from the store."""
        with self._lock:
            if meeting_id not in self._boards:
                kept: dict[str, Any] = self._ctx.store(meeting_id).get(KEY, {})
                known = {name: kept[name] for name in SWITCHES if name in kept}
                state = Stand.STARTING if known.get("on") else Stand.OFF
                self._boards[meeting_id] = Board(meeting=meeting_id, state=state, **known)
            return self._boards[meeting_id]

    def change(self, meeting_id: str, how: Callable[[Board], Board]) -> Board:
        """Puts another board in the place of one."""
        with self._lock:
            before = self.board(meeting_id)
            after = self._boards[meeting_id] = how(before)
            if after != before:
                for loop, news in self._readers.get(meeting_id, ()):
                    with suppress(RuntimeError):  # its loop has ended
                        loop.call_soon_threadsafe(news.set)
        return after

    def look(self, meeting_id: str) -> None:
        """Where captions are off the screen says all the same whether the meeting is recorded (录音告知)."""
        if not self.board(meeting_id).on:
            sound = Sound.of(self._ctx.services.recording_heads(meeting_id))
            self.change(meeting_id, lambda board: board if board.on else replace(board, recording=sound.state))

    def followed(self) -> Sequence[str]:
        """Meetings that somebody reads along with."""
        with self._lock:
            return [meeting_id for meeting_id, readers in self._readers.items() if readers]

    @contextmanager
    def following(self, meeting_id: str) -> Iterator[asyncio.Event]:
        """On an event loop: inside, the event is set whenever the board has changed."""
        reader = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._readers.setdefault(meeting_id, []).append(reader)
        try:
            yield reader[1]
        finally:
            with self._lock:
                self._readers[meeting_id].remove(reader)

    def switch(
        self,
        meeting_id: str,
        *,
        by: str,
        on: bool | None = None,
        blanked: bool | None = None,
        whole_sentences: bool | None = None,
        confirm: str = "",
    ) -> Board:
        """What is None stays as it is. Each change is an event with the name of who made it.

        Args:
            confirm: the meeting's name; without it captions are not switched on.

        Raises:
            NotFound: no such meeting. BadInput: it is not named. Refused: it has no captions, or the model does not
                fit into the memory. MissingPart: no engine that writes them is here, or its model is not.

        """
        with self._switching:
            before = self.board(meeting_id)
            if on and not before.on:
                switch.allow(meeting := self.meeting(meeting_id), confirm)
                engine(self._ctx, meeting)
                blanked = bool(blanked)  # who switches them on wants to see them
            return self._switch(before, by, {"on": on, "blanked": blanked, "whole_sentences": whole_sentences})

    def _switch(self, before: Board, by: str, wished: Mapping[str, bool | None]) -> Board:
        new: dict[str, Any] = {
            name: wish for name, wish in wished.items() if wish is not None and wish != getattr(before, name)
        }
        if "on" in new:
            new |= (
                {"by": by, "state": Stand.STARTING, "why": ""}
                if new["on"]
                else {"by": "", "state": Stand.OFF, "why": ""}
            )
        self._ctx.store(before.meeting).put(KEY, {name: new.get(name, getattr(before, name)) for name in SWITCHES})
        after = self.change(before.meeting, lambda board: replace(board, **new))
        for kind, data in _told(new):
            self._ctx.publish(f"captions.{kind}", {"by": by, **data}, before.meeting)
        return after


_made: WeakValueDictionary[int, Boards] = WeakValueDictionary()
_making = threading.Lock()


def of(ctx: PluginContext) -> Boards:
    """The boards of this context: the service writes on those that the routes read."""
    with _making:
        found = _made.get(id(ctx))  # whose context lives as long as the boards do
        if found is None:
            found = _made[id(ctx)] = Boards(ctx)
        return found


def _told(new: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    if "on" in new:
        yield ("on" if new["on"] else "off"), {}
    if "blanked" in new:
        yield "blanked", {"blanked": new["blanked"]}
    if "whole_sentences" in new:
        yield "whole_sentences", {"whole_sentences": new["whole_sentences"]}
