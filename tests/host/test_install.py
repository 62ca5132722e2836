"""Third-party plugins: each in a folder of its own, none of them at the host's cost. With the real pip."""

import os
import subprocess
import sys
from importlib.metadata import version

import pluggy
import pytest

from roomctl.errors import BadInput, MissingPart, NotFound, Refused
from roomctl.host import site
from roomctl.host.install import install, remove
from roomctl.host.manifest import SITE, Manifest, discover
from roomctl.host.status import PluginState, StatesFile, Status
from roomctl.i18n import language, use
from tests.host.conftest import status_of
from tests.host.wheels import PLUGIN, plugin, wheel

LIBRARY = "roomctltestlib"


@pytest.fixture(autouse=True)
def _clean(monkeypatch, tmp_path):
    before, path = language(), list(sys.path)
    monkeypatch.setenv("PIP_CACHE_DIR", str(tmp_path / "pip"))
    use("en")
    yield
    use(before)
    site.join(tmp_path / "nowhere")
    sys.path[:] = path
    for name in [name for name in sys.modules if name.partition(".")[0] in {"roomctl_tower", f"{LIBRARY}_code"}]:
        del sys.modules[name]


def test_a_folder_of_wheels_becomes_a_plugin_that_works(data, tmp_path):
    wheel(tmp_path / "usb", LIBRARY, "2.0")
    gate = f"""
import {LIBRARY}_code
@hookimpl
def roomctl_gate(ctx, meeting, target):
    return [Objection("", "version %d" % {LIBRARY}_code.VERSION, "wait")]
"""
    plugin(tmp_path / "usb", "tower", gate, needs=[f"{LIBRARY}>=1", "pydantic>=2", "roomctl"])
    done = install(tmp_path / "usb", data.path)
    assert (done.name, done.folder) == ("tower", data.path / "site" / "tower")
    assert [one.split()[0].replace("-", "_") for one in done.packages] == [
        "roomctl_tower",
        LIBRARY,
    ]  # no pydantic again
    assert not list(done.folder.glob("pydantic*"))
    host = data.host()
    assert status_of(host, "tower").status is Status.ENABLED
    assert [one.source for one in discover(data.path) if one.name == "tower"] == [SITE]

    remove("tower", data.path)
    assert list((data.path / "site").iterdir()) == []
    assert "tower" not in {one.name for one in discover(data.path)}


def test_its_children_find_it(data, tmp_path):
    code = """
import sys
@hookimpl
def roomctl_commands(ctx):
    work = "import roomctl_tower; print('{\\"found\\": true}', flush=True); input()"
    def told():  # outside of the hook, which has a second to answer
        child = ctx.child([sys.executable, "-c", work])
        said = [child.receive(20), child.receive(20)]
        child.stop()
        return said
    return {"tower": told}
"""
    install(plugin(tmp_path, "tower", code), data.path)
    assert data.host().commands("tower")["tower"]()[1] == {"found": True}


def test_its_children_take_the_hosts_packages_first(data, tmp_path, monkeypatch):
    """An update of the host may bring a package that the plugin brought before; both are to see the same one."""
    code = """
import sys
@hookimpl
def roomctl_commands(ctx):
    work = '''import json, pluggy, shadow, sitecustomize, sys
print(json.dumps({"pluggy": pluggy.__file__, "shadow": shadow.WHO, "more": sitecustomize.MORE}), flush=True)
input()'''
    def told():  # outside of the hook, which has a second to answer
        child = ctx.child([sys.executable, "-c", work])
        said = [child.receive(20), child.receive(20)]
        child.stop()
        return said
    return {"tower": told}
"""
    folder = install(plugin(tmp_path, "tower", code), data.path).folder
    (folder / "pluggy").mkdir()
    (folder / "pluggy" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    (folder / "shadow.py").write_text("WHO = 'plugin'")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "sitecustomize.py").write_text("MORE = 'of this machine'")
    monkeypatch.setenv("PYTHONPATH", str(theirs))
    told = data.host().commands("tower")["tower"]()[1]
    assert told == {"pluggy": pluggy.__file__, "shadow": "plugin", "more": "of this machine"}


@pytest.mark.skipif(os.name == "nt", reason="Windows keeps this in access lists")
def test_a_folder_that_others_may_change_is_refused_and_nothing_of_it_is_imported(data, tmp_path):
    folder = install(plugin(tmp_path, "tower"), data.path).folder
    file = folder / "roomctl_tower" / "plugin.toml"
    file.chmod(0o666)
    found = status_of(data.host(), "tower")
    assert found.status is Status.LOAD_ERROR
    assert str(file) in found.reason
    assert found.mend == f"chmod -R go-w {folder}"
    assert str(folder) not in sys.path
    subprocess.run(found.mend.split(), check=True)
    assert status_of(data.host(), "tower").status is Status.ENABLED
    file.chmod(0o666)
    remove("tower", data.path)


