"""Samples, levels, the tone, and the ring between source and writer."""

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from roomctl_audio.sound.deinterleave import deinterleave, pack_into, room
from roomctl_audio.sound.levels import SILENCE, levels
from roomctl_audio.sound.pcm import Layout, pack, unpack
from roomctl_audio.sources.ring import Loss, Ring
from roomctl_audio.sources.tone import tone

from tests.waiting import PATIENCE


@given(st.sampled_from([16, 24]), st.integers(1, 16), st.data())
def test_what_is_packed_unpacks_to_the_same_samples(bits, tracks, data):
    layout = Layout(tracks, bits, 48_000)
    raw = data.draw(st.binary(min_size=0, max_size=40 * layout.frame))
    raw = raw[: len(raw) - len(raw) % layout.frame]
    assert pack(unpack(raw, layout), bits) == raw


@given(st.sampled_from([16, 24]), st.integers(1, 16), st.integers(0, 50), st.integers(0, 255), st.booleans())
def test_raw_sound_by_track_is_the_same_sound_whatever_byte_stands_before_it(bits, tracks, frames, before, reused):
    layout = Layout(tracks, bits, 48_000)
    raw = np.random.default_rng(frames).bytes(frames * layout.frame)
    into = room(tracks, 60, layout) if reused else None
    found = deinterleave(np.frombuffer(bytes([before]) + raw, np.uint8), layout, into)
    assert np.array_equal(found, unpack(raw, layout).T)
    packed = np.empty((60, 3), np.uint8)
    for mono in found:
        assert bytes(pack_into(mono, packed)) == pack(mono, bits)


def test_every_frame_of_the_tone_carries_its_own_number():
    frames = tone(0, 1 << 17, Layout(1, 24, 48_000))[:, 0]
    assert len(np.unique(frames)) == len(frames)


def test_the_tone_goes_on_where_it_was_left():
    layout = Layout(3, 24, 48_000)
    assert np.array_equal(tone(0, 100, layout)[60:], tone(60, 40, layout))


def test_a_full_scale_square_is_0_dbfs_and_half_of_it_minus_6():
    layout = Layout(2, 16, 48_000)
    samples = np.array([[32767, 16384], [-32768, -16384]] * 100, "<i2")
    found = levels(samples.tobytes(), layout)
    assert (found[0].peak, found[0].rms) == (0.0, 0.0)
    assert (found[1].peak, found[1].rms) == (-6.0, -6.0)


def test_exact_zeros_are_told_apart_from_the_smallest_noise():
    layout = Layout(1, 24, 48_000)
    assert levels(bytes(300), layout)[0].peak == SILENCE
    assert levels(b"\x01" + bytes(299), layout)[0].peak == pytest.approx(-138.5, abs=0.1)


def test_a_ring_that_cannot_wait_says_how_much_it_lost_and_where():
    ring = Ring(10, 2, waits=False)
    ring.put(b"aabbccdd")
    ring.put(b"eeff")
    ring.put(b"gg")
    assert [tuple(c) for c in ring.take(8)] == [(b"aabbccdd", (), "", 0.0)]
    assert [tuple(c) for c in ring.take(8)] == [(b"gg", (Loss(2, "overflow"),), "", 0.0)]


def test_what_was_lost_at_the_very_end_is_told_too():
    ring = Ring(4, 2, waits=False)
    ring.put(b"aabb")
    ring.put(b"cc")
    ring.end()
    ring.take(100)
    assert ring.finished
    assert ring.lost_at_end() == (Loss(1, "overflow"),)


@given(st.lists(st.integers(1, 9), max_size=20), st.lists(st.integers(1, 12), min_size=1, max_size=5))
def test_a_ring_that_waits_gives_everything_in_order_whatever_the_sizes(puts, takes):
    ring = Ring(12, 2, waits=True)
    said = [bytes([n]) * (2 * size) for n, size in enumerate(puts)]

    def fill() -> None:
        for chunk in said:
            ring.put(chunk)
        ring.end()

    threading.Thread(target=fill, daemon=True).start()
    heard, turn = b"", 0
    while not ring.finished:
        ring.wait(PATIENCE)
        taken = ring.take(2 * takes[turn % len(takes)])
        assert all(not chunk.lost and len(chunk.data) % 2 == 0 for chunk in taken)
        heard += b"".join(chunk.data for chunk in taken)
        turn += 1
    assert heard == b"".join(said)
