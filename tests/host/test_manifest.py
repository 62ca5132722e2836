"""What is found, and what is said of a plugin that cannot even be read."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.host.manifest import BUILTIN, BadManifest, Manifest, _parse, _Wrong, discover
from roomctl.host.status import Status
from tests.host.conftest import DataFolder, status_of

FULL = """
name = "hello"
title = { zh = "示例", en = "Example" }
api = "1"
requires = ["system:libportaudio2", "python:aiomqtt>=2", "model:faster-whisper-base"]
commands = [{ name = "hello", help = { zh = "打招呼", en = "say hello" } }]
folder = "greetings"
"""


def only(data: DataFolder) -> Manifest | BadManifest:
    (found,) = (one for one in discover(data.path) if one.path.is_relative_to(data.path))
    return found


def test_a_manifest_is_read_without_importing_the_plugin(data: DataFolder) -> None:
    data.drop("hello", "raise AssertionError", FULL.partition('api = "1"')[2])
    found = only(data)
    assert isinstance(found, Manifest)
    assert found.commands[0].name == "hello"
    assert found.commands[0].help.en == "say hello"
    assert found.folder == "greetings"
    assert found.module == "roomctl_dropin.hello"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name = ", "plugin.toml"),
        ('title = { zh = "a", en = "b" }\napi = "1"\n', "name"),
        ('name = "hello"\napi = "1"\n', "title"),
        ('name = "hello"\ntitle = "Hello"\napi = "1"\n', "title"),
        ('name = "hello"\ntitle = { zh = "a", en = "b" }\n', "api"),
        (FULL.replace('api = "1"', 'api = "2"'), "2"),
        (FULL.replace('"hello"', '"../hello"', 1), "../hello"),
        (FULL.replace("greetings", "../audio"), "folder"),
        (FULL.replace("system:", "apt:"), "apt:libportaudio2"),
        (FULL + "colour = 1\n", "colour"),
        (FULL.replace('"hello", help', '"Hello World", help'), "Hello World"),
        (FULL + 'events = "greeted"\n', "events"),
        (FULL + 'events = { greeted = "Hello" }\n', "events.greeted"),
        (FULL + 'events = { "a b" = { zh = "问好", en = "greeted" } }\n', "a b"),
    ],
)
def test_a_bad_manifest_is_a_load_error_with_file_and_key(data: DataFolder, text: str, word: str) -> None:
    data.drop("hello").joinpath("plugin.toml").write_text(text, encoding="utf-8")
    data.drop("good")
    host = data.host()
    found = status_of(host, "hello")
    assert found.status is Status.LOAD_ERROR
    assert "plugin.toml" in found.reason
    assert word in found.reason
    assert found.mend
    assert "\n" not in found.reason
    assert status_of(host, "good").status is Status.ENABLED


def test_bytes_that_are_no_text_are_a_bad_manifest(data: DataFolder) -> None:
    data.drop("hello").joinpath("plugin.toml").write_bytes(b"\xff\xfe\x00")
    assert isinstance(only(data), BadManifest)


def test_the_second_plugin_of_a_name_is_told_who_has_it(data: DataFolder) -> None:
    first = data.drop("aa")
    data.drop("bb").joinpath("plugin.toml").write_text(first.joinpath("plugin.toml").read_text())
    rows = data.host().status()
    assert [one.status for one in rows] == [Status.ENABLED, Status.LOAD_ERROR]
    assert str(first) in rows[1].reason


def test_a_drop_in_cannot_take_the_name_of_a_built_in_plugin(data: DataFolder) -> None:
    data.drop("audio")
    taken = [one for one in discover(data.path) if one.name == "audio"]
    assert [type(one) for one in taken].count(BadManifest) >= 1
    assert isinstance(taken[-1], BadManifest)


@pytest.mark.skipif(sys.platform == "win32", reason="access lists, not mode bits")
@pytest.mark.parametrize("which", [".", "__init__.py"])
def test_a_folder_that_others_may_write_to_is_refused(data: DataFolder, which: str) -> None:
    folder = data.drop("hello")
    folder.joinpath(which).chmod(0o777)
    found = status_of(data.host(), "hello")
    assert found.status is Status.LOAD_ERROR
    assert f"chmod -R go-w {folder}" in found.mend


def test_safe_mode_finds_built_in_plugins_only(data: DataFolder) -> None:
    data.drop("hello")
    found = discover(data.path, safe=True)
    assert all(isinstance(one, Manifest) and one.source == BUILTIN for one in found)


def test_discovery_imports_nothing_heavy_and_no_plugin(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from roomctl.host.manifest import discover;"
        "discover(Path(sys.argv[1]));"
        "print([m for m in ('pydantic', 'pluggy', 'sqlalchemy', 'numpy', 'psutil', 'typer', 'cryptography',"
        " 'roomctl_audio', 'roomctl.api') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["hello", "1", "system:x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["zh", "en", "name", "help"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["name", "title", "api", "requires", "commands", "folder", "events"], ANY)
    )
)
def test_whatever_a_manifest_holds_it_is_read_or_refused(raw) -> None:
    with suppress(_Wrong):
        assert _parse(raw, Path("x"), "", "dropin", "", "").name == raw["name"]
