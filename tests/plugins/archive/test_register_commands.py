"""`roomctl archive register` and its steps: what they hand over, and what they say."""

import json

import pytest
from roomctl_archive.cli import archive
from roomctl_archive.package import build
from typer.testing import CliRunner

from roomctl.api import BadInput
from roomctl.api.registration import Result


@pytest.fixture
def run(room):
    def invoke(*arguments):
        return CliRunner().invoke(archive.build(room.context()), list(arguments), catch_exceptions=False)

    return invoke


@pytest.fixture
def made(room):
    return build(room.context(), room.meeting)


def test_it_says_how_far_it_is_and_counts(room, run, made):
    told = json.loads(run("register", room.meeting.id, "--json").stdout)
    assert [(one["package"], one["signed_by"]) for one in told["packages"]] == [(made.id, "")]
    done = run("count", room.meeting.id)
    assert (done.exit_code, made.id in done.output) == (0, True)


def test_an_item_is_answered_and_a_term_changed_in_the_only_package_that_waits(room, run, made):
    assert run("answer", room.meeting.id, "GD1-7", "不适用", "--note", "纸质").exit_code == 0
    assert run("term", room.meeting.id, "m/plan", "30年", "--reason", "一般").exit_code == 0
    kept = room.services.registrations[room.meeting.id]
    assert kept.answers[made.id, "GD1-7"].result is Result.NONE
    assert kept.terms[made.id, "m/plan"].term == "30年"


def test_a_result_that_there_is_not_is_told_with_those_there_are(room, run, made):
    assert made
    with pytest.raises(BadInput, match="不适用"):
        run("answer", room.meeting.id, "GD1-7", "maybe")


def test_of_several_packages_one_must_be_named(room, run, made):
    room.services.sealed[room.meeting.id].append(made)
    with pytest.raises(BadInput, match="--package"):
        run("answer", room.meeting.id, "GD1-7", "通过")
