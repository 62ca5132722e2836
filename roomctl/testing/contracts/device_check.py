"""What every device check must do."""

import threading

import pytest

from roomctl.api import Check, CheckState, Meeting, Result, RoomctlError

LONGEST = 60.0
"""Seconds; no technician waits longer for one device before a meeting."""

SLACK = 2.0  # times the deadline: a machine under test is busy with more than this


def results_of(check: Check, meeting: Meeting | None) -> list[Result]:
    """All results, waited for no longer than the check's own deadline allows.

    Raises: what the check raises; a test that fails where it hangs.
    """
    done: list[Result] = []
    raised: list[BaseException] = []

    def work() -> None:
        try:
            done.extend(check.run(meeting))
        except BaseException as error:  # noqa: BLE001 - told to the test's own thread
            raised.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(check.deadline * SLACK)
    assert not thread.is_alive(), f"{check.device}/{check.name} takes longer than its deadline of {check.deadline} s"
    if raised:
        raise raised[0]
    return done


class DeviceCheckContract:
    """Give it a fixture `check`; and a fixture `meeting`, where the check needs one to say something."""

    @pytest.fixture
    def check(self) -> Check:
        raise LookupError("give a fixture `check`")

    @pytest.fixture
    def meeting(self) -> Meeting | None:
        return None

    def test_it_has_a_name_and_a_deadline(self, check: Check) -> None:
        assert check.device, "a check names its device"
        assert check.name, "a check has a name"
        assert 0 < check.deadline <= LONGEST, f"deadline {check.deadline} s"

    def test_results_are_well_formed(self, check: Check, meeting: Meeting | None) -> None:
        results = self._results(check, meeting)
        for result in results:
            assert isinstance(result, Result), f"{result!r} is no Result"
            assert isinstance(result.state, CheckState), f"{result.state!r} is no state"
            assert result.device, "a result names its device"
            assert result.check, "a result names its check"
            assert result.message, f"{result.check}: says nothing"
            assert "\n" not in result.message, f"{result.check}: more than one line"
            assert isinstance(result.value, float | int | str | bool | None), f"{result.check}: {result.value!r}"

    def test_two_results_are_told_apart(self, check: Check, meeting: Meeting | None) -> None:
        names = [(result.device, result.check) for result in self._results(check, meeting)]
        assert len(names) == len(set(names)), f"the same device and check twice: {names}"

    def test_a_fault_comes_with_what_to_do(self, check: Check, meeting: Meeting | None) -> None:
        for result in self._results(check, meeting):
            if result.state in {CheckState.WARN, CheckState.CRIT}:
                assert result.hint, f"{result.check}: {result.state} without a hint"

    def test_nothing_is_accepted_but_by_a_person(self, check: Check, meeting: Meeting | None) -> None:
        waived = [one for one in self._results(check, meeting) if one.state is CheckState.WAIVED]
        assert not waived, "WAIVED is a person's word, not a check's"

    def test_it_may_run_again(self, check: Check, meeting: Meeting | None) -> None:
        first = [one.check for one in self._results(check, meeting)]
        assert [one.check for one in self._results(check, meeting)] == first, "a second run checks something else"

    def test_it_runs_without_a_meeting(self, check: Check) -> None:
        self._results(check, None)

    def _results(self, check: Check, meeting: Meeting | None) -> list[Result]:
        """None where it could not tell: it raised one of our errors, or one of the system. No other is its right."""
        try:
            return results_of(check, meeting)
        except (RoomctlError, OSError):
            return []
