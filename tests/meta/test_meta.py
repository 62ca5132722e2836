"""Rules of the tree that nobody should have to remember."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from roomctl import hookspecs

ROOT = Path(__file__).parents[2]

HOOKS = sorted(name for name in vars(hookspecs) if name.startswith("roomctl_"))
PLUGINS = sorted(path for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file())
SOURCES = [
    path
    for top in ("roomctl", "plugins", "models/roomctl_models")
    for path in (ROOT / top).rglob("*.py")
    if "store" not in path.relative_to(ROOT).parts[1:2]
]
HEAVY = {
    "numpy", "av", "soundfile", "sounddevice", "soxr", "vosk", "faster_whisper", "ctranslate2", "opencc", "pypinyin",
    "miniaudio", "sqlalchemy", "alembic", "fastapi", "uvicorn", "docx", "openpyxl", "pluggy", "cryptography",
    "pydantic_settings",
}  # fmt: skip


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_its_page(hook):
    assert f"## {hook}(" in (ROOT / "docs/hooks.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_implemented_by_a_plugin_or_tried_by_a_test(hook):
    places = [*(p / "__init__.py" for p in PLUGINS), *(ROOT / "tests/host").rglob("*.py")]
    assert any(f"def {hook}(" in path.read_text(encoding="utf-8") for path in places)


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_every_plugin_says_what_it_is(plugin):
    manifest = tomllib.loads((plugin / "plugin.toml").read_text(encoding="utf-8"))
    assert manifest["title"].keys() == {"zh", "en"}
    assert (plugin / "README.md").read_text(encoding="utf-8").startswith("# ")
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["entry-points"]
    assert declared["roomctl.plugins"][manifest["name"]] == plugin.name


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_text_stands_in_both_languages(path):
    for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "tr":
            if any(isinstance(argument, ast.Starred) for argument in call.args):
                continue
            assert len(call.args) == 2, f"{path}:{call.lineno}"
            assert not any(isinstance(a, ast.Constant) and a.value == "" for a in call.args), f"{path}:{call.lineno}"


def test_help_loads_no_command_no_plugin_and_no_heavy_library():
    code = (
        "import sys\n"
        "sys.argv = ['roomctl', '--help']\n"
        "from roomctl.cli.main import main\n"
        "try: main()\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print('LOADED', *sorted(sys.modules))\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "demo" in told
    loaded = {name.partition(".")[0] for name in told.partition("LOADED")[2].split()}
    assert not loaded & (HEAVY | {plugin.name for plugin in PLUGINS} | {"roomctl_models"})


def test_a_child_of_a_recording_loads_only_the_names_that_it_needs():
    children = ("capture.__main__", "sources.reader", "sources.mic", "watch.watcher", "sealing.finisher")
    code = f"import sys, {', '.join(f'roomctl_audio.{one}' for one in children)}; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    assert "roomctl.api" in told.split()
    assert not {"roomctl.api.names", "roomctl.services", "pydantic", "sqlalchemy"} & set(told.split())


def test_a_capture_loads_no_heavy_library():
    code = "import sys, roomctl_audio.capture.process, roomctl_audio.sources.microphone; print(*sys.modules)"
    told = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = {name.partition(".")[0] for name in told.split()}
    assert loaded & HEAVY <= {"pluggy"}  # of `roomctl.api`


def test_both_readmes_give_the_same_two_commands():
    english, chinese = (
        re.findall(r"^```sh\n(.*?)^```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)[:2]
        for name in ("README.md", "README.zh-CN.md")
    )
    without_clone = [[block.partition("python3")[2] for block in blocks] for blocks in (english, chinese)]
    assert without_clone[0] == without_clone[1]


def test_nothing_is_left_open():
    for path in SOURCES:
        assert not re.search(r"\b(TODO|FIXME|NotImplementedError)\b", path.read_text(encoding="utf-8")), path


def test_files_are_about_one_thing():
    long = [(path.name, lines) for path in SOURCES if (lines := len(path.read_text("utf-8").splitlines())) > 450]
    assert not long


def test_paths_of_no_machine_stand_in_the_tree():
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    for name in tracked.decode().split("\0"):
        path = ROOT / name
        if path.suffix in {".py", ".md", ".toml", ".yaml", ".cfg", ""} and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
            assert not re.search(r"(?<![\w.])/(?:home|root|Users)/\w", text), Path(name)
