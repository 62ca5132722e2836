import errno
import io
import os
import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from roomctl_archive import bag
from roomctl_archive.verify import verify

from roomctl.api import BadInput, Damaged, PackageFile, Refused, RoomctlError


def write(tmp_path, files, **more):
    return bag.write(tmp_path / "home" / "package", files, info={"External-Identifier": "m1"}, tags={}, **more)


def test_the_reference_library_validates_it(package):
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(package)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_sha256sum_agrees_with_the_manifest(package):
    tool = shutil.which("sha256sum")
    if tool is None:
        pytest.skip("no sha256sum here")
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        done = subprocess.run(
            [tool, "--strict", "-c", manifest], cwd=package, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_written_verifies(package):
    verdict = verify(package)
    assert verdict.ok, verdict.problems
    assert verdict.files == 5


def test_sealed_masters_are_linked_and_the_rest_is_copied(tmp_path, files):
    folder = write(tmp_path, files).folder
    linked = {file.path: (folder / "data" / file.path).samefile(file.source) for file in files}
    assert [path for path, same in linked.items() if same] == ["audio/r1/t01-0001.flac", "audio/r1/t01-0002.flac"]


def test_a_sealed_file_that_somebody_may_still_write_is_copied(tmp_path, files):
    files[0].source.chmod(0o644)
    folder = write(tmp_path, files).folder
    assert not (folder / "data" / files[0].path).samefile(files[0].source)
    assert verify(folder).ok


def test_everything_in_it_is_read_only(package):
    assert not [path for path in package.rglob("*") if path.is_file() and path.stat().st_mode & 0o222]


def test_bag_info_counts_the_payload(package, files):
    size = sum(file.source.stat().st_size for file in files)
    assert f"Payload-Oxum: {size}.5\n" in (package / "bag-info.txt").read_text(encoding="utf-8")


def test_the_same_files_give_the_same_manifests(tmp_path, files):
    first = bag.write(tmp_path / "a", files, info={}, tags={})
    second = bag.write(tmp_path / "b", reversed(files), info={}, tags={})
    assert first.manifest_sha256 == second.manifest_sha256


def test_a_title_with_line_ends_stays_one_label(tmp_path, files):
    folder = bag.write(tmp_path / "p", files, info={"Internal-Sender-Description": "一\n二: 三"}, tags={}).folder
    assert "Internal-Sender-Description: 一 二: 三\n" in (folder / "bag-info.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["老旧小区 改造·㛃𠮷.docx", "e\u0301.txt", "a b'\"&.txt"])
def test_unicode_names_hold_and_the_reference_library_agrees(tmp_path, files, name):
    folder = write(tmp_path, [*files, PackageFile(f"plan/{name}", files[3].source)]).folder
    assert verify(folder).ok
    done = subprocess.run(
        [sys.executable, "-m", "bagit", "--validate", str(folder)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_line_ends_and_percent_signs_in_names_hold(tmp_path, files):
    folder = write(tmp_path, [PackageFile("plan/50%\n.txt", files[3].source)]).folder
    assert b"  data/plan/50%25%0A.txt\n" in (folder / "manifest-sha256.txt").read_bytes()
    assert verify(folder).ok


@pytest.mark.parametrize("path", ["../escape.txt", "/etc/x", "a/../../b"])
def test_a_path_that_leads_out_is_refused(tmp_path, files, path):
    with pytest.raises(BadInput):
        write(tmp_path, [PackageFile(path, files[0].source)])
    assert not (tmp_path / "home").exists()


def test_two_files_of_one_name_are_refused(tmp_path, files):
    with pytest.raises(BadInput, match=r"A\.txt"):
        write(tmp_path, [PackageFile("a.txt", files[0].source), PackageFile("A.txt", files[1].source)])


def test_nothing_to_archive_is_refused(tmp_path):
    with pytest.raises(Refused):
        write(tmp_path, [])


def test_a_sealed_file_behind_a_symbolic_link_is_copied(tmp_path, files):
    link = tmp_path / "link.flac"
    link.symlink_to(files[0].source)
    folder = write(tmp_path, [replace(files[0], source=link)]).folder
    assert not (folder / "data" / files[0].path).is_symlink()
    assert verify(folder).ok


def test_a_pipe_is_no_file_and_nobody_waits_for_it(tmp_path, files):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Damaged, match="pipe"):
        write(tmp_path, [*files, PackageFile("pipe", tmp_path / "pipe")])


BUILD = """
import os
import sys
from pathlib import Path
from roomctl.api import PackageFile
from roomctl_archive import bag
folder, *sources = map(Path, sys.argv[1:])
files = [PackageFile(source.name, source) for source in sources]
bag.write(folder, files, info={}, tags={}, tick=lambda _: os.write(1, b"under way\\n") and sys.stdin.read())
"""


def test_a_build_that_is_killed_leaves_nothing_under_its_name(tmp_path, files):
    folder = tmp_path / "home" / "package"
    argv = [sys.executable, "-c", BUILD, str(folder), *(str(file.source) for file in files)]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline() == b"under way\n"
        child.kill()
    assert [path.name for path in left(tmp_path)] == ["package.partial"]
    bag.discard_partials(folder.parent)
    assert verify(write(tmp_path, files).folder).ok


def left(tmp_path):
    return list((tmp_path / "home").iterdir())


@pytest.mark.parametrize("which", [0, 3])
def test_a_source_that_is_gone_is_named_and_leaves_nothing(tmp_path, files, which):
    files[which].source.unlink()
    with pytest.raises(Damaged, match=files[which].source.name):
        write(tmp_path, files)
    assert left(tmp_path) == []


@pytest.mark.parametrize("mode", [0o444, 0o644])
def test_a_master_that_changed_since_it_was_sealed_is_named_and_leaves_nothing(tmp_path, files, tampered, mode):
    source = files[1].source
    tampered(source, source.read_bytes()[:-1] + b"x")
    source.chmod(mode)
    with pytest.raises(Damaged, match=r"t01-0002\.flac"):
        write(tmp_path, files)
    assert left(tmp_path) == []


class FullDisk(io.FileIO):
    """A file on a disk that is full after some bytes."""

    room = 20_000

    def write(self, data):
        FullDisk.room -= len(data)
        if FullDisk.room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(data)


def test_a_full_disk_is_told_in_one_line_and_leaves_nothing(tmp_path, files):
    big = tmp_path / "big.bin"
    big.write_bytes(bytes(50_000))
    with pytest.raises(RoomctlError, match=r"磁盘|disk") as told:
        write(tmp_path, [*files, PackageFile("big.bin", big)], create=lambda path: FullDisk(path, "xb"))
    assert "\n" not in str(told.value)
    assert left(tmp_path) == []


def test_what_ends_the_work_leaves_nothing(tmp_path, files):
    def enough(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, files, tick=enough)
    assert left(tmp_path) == []
    assert all(file.source.exists() for file in files)
