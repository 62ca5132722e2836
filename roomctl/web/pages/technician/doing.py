"""What the buttons of the page do: a run, a decision, a sign-off, an order to a device."""

import logging
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

from roomctl.domain.access import Right
from roomctl.domain.checks import WHOLE_DEVICE, Waiver, WaiverKind
from roomctl.domain.macros import StepOutcome
from roomctl.errors import NotFound, RoomctlError, one_line
from roomctl.i18n import speaking, tr
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow
from roomctl.web.ui import Press, Values, text_of

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """An order to a device.

    Attributes:
        said: what came of it; empty while it is being done.

    """

    title: str
    said: str = ""
    well: bool = True


class Doing:
    """One visitor's hands.

    Args:
        decided: called when what was asked on the page has been answered.

    Attributes:
        trouble: why the last run could not be made; None where it could.
        told: what each device was told last on this page.
        checking: a run over everything was begun on this page, and has not ended.
        signing: the report is being signed this moment.
        playing: id of the macro that this page has begun, and that is not over; played: the last one that is.
        steps: of it, as far as they are done.

    """

    def __init__(self, visitor: Visitor, meeting: str | None, decided: Callable[[], None]) -> None:
        self._visitor, self._meeting, self._decided = visitor, meeting, decided
        self.trouble: RoomctlError | None = None
        self.told: dict[str, Told] = {}
        self.checking, self.signing = False, False
        self.playing, self.played = "", ""
        self.steps: list[StepOutcome] = []
        self._ended = threading.Event()

    def check(self, *devices: str) -> Press:
        """Begins a run, over everything or some devices; the page shows what it hears."""

        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.RUN_CHECKS)
            whole = (not run.only for run in self._visitor.use.checks_under_way(self._meeting))
            if not devices and (self.checking or any(whole)):
                return  # R pressed twice
            self.run(devices)

        return press

    def run(self, devices: Collection[str] = ()) -> None:
        """In a thread of its own: a press does not wait for it, and it goes on when the page is closed."""
        self.trouble = None
        use = self._visitor.use

        def check() -> None:
            try:
                use.check(self._meeting, only=devices)
            finally:
                if not devices:
                    self.checking = False

        if not devices:
            self.checking = True
        self._thread(check, "check run")

    def _thread(self, do: Callable[[], object], name: str) -> None:
        language = self._visitor.language

        def work() -> None:
            with speaking(language):
                try:
                    do()
                except RoomctlError as error:
                    self.trouble = error
                except Exception as error:
                    log.exception("%s failed", name)
                    self.trouble = RoomctlError(tr("程序出错", "roomctl failed"), one_line(error))

        threading.Thread(target=work, name=name, daemon=True).start()

    def cancel(self, _values: Values) -> None:
        """What has not answered is unknown then."""
        allow(self._visitor.user, Right.RUN_CHECKS)
        self._visitor.use.cancel_checks(self._meeting)

    def waive(self, device: str, check: str, kind: WaiverKind) -> Press:
        """带故障使用, or 本次免查, in the name of who is signed on."""

        def press(values: Values) -> None:
            allow(self._visitor.user, Right.WAIVE_CHECKS)
            waiver = Waiver(device, check, self._visitor.user.name, text_of(values, "reason"), kind)
            self._visitor.use.accept_fault(self._of_meeting(), waiver)
            self._decided()
            if kind is WaiverKind.EXCUSED and self._visitor.may(Right.RUN_CHECKS):
                self._again(device)

        return press

    def withdraw(self, device: str, check: str) -> Press:
        """Takes a decision back; a device that was not asked is asked now."""

        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.WAIVE_CHECKS)
            self._visitor.use.withdraw_waiver(self._of_meeting(), device, check)
            if check == WHOLE_DEVICE and self._visitor.may(Right.RUN_CHECKS):
                self._again(device)

        return press

    def take_as_usual(self, device: str, check: str) -> Press:
        """The present figure is as it should be; the device is asked again, and held against that."""

        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.RUN_CHECKS)
            self._visitor.use.take_as_usual(self._meeting, device, check)
            self._again(device)

        return press

    def take_baseline(self, device: str) -> Press:
        """What the newest acoustic proof measured is as it should be; nothing sounds because of it."""

        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.RUN_CHECKS)
            self._visitor.use.take_as_usual(self._meeting, device, "")
            self.told[device] = Told(
                tr("基线", "Baseline"), tr("已记下，以后的实测与它比", "taken; later proofs are held against it")
            )

        return press

    def sign(self, values: Values) -> None:
        """The technician's word for the newest report; its paper is written meanwhile, which takes seconds."""
        allow(self._visitor.user, Right.RUN_CHECKS)
        use, meeting, by, note = (
            self._visitor.use,
            self._of_meeting(),
            self._visitor.user.name,
            text_of(values, "note"),
        )
        if self.signing:
            return

        def work() -> None:
            try:
                use.sign_checks(meeting, by=by, note=note)
            finally:
                self.signing = False

        self.trouble, self.signing = None, True
        self._thread(work, "sign-off")

    def order(self, device: str, action: str, title: str) -> Press:
        """Tells a device to do something; asked and confirmed stand at it when it has done it, or has not."""

        def press(values: Values) -> None:
            allow(self._visitor.user, Right.RUN_CHECKS)
            argument = text_of(values, "argument")
            self.told[device] = Told(title)
            self._decided()
            self._thread(lambda: self._order(device, action, argument, title), "order")

        return press

    def _order(self, device: str, action: str, argument: str, title: str) -> None:
        try:
            deed = self._visitor.use.order_device(device, action, argument, meeting_id=self._meeting)
        except RoomctlError as error:
            self.told[device] = Told(title, str(error), well=False)
            return
        self.told[device] = Told(title, deed.said, well=deed.done)
        self._again(device)

    def macro(self, macro_id: str) -> Press:
        """Begins a macro; its steps stand on the page as they are done."""

        def press(_values: Values) -> None:
            allow(self._visitor.user, Right.RUN_CHECKS)
            if self.playing:
                return
            self.playing, self.steps, self._ended = macro_id, [], threading.Event()
            self._thread(self._play, f"macro {macro_id}")

        return press

    def _play(self) -> None:
        use, heard = self._visitor.use, self.steps
        try:
            use.run_macro(self.playing, meeting_id=self._meeting, heard=heard.append, cancelled=self._ended)
        finally:
            self.played, self.playing = self.playing, ""

    def stop_macro(self, _values: Values) -> None:
        """The step that is under way is waited for; no further one is begun."""
        self._ended.set()

    def _again(self, device: str) -> None:
        """Where there is a report to be brought up to date; a device that is gone costs nothing."""
        if self._visitor.use.check_report(self._meeting) is not None:
            self.run([device])

    def _of_meeting(self) -> str:
        if self._meeting is None:
            raise NotFound(
                tr("这里不是某次会议的检查", "this is no meeting's check"),
                mend=tr("从会议进入后再做", "come here from a meeting"),
            )
        return self._meeting
