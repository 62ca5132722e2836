"""The child that writes captions: `python -m roomctl_transcript.captions.child`, JSON lines on stdin and stdout.

It reads the sound along by the recorder's tap, runs a streaming engine, and is told, one object a line:

    {"type": "follow", "id": "…", "tap": {"entry": "package.module:Class", "options": {}}, "key": 1,
     "engine": {"entry": "package.module:Class", "model": "<folder>", "options": {}},
     "prior": {"people": [["姓名", "职务"]], "terms": […]},
     "recycle": 2000000000}                          from the newest sound on
    {"type": "hold", "on": true}                     nothing is heard until {"on": false}: 不入记录

and says:

    {"type": "live"}                                 the model is loaded, or it goes on after a rest
    {"type": "heartbeat", "seconds": 81.5}           each second; how much of the recording is on disk
    {"type": "lines", "lines": [{"key": 12, "track": 2, …}], "delay_ms": 420}
    {"type": "skipped", "seconds": 3.4}              it was too far behind, and goes on from the newest sound
    {"type": "resting", "seconds": 10.0}             the machine is short for longer
    {"type": "grown"}                                it holds more memory than `recycle`: it is to be started anew
    {"type": "over"}                                 the recording has ended
    {"type": "failed", "what": "…", "why": "…", "mend": "…"}

It gives way to everything else on the machine, and ends with its stdin.
"""

import json
import queue
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, cast

from roomctl.api import MissingPart, RoomctlError, StreamingTranscriber, Tap, tr
from roomctl_transcript import engines
from roomctl_transcript.captions.hearing import Hearing, Row
from roomctl_transcript.captions.pressure import Pressure
from roomctl_transcript.sentences import Prior, Writer
from roomctl_transcript.worker import Mouth, give_way, resident, stdout_for_messages

NICER = 10
"""Whoever records or watches the recording has the processor first, whoever transcribes for later has it last."""
LOOK = 0.05
"""Seconds between two looks for new sound."""
BEAT = 1.0

Message = Mapping[str, Any]


