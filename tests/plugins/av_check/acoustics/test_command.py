"""`roomctl acoustics baseline`, and what keeps a proof from being made."""

import json
import subprocess
import sys

import pytest
from roomctl_av_check import roomctl_commands
from roomctl_av_check.acoustics import judge, proof
from roomctl_av_check.acoustics.proof import BASELINE, AcousticProof
from roomctl_av_check.config import AvCheckConfig
from typer.testing import CliRunner

from roomctl.api import Busy, CheckState, NotFound
from roomctl.testing.fakes import FakeContext
from tests.plugins.av_check.acoustics.test_judge import GOOD, measured


@pytest.fixture
def ctx(tmp_path):
    return FakeContext("av_check", tmp_path, AvCheckConfig())


def run(ctx, *argv):
    return CliRunner().invoke(roomctl_commands(ctx)["acoustics"], ["baseline", *argv])


def test_the_baseline_is_shown_and_forgotten(ctx):
    kept = {"at": "2026-11-12T01:00:00+00:00", "source": "mic:hall", **judge.baseline_of(measured(GOOD, GOOD))}
    ctx.store().put(BASELINE, kept)
    shown = run(ctx)
    assert shown.exit_code == 0
    assert "mic:hall" in shown.stderr
    assert "-30.0 dBFS" in shown.stderr
    assert json.loads(run(ctx, "--json").stdout) == {**kept, "forgotten": False}
    assert run(ctx, "--forget").exit_code == 0
    assert ctx.store().get(BASELINE) is None


def test_where_there_is_none_the_command_that_makes_it_is_named(ctx):
    with pytest.raises(NotFound, match="--acoustic"):
        raise run(ctx).exception


def test_a_source_that_is_no_microphone_is_skipped_with_the_reason(ctx):
    (row,) = AcousticProof(ctx, ctx.config).run(None)
    assert row.state is CheckState.SKIPPED
    assert "tone" in row.message


def test_a_proof_in_another_process_is_refused_as_well_and_one_that_was_killed_holds_nobody_up(ctx):
    """As `roomctl check --acoustic` beside the host: what holds the loudspeaker is the other process."""
    held = (
        "import sys\nfrom pathlib import Path\nfrom roomctl_av_check.acoustics import proof\n"
        "with proof._alone(Path(sys.argv[1])):\n    print(flush=True)\n    sys.stdin.read()\n"
    )
    argv = [sys.executable, "-c", held, str(ctx.services.data)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        other.stdout.readline()
        with pytest.raises(Busy):
            list(AcousticProof(ctx, ctx.config).run(None))
        other.kill()
        other.wait()
    assert list(AcousticProof(ctx, ctx.config).run(None))


def test_the_newest_proof_becomes_the_baseline_by_a_persons_word(ctx):
    with pytest.raises(NotFound):
        AcousticProof(ctx, ctx.config).take_as_usual("刘洋")
    newest = {"at": "2026-11-12T01:00:00+00:00", "source": "mic:hall", **judge.baseline_of(measured(GOOD))}
    ctx.store().put(proof.NEWEST, newest)
    assert ctx.store().get(BASELINE) is None
    AcousticProof(ctx, ctx.config).take_as_usual("刘洋")
    assert ctx.store().get(BASELINE) == {**newest, "by": "刘洋"}
    assert run(ctx, "--take").exit_code == 0
    (told,) = ctx.published
    assert told.kind.endswith("baseline")


def test_two_proofs_at_once_are_refused_and_the_next_one_is_not(ctx):
    with proof._alone(ctx.services.data), pytest.raises(Busy):
        list(AcousticProof(ctx, ctx.config).run(None))
    assert list(AcousticProof(ctx, ctx.config).run(None))
