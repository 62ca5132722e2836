"""A delivery that is killed at any moment, or whose line is cut: equal bytes, one receipt.

The child is a real process on a real database. It dies by SIGKILL at a chosen call of a Python function, so that
every place is met, also between two writes of the database.
"""

import getpass
import json
import os
import random
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from roomctl_archive import bag
from roomctl_archive.verify import verify

from roomctl.api import Meeting, MeetingId, Package, PackageFile, events
from roomctl.services.identity import new_id
from roomctl.testing.fakes import A_MORNING
from tests.plugins.archive.dying import use_cases
from tests.plugins.archive.servers import Sshd, line_to, public

ROOT = Path(__file__).parents[3]
SEED = 20261112


class Outgoing:
    """A package in the outbox of a data folder, and a way to deliver it in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.data = folder / "data"
        self.data.mkdir(parents=True)
        files = []
        for n in range(8):
            path = folder / f"{n}.flac"
            path.write_bytes(random.Random(n).randbytes(40_000 * n))
            files.append(PackageFile(f"audio/r1/{n}.flac", path))
        with use_cases(self.data) as use:
            meeting = use.create(
                Meeting(id=MeetingId(new_id()), room=use.room.id, title="会", starts=datetime(2026, 11, 12, 9))
            )
            made = bag.write(self.data / "packages" / new_id(), files, info={}, tags={})
            use.add_package(
                Package(
                    id=made.folder.name, meeting=meeting.id, path=made.folder.relative_to(self.data).as_posix(),
                    files=made.files, bytes=made.bytes, manifest_sha256=made.manifest_sha256, at=A_MORNING,
                    targets=("nas",),
                )
            )  # fmt: skip
        self.meeting, self.key = meeting.id, f"{meeting.id}/{made.folder.name}"

    def run(self, section, *kill_at):
        """The exit codes of so many deliveries, one after the other."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.plugins.archive.dying", str(self.data), json.dumps(section),
             *map(str, kill_at)],
            cwd=ROOT, env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}:{ROOT / 'models'}"},
            capture_output=True, text=True, check=True, timeout=100,
        )  # fmt: skip
        codes = json.loads(done.stdout)
        assert set(codes) <= {0, 2, -9}, done.stderr
        return codes

    def is_whole(self, root):
        with use_cases(self.data) as use:
            rows = use.events(stream=self.meeting, newest=False)
            assert not list(events.verify(rows))
            assert [row.kind for row in rows].count("package.received") == 1
            assert len(use.receipts(self.meeting)) == 1
            assert use.deliveries(self.meeting)[0].done
        verdict = verify(root / self.key)
        assert verdict.ok, verdict.problems
        assert not list((root / self.key).rglob("*.partial"))


def test_five_kills_in_one_delivery_leave_equal_bytes_and_one_receipt(tmp_path):
    outgoing, root = Outgoing(tmp_path), tmp_path / "nas"
    root.mkdir()
    section = {"kind": "folder", "path": str(root)}
    chance = random.Random(SEED)
    kills = [chance.randrange(1, 9000) for _ in range(5)]
    assert outgoing.run(section, *kills, 0) == [-9] * 5 + [0]
    outgoing.is_whole(root)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.needs("sshd")
def test_fifty_kills_and_cuts(tmp_path):
    """The process is killed, the line is cut, or the server is killed under it; as many deliveries as that takes."""
    chance, server, broken, deliveries = random.Random(SEED), Sshd(tmp_path / "d"), 0, 0
    server.start()

    def again():
        server.stop()
        server.start()

    try:
        with line_to(server.port) as line:
            section = {
                "kind": "sftp", "host": "127.0.0.1", "port": line.port, "path": str(server.root),
                "host_key": public(server.host_key), "key_file": str(server.user_key), "user": getpass.getuser(),
            }  # fmt: skip
            while broken < 50:
                outgoing, done = Outgoing(tmp_path / f"{deliveries}"), False
                deliveries += 1
                while not done:
                    what = chance.choice(("kill", "kill", "cut", "server")) if broken < 50 else ""
                    line.passed = 0
                    line.cut_after = chance.randrange(4000, 900_000) if what in {"cut", "server"} else None
                    line.when_cut = again if what == "server" else None
                    (code,) = outgoing.run(section, chance.randrange(1, 40_000) if what == "kill" else 0)
                    done = code == 0
                    broken += not done
                outgoing.is_whole(server.root)
    finally:
        server.stop()
