import json

import pytest
from roomctl_archive import bag, commands
from roomctl_archive.package import build
from roomctl_archive.verify import verify
from typer.testing import CliRunner

from roomctl.api import NotFound


@pytest.fixture
def run(room):
    def invoke(*arguments):
        return CliRunner().invoke(commands.app(room.context()), list(arguments))

    return invoke


def test_verify_answers_with_one_json_object(run, package):
    done = run("verify", str(package), "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["ok"], said["files"], said["problems"]) == (0, True, 5, [])


def test_verify_names_what_is_wrong_and_exits_with_one(run, package):
    (package / "data/events.jsonl").unlink()
    done = run("verify", str(package), "--json")
    assert done.exit_code == 1
    assert "data/events.jsonl" in [problem["file"] for problem in json.loads(done.stdout)["problems"]]
    assert "data/events.jsonl" in done.stderr


def test_verify_says_how_much_it_checked(run, package):
    size = sum(path.stat().st_size for path in (package / "data").rglob("*") if path.is_file())
    assert f"5 个文件，{size} 字节" in run("verify", str(package)).stderr
    (package / "data/events.jsonl").unlink()
    assert "查了 4 个文件" in run("verify", str(package)).stderr


def test_a_package_that_was_made_anew_is_not_the_registered_one(room, run, package, files, tmp_path):
    (made,) = room.services.packages(room.meeting.id)
    assert run("verify", str(package), "--registered", made.manifest_sha256.upper()).exit_code == 0
    forged = bag.write(tmp_path / "forged", files[1:], info={}, tags={}).folder
    assert run("verify", str(forged)).exit_code == 0
    done = run("verify", str(forged), "--registered", made.manifest_sha256)
    assert done.exit_code == 1
    assert "tagmanifest-sha256.txt" in done.stderr


def test_verify_of_nothing_is_an_error_of_its_own(run, tmp_path):
    assert isinstance(run("verify", str(tmp_path / "none")).exception, NotFound)


def test_an_empty_folder_exits_with_one(run, tmp_path):
    assert run("verify", str(tmp_path)).exit_code == 1


def test_push_delivers_now_and_twice_is_once(room, run):
    assert run("push", room.meeting.id).exit_code == 0
    assert run("push", room.meeting.id).exit_code == 0
    (receipt,) = room.services.receipts(room.meeting.id)
    assert verify(room.services.data / "archive" / receipt.key).ok
    assert len(room.services.packages(room.meeting.id)) == 1


def test_push_of_an_unknown_meeting_is_told(run):
    assert isinstance(run("push", "nobody").exception, NotFound)


@pytest.fixture
def package(room):
    made = build(room.context(), room.meeting)
    return room.services.data / made.path
