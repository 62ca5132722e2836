"""Each contract suite passes what keeps its word, and fails what does not, at the test that says so."""

import gc
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np  # noqa: F401 - loaded once a process, and each inner run forgets what it has loaded
import pytest

pytest_plugins = ["pytester"]

SPECIMENS = Path(__file__).parent / "specimens"

ARCHIVE_TARGETS = {
    "Memory": "",
    "GivesOtherBytes": "what_is_put_is_what_is_got",
    "TakesAnyDigest": "bytes_that_are_not_those_of_the_digest_are_refused",
    "WritesInPlace": "a_source_that_breaks_off_leaves_nothing",
    "JoinsWhatItHas": "what_broke_off_is_no_part_of_another_file",
    "SendsTheRestTwice": "a_put_after_one_that_broke_off_is_whole",
    "LetsKeysOut": "a_key_that_leads_outside_is_refused",
    "KeepsTheFirst": "a_second_put_replaces_the_first",
    "GivesNothingForMissing": "what_is_missing_is_not_found",
    "FinishesOnce": "finish_may_be_called_again_and_changes_nothing",
    "KnowsNoFolders": "keys_are_told_apart",
    "CountsWrong": "stat_tells_size_and_no_false_digest",
}
RECORDERS = {
    "Simulated": "",
    "HoldsItsDevice": "what_is_only_armed_is_let_go_of",
    "LetsGoOfAny": "what_was_started_is_not_let_go_of",
    "LosesFrames": "stop_tells_all_that_was_kept",
    "HidesFramesFromItsSegments": "stop_tells_all_that_was_kept",
    "ChangesSamples": "a_file_is_kept_frame_by_frame",
    "StandsStill": "frames_grow_while_it_records",
    "IgnoresTheLimit": "no_more_is_kept_than_the_limit",
    "RecordsWhenArmed": "armed_is_nothing_kept",
    "KeepsThePause": "pause_keeps_nothing_and_is_declared",
    "JumpsOverThePause": "pause_keeps_nothing_and_is_declared",
    "ForgetsThePause": "pause_keeps_nothing_and_is_declared",
    "ForgetsMarks": "marks_stand_at_their_frames",
    "MarksTooLate": "a_mark_may_stand_earlier_than_it_is_made",
    "TakesAnySource": "an_unknown_source_is_refused_on_one_line",
    "TalksOnTwoLines": "an_unknown_source_is_refused_on_one_line",
    "SharesItsFolder": "two_recordings_in_one_folder_are_refused",
    "StopsOnce": "stop_may_be_called_again",
    "SeesNoDamage": "a_changed_file_is_found_and_named",
    "RecoversWhatIsWhole": "recover_of_what_is_whole_changes_nothing",
    "KnowsOnlyItself": "a_running_recording_is_adopted",
}
TRANSCRIBERS = {
    "Simulated": "",
    "MumblesInSilence": "",
    "HearsSilence": "silence_says_nothing",
    "MisHears": "it_hears_what_is_said",
    "RunsOn": "words_have_times_in_order_inside_the_audio",
    "GoesBack": "words_have_times_in_order_inside_the_audio",
    "Remembers": "the_same_audio_gives_as_many_words_again",
    "WritesToTheAudio": "the_audio_is_not_written_to",
    "NeedsAudio": "no_audio_gives_no_words",
}
STREAMING = {
    "Simulated": "",
    "SaysNothingMeanwhile": "words_come_while_somebody_speaks_and_then_the_final_ones",
    "NeverFinal": "words_come_while_somebody_speaks_and_then_the_final_ones",
    "MisHears": "words_come_while_somebody_speaks_and_then_the_final_ones",
    "Repeats": "nothing_is_said_twice_in_a_row",
    "BeginsAtZero": "times_run_on_from_one_utterance_to_the_next",
    "GoesBack": "times_are_in_order_and_inside_what_was_fed",
    "LooksAhead": "times_are_in_order_and_inside_what_was_fed",
    "KeepsTheLast": "what_is_finished_is_not_in_the_next_utterance",
    "OneForAll": "two_streams_know_nothing_of_each_other",
    "HearsSilence": "silence_says_nothing",
    "NeedsWholeSeconds": "blocks_may_be_of_any_size",
    "NeedsAudio": "no_audio_gives_no_words",
    "TakesItsTime": "the_end_is_prompt",
    "WritesToTheAudio": "the_audio_is_not_written_to",
}
DEVICE_CHECKS = {
    "Lamp": "",
    "CannotTell": "",
    "GivesNoHint": "a_fault_comes_with_what_to_do",
    "AcceptsItself": "nothing_is_accepted_but_by_a_person",
    "Raises": "results_are_well_formed",
    "Hangs": "results_are_well_formed",
    "NeverGivesUp": "it_has_a_name_and_a_deadline",
    "NeedsAMeeting": "it_runs_without_a_meeting",
    "SaysItTwice": "two_results_are_told_apart",
    "SaysNothing": "results_are_well_formed",
    "InventsAState": "results_are_well_formed",
    "WorksOnce": "it_may_run_again",
}
DEVICE_DRIVERS = {
    "Lamp": "",
    "InventsFacts": "it_reads_what_it_says_and_nothing_else",
    "HasNoTitle": "it_says_what_it_is",
    "JudgesByCounting": "it_judges_in_full_and_the_same_again",
    "GivesNoHint": "answers_with_bytes_changed_never_confuse_it",
    "BelievesAnybody": "what_is_not_its_protocol_is_told",
    "StumblesOverRubbish": "what_is_not_its_protocol_is_told",
    "IsWellWhateverComes": "half_an_answer_is_told",
    "TakesSleepForAFault": "standby_is_a_fact_and_no_fault",
    "BearsAGrudge": "another_version_of_its_protocol_is_read_or_told",
    "TriesAgainAndAgain": "a_wrong_password_is_told_and_tried_once",
    "TellsThePassword": "a_password_is_in_no_result",
    "LeavesItsSocketOpen": "nothing_is_left_open",
    "GoesOnWhenCancelled": "a_cancel_ends_it_and_leaves_no_socket",
    "KeepsTheLoop": "it_leaves_the_loop_to_others",
    "BelievesItself": "an_order_to_nobody_is_told",
    "DoesNotDoIt": "an_order_is_read_back",
}


