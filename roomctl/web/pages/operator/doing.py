"""What the operator's buttons do: one use case each, in the operator's name."""

from dataclasses import dataclass
from datetime import timedelta

from roomctl.domain.access import Right
from roomctl.domain.alarms import Alarm
from roomctl.domain.lifecycle import State
from roomctl.domain.lines import one_line
from roomctl.domain.recording import MARK_SECONDS, Envelope, MarkKind
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.facade import UseCases
from roomctl.services.takes import Take
from roomctl.web.pages.operator.marks import MARK
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow
from roomctl.web.ui import Press, Values

TEST_SECONDS = 10.0
LONGEST_SENTENCE = 30.0
_BREATH = 0.4  # seconds of quiet between two sentences
_QUIET = 20.0  # dB below the loudest of the stretch


def sentence(envelope: Envelope) -> float:
    """Seconds from the beginning of the last sentence to the end: after the last breath before it."""
    loudest = [max(points) for points in zip(*envelope.peaks, strict=True)] if envelope.peaks else []
    if not loudest:
        return 0.0
    limit, breath = max(loudest) - _QUIET, max(1, round(_BREATH / envelope.seconds))
    begin = len(loudest)
    while begin and loudest[begin - 1] < limit:  # somebody may press after the speaker has ended
        begin -= 1
    quiet = 0
    while begin and quiet < breath:
        begin -= 1
        quiet = quiet + 1 if loudest[begin] < limit else 0
    return (len(loudest) - begin - quiet) * envelope.seconds


@dataclass(slots=True)
class Doing:
    """Of one visitor with one meeting. Every press looks at the visitor's rights again.

    Attributes:
        heard: the last test take of this page.
        correcting: id of the entry of the log that the next text puts right.

    """

    visitor: Visitor
    meeting: str
    heard: Take | None = None
    correcting: str = ""

    @property
    def _use(self) -> UseCases:
        return self.visitor.use

    def _needs(self, right: Right) -> None:
        allow(self.visitor.user, right)

    # --- the recorder

    def arm(self, _values: Values) -> None:
        """As the settings say; in a meeting that is under way everything is kept at once."""
        self._needs(Right.RUN_MEETINGS)
        self._use.arm(self.meeting)
        if self._use.meeting(self.meeting).state is State.IN_SESSION:
            self._use.begin_recording(self.meeting)

    def disarm(self, _values: Values) -> None:
        """Lets go of a recorder that is armed and has kept nothing."""
        self._needs(Right.RUN_MEETINGS)
        self._use.stop_recording(self.meeting)

    def test(self, _values: Values) -> None:
        """Some seconds that stand apart; what each channel gave is told by `heard`."""
        self._needs(Right.RUN_CHECKS)
        self.heard = self._use.test_take(self.meeting, seconds=TEST_SECONDS)

    def begin(self, _values: Values) -> None:
        """The meeting is in session, and everything is kept."""
        self._needs(Right.RUN_MEETINGS)
        if self._use.meeting(self.meeting).state is State.IN_SESSION:
            self._use.begin_recording(self.meeting)
        else:
            self._use.start(self.meeting)

    def pause(self, minutes: int | None) -> Press:
        """Until the planned end, or without one."""

        def press(_values: Values) -> None:
            self._needs(Right.RUN_MEETINGS)
            now = self.visitor.board.application.clock.now()
            self._use.pause(self.meeting, until=None if minutes is None else now + timedelta(minutes=minutes))

        return press

    def resume(self, _values: Values) -> None:
        self._needs(Right.RUN_MEETINGS)
        self._use.resume(self.meeting)

    def stop(self, _values: Values) -> None:
        """The recording is sealed, and the meeting adjourned."""
        self._needs(Right.RUN_MEETINGS)
        self._use.adjourn(self.meeting)

    def stop_alone(self, _values: Values) -> None:
        """The recording is sealed; the meeting goes on without."""
        self._needs(Right.RUN_MEETINGS)
        self._use.stop_recording(self.meeting)

    # --- marks

    def mark(self, _values: Values) -> None:
        """The last 30 s."""
        self._needs(Right.MARK_RECORDINGS)
        self._use.mark(self.meeting, MarkKind.MARK)

    def note(self, values: Values) -> None:
        """A mark with a text, or an entry of the log. Raises: BadInput, where it is too long."""
        kind = str(values.get("kind", "")) or MARK
        text = one_line(tr("记事", "the note"), str(values.get("note", "")), needed=False)
        if kind != MARK:
            self._needs(Right.NOTE_LOG)
            if text:
                self._use.note_log(self.meeting, kind, text, corrects=self.correcting)
                self.correcting = ""
            return
        self._needs(Right.MARK_RECORDINGS)
        if text:
            self._use.mark(self.meeting, MarkKind.MARK, text)

    def correct(self, entry: str) -> Press:
        """The next text of the field puts that entry right; pressed again, it does not."""

        def press(_values: Values) -> None:
            self.correcting = "" if self.correcting == entry else entry

        return press

    def announce(self, _values: Values) -> None:
        """录音告知 was said aloud."""
        self._needs(Right.MARK_RECORDINGS)
        self._use.announce_recording(self.meeting)

    def off_record(self, _values: Values) -> None:
        """On, from the last sentence; pressed again, off."""
        self._needs(Right.MARK_RECORDINGS)
        if self._use.is_off_record(self.meeting):
            self._use.on_record(self.meeting)
        else:
            self._use.off_record(self.meeting, since=self._sentence(), asked_by=self.visitor.user.name)

    def _sentence(self) -> float:
        """Seconds ago that the last sentence began, as far as the levels tell."""
        status = self._use.recorder_status(self.meeting)
        end = status.frames / status.sample_rate
        if end <= 0:
            return 0.0
        try:
            envelope = self._use.envelope(self.meeting, first=max(0.0, end - LONGEST_SENTENCE), points=1000)
        except RoomctlError:  # a recorder that cannot tell how loud it was
            return MARK_SECONDS
        return sentence(envelope)

    def next_item(self, _values: Values) -> None:
        self._needs(Right.MARK_RECORDINGS)
        self._use.next_item(self.meeting)

    def speaks(self, name: str) -> Press:
        """That person speaks, from now on."""

        def press(_values: Values) -> None:
            self._needs(Right.MARK_RECORDINGS)
            self._use.speaker(self.meeting, name)

        return press

    def undo(self, number: int) -> Press:
        """Takes back the mark of that number; its row stays in the journal."""

        def press(_values: Values) -> None:
            self._needs(Right.MARK_RECORDINGS)
            self._use.undo_mark(self.meeting, number)

        return press

    # --- alarms

    def see(self, alarm: Alarm) -> Press:
        """Somebody has seen it, by name; it is good until the alarm ends."""

        def press(_values: Values) -> None:
            self._needs(Right.MARK_RECORDINGS)
            self._use.acknowledge_alarms(self.meeting, alarm.kind, alarm.track)

        return press
