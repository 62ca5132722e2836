"""What hears speech tells nobody: onnxruntime sends facts of models and machine to its maker, unless told not to."""

import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.needs("python:faster_whisper")

HEAR = """
import numpy as np
from roomctl_transcript.cutting import VoiceActivity
VoiceActivity()(np.zeros(16_000, np.float32))
"""


def test_voice_activity_leaves_no_mark_of_a_sender_behind(tmp_path):
    silenced = {"CI", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS"}  # in a room none of them is set
    environment = {name: value for name, value in os.environ.items() if name not in silenced}
    environment |= {"TMPDIR": str(tmp_path), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-B", "-c", HEAR], env=environment, check=True)
    assert not list(tmp_path.rglob("*"))
