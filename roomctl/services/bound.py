"""Use cases bound to who acts: the ground that the facade stands on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from roomctl.domain.events import Actor, Event
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import SecrecyRefused
from roomctl.services import secrecy
from roomctl.services.counting import CountRuns
from roomctl.services.device_ports import Rack
from roomctl.services.offers import RoomSpeech
from roomctl.services.ports import Clock, Models, Plugins, UnitOfWork
from roomctl.services.recordings import RoomSound
from roomctl.services.under_way import RunsUnderWay


class Bound:
    """What every use case needs, in one place.

    Args:
        open_uow: a new unit of work at each call; threads never share one.
        plugins: asked late, since they are loaded after their contexts are made.
        sound, speech: what the room records and transcribes with, as its settings say now.
        rack: the room's devices; None where there are none, as in most tests.
        under_way: check runs of this process; counts: of packages; both shared by all who act.

    """

    def __init__(
        self,
        *,
        data: Path,
        actor: Actor,
        clock: Clock,
        open_uow: Callable[[], UnitOfWork],
        plugins: Callable[[], Plugins],
        models: Models,
        sound: Callable[[], RoomSound] = RoomSound,
        speech: Callable[[], RoomSpeech] = RoomSpeech,
        rack: Rack | None = None,
        under_way: RunsUnderWay | None = None,
        counts: CountRuns | None = None,
    ) -> None:
        self.data = data
        self._actor, self._clock, self._open, self._plugins, self._models = actor, clock, open_uow, plugins, models
        self._sound, self._speech, self._rack = sound, speech, rack
        self._under_way = under_way or RunsUnderWay()
        self._counts = counts or CountRuns()

    def acting_as(self, actor: Actor) -> Self:
        """The same use cases, done by somebody else."""
        return type(self)(
            data=self.data,
            actor=actor,
            clock=self._clock,
            open_uow=self._open,
            plugins=self._plugins,
            models=self._models,
            sound=self._sound,
            speech=self._speech,
            rack=self._rack,
            under_way=self._under_way,
            counts=self._counts,
        )

    @contextmanager
    def _noting(self, meeting_id: str, what: str) -> Iterator[None]:
        """What the 密级 refuses inside is noted in the room's stream, without a title.

        Args:
            what: was tried, in English, for the log.

        """
        try:
            yield
        except SecrecyRefused as error:
            told = {"meeting": meeting_id, "level": error.level.value, "what": what, "why": error.why}
            with self._open() as uow:
                at = self._clock.now()
                uow.events.append(
                    Event(stream=uow.room.id, kind=secrecy.REFUSED, actor=self._actor, at=at, data=told)
                )
                uow.commit()
            raise

    def _held(self, meeting_id: str, what: str) -> Meeting:
        """A door: this machine may hold the meeting. Raises: NotFound. SecrecyRefused: which is noted."""
        uow = self._open()
        meeting = uow.peek(meeting_id)
        with self._noting(meeting_id, what):
            secrecy.admit(meeting, uow)
        return meeting

    def _by(self, actor: Actor | None = None) -> dict[str, Any]:
        return {"actor": actor or self._actor, "clock": self._clock, "uow": self._open()}

    def _all(self, actor: Actor | None = None) -> dict[str, Any]:
        return {**self._by(actor), "plugins": self._plugins(), "data": self.data}
