import json

import pytest
from roomctl_archive import bag
from roomctl_archive.cli import archive
from roomctl_archive.package import build
from roomctl_archive.verify import verify
from typer.testing import CliRunner

from roomctl.api import NotFound


@pytest.fixture
def run(room):
    def invoke(*arguments):
        return CliRunner().invoke(archive.build(room.context()), list(arguments))

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
def away(room, tmp_path):
    """The commands where a required share is not mounted, after a try."""
    ctx = room.context({"nas": {"kind": "folder", "path": str(tmp_path / "away")}})

    def invoke(*arguments):
        return CliRunner().invoke(archive.build(ctx), list(arguments))

    assert invoke("push", room.meeting.id).exception
    return invoke


def test_status_says_what_does_not_go_on_and_how_to_mend_it(away):
    done = away("status")
    assert done.exit_code == 1
    assert "nas" in done.stdout
    assert "老旧小区" in done.stdout
    assert "可能没有挂载" in done.stderr
    assert "请挂载" in done.stderr
    assert "已试 1 次" in done.stderr


def test_status_as_json_is_one_object(room, away):
    told = json.loads(away("status", room.meeting.id, "--json").stdout)
    (row,) = told["deliveries"]
    assert (told["ok"], row["target"], row["required"], row["step"], row["tries"]) == (
        False,
        "nas",
        True,
        "waiting",
        1,
    )
    assert row["trouble"]["mend"]
    assert row["next_try"] > room.clock.now().isoformat()


def test_a_retry_is_due_at_once_and_a_second_push_arrives(room, away, tmp_path):
    (tmp_path / "away").mkdir()
    told = json.loads(away("retry", room.meeting.id, "--json").stdout)
    assert told["deliveries"][0]["next_try"] is None
    assert away("push", room.meeting.id).exit_code == 0
    done = away("status", room.meeting.id)
    assert (done.exit_code, "已送到并核对" in done.stdout) == (0, True)
    assert "没有在途" in away("status").stderr
    assert away("retry", room.meeting.id).exception.status == 409


def test_reverify_reads_every_copy_and_says_how_much(room, run):
    run("push", room.meeting.id)
    done = run("reverify", room.meeting.id, "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"], told["unregistered"]) == (0, True, {})
    assert [(one["place"], one["files"] > 5) for one in told["fixity"]] == [("", True), ("local", True)]
    assert "本机: 查了" in done.stderr
    (damaged,) = (room.services.data / "archive").rglob("t01-0001.flac")
    damaged.unlink()
    told = run("reverify", room.meeting.id, "--no-repair")
    assert (told.exit_code, "t01-0001.flac" in told.stderr) == (1, True)
    assert run("status").exit_code == 1
    assert run("reverify", room.meeting.id).exit_code == 0
    assert damaged.exists()


def test_reverify_of_a_meeting_without_a_package_is_not_good(room, run):
    assert run("reverify", room.meeting.id).exit_code == 1


@pytest.fixture
def package(room):
    made = build(room.context(), room.meeting)
    return room.services.data / made.path
