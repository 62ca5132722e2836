"""A file as the capture hears it: bit for bit where it is sound, and without what is damaged."""

import io
import random

import pytest
from roomctl_audio.sources.chunks import HEAD
from roomctl_audio.sources.reader import Reader, _pump
from roomctl_audio.sources.ring import Ring
from roomctl_audio.sources.source import FileSource

from roomctl.api import Order
from tests.plugins.audio.test_importing import encode

SECONDS = 12.0


def heard(path) -> tuple[float, list[tuple[float, float]], str]:
    """Seconds that decode; the holes, where and how long; why it broke off, if it did."""
    reader, frames, holes = Reader(path, 48_000, 24), 0, []
    try:
        for lost, data in reader.pieces():
            if lost:
                holes.append((frames / 48_000, lost / 48_000))
            frames += len(data) // reader.layout.frame
    except (OSError, ValueError) as error:
        return frames / 48_000, holes, str(error)
    return frames / 48_000, holes, ""


def damage(path, how: str) -> None:
    """A tenth of the file, in its middle."""
    data = bytearray(path.read_bytes())
    first, size = len(data) // 2, len(data) // 10
    data[first : first + size] = bytes(size) if how == "zeros" else random.Random(1).randbytes(size)
    path.write_bytes(data)


FORMATS = [
    ("flac", "flac", "flac"),
    ("m4a", "aac", "ipod"),
    ("mp3", "libmp3lame", "mp3"),
    ("wav", "pcm_s16le", "wav"),
]


@pytest.mark.parametrize(("suffix", "codec", "form"), FORMATS)
def test_a_whole_file_has_no_holes(tmp_path, suffix, codec, form):
    seconds, holes, problem = heard(encode(tmp_path / f"x.{suffix}", codec, form, seconds=SECONDS))
    assert (holes, problem) == ([], "")
    assert seconds == pytest.approx(SECONDS, abs=0.1)


@pytest.mark.parametrize("how", ["zeros", "noise"])
@pytest.mark.parametrize(("suffix", "codec", "form"), FORMATS[:3])
def test_what_is_damaged_in_the_middle_is_left_out_and_its_length_is_told(tmp_path, suffix, codec, form, how):
    path = encode(tmp_path / f"x.{suffix}", codec, form, seconds=SECONDS)
    damage(path, how)
    seconds, holes, problem = heard(path)
    assert problem == ""
    assert sum(length for _, length in holes) == pytest.approx(1.2, abs=0.5)
    assert seconds + sum(length for _, length in holes) == pytest.approx(SECONDS, abs=0.3)
    assert holes[0][0] == pytest.approx(6, abs=1)


@pytest.mark.parametrize(("suffix", "codec", "form"), [FORMATS[0], FORMATS[2]])
def test_a_file_without_its_end_says_so(tmp_path, suffix, codec, form):
    path = encode(tmp_path / f"x.{suffix}", codec, form, seconds=SECONDS)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    seconds, holes, problem = heard(path)
    assert seconds == pytest.approx(6, abs=1)
    assert holes == []
    assert problem


def pumped(path, skip: int) -> list[tuple[int, int]]:
    """What a reader says that begins at that frame: of each chunk the frames lost before it, and its own."""
    reader, out = Reader(path, 48_000, 24), io.BytesIO()
    _pump(reader, skip, out)
    out.seek(0)
    chunks = []
    while head := out.read(HEAD.size):
        size, lost = HEAD.unpack(head)
        chunks.append((lost, len(out.read(size)) // reader.layout.frame))
    return chunks


def test_a_reader_that_follows_on_a_killed_one_tells_of_a_hole_once(tmp_path):
    path = encode(tmp_path / "x.flac", "flac", "flac", seconds=SECONDS)
    damage(path, "noise")
    whole = pumped(path, 0)
    holes = [n for n, (lost, _) in enumerate(whole) if lost]
    begin = sum(frames for _, frames in whole[: holes[0]])
    hole = sum(lost for lost, _ in whole)
    assert sum(lost for lost, _ in pumped(path, begin)) == hole  # nobody was told of it
    assert sum(lost for lost, _ in pumped(path, begin + 1)) == hole - whole[holes[0]][0]
    after = pumped(path, begin + 1)
    assert sum(frames for _, frames in after) == sum(frames for _, frames in whole) - begin - 1


def test_a_reader_killed_before_a_whole_frame_leaves_the_hole_to_the_next(tmp_path):
    path = encode(tmp_path / "x.wav", "pcm_s16le", "wav", seconds=1.0)
    source = FileSource(path, Order(source=f"file:{path}"))
    source.close()
    for pipe in (source._child.stdout, source._child.stderr):
        pipe.close()
    frame, ring = source.layout.frame, Ring(1 << 20, source.layout.frame, waits=True)
    source._out = io.BytesIO(HEAD.pack(2 * frame, 700) + bytes(frame - 1))
    assert (source._pour(ring), ring.take(1 << 20)) == (0, [])
    source._out = io.BytesIO(HEAD.pack(2 * frame, 700) + bytes(frame + 1))
    assert source._pour(ring) == 1
    (chunk,) = ring.take(1 << 20)
    assert (len(chunk.data), chunk.lost[0].frames) == (frame, 700)