class Captioner:
    """Follows one recording at a time.

    Args:
        inbox: what it is told; None ends it.

    """

    def __init__(self, mouth: Mouth, inbox: "queue.Queue[Message | None]") -> None:
        self._mouth, self._inbox = mouth, inbox
        self._loaded: tuple[Any, StreamingTranscriber] | None = None
        self._tap: Tap | None = None
        self._hearing: Hearing | None = None
        self._pressure = Pressure()
        self._held = self._ended = False
        self._recycle = 0  # bytes of memory
        self._rests = 0.0  # until then, by the monotonic clock
        self._beat = 0.0

    def run(self) -> None:
        """Until its stdin closes."""
        while not self._ended:
            heard = self._listen() if self._awake() else False
            self._tell_life()
            self._obey(0.0 if heard else LOOK)

    def _awake(self) -> bool:
        if self._tap is None or self._held or time.monotonic() < self._rests:
            return False
        if self._rests:
            self._rests = 0.0
            self._skip()
            self._mouth.say("live")
        return True

    def _listen(self) -> bool:
        """Takes in what there is; False where nothing was new."""
        assert self._tap is not None  # noqa: S101 - it is awake
        assert self._hearing is not None  # noqa: S101
        sound = self._tap.read()
        if not len(sound):
            if self._tap.over():
                self._lines(self._hearing.finish())
                self._mouth.say("over")
                self._tap = self._hearing = None
            return False
        self._lines(self._hearing.feed(sound))
        rest = self._pressure.look(self._tap.behind() / self._tap.rate, time.monotonic())
        if rest is None:
            return True
        self._skip()
        if rest:
            self._rests = time.monotonic() + rest
            self._mouth.say("resting", seconds=rest)
        return True

    def _skip(self) -> None:
        assert self._tap is not None  # noqa: S101 - it is awake
        assert self._hearing is not None  # noqa: S101
        passed = self._tap.skip()
        if passed:
            self._lines(self._hearing.begin(self._tap.at))
            self._mouth.say("skipped", seconds=round(passed / self._tap.rate, 1))

    def _lines(self, rows: list[Row]) -> None:
        if not rows or self._tap is None:
            return
        newest = max(row.end for row in rows)
        delay = (self._tap.at + self._tap.behind()) / self._tap.rate - newest
        self._mouth.say("lines", lines=[row.as_json() for row in rows], delay_ms=round(1000 * max(0.0, delay)))
        if rows[-1].final and 0 < self._recycle < resident():
            self._mouth.say("grown")
            self._recycle = 0

    def _tell_life(self) -> None:
        if time.monotonic() - self._beat < BEAT:
            return
        self._beat = time.monotonic()
        seconds = (self._tap.at + self._tap.behind()) / self._tap.rate if self._tap else None
        self._mouth.say("heartbeat", seconds=seconds and round(seconds, 2))

    # --- what it is told

    def _obey(self, wait: float) -> None:
        try:
            said = self._inbox.get(timeout=wait) if wait else self._inbox.get_nowait()
        except queue.Empty:
            return
        if said is None:
            self._ended = True
        elif said["type"] == "follow":
            self._follow(said)
        elif said["type"] == "hold":
            self._hold(on=bool(said["on"]))

    def _follow(self, said: Message) -> None:
        try:
            engine = self._engine(said["engine"])
            self._tap = _opened(said["tap"])
        except RoomctlError as error:
            self._tap = None
            self._mouth.say("failed", what=error.what, why=error.why, mend=error.mend)
            return
        writer = Writer("c", "", self._tap.rate, Prior.of(said.get("prior", {})))
        self._hearing = Hearing(
            engine, writer, rate=self._tap.rate, tracks=self._tap.tracks, key=int(said.get("key", 1))
        )
        self._tap.skip()  # what came while the model was loaded
        self._hearing.begin(self._tap.at)
        self._pressure = Pressure()
        self._recycle = max(int(said.get("recycle", 0)), 2 * resident())  # a large model is no growth
        self._mouth.say("live")

    def _hold(self, *, on: bool) -> None:
        was, self._held = self._held, on
        if self._tap is None or self._hearing is None or was == on:
            return
        if on:
            self._lines(self._hearing.finish())
        else:
            self._tap.skip()
            self._hearing.begin(self._tap.at)

    @contextmanager
    def _loading(self) -> Iterator[None]:
        """Inside, a thread tells that this process lives: a large model takes long."""
        ended = threading.Event()

        def tell() -> None:
            while not ended.wait(BEAT):
                self._mouth.say("heartbeat", seconds=None)

        thread = threading.Thread(target=tell, name="heartbeat", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _engine(self, wanted: Message) -> StreamingTranscriber:
        if self._loaded is None or self._loaded[0] != wanted:
            self._loaded = None  # let go of the old model's memory first
            with self._loading():
                made = engines.load(wanted["entry"], Path(wanted["model"]), wanted["options"])
            if not hasattr(made, "stream"):
                raise MissingPart(
                    tr(f"引擎 {wanted['entry']} 不能做字幕", f"engine {wanted['entry']} cannot write captions"),
                    tr("它不能边听边写", "it has no `stream`"),
                )
            self._loaded = (wanted, cast("StreamingTranscriber", made))
        return self._loaded[1]


def _opened(offer: Message) -> Tap:
    module, _, name = str(offer["entry"]).partition(":")
    made: Tap = getattr(import_module(module), name)(offer["options"])
    return made


def _hear(inbox: "queue.Queue[Message | None]") -> None:
    for line in sys.stdin:
        inbox.put(json.loads(line))
    inbox.put(None)


def main() -> int:
    """Follows what it is told to, until stdin closes."""
    give_way(NICER)
    inbox: queue.Queue[Message | None] = queue.Queue()
    threading.Thread(target=_hear, args=(inbox,), name="stdin", daemon=True).start()
    with stdout_for_messages() as out, suppress(BrokenPipeError, KeyboardInterrupt):
        Captioner(Mouth(out), inbox).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
