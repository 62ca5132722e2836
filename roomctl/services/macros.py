"""Use cases of macros: what one would do, and doing it step by step, each read back."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager

from roomctl.domain.devices import Device
from roomctl.domain.events import Actor, Event
from roomctl.domain.macros import Macro, MacroStep, StepOutcome, StepState
from roomctl.errors import NotFound, Refused, RoomctlError
from roomctl.i18n import tr
from roomctl.services import device_checks, devices
from roomctl.services.device_ports import Rack
from roomctl.services.ports import Clock, Plugins, UnitOfWork

Heard = Callable[[StepOutcome], None]
LOOK = 0.2
"""Seconds between two looks at whether a wait is ended."""


def find(rack: Rack, macro_id: str) -> Macro:
    """Raises: NotFound, with the ids that there are; BadInput, where the file cannot be read."""
    known = rack.macros.macros() if rack.macros else ()
    for macro in known:
        if macro.id == macro_id:
            return macro
    raise NotFound(
        tr(f"没有场景 {macro_id}", f"there is no macro {macro_id}"),
        mend=tr("现有：", "known: ") + (", ".join(one.id for one in known) or "-"),
    )


def plan(macro: Macro, *, rack: Rack, plugins: Plugins) -> tuple[StepOutcome, ...]:
    """The dry run: each step in words, and whether it could be done at all; no device is talked to."""
    entries = rack.inventory.devices()  # once, not for each step: it is a file
    return tuple(_planned(step, entries, rack, plugins) for step in macro.steps)


def run(
    macro: Macro,
    *,
    meeting: str | None,
    heard: Heard,
    cancelled: threading.Event,
    rack: Rack,
    plugins: Plugins,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> tuple[StepOutcome, ...]:
    """Step by step; the first that fails ends it, unless that is optional. Logged with what came of each step.

    Nothing is begun where a step could not be done at all: half of a macro is worse than none.

    It waits until another macro of the room is over.

    Args:
        heard: each step as it is done; cancelled: no further step is begun once it is set.

    Raises:
        Refused: this one is under way already.

    """
    with _turn(macro, rack, cancelled):
        found = _steps(macro, meeting, heard, cancelled, rack, plugins, actor, clock, uow)
    told = [{"step": one.what, "state": one.state.value, "said": one.said} for one in found]
    with uow:
        event = Event(
            stream=meeting or uow.room.id,
            kind="macro.ran",
            actor=actor,
            at=clock.now(),
            data={"macro": macro.id, "title": macro.title[0] or macro.id, "steps": told},
        )
        uow.events.append(event)
        uow.commit()
    return tuple(found)


@contextmanager
def _turn(macro: Macro, rack: Rack, cancelled: threading.Event) -> Iterator[None]:
    turns = rack.turns
    with turns.guard:
        if macro.id in turns.begun:
            raise Refused(
                tr(f"场景 {macro.name} 正在执行", f"macro {macro.name} is under way"),
                mend=tr("等它结束，或先停止", "wait until it is over, or stop it first"),
            )
        turns.begun.add(macro.id)
    mine = False
    try:
        while not mine and not cancelled.is_set():
            mine = turns.one.acquire(timeout=LOOK)
        yield
    finally:
        if mine:
            turns.one.release()
        with turns.guard:
            turns.begun.discard(macro.id)


def _steps(
    macro: Macro,
    meeting: str | None,
    heard: Heard,
    cancelled: threading.Event,
    rack: Rack,
    plugins: Plugins,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> list[StepOutcome]:
    planned = plan(macro, rack=rack, plugins=plugins)
    found: list[StepOutcome] = []
    stopped = any(one.state is StepState.FAILED and not one.step.optional for one in planned)
    for one in planned:
        if stopped or cancelled.is_set():
            failed = one.state is StepState.FAILED
            outcome = one if failed else StepOutcome(step=one.step, state=StepState.LEFT_OUT, what=one.what)
        else:
            outcome = _done(one, meeting, cancelled, rack, plugins, actor, clock, uow)
            stopped = outcome.state is StepState.FAILED and not one.step.optional
        found.append(outcome)
        heard(outcome)
    return found


def well(outcomes: Sequence[StepOutcome]) -> bool:
    """Whether every step that is not optional was done, or could be."""
    return all(one.state in {StepState.DONE, StepState.PLANNED} or one.step.optional for one in outcomes)


def _planned(step: MacroStep, entries: Sequence[Device], rack: Rack, plugins: Plugins) -> StepOutcome:
    if not step.device:
        what = tr(f"等 {step.wait:g} 秒", f"wait {step.wait:g} s")
        return StepOutcome(step=step, state=StepState.PLANNED, what=what)
    what = " ".join(part for part in (step.device, step.action, step.argument) if part)
    try:
        device = devices.among(entries, step.device)
        offer = device_checks.prepare(device, plugins.drivers(), rack.inventory).offer
        order = devices.planned(device, offer, step.action, step.argument)
    except RoomctlError as error:
        return StepOutcome(step=step, state=StepState.FAILED, what=what, said=str(error))
    said = tr(f"最多等 {order.waits:.0f} 秒", f"waits up to {order.waits:.0f} s")
    return StepOutcome(step=step, state=StepState.PLANNED, what=order.what, said=said)


def _done(
    planned: StepOutcome,
    meeting: str | None,
    cancelled: threading.Event,
    rack: Rack,
    plugins: Plugins,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> StepOutcome:
    step, said = planned.step, ""
    if planned.state is StepState.FAILED:
        return planned
    if step.device:
        try:
            deed = devices.order(
                step.device, step.action, step.argument,
                meeting=meeting, rack=rack, plugins=plugins, actor=actor, clock=clock, uow=uow,
            )  # fmt: skip
        except (RoomctlError, CancelledError) as error:
            why = str(error) or tr("已取消", "cancelled")
            return StepOutcome(step=step, state=StepState.FAILED, what=planned.what, said=why)
        said = deed.said
        if not deed.done:
            return StepOutcome(step=step, state=StepState.FAILED, what=planned.what, said=said)
    ends = clock.monotonic() + step.wait
    while (left := ends - clock.monotonic()) > 0 and not cancelled.is_set():
        clock.sleep(min(left, LOOK))
    return StepOutcome(step=step, state=StepState.DONE, what=planned.what, said=said)
