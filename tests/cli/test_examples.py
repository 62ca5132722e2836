"""The plugins of docs/examples, as somebody outside of this tree builds, installs and uses them."""

import json
import os
import re
import subprocess
import sys
import tomllib
import venv
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.host.wheels import wheel

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "docs" / "examples"
DRIVER, TARGET, ENGINE = "samsung-mdc", "webdav", "pocketsphinx"


def module(name):
    return f"roomctl_{name.replace('-', '_')}"


def described(name):
    return tomllib.loads((EXAMPLES / name / "pyproject.toml").read_text(encoding="utf-8"))


def packed(folder, name):
    """Its wheel, without the build backend that a machine with a network fetches."""
    project = described(name)["project"]
    package = EXAMPLES / name / module(name)
    files = {
        f"{package.name}/{path.name}": path.read_text(encoding="utf-8")
        for path in package.iterdir()
        if path.suffix in {".py", ".toml"}
    }
    (entry,) = project["entry-points"]["roomctl.plugins"].items()
    more = {"needs": project["dependencies"], "files": files, "entry": " = ".join(entry)}
    return wheel(folder, package.name, project["version"], **more)


def test_there_is_an_example_of_each_kind():
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} == {DRIVER, TARGET, ENGINE}


@pytest.mark.parametrize("name", [DRIVER, TARGET, ENGINE])
def test_an_example_imports_the_api_alone_and_says_what_it_needs(name):
    needs = {re.match(r"[\w-]+", need)[0] for need in described(name)["project"]["dependencies"]}
    imported = set()
    for path in (EXAMPLES / name / module(name)).glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            found = re.match(r"\s*(?:from|import) ([\w.]+)", line)
            if found:
                imported.add(found[1])
                allowed = r"\.(api|testing\.emulators)\b" if path.name == "emulator.py" else r"\.api\b"
                assert not re.match(rf"roomctl\b(?!{allowed})", found[1]), f"{path.name}: {line}"
    outside = {one.partition(".")[0] for one in imported} - sys.stdlib_module_names
    assert outside - {module(name)} == needs
    for word in ("plugins install", "-m pytest"):
        assert word in (EXAMPLES / name / "README.md").read_text(encoding="utf-8")


