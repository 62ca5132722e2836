# ruff: noqa: S105, S106 - secrets of a test
"""devices.toml as people write it, and write it wrong; secrets apart from it."""

import contextlib
import os
import stat
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_av_check.drivers import offers

from roomctl import toml_text
from roomctl.domain.devices import NO_SECRET, Device, Emission, Secret
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import use
from roomctl.services import device_checks
from roomctl.storage.inventory import InventoryFile, as_entry, as_text, parse, read_devices, templates


@pytest.fixture
def inventory(tmp_path):
    use("zh")
    return InventoryFile(tmp_path)


def device(name="left", **more):
    return Device(**{"id": name, "kind": "pjlink", "title": ("左投影", ""), "address": "10.0.0.2", **more})


def test_none_is_an_empty_inventory(inventory):
    assert list(inventory.devices()) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[devices]]\nid = "a"\n', ["第 1 行", "kind"]),
        ('[[devices]]\nid = "a"\nkind = "x"\n[[devices]]\nid = "b"\nkind = "y"\nprot = 3\n', ["第 7 行", "prot"]),
        ('[[devices]]\nid = "a"\nkind = "x"\nport = "no"\n', ["第 4 行", "port", "整数"]),
        ('[[devices]]\nid = "a"\nkind = "x"\nport = 99999\n', ["第 4 行", "65535"]),
        ('[[devices]]\nid = "a"\nkind = "x"\nemission = "radio"\n', ["第 4 行", "casting"]),
        ('[[devices]]\nid = "a"\nkind = "x"\ndepends_on = ["b"]\n', ["第 4 行", "depends_on", "b"]),
        ('[[devices]]\nid = "a"\nkind = "x"\n[[devices]]\nid = "a"\nkind = "x"\n', ["第 5 行", "两次"]),
        ('[[devices]]\nid = "A B"\nkind = "x"\n', ["第 2 行", "id"]),
        ("devices = 3\n", ["devices"]),
        ('[[devices]]\nid = "a\n', ["第 2 行"]),
        ('[[devices]]\nid = "a"\nkind = "x"\ntitle = 3\n', ["第 4 行", "title"]),
    ],
)
def test_what_is_written_wrong_names_file_line_and_key(inventory, text, told):
    inventory.path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        inventory.devices()
    assert "devices.toml" in str(error.value)
    for word in told:
        assert word in str(error.value)


def test_a_circle_of_dependencies_is_found(inventory):
    with pytest.raises(BadInput, match="绕回"):
        inventory.put([device(one, depends_on=(on,)) for one, on in ("ab", "bc", "ca")])
    assert not inventory.path.exists(), "nothing is written that could not be read"


def test_a_change_keeps_comments_and_order(inventory):
    written = '# 三楼\n[[devices]]\nid = "a"   # 左\nkind = "host"\n\n[[devices]]\nid = "b"\nkind = "host"\n'
    inventory.path.write_text(written, encoding="utf-8")
    inventory.put([device("b", model="Epson"), device("c")])
    text = inventory.path.read_text(encoding="utf-8")
    assert text.startswith("# 三楼")
    assert "# 左" in text
    assert [one.id for one in inventory.devices()] == ["a", "b", "c"]
    inventory.remove("b")
    assert [one.id for one in inventory.devices()] == ["a", "c"]
    with pytest.raises(NotFound):
        inventory.remove("b")


names = st.from_regex(r"[a-z0-9][a-z0-9_.-]{0,20}", fullmatch=True)
words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)


@given(
    st.builds(
        Device,
        id=names,
        kind=st.just("host"),
        title=st.tuples(words, words),
        group=words,
        address=words,
        port=st.none() | st.integers(1, 65535),
        model=words,
        warm_up=st.floats(0, 3600, allow_nan=False),
        emission=st.sampled_from(Emission),
        options=st.dictionaries(names, st.integers() | st.booleans() | words, max_size=3),
    )
)
def test_what_is_written_is_what_is_read(tmp_path_factory, one):
    path = tmp_path_factory.mktemp("x") / "devices.toml"
    path.write_text(as_text([one]), encoding="utf-8")
    (read,) = read_devices(path)
    assert as_entry(read) == as_entry(one)


