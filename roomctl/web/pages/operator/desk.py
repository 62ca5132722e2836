"""The operator's page as it stands open in one browser: its areas, and what is sent to it."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui as gui

from roomctl.domain import alarms
from roomctl.domain.access import Right
from roomctl.domain.alarms import Alarm, AlarmKind
from roomctl.domain.attendance import Role
from roomctl.domain.order_log import LogEntry, LogKind
from roomctl.domain.recording import Envelope, Purpose, RecorderState, RecorderStatus
from roomctl.errors import NotSignedOn, RoomctlError
from roomctl.i18n import speaking, tr
from roomctl.web.pages.links import links
from roomctl.web.pages.operator import bars, controls, marks, middle, right, state
from roomctl.web.pages.operator.doing import Doing
from roomctl.web.pages.operator.ear import Ear, Ears, Heard
from roomctl.web.pages.operator.seating import Seating, seating
from roomctl.web.pages.operator.sight import Sight
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.session import admit
from roomctl.web.ui import Part, Press, Values, chain_strip, state_chip, tag

EACH = 2.0
"""Seconds between two looks at everything but the recorder."""

CORRECTED = 5.0
"""Seconds after which the timer, which counts in the browser, is set right."""

CAPTIONS = 4
"""Sentences that are shown."""

_SHOWN = frozenset({Purpose.MEETING, Purpose.TEST})


class Desk:
    """One open page of one meeting."""

    def __init__(self, visitor: Visitor, meeting: str, ears: Ears) -> None:
        self.visitor, self.meeting, self._ears = visitor, meeting, ears
        self.sight: Sight | None = None
        self._doing = Doing(visitor, meeting)
        self._asking, self._meanwhile, self._down, self._continued_seen = "", "", "", False
        self._loop = asyncio.get_running_loop()
        self._history: list[tuple[datetime, str, bool]] = []
        self._ear: Ear | None = None
        self._client = gui.context.client
        self._visible, self._looking = True, False
        self._past = ""
        self._timer_drawn: tuple[float, object] = (0.0, None)
        self._build()

    @property
    def _seen(self) -> Sight:
        if self.sight is None:
            raise RuntimeError("the page was pressed before it was drawn")
        return self.sight

    # --- what stands where

    def _build(self) -> None:
        area = partial(Area, self.visitor, self.look)
        with gui.teleport(".rc-top"):
            self.title = area("rc-about")
        with gui.element("div").classes("rc-op"):
            self.chain, self.bars = area(), area("rc-bars")
            with gui.element("div").classes("rc-cols"):
                with gui.element("div").classes("rc-col rc-left"):
                    with gui.element("div").classes("rc-sec rc-main"):
                        self.state, self.plan, self.facts = area(), area(), area()
                    self.acts, self.listen = area("rc-sec"), area("rc-sec rc-ears")
                with gui.element("div").classes("rc-col rc-mid"):
                    self.meters, self.wave = area("rc-sec"), area("rc-sec")
                    with gui.element("div").classes("rc-sec rc-list"):
                        self.marks, self.note = area("rc-rows"), area()
                with gui.element("div").classes("rc-col rc-right"):
                    with gui.element("div").classes("rc-sec rc-words"):
                        self.captions, self.live = area("rc-said"), area()
                    self.agenda = area("rc-sec rc-items")
                    self.seats = area("rc-sec rc-table")
        gui.on("operator_seen", lambda event: self._show(visible=bool(event.args)))
        self._client.on_connect(self._attend)
        self._client.on_disconnect(self._leave)
        self._client.on_delete(self._leave)

    # --- looking

    async def look(self) -> None:
        """Everything anew; only what differs is sent."""
        seen = await self.visitor.run(self._look)
        self.sight = seen
        self._follow(seen)
        with speaking(self.visitor.language):
            table = seating(seen)
        if self._ear is not None:
            self._ear.again()
        await self._draw(seen, table)
        if seen.status is None:
            await self._show_past(seen)

    async def _show_past(self, seen: Sight) -> None:
        """The waveform of a recording that is sealed: it is sent once."""
        recording = seen.recording
        if recording is None or not recording.frames or recording.id == self._past:
            return
        if not self._client.has_socket_connection:
            return
        with suppress(RoomctlError):  # one whose recorder cannot tell, or whose levels are gone
            envelope = await self.visitor.run(self._envelope, recording.id)
            drawn = middle.whole(envelope, recording.sample_rate, recording.frames)
            with speaking(self.visitor.language):
                told = _script(middle.dressed_whole(drawn, seen))
            self._client.run_javascript(f"if (window.rcDesk) rcDesk.whole({told})")
            self._past = recording.id

    def _envelope(self, recording: str) -> Envelope:
        return self.visitor.use.envelope(self.meeting, recording, points=middle.WHOLE_POINTS)

    async def look_if_seen(self) -> None:
        """A page that nobody sees is not kept up to date."""
        if self._visible and self._client.has_socket_connection:
            await self.look()

    def _look(self) -> Sight:
        """In a thread."""
        visitor, use = self.visitor, self.visitor.use
        board = visitor.board
        admit(visitor.user, use.meeting(self.meeting).highest_secrecy.level)
        standing = use.alarms(self.meeting)  # it brings the database up to the journal, so it comes first
        facts = board.facts(self.meeting)
        live = [one for one in use.running_recordings() if one.meeting == self.meeting and one.purpose in _SHOWN]
        recording = live[-1] if live else (facts.recordings[-1] if facts.recordings else None)
        status: RecorderStatus | None = None
        self._down = ""
        if live and recording is not None:
            try:
                status = use.recorder_of(recording).status()
            except RoomctlError as error:
                self._down = str(error)
        self._history = list(self._alarms_before())
        roster = sorted(use.roster(self.meeting), key=lambda one: one.rank)
        words, first = facts.transcript, max(0, facts.sentences - CAPTIONS)
        made = Sight(
            facts=facts.heard(recording.id, status) if recording and status else facts,
            user=visitor.user,
            now=board.application.clock.now().astimezone(ZoneInfo(use.room.zone)),
            recording=recording,
            status=status,
            test=bool(live) and live[-1].purpose is Purpose.TEST,
            said=use.sentences(words.id, first, CAPTIONS) if words else (),
            roster=roster,
            log=use.order_log(self.meeting) if visitor.may(Right.SEE_LOG) else (),
            kinds=self._kinds(),
            begun=None if facts.meeting.recorded else use.begun_item(self.meeting),
            told=use.recording_told(self.meeting),
            acknowledged={
                (one.alarm.kind.value, one.alarm.track): one.acknowledged_by
                for one in standing
                if one.acknowledged_by
            },
        )
        if not any(one.role is Role.OBSERVER for one in roster) or not visitor.may(Right.SEE_ROSTER):
            return made
        return replace(made, moves=use.moves(self.meeting, made.next_item or made.item))

    def _kinds(self) -> Sequence[LogKind]:
        """None where the office's file cannot be read: the marks of the recording do without."""
        try:
            return self.visitor.use.log_kinds()
        except RoomctlError:
            return ()

    def _alarms_before(self) -> list[tuple[datetime, str, bool]]:
        rows = self.visitor.use.events(stream=self.meeting, kinds=[alarms.RAISED], limit=marks.SHOWN)
        return [_told(json.loads(row.data), row.instant) for row in rows]

    # --- drawing

    async def _draw(self, seen: Sight, table: Seating) -> None:
        do = self._doing
        with speaking(self.visitor.language):
            opening = tr("正在打开设备…", "opening the device…")
            sealing = tr("正在封存最后一段…", "sealing the last part…")
        acts = controls.Acts(
            arm=self._then(do.arm, opening),
            disarm=self._then(do.disarm),
            test=self._then(do.test, opening),
            begin=self._then(do.begin),
            resume=self._then(do.resume),
            stop=self._then(do.stop, sealing),
            stop_alone=self._then(do.stop_alone, sealing),
            mark=do.mark,
            off_record=do.off_record,
            pause=lambda minutes: self._then(do.pause(minutes)),
            ask=self._ask,
        )
        sound = _sound_of(seen)
        shown: list[tuple[Area, Callable[[], Part | None]]] = [
            (self.title, lambda: self._title(seen)),
            (self.chain, lambda: chain_strip(links(seen.facts))),
            (self.bars, lambda: self._bars(seen, table)),
            (self.plan, lambda: state.plan(seen)),
            (self.facts, lambda: state.facts(seen, do.announce)),
            (self.acts, lambda: controls.actions(seen, acts, self._asking, do.heard, meanwhile=self._meanwhile)),
            (self.listen, lambda: controls.listening(seen, sound, table.names)),
            (self.meters, lambda: middle.meters(seen, table.names, table.spare)),
            (self.wave, lambda: middle.wave_box(seen)),
            (self.marks, lambda: marks.marks(seen, marks.lines(seen, self._history), do.undo, do.correct)),
            (self.note, lambda: marks.note_field(seen, do.note, self._correcting(seen))),
            (self.captions, lambda: right.captions(seen)),
            (self.live, lambda: right.live(seen)),
            (self.agenda, lambda: right.agenda(seen, do.next_item)),
            (self.seats, lambda: right.seats(seen, table.places, do.speaks)),
        ]
        for area, make in shown:
            area.show(await self.visitor.draw(lambda make=make: make() or Part()))  # type: ignore[misc]  # bound now
        await self._draw_timer(seen)

    async def _draw_timer(self, seen: Sight) -> None:
        """It counts by itself; set right now and then, and when the state is another."""
        now = asyncio.get_running_loop().time()
        at, face = self._timer_drawn
        if now - at >= CORRECTED or face != (seen.scene, seen.keeps, seen.test):
            self._timer_drawn = (now, (seen.scene, seen.keeps, seen.test))
            self.state.show(await self.visitor.draw(lambda: state.state(seen)))

    def _correcting(self, seen: Sight) -> LogEntry | None:
        """The entry that somebody has pressed 更正 at."""
        meant = [one for one in seen.log if one.id == self._doing.correcting and not one.corrected]
        return meant[0] if meant else None

    def _title(self, seen: Sight) -> Part:
        meeting = seen.facts.meeting
        kind = {"in_session": "run", "recess": "warn"}.get(meeting.state.value, "")
        return tag(
            "div",
            tag("i", class_="rc-sep"),
            tag("h1", meeting.title, class_="rc-ell rc-tt", title=meeting.title),
            state_chip(meeting.state.label, kind),
            class_="rc-row",
        )

    def _bars(self, seen: Sight, table: Seating) -> Part:
        return bars.bars(
            seen,
            table.names,
            down=self._down,
            continued_seen=self._continued_seen,
            see=self._doing.see,
            resume=self._doing.resume,
            see_continued=self._see_continued,
        )

    # --- presses that change what is shown

    def _see_continued(self, _values: Values) -> None:
        self._continued_seen = True

    def _ask(self, what: str) -> Press:
        def press(_values: Values) -> None:
            self._asking = what

        return press

    def _then(self, press: Press, meanwhile: str = "") -> Press:
        """Nothing is asked any more, whether it was done or refused.

        Args:
            meanwhile: what is said while it is being done, where that takes seconds.

        """

        def pressed(values: Values) -> str | None:
            self._asking, self._meanwhile = "", meanwhile
            if meanwhile:
                self._loop.call_soon_threadsafe(self._look_again)
            try:
                return press(values)
            finally:
                self._meanwhile = ""

        return pressed

    # --- what moves

    def _follow(self, seen: Sight) -> None:
        """Listens to the recording that is shown, while it lives."""
        recording = seen.recording if seen.status is not None or self._down else None
        ear = None
        if recording is not None:
            ear = self._ears.on(recording.id, lambda: self.visitor.use.recorder_of(recording))
        if ear is not self._ear:
            self._leave()
            self._ear = ear
        self._attend()

    def _attend(self) -> None:
        if self._ear is not None and self._visible and self._client.has_socket_connection:
            self._ear.add(self._hear)

    def _leave(self) -> None:
        if self._ear is not None:
            self._ear.remove(self._hear)

    def _show(self, *, visible: bool) -> None:
        self._visible = visible
        if visible:
            self._attend()
        else:
            self._leave()

    def _hear(self, heard: Heard) -> None:
        """On the event loop, ten times a second: one call of JavaScript."""
        if not self._client.has_socket_connection or self.sight is None:
            return
        calls = [f"rcDesk.levels({_levels(heard)})"] if heard.levels else []
        if heard.full and heard.status is not None:
            seen = replace(self.sight, status=heard.status, now=self._now())
            with speaking(self.visitor.language):
                calls += self._second(seen, heard)
            self._notice(self.sight, seen)
        if calls:
            self._client.run_javascript(f"if (window.rcDesk) {{{';'.join(calls)}}}")

    def _now(self) -> datetime:
        return self.visitor.board.application.clock.now().astimezone(self._seen.now.tzinfo)

    def _second(self, seen: Sight, heard: Heard) -> list[str]:
        status = seen.status
        told = {
            "now": seen.now.timestamp(),
            "keeps": status is not None and status.state is RecorderState.RECORDING,
            "facts": state.figures(seen),
            "words": middle.track_words(seen),
            "disk": status.frames / status.sample_rate if status else None,
            "levels": bool(heard.levels),
        }
        calls = [f"rcDesk.look({_script(told)})"]
        if heard.minute is not None:
            calls.append(f"rcDesk.wave({_script(middle.dressed_minute(heard.minute, seen))})")
        if heard.whole is not None:
            calls.append(f"rcDesk.whole({_script(middle.dressed_whole(heard.whole, seen))})")
        return calls

    def _notice(self, before: Sight, now: Sight) -> None:
        """Another state, or another alarm, is drawn at once."""
        then, status = before.status, now.status
        if status is None or then is None:
            return
        if then.state is status.state and {one.key for one in then.alarms} == {one.key for one in status.alarms}:
            return
        self._look_again()

    def _look_again(self) -> None:
        """Now, and not at the next turn."""
        if self._looking:
            return
        self._looking = True

        async def again() -> None:
            try:
                with self._client, suppress(NotSignedOn):
                    await self.visitor.in_turn(self.look)
            finally:
                self._looking = False

        self._task = asyncio.create_task(again())


def _sound_of(seen: Sight) -> str:
    """Where the browser gets what is on disk."""
    if seen.recording is None:
        return ""
    kind = "test-takes" if seen.test else "recordings"
    return f"/api/v1/meetings/{seen.facts.meeting.id}/{kind}/{seen.recording.id}/listen"


def _levels(heard: Heard) -> str:
    return "[" + ",".join(f"[{one.peak:.1f},{one.rms:.1f}]" for one in heard.levels) + "]"


def _script(told: Mapping[str, Any]) -> str:
    """As it stands in a script: JSON, in which no tag can end it."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _told(data: Mapping[str, Any], at: datetime) -> tuple[datetime, str, bool]:
    alarm = Alarm(
        kind=AlarmKind(data["alarm"]),
        since=at,
        track=data.get("track"),
        value=data.get("value"),
        detail=str(data.get("detail") or ""),
    )
    return at, alarm.what(), alarm.severe