@contextmanager
def emulated(shell, kind):
    """The virtual device of an installed driver; gives where it listens."""
    words = shell.argv("emulate", kind, "--json")
    process = subprocess.Popen(
        words,
        env=shell.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        told = process.stdout.readline()
        assert told, process.stderr.read()
        (device,) = json.loads(told)["devices"]
        yield device
    finally:
        process.kill()
        process.communicate()


def test_the_driver_is_installed_reads_its_device_and_commands_it(shell):
    installed = shell("plugins", "install", packed(shell.folder, DRIVER), PIP_NO_INDEX="1")
    assert installed.returncode == 0, installed.stderr
    with emulated(shell, "samsung_mdc") as display:
        where = ("--address", display["address"], "--port", display["port"], "--option", "input=hdmi1")
        assert shell("devices", "add", "wall", "--kind", "samsung_mdc", *where).returncode == 0
        done = shell("devices", "do", "wall", "input", "hdmi2", "--yes")
        assert done.returncode == 0, done.stderr
        rows = json.loads(shell("check", "--json").stdout)["results"]
    wall = {row["check"]: row for row in rows if row["device"] == "wall"}
    assert wall["input"]["value"] == "hdmi2"
    assert {name: wall[name]["state"] for name in ("power", "input", "fan_error")} == {
        "power": "OK",
        "input": "WARN",
        "fan_error": "OK",
    }
    lacking = shell("emulate", "dimmer")
    assert (lacking.returncode, "samsung_mdc" in lacking.stderr) == (2, True)


# --- all three, in an environment of their own ---------------------------------------------------------------------


TARGETS = """
[plugins.archive.targets.nas]
kind = "webdav"
url = "{url}"
insecure = true
secret = "dav"
"""


class Stranger:
    """Somebody with roomctl installed from its wheel, without this checkout on the path."""

    def __init__(self, folder):
        self.folder = folder
        venv.create(folder / "venv", with_pip=True)
        self.pip("install", f"{ROOT}[archive,audio,devices,speech]", "pytest")

    def run(self, *argv, cwd=None, **env):
        kept = {key: value for key, value in os.environ.items() if not re.match("PYTEST|PYTHON|ROOMCTL|COV", key)}
        return subprocess.run(
            [self.folder / "venv" / "bin" / "python", *map(str, argv)],
            cwd=cwd or self.folder,
            env={**kept, "HOME": str(self.folder), "ROOMCTL_LANG": "en", "ROOMCTL_MODELS": str(self.folder)} | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=1200,
        )

    def pip(self, *words):
        done = self.run("-m", "pip", "-q", *words)
        assert done.returncode == 0, done.stderr[-2000:]

    def roomctl(self, data, *words):
        done = self.run("-m", "roomctl", *words, ROOMCTL_DATA=str(data))
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    def plugins(self, data):
        rows = json.loads(self.roomctl(data, "plugins", "list", "--json"))["plugins"]
        return {row["name"]: row["status"] for row in rows}


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Stranger(tmp_path_factory.mktemp("stranger"))


@pytest.fixture(scope="module")
def wheels(stranger):
    made = stranger.folder / "wheels"
    stranger.pip("wheel", "--no-deps", "-w", made, *(EXAMPLES / name for name in (DRIVER, TARGET, ENGINE)))
    return sorted(made.glob("*.whl"))


@contextmanager
def started(stranger, *argv, cwd):
    """A program that says on its first line where it listens; it ends with the block."""
    line = [stranger.folder / "venv" / "bin" / "python", *argv]
    process = subprocess.Popen(line, cwd=cwd, stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": "."})
    try:
        yield process.stdout.readline().split(",")[0].strip()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("socket_enabled")
class TestAsAStranger:
    def test_each_wheel_goes_into_a_fresh_data_folder_and_out_again(self, stranger, wheels, tmp_path):
        for path in wheels:
            stranger.roomctl(tmp_path, "plugins", "install", path)
        names = {"samsung_mdc", "webdav", "pocketsphinx"}
        assert stranger.plugins(tmp_path).items() >= dict.fromkeys(names, "enabled").items()
        for name in names:
            stranger.roomctl(tmp_path, "plugins", "remove", name)
        assert not names & stranger.plugins(tmp_path).keys()

    @pytest.mark.parametrize("name", [DRIVER, TARGET, ENGINE])
    def test_installed_by_pip_its_own_tests_pass(self, stranger, name, tmp_path):
        stranger.pip("install", f"{EXAMPLES / name}[test]")
        assert stranger.plugins(tmp_path)[name.replace("-", "_")] == "enabled"
        words = ("-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider")
        done = stranger.run(*words, cwd=EXAMPLES / name, PYTHONDONTWRITEBYTECODE="1")
        assert done.returncode == 0, done.stdout[-3000:]

    @pytest.mark.needs("espeak-ng")
    def test_the_engine_transcribes_a_file(self, stranger, tmp_path):
        stranger.pip("install", EXAMPLES / ENGINE)
        said = ["espeak-ng", "-v", "en-us", "-s", "140", "-w", tmp_path / "said.wav", "stop recording"]
        subprocess.run(said, check=True)
        (tmp_path / "roomctl.toml").write_text('[plugins.pocketsphinx]\nphrases = ["stop recording", "next item"]\n')
        heard = json.loads(
            stranger.roomctl(tmp_path, "transcribe", tmp_path / "said.wav", "--engine", ENGINE, "--json")
        )
        assert (heard["engine"], heard["model"]) == ("pocketsphinx", "en-us")
        assert [one["raw"] for one in heard["segments"]] == ["stop recording"]

    def test_a_meetings_package_is_deposited_at_the_target(self, stranger, tmp_path):
        stranger.pip("install", f"{EXAMPLES / TARGET}[test]")
        disk, data = tmp_path / "disk", tmp_path / "data"
        for folder in (disk, data):
            folder.mkdir()
        (data / "secrets.toml").write_text('[dav]\nuser = "roomctl"\npassword = "open sesame"\n')
        (data / "secrets.toml").chmod(0o600)

        def meetings(*words):
            return json.loads(stranger.roomctl(data, "meetings", *words, "--json"))

        with started(stranger, EXAMPLES / TARGET / "tests" / "server.py", disk, cwd=tmp_path) as url:
            (data / "roomctl.toml").write_text(TARGETS.format(url=url))
            meeting = meetings("new", "--title", "专题会", "--no-record")["id"]
            for step in ("approve", "open", "start", "adjourn", "clear"):
                meetings(step, meeting)
            stranger.roomctl(data, "meetings", "waive-transcript", meeting, "--by", "张建国", "--reason", "没有录音")
            assert meetings("close", meeting)["state"] == "deposited"
        (package,) = (path.parent for path in disk.glob("*/*/bagit.txt"))
        verdict = json.loads(stranger.roomctl(data, "archive", "verify", package, "--json"))
        assert verdict["ok"]
        assert verdict["files"] > 0
