"""Keeps the captions of the meeting that is on: starts the child, puts what it says on the board, and gives way."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from roomctl.api import (
    Child,
    Health,
    Meeting,
    PluginContext,
    Progress,
    RecordingHead,
    Refused,
    RoomctlError,
    State,
    tr,
)
from roomctl.api.service_loop import ServiceLoop
from roomctl_transcript.captions import boards, follow
from roomctl_transcript.captions.board import KEPT, Board, Stand

CHILD = (sys.executable, "-m", "roomctl_transcript.captions.child")
HEARTBEAT = 20.0
"""Seconds of silence after which the child counts as hung; it says each second that it lives."""
LOOK = 0.5
"""Seconds between two looks at the recording and its marks; an event, such as 不入记录, brings the next one on."""
REFRESH = 2.0
"""Seconds between two looks at whether the transcript has gone on."""
TICK = 0.2
IDLE = 2.0
"""Seconds between two looks for a meeting with captions, where nobody wakes it."""
FIRST_REST, LONGEST_REST = 1.0, 60.0
"""Seconds before the child is started again; doubled with each death, and short again once it has lived so long."""
SAID = 10.0
"""Seconds that a skip is told."""
OPEN = (State.OPEN, State.IN_SESSION, State.RECESS)


class CaptionService:
    """`roomctl.api.Service`. One meeting at a time: a room has one.

    Args:
        heartbeat: seconds of silence that the child is allowed.

    """

    name = "captions"

    def __init__(self, ctx: PluginContext, *, heartbeat: float = HEARTBEAT) -> None:
        self._ctx, self._boards, self._heartbeat = ctx, boards.of(ctx), heartbeat
        self._loop = ServiceLoop("captions", self._round, log=ctx.log, again=IDLE, at_end=self._end_child)
        self._meeting: Meeting | None = None
        self._sound, self._who = follow.Sound(), follow.Who()
        self._child: Child | None = None
        self._task: tuple[Any, ...] = ()  # what the child follows
        self._wanted: tuple[Any, ...] = ()  # what it is to follow
        self._held = False
        self._key = 1  # of the next line
        self._seconds: float | None = None
        self._seen: tuple[Any, ...] = ()  # of the transcript
        self._looked = self._refreshed = self._again = self._told = self._began = 0.0
        self._rest = FIRST_REST

    # --- the port

    def start(self) -> None:
        self._loop.start()

    def stop(self, timeout: float) -> None:
        self._loop.stop(timeout)

    def wake(self) -> None:
        self._looked, self._seen = 0.0, ()  # it may be a mark, or a sentence that somebody put right
        self._loop.wake()

    def health(self) -> Health:
        meeting = self._meeting
        board = self._boards.board(meeting.id) if meeting else None
        down = board is not None and board.state is Stand.DOWN
        return Health(not down, board.why if board and down else "")

    def progress(self) -> Sequence[Progress]:
        """Nobody waits for captions."""
        return ()

    def failures(self) -> Mapping[str, str]:
        return {}

    # --- its thread

    def _round(self) -> float:
        try:
            return self._do()
        except Exception:
            self._down(tr("字幕出错，录音正常；稍后再试", "captions failed; the recording goes on"))
            raise

    def _do(self) -> float:
        """One look at everything; seconds until the next."""
        now = self._ctx.clock.monotonic()
        if self._meeting is None or now - self._looked >= LOOK:
            self._look(now)
        meeting = self._meeting
        if meeting is None:
            return IDLE
        if now - self._refreshed >= REFRESH:
            self._refreshed = now
            self._settle(meeting)
        self._attend(meeting, now)
        if self._child is None:
            return LOOK
        if message := self._receive(now):
            self._hear(meeting, message, now)
        return 0.0

    def _change(self, meeting: Meeting, **new: Any) -> None:
        if new.get("state", Stand.LIVE) is not Stand.LIVE:
            new["delay_ms"] = None
        self._boards.change(meeting.id, lambda board: replace(board, **new) if board.on else board)

    def _down(self, why: str) -> None:
        if self._meeting is not None:
            self._boards.change(
                self._meeting.id,
                lambda board: (
                    replace(board.finish(), state=Stand.DOWN, why=why, delay_ms=None) if board.on else board
                ),
            )
        self._end_child()
        self._again = self._ctx.clock.monotonic() + self._rest
        self._rest = min(2 * self._rest, LONGEST_REST)

    # --- what the world is like

    def _look(self, now: float) -> None:
        self._looked = now
        for meeting_id in self._boards.followed():
            self._boards.look(meeting_id)
        before, self._meeting = self._meeting, self._find()
        if before is not None and (self._meeting is None or self._meeting.id != before.id):
            self._end_child()
            self._boards.change(before.id, lambda board: replace(board.finish(), recording="", item=None))
            self._close_over(before.id)
            self._sound, self._seen, self._key, self._rest = follow.Sound(), (), 1, FIRST_REST
        if (meeting := self._meeting) is None:
            return
        self._sound = follow.Sound.of(self._ctx.services.recording_heads(meeting.id))
        item = self._sound.item(meeting, self._seconds)
        self._change(meeting, recording=self._sound.state, item=item)
        self._wanted = ()
        if one := self._sound.one:
            self._wanted = follow.identity(self._ctx, meeting, one)
            self._boards.change(meeting.id, lambda board: board.without(one.number, self._sound.off))

    def _find(self) -> Meeting | None:
        on = [one for one in self._ctx.services.meetings(*OPEN) if self._boards.board(one.id).on]
        return on[0] if on else None

    def _close_over(self, meeting_id: str) -> None:
        """Captions end with their meeting."""
        if self._boards.board(meeting_id).on and self._ctx.services.meeting(meeting_id).state not in OPEN:
            self._boards.switch(meeting_id, by="roomctl", on=False)

    def _settle(self, meeting: Meeting) -> None:
        """Puts the transcript in the place of what was heard, as far as it has come."""
        heads = self._ctx.services.transcript_heads(meeting.id)
        if not heads:
            return
        newest = heads[-1].version
        seen = (newest.id, newest.at, heads[-1].sentences)
        if seen == self._seen:
            return
        self._seen = seen
        said = self._ctx.services.sentences(newest.id, max(0, heads[-1].sentences - KEPT), KEPT)
        sounds = self._ctx.services.recording_heads(meeting.id)
        for how in follow.settled(newest, said, sounds, self._who):
            self._boards.change(meeting.id, how)

    # --- the child

    def _attend(self, meeting: Meeting, now: float) -> None:
        """Has the child follow what is recorded, and nothing that is 不入记录."""
        one = self._sound.one
        if one is None:
            self._task = ()
            self._change(meeting, state=Stand.STARTING, why=tr("还没有录音", "nothing is recorded yet"))
            return
        if self._task != self._wanted and now >= self._again:
            self._begin(meeting, one)
        if self._child is not None and self._task and self._sound.silent != self._held:
            self._held = self._sound.silent
            self._child.send({"type": "hold", "on": self._held})
            state, why = (Stand.PAUSED, tr("不入记录", "off the record")) if self._held else (Stand.LIVE, "")
            self._change(meeting, state=state, why=why)

    def _begin(self, meeting: Meeting, one: RecordingHead) -> None:
        try:
            task = follow.task(self._ctx, meeting, one, key=self._key)
            if self._child is None:
                self._child = self._ctx.child(CHILD, heartbeat=self._heartbeat, restarts=0)
                self._held = False
        except Refused as error:  # nothing is on disk yet
            self._again = self._ctx.clock.monotonic() + LOOK
            self._change(meeting, state=Stand.STARTING, why=str(error))
            return
        except RoomctlError as error:
            self._down(str(error))
            return
        self._task, self._who = self._wanted, task.who
        self._seen = ()  # the names of the sentences may be others now
        self._change(meeting, state=Stand.STARTING, why=tr("正在加载模型", "the model is being loaded"))
        self._child.send(task.message)

    def _receive(self, now: float) -> Mapping[str, Any] | None:
        assert self._child is not None  # noqa: S101 - asked before
        try:
            return self._child.receive(TICK)
        except RoomctlError as error:
            self._ctx.log.warning("captions: %s", error)
            if self._began and now - self._began > LONGEST_REST:
                self._rest = FIRST_REST
            self._down(
                tr("字幕进程中断，正在重启；录音正常", "captions broke off and start again; the recording goes on")
            )
            return None

    def _end_child(self) -> None:
        if self._child is not None:
            self._child.stop()
        self._child, self._task, self._held, self._began = None, (), False, 0.0

    # --- what it says

    def _hear(self, meeting: Meeting, message: Mapping[str, Any], now: float) -> None:
        kind = message["type"]
        if kind == "lines":
            self._lines(meeting, message)
        elif kind == "heartbeat":
            self._seconds = message["seconds"]
            if self._told and now - self._told > SAID:
                self._told = 0.0
                self._change(meeting, why="")
        elif kind == "live":
            self._began = self._began or now
            if not self._held:
                self._change(meeting, state=Stand.LIVE, why="")
        elif kind == "skipped":
            self._told = now
            gone = message["seconds"]
            self._change(
                meeting, why=tr(f"机器忙，跳过了 {gone:g} 秒", f"the machine is busy: {gone:g} s passed over")
            )
        elif kind == "resting":
            self._told = 0.0
            rest = message["seconds"]
            why = tr(f"机器忙，{rest:g} 秒后再试；录音正常", f"the machine is busy; again in {rest:g} s")
            self._boards.change(
                meeting.id, lambda board: replace(board.finish(), state=Stand.PAUSED, why=why, delay_ms=None)
            )
        elif kind == "grown":
            self._end_child()
            self._boards.change(meeting.id, Board.finish)
        elif kind == "failed":
            self._down(tr("：", ": ").join(filter(None, (message["what"], message["why"]))) + f" {message['mend']}")

    def _lines(self, meeting: Meeting, message: Mapping[str, Any]) -> None:
        one = self._sound.one
        if one is None:
            return
        rows = message["lines"]
        self._key = max(self._key, *(row["key"] + 1 for row in rows))

        def shown(board: Board) -> Board:
            for row in rows:
                board = board.hear(self._who.line(row, one))
            return replace(board.without(one.number, self._sound.off), delay_ms=message["delay_ms"])

        self._boards.change(meeting.id, shown)
