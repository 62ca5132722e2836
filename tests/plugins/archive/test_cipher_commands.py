import json
import signal
from dataclasses import replace

import pytest
from roomctl_archive import enciphered
from roomctl_archive.cli import archive, cipher
from roomctl_archive.package import build
from typer.testing import CliRunner

from roomctl.api import BadInput, Damaged, NotFound, secrecy

WORDS = "河边 的 第七 把 椅子 没人坐"


@pytest.fixture
def run(room):
    def invoke(*arguments, words=WORDS):
        return CliRunner().invoke(archive.build(room.context()), list(arguments), input=f"{words}\n")

    return invoke


def at(room, mark):
    meeting = replace(room.meeting, secrecy=secrecy.parse(mark))
    room.services.held[meeting.id] = meeting
    return meeting


def test_packages_travel_in_one_file_and_open_on_another_machine(room, run, tmp_path):
    meeting = at(room, "内部")
    made = build(room.context(), meeting)
    done = run("encrypt", meeting.id, "--to", str(tmp_path), "--json")
    assert done.exit_code == 0, done.output
    (file,) = tmp_path.glob("*.rcp")
    assert file.name.startswith("内部-")
    assert meeting.title not in file.name
    assert json.loads(done.stdout)["bytes"] == file.stat().st_size
    elsewhere = CliRunner().invoke(
        archive.build(None), ["open", str(file), "--to", str(tmp_path / "back"), "--json"], input=f"{WORDS}\n"
    )
    told = json.loads(elsewhere.stdout)
    assert (told["ok"], told["mark"], told["packages"][0]["files"]) == (True, "内部", made.files)
    wrong = run("open", str(file), "--to", str(tmp_path / "no"), words="不是 这一句 不是 这一句")
    assert isinstance(wrong.exception, BadInput)
    assert not list(tmp_path.glob("no*"))


def test_a_package_that_is_damaged_is_not_carried_away(room, run, tmp_path, tampered):
    made = build(room.context(), room.meeting)
    path = room.services.data / made.path / "data" / "records" / "minutes.docx"
    tampered(path, b"x" + path.read_bytes()[1:])
    done = run("encrypt", room.meeting.id, "--to", str(tmp_path))
    assert isinstance(done.exception, Damaged)
    assert "data/records/minutes.docx" in done.exception.why
    assert not list(tmp_path.glob("*.rcp"))


@pytest.mark.usefixtures("declared")
@pytest.mark.parametrize("mark", ["秘密★3年", "机密★10年"])
def test_no_cipher_that_is_sold_protects_a_state_secret(room, run, tmp_path, mark):
    build(room.context(), room.meeting)
    at(room, mark)
    done = run("encrypt", room.meeting.id, "--to", str(tmp_path))
    assert isinstance(done.exception, secrecy.SecrecyRefused)
    assert "密码法" in done.exception.why
    assert not list(tmp_path.glob("*.rcp"))


def test_without_a_package_there_is_nothing_to_encipher(room, run, tmp_path):
    assert isinstance(run("encrypt", room.meeting.id, "--to", str(tmp_path)).exception, NotFound)


def test_another_file_is_refused_before_anybody_types_a_passphrase(run, tmp_path, monkeypatch):
    (tmp_path / "a.zip").write_bytes(b"PK")
    monkeypatch.setattr(cipher, "_passphrase", None)
    assert isinstance(run("open", str(tmp_path / "a.zip")).exception, BadInput)
    assert isinstance(run("open", str(tmp_path / "none.rcp")).exception, NotFound)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_window_that_is_closed_leaves_nothing_deciphered(room, run, tmp_path, monkeypatch, ending):
    build(room.context(), at(room, "内部"))
    assert run("encrypt", room.meeting.id, "--to", str(tmp_path / "a.rcp")).exit_code == 0
    before, seen = signal.getsignal(ending), []

    def closed(folder, **_how):
        seen.extend(folder.rglob("*"))
        signal.raise_signal(ending)

    monkeypatch.setattr(enciphered, "sync_tree", closed)
    done = run("open", str(tmp_path / "a.rcp"), "--to", str(tmp_path / "back"))
    assert (done.exit_code, bool(seen)) == (128 + ending, True)
    assert not list(tmp_path.glob("back*"))
    assert signal.getsignal(ending) == before
