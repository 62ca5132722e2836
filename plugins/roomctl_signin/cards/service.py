"""Readers of the host: each in a thread of its own. A card signs its person in to the meeting that is on."""

import importlib
import importlib.util
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from roomctl.api import Health, Meeting, Missing, PluginContext, Progress, RoomctlError, lifecycle, tr
from roomctl.api.cards import CardReader
from roomctl_signin.cards.reading import Cards, CardShape
from roomctl_signin.config import Reader

KINDS = {"wedge": "roomctl_signin.cards.wedge:WedgeReader", "pcsc": "roomctl_signin.cards.pcsc:PcscReader"}
"""Kinds that have a name; any other is `module:Class`."""
NEEDED = {"wedge": "evdev", "pcsc": "smartcard"}
PATIENCE, AGAIN = 1.0, 5.0
"""Seconds of one wait for a card, and until a reader that is gone is tried again."""


def missing(readers: Sequence[Reader]) -> Sequence[Missing]:
    """Libraries of the configured readers that are not installed; people sign in by name without them."""
    wanted = {NEEDED[one.kind] for one in readers if one.kind in NEEDED}
    absent = sorted(one for one in wanted if importlib.util.find_spec(one) is None)
    why = tr("读卡器用不了，按姓名签到照常", "its card reader does not work; sign-in by name does")
    return [Missing(one, why, "pip install 'roomctl[cards]'", fatal=False) for one in absent]


def opened(reader: Reader) -> CardReader:
    """Raises: OSError: it cannot be had. ImportError: its library is missing."""
    module, _, name = KINDS.get(reader.kind, reader.kind).partition(":")
    made: CardReader = getattr(importlib.import_module(module), name)(reader.device)
    return made


@dataclass
class _Desk:
    reader: Reader
    trouble: str = ""
    thread: threading.Thread | None = field(default=None, repr=False)


class CardReaders:
    """`roomctl.api.Service`."""

    name = "cards"

    def __init__(
        self,
        ctx: PluginContext,
        cards: Cards,
        readers: Sequence[Reader],
        open_: Callable[[Reader], CardReader] = opened,
    ) -> None:
        self._ctx, self._cards, self._open = ctx, cards, open_
        self._desks = [_Desk(one) for one in readers]
        self._stop = threading.Event()

    def start(self) -> None:
        self._stop.clear()
        for desk in self._desks:
            name = f"card reader {desk.reader.at}"
            desk.thread = threading.Thread(target=self._run, args=(desk,), name=name, daemon=True)
            desk.thread.start()

    def stop(self, timeout: float) -> None:
        self._stop.set()
        for desk in self._desks:
            if desk.thread is not None:
                desk.thread.join(timeout)

    def wake(self) -> None:
        """A reader waits for cards, not for news."""

    def health(self) -> Health:
        troubles = [f"{desk.reader.at or desk.reader.kind}: {desk.trouble}" for desk in self._desks if desk.trouble]
        mend = tr("检查读卡器和 [plugins.signin] readers", "look after it, and readers in [plugins.signin]")
        return Health(ok=not troubles, why="; ".join(troubles), mend=mend if troubles else "")

    def progress(self) -> Sequence[Progress]:
        return []

    def failures(self) -> Mapping[str, str]:
        return {}

    def _run(self, desk: _Desk) -> None:
        while not self._stop.is_set():
            try:
                reader = self._open(desk.reader)
                try:
                    self._well(desk)
                    while not self._stop.is_set():
                        if number := reader.read(PATIENCE):
                            self._read(desk.reader, number)
                finally:
                    reader.close()
            except Exception as error:  # noqa: BLE001 - whatever a reader of somebody else raises, it is tried again
                self._trouble(desk, " ".join(str(error).split()) or type(error).__name__)
                self._stop.wait(AGAIN)

    def _well(self, desk: _Desk) -> None:
        if desk.trouble:
            self._ctx.log.info("card reader %s is back", desk.reader.at)
        desk.trouble = ""

    def _trouble(self, desk: _Desk, why: str) -> None:
        if desk.trouble != why:  # once, however often it is tried
            self._ctx.log.warning("card reader %s: %s", desk.reader.at, why)
        desk.trouble = why

    def _read(self, reader: Reader, number: str) -> None:
        meeting = self._meeting()
        if meeting is None:
            return
        try:
            card = CardShape(key=secrets.token_hex(16), number=number)
            self._cards.at_reader(meeting, card, device=reader.at or reader.kind)
        except (RoomctlError, ValueError) as error:  # of the store: the card is held up again
            self._ctx.log.warning("card reader %s: %s", reader.at, type(error).__name__)

    def _meeting(self) -> Meeting | None:
        """The one that people sign in to now; of several the one that begins nearest to now."""
        now = self._ctx.clock.now()
        return min(
            self._ctx.services.meetings(*lifecycle.MEETS), key=lambda one: abs(one.starts_at - now), default=None
        )
