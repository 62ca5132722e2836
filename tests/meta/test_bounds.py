"""The bounds of pyproject.toml hold: the tests pass with the oldest releases that it allows, and with the newest.

    pip install uv
    pytest -m long tests/meta/test_bounds.py

Needs the network, and an hour; `-k lowest` or `-k "highest and services"` takes a part of it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(path.name for path in (ROOT / "tests").iterdir() if any(path.rglob("test_*.py")))

pytestmark = [pytest.mark.long, pytest.mark.timeout(7_200)]


@pytest.fixture(scope="module", params=["lowest-direct", "highest"])
def python(request, tmp_path_factory) -> Path:
    """That of an environment of its own."""
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is missing: pip install uv")
    place = tmp_path_factory.mktemp(request.param) / "venv"
    found = place / "bin" / "python"
    run(uv, "venv", "--seed", "--python", sys.executable, str(place))  # with pip, which fetches models
    run(uv, "pip", "install", "--python", str(found), "--resolution", request.param, "-e", ".[all,dev]")
    return found


def run(*argv: str, **more: str) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, **more}, capture_output=True, text=True, check=False)
    assert not done.returncode, f"{' '.join(argv)}\n{(done.stdout + done.stderr)[-6_000:]}"
    return done


def test_every_part_of_an_environment_agrees_with_the_others(python):
    run(shutil.which("uv"), "pip", "check", "--python", str(python))


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_tests_pass(python, folder, tmp_path):
    beside = f"{python.parent}{os.pathsep}{os.environ['PATH']}"
    run(str(python), "-m", "pytest", "-q", f"--basetemp={tmp_path / 't'}", f"tests/{folder}", PATH=beside)