@given(st.recursive(st.none() | st.integers() | words, lambda inner: st.lists(inner) | st.dictionaries(words, inner)))
def test_any_rubbish_is_bad_input(tmp_path_factory, told):
    path = tmp_path_factory.getbasetemp() / "devices.toml"
    for entries in (told, [told]):
        with contextlib.suppress(BadInput):
            parse(entries, path)


def test_templates_fit_the_drivers():
    known = {offer.kind: offer for offer in offers(Path)}
    assert set(templates()) == {"small-room", "council-hall", "video-conference"}
    for template in templates().values():
        for one in template.devices:
            assert all(one.title)
            device_checks.options_of(one, known, str)


# --- secrets


def test_a_secret_is_its_owners_alone_and_named_by_the_inventory(inventory, tmp_path):
    inventory.put([device(secret="hall"), device("right"), device("third", secret="none")])
    inventory.keep_secret("hall", Secret("admin", "geheim"))
    left, right, third = inventory.devices()
    assert inventory.secret(left) == Secret("admin", "geheim")
    assert inventory.secret(right) is NO_SECRET
    assert "geheim" not in repr(inventory.secret(left))
    with pytest.raises(BadInput, match="none"):
        inventory.secret(third)
    assert "geheim" not in inventory.path.read_text(encoding="utf-8")
    file = tmp_path / "secrets.toml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = inventory.stamp()
    inventory.keep_secret("other", Secret(password="x"))
    assert inventory.stamp() != before


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_a_file_that_others_may_read_is_refused(inventory, tmp_path):
    inventory.keep_secret("hall", Secret(password="x"))
    (tmp_path / "secrets.toml").chmod(0o644)
    with pytest.raises(BadInput, match="chmod 600"):
        inventory.secret(device(secret="hall"))


def test_the_environment_has_the_first_word(inventory, monkeypatch):
    monkeypatch.setenv("ROOMCTL_SECRET_HALL_LEFT_PASSWORD", "from outside")
    assert inventory.secret(device(secret="hall-left")).password == "from outside"


# --- the virtual room


def test_a_virtual_room_stands_in_while_its_process_lives(inventory, tmp_path):
    inventory.put([device(), device("right")])
    virtual = device(address="127.0.0.1", port=4352, secret="pjlink")
    inventory.keep_virtual([virtual], {"pjlink": Secret(password="x")})
    assert {one.id: one.address for one in inventory.devices()} == {"right": "10.0.0.2", "left": "127.0.0.1"}
    assert inventory.secret(virtual).password == "x"
    file = tmp_path / "emulated.toml"
    file.write_text(file.read_text(encoding="utf-8").replace(str(os.getpid()), "4194303"), encoding="utf-8")
    assert {one.address for one in inventory.devices()} == {"10.0.0.2"}, "left over by a crash, it is nothing"
    inventory.end_virtual()
    assert len(inventory.own()) == 2


def test_a_line_is_found_by_table_and_key():
    text = '[[a]]\nx = 1\n[[b]]\n[[a]]\n"y" = 2\n'
    assert [toml_text.line_of(text, "a", 0, "x"), toml_text.line_of(text, "a", 1, "y")] == [2, 5]
    assert toml_text.line_of(text, "a", 1, "none") == 4


def test_the_last_one_is_removed_and_another_is_put(tmp_path):
    inventory = InventoryFile(tmp_path)
    for _ in range(2):
        inventory.put([Device(id="a", kind="host", title=("甲", ""))])
        inventory.remove("a")
        assert inventory.devices() == ()
    inventory.path.write_text("# 我的\ndevices = []\n", encoding="utf-8")
    inventory.put([Device(id="b", kind="host", title=("乙", ""))])
    assert [one.id for one in inventory.devices()] == ["b"]
    assert "# 我的" in inventory.path.read_text(encoding="utf-8")