def test_the_hosts_packages_win(data, tmp_path):
    """A copy of something that the host has stays unused, wherever it came from."""
    folder = install(plugin(tmp_path, "tower"), data.path).folder
    (folder / "pluggy").mkdir()
    (folder / "pluggy" / "__init__.py").write_text("raise SystemExit('the wrong one')")
    code = (
        "import sys; from pathlib import Path; from roomctl.host.manifest import discover;"
        "discover(Path(sys.argv[1])); import pluggy, roomctl_tower; print(roomctl_tower.__file__)"
    )
    told = subprocess.run([sys.executable, "-c", code, data.path], capture_output=True, text=True, check=True).stdout
    assert told.strip() == str(folder / "roomctl_tower" / "__init__.py")


def test_a_conflict_with_the_host_names_both_and_their_versions(data, tmp_path):
    path = plugin(tmp_path, "tower", needs=["pydantic<2"])
    with pytest.raises(Refused) as refused:
        install(path, data.path)
    for word in ("roomctl-tower 1.0", "pydantic<2", f"pydantic {version('pydantic')}"):
        assert word in str(refused.value)
    assert list((data.path / "site").iterdir()) == []


def test_a_conflict_with_another_plugin_names_both(data, tmp_path):
    wheel(tmp_path / "a", LIBRARY, "2.0")
    plugin(tmp_path / "a", "first", needs=[LIBRARY])
    install(tmp_path / "a", data.path)
    wheel(tmp_path / "b", LIBRARY, "1.0")
    plugin(tmp_path / "b", "second", needs=[f"{LIBRARY}==1.0"])
    with pytest.raises(Refused) as refused:
        install(tmp_path / "b", data.path)
    assert f"{LIBRARY}==1.0" in str(refused.value)
    assert f"{LIBRARY} 2.0" in str(refused.value)


def test_what_is_missing_without_a_network_is_named(data, tmp_path):
    plugin(tmp_path, "tower", needs=["roomctlnothing"])
    with pytest.raises(MissingPart, match="roomctlnothing"):
        install(tmp_path, data.path)


def test_a_taken_name_is_refused(data, tmp_path):
    path = plugin(tmp_path, "tower")
    install(path, data.path)
    with pytest.raises(Refused, match="roomctl plugins remove tower"):
        install(path, data.path)
    with pytest.raises(Refused, match="roomctl_audio"):
        install(plugin(tmp_path, "audio"), data.path)


def test_a_module_that_the_host_has_is_refused(data, tmp_path):
    files = {"json/__init__.py": "", "json/plugin.toml": PLUGIN.format(name="tower")}
    path = wheel(tmp_path, "roomctl_tower", files=files, entry="tower = json")
    with pytest.raises(Refused, match="json"):
        install(path, data.path)


@pytest.mark.parametrize(
    ("manifest", "word"),
    [(PLUGIN.format(name="tower").replace('"1"', '"9"'), "API 9"), ("name = 7", "name"), ("", "name is missing")],
)
def test_a_manifest_that_is_no_good_leaves_nothing(data, tmp_path, manifest, word):
    with pytest.raises(Refused, match=word) as refused:
        install(plugin(tmp_path, "tower", manifest=manifest), data.path)
    assert refused.value.mend
    assert list((data.path / "site").iterdir()) == []


def test_what_is_no_plugin_is_refused_on_one_line(data, tmp_path):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "y.whl").write_text("not a zip")
    for source in (
        tmp_path / "none.whl",
        tmp_path / "x",
        tmp_path / "x" / "y.whl",
        wheel(tmp_path, LIBRARY),
        wheel(tmp_path, "two", entry="a = two_code\nb = two_code"),
    ):
        with pytest.raises(BadInput) as refused:
            install(source, data.path)
        assert "\n" not in str(refused.value)


def test_a_folder_with_two_plugins_names_them(data, tmp_path):
    one, two = plugin(tmp_path, "tower"), plugin(tmp_path, "hall")
    with pytest.raises(BadInput) as refused:
        install(tmp_path, data.path)
    assert one.name in str(refused.value)
    assert two.name in str(refused.value)


def test_installing_it_again_forgives_what_the_old_one_did(data, tmp_path):
    StatesFile(data.path / "plugins.json").save("tower", PluginState(strikes=3, reason="KeyError"))
    install(plugin(tmp_path, "tower"), data.path)
    assert status_of(data.host(), "tower").status is Status.ENABLED


def test_what_came_another_way_is_not_removed_and_the_way_is_named(data):
    data.drop("dropped")
    with pytest.raises(Refused, match="disable audio"):
        remove("audio", data.path)
    with pytest.raises(Refused, match="dropped"):
        remove("dropped", data.path)
    for name in ("nothing", "..", "", "../plugins/dropped"):
        with pytest.raises(NotFound):
            remove(name, data.path)
    assert (data.path / "plugins" / "dropped" / "plugin.toml").is_file()


def test_plugins_of_another_data_folder_are_not_seen(data, tmp_path):
    install(plugin(tmp_path, "tower"), data.path)
    assert "tower" in {one.name for one in discover(data.path) if isinstance(one, Manifest)}
    assert "tower" not in {one.name for one in discover(tmp_path / "other")}
