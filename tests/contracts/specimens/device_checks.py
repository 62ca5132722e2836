# ruff: noqa: ARG002 - a broken implementation leaves out what it should have used
"""One check that keeps its word, and one for each way of breaking it."""

import threading

import pytest

from roomctl.api import CheckState, MissingPart, Result
from roomctl.testing.contracts import DeviceCheckContract

WARM = Result(
    device="projector",
    check="lamp",
    state=CheckState.WARN,
    value=2900,
    unit="h",
    message="2900 h",
    hint="order a lamp",
)


class Lamp:
    device, name, deadline = "projector", "lamp", 0.2

    def run(self, meeting):
        return [WARM]


class CannotTell(Lamp):
    def run(self, meeting):
        raise MissingPart("no answer from the projector")


class GivesNoHint(Lamp):
    def run(self, meeting):
        yield Result(device="projector", check="lamp", state=CheckState.CRIT, message="dark")


class AcceptsItself(Lamp):
    def run(self, meeting):
        yield Result(device="projector", check="lamp", state=CheckState.WAIVED, message="never mind")


class Raises(Lamp):
    def run(self, meeting):
        return {}["lamp"]


class Hangs(Lamp):
    def run(self, meeting):
        threading.Event().wait(60)
        return []


class NeverGivesUp(Lamp):
    deadline = 3600.0


class NeedsAMeeting(Lamp):
    def run(self, meeting):
        return [WARM] if meeting.title else []


class SaysItTwice(Lamp):
    def run(self, meeting):
        return [WARM, WARM]


class SaysNothing(Lamp):
    def run(self, meeting):
        yield Result(device="projector", check="lamp", state=CheckState.OK)


class InventsAState(Lamp):
    def run(self, meeting):
        yield Result(device="projector", check="lamp", state="fine", message="fine")


class WorksOnce(Lamp):
    def __init__(self):
        self.results = iter([WARM])

    def run(self, meeting):
        yield from self.results


def suite(kind):
    class Suite(DeviceCheckContract):
        @pytest.fixture
        def check(self):
            return kind()

    return Suite


TestLamp = suite(Lamp)
TestCannotTell = suite(CannotTell)
TestGivesNoHint = suite(GivesNoHint)
TestAcceptsItself = suite(AcceptsItself)
TestRaises = suite(Raises)
TestHangs = suite(Hangs)
TestNeverGivesUp = suite(NeverGivesUp)
TestNeedsAMeeting = suite(NeedsAMeeting)
TestSaysItTwice = suite(SaysItTwice)
TestSaysNothing = suite(SaysNothing)
TestInventsAState = suite(InventsAState)
TestWorksOnce = suite(WorksOnce)
