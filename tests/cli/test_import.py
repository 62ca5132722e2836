"""A file from elsewhere, from the command line into the meeting's recordings and its log."""

import hashlib
import json

from tests.plugins.audio.test_importing import encode


def test_a_dictaphones_file_becomes_a_sealed_recording_of_the_meeting(shell, tmp_path):
    path = encode(tmp_path / "会议.m4a", "aac", "ipod", tags={"creation_time": "2026-03-02T01:00:00Z"})
    meeting = json.loads(shell("meetings", "new", "--title", "例会", "--json").stdout)["id"]
    early = shell("recording", "import", meeting, path)
    assert early.returncode == 2
    assert early.stderr.count("\n") == 1
    assert "meetings open" in early.stderr
    assert shell("meetings", "open", meeting).returncode == 0
    done = shell("recording", "import", meeting, path, "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)["recordings"]
    assert one["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert one["began"] == "2026-03-02T01:00:00+00:00"
    (shown,) = json.loads(shell("meetings", "show", meeting, "--json").stdout)["recordings"]
    assert (shown["id"], shown["state"], shown["frames"]) == (one["recording"], "sealed", one["frames"])
    again = shell("recording", "import", meeting, path)
    assert again.returncode == 2
    assert "--again" in again.stderr
