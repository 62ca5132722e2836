"""Codes that let a telephone in, and the pass that it gets."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roomctl.domain import passes
from roomctl.domain.passes import Judged, Pass

SECRET, OTHER = bytes(32), bytes([1]) * 32
AT = 1_800_000_010.0  # ten seconds into its step
PASS = Pass("signin", "phone", "m1", "", "0a1b2c", int(AT), int(AT) + passes.LASTS)

texts = st.text(max_size=60)


@pytest.mark.parametrize(
    ("later", "judged"),
    [
        (0, "good"),
        (19.9, "good"),
        (20, "good"),
        (49.9, "good"),
        (50, "expired"),
        (86_400, "expired"),
        (-11, "forged"),
    ],
)
def test_a_code_is_good_in_its_step_and_the_one_after(later, judged):
    assert passes.judge_rotating(SECRET, "m1", passes.rotating(SECRET, "m1", AT), AT + later) == judged


def test_the_seconds_that_are_left_reach_the_next_code():
    code = passes.rotating(SECRET, "m1", AT)
    assert passes.rotating(SECRET, "m1", AT + passes.left(AT) - 0.1) == code
    assert passes.rotating(SECRET, "m1", AT + passes.left(AT)) != code


def test_a_code_of_another_meeting_or_another_machine_is_forged():
    code = passes.rotating(SECRET, "m1", AT)
    assert passes.judge_rotating(SECRET, "m2", code, AT) is Judged.FORGED
    assert passes.judge_rotating(OTHER, "m1", code, AT) is Judged.FORGED


def test_a_later_step_cannot_be_written_over_an_old_code():
    step, _, seal = passes.rotating(SECRET, "m1", AT - 3600).partition("-")
    assert passes.judge_rotating(SECRET, "m1", f"{int(step) + 120}-{seal}", AT) is Judged.FORGED


def test_a_personal_code_names_one_person_of_one_meeting():
    code = passes.personal(SECRET, "m1", "p1", 2)
    assert passes.of_person(SECRET, "m1", code) == ("p1", 2)
    assert passes.of_person(SECRET, "m2", code) is None
    assert passes.of_person(SECRET, "m1", code.replace("p1", "p2")) is None
    assert passes.of_person(SECRET, "m1", code.replace(".2.", ".3.")) is None
    assert passes.judge_rotating(SECRET, "m1", code, AT) is Judged.FORGED


def test_where_a_part_ends_is_sealed_too():
    assert (
        passes.personal(SECRET, "m1", "p1", 1).split(".")[2] != passes.personal(SECRET, "m", "1p1", 1).split(".")[2]
    )


@given(texts)
@settings(max_examples=50)
def test_whatever_is_typed_is_judged_and_never_good(text):
    assert passes.judge_rotating(SECRET, "m1", text, AT) is Judged.FORGED
    assert passes.of_person(SECRET, "m1", text) is None
    assert passes.opened(SECRET, text) is None
    assert passes.opened(SECRET, passes.PASS + text) is None


@given(holder=texts, meeting=texts)
@settings(max_examples=50)
def test_a_pass_that_was_sealed_is_opened_as_it_was(holder, meeting):
    one = replace(PASS, holder=holder, meeting=meeting)
    assert passes.opened(SECRET, passes.sealed(SECRET, one)) == one
    assert passes.opened(OTHER, passes.sealed(SECRET, one)) is None


@given(at=st.integers(min_value=0, max_value=200), to=st.characters(min_codepoint=33, max_codepoint=126))
@settings(max_examples=50)
def test_a_pass_that_was_changed_anywhere_is_none(at, to):
    text = passes.sealed(SECRET, PASS)
    at %= len(text)
    changed = text[:at] + to + text[at + 1 :]
    assert passes.opened(SECRET, changed) == (PASS if changed == text else None)


def test_a_plugin_cannot_seal_a_pass_nor_a_code_of_another():
    mine, others = passes.for_plugin(SECRET, "signin"), passes.for_plugin(SECRET, "transcript")
    assert len({SECRET, mine, others}) == 3
    assert passes.opened(SECRET, passes.sealed(mine, PASS)) is None