EVERYTHING = {
    "archive_targets": ARCHIVE_TARGETS,
    "recorders": RECORDERS,
    "transcribers": TRANSCRIBERS,
    "streaming": STREAMING,
    "device_checks": DEVICE_CHECKS,
    "device_drivers": DEVICE_DRIVERS,
}


@pytest.mark.parametrize(("specimens", "expected"), EVERYTHING.items())
def test_a_broken_implementation_fails_where_it_is_broken(
    pytester: pytest.Pytester, specimens: str, expected: dict[str, str]
) -> None:
    text = SPECIMENS.joinpath(f"{specimens}.py").read_text(encoding="utf-8")
    assert set(re.findall(r"^Test(\w+) = ", text, re.MULTILINE)) == expected.keys()
    pytester.makepyfile(**{f"test_{specimens}": text})
    asked = [f"test_{specimens}.py::Test{name}" + f"::test_{test}" * bool(test) for name, test in expected.items()]
    run = pytester.inline_run("-q", "-p", "no:cacheprovider", "-p", "no:randomly", *asked)
    failed: dict[str, set[str]] = defaultdict(set)
    ran: dict[str, int] = defaultdict(int)
    for report in run.getreports("pytest_runtest_logreport"):
        _, suite, test = report.nodeid.split("::")
        ran[suite.removeprefix("Test")] += report.when == "call"
        if report.failed:
            failed[suite.removeprefix("Test")].add(test.partition("[")[0].removeprefix("test_"))
    assert ran.keys() == expected.keys()
    for name, test in expected.items():
        if test:
            assert failed[name] == {test}, f"{name} does not fail"
        else:
            assert ran[name] > 5
            assert not failed[name], f"{name} fails at {failed[name]}"


@pytest.fixture(autouse=True)
def _left_behind() -> Iterator[None]:
    """What a broken specimen leaves open is its own affair, not that of the test after this."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
