"""What is wrong with a signal, told from its samples: one state over all tracks, fed a tenth of a second at a time.

Every rule is stated at its detector. The samples are gone over as integers; what needs frequencies or voices works on
a copy at about 2 kHz (mains hum with its harmonics, and the body of a voice, lie below 1 kHz).
Sources: mains is 50 Hz in China and Europe, 60 Hz in America (IEC 60038); the level of speech is that of its active
parts alone, as in ITU-T P.56.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roomctl.api import AlarmKind
from roomctl_audio.sound.envelope import SILENCE, step

Bools = NDArray[np.bool_]
Floats = NDArray[np.float32]

FULL = 1 << 31
"""Full scale: samples stand at the upper end of int32, whatever their width."""


@dataclass(frozen=True, slots=True)
class Change:
    """An alarm of a track begins (`on`) or ends. Track from 0; value as `Alarm.value`."""

    kind: AlarmKind
    track: int
    on: bool
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """One block of all tracks, and what several detectors ask of it.

    Attributes:
        samples: shape (tracks, frames), int32 with the sample at the upper end.
        top, bottom: highest and lowest sample; peak: of the two the greater, 0 to 1; rms: dBFS, a square wave is 0.
        slow: shape (tracks, 200 or a few more), the block at about 2 kHz, full scale 1.

    """

    samples: NDArray[np.int32]
    top: NDArray[np.int32]
    bottom: NDArray[np.int32]
    peak: Floats
    rms: Floats
    slow: Floats


def decibels(power: Floats) -> Floats:
    """Of mean squares, full scale 1, in dBFS; nothing is `SILENCE`."""
    found: Floats = np.maximum(10 * np.log10(np.maximum(power, np.float32(1e-20))), np.float32(SILENCE))
    return found


def slow_factor(block: int) -> int:
    """Frames of a block that make one at about 2 kHz: the largest divisor that leaves 200 of them."""
    return max(each for each in range(1, block // 200 + 1) if block % each == 0)


class Slow:
    """Brings blocks to about 2 kHz. What is above, and would fold back into the lines of the mains, is 70 dB down.

    A windowed sinc (Blackman) over six low samples, 3 dB down at 700 Hz; it begins with silence.
    """

    SPAN = 6
    CUT = 0.35
    """Of the low rate."""

    def __init__(self, tracks: int, block: int) -> None:
        self._factor = slow_factor(block)
        taps = self.SPAN * self._factor
        shape = np.sinc(2 * self.CUT * (np.arange(taps) - (taps - 1) / 2) / self._factor) * np.blackman(taps)
        self._weights = (shape / shape.sum()).reshape(self.SPAN, self._factor).T.astype(np.float32)
        self._before: Floats = np.zeros((tracks, self.SPAN - 1, self.SPAN), np.float32)

    def take(self, scaled: Floats) -> Floats:
        """Args: scaled: the next block, (tracks, block). Gives its low samples, (tracks, block / factor)."""
        shares = scaled.reshape(len(scaled), -1, self._factor) @ self._weights  # of each low sample near it
        shares = np.concatenate([self._before, shares], axis=1)
        self._before = shares[:, 1 - self.SPAN :]
        length = scaled.shape[1] // self._factor
        low: Floats = np.sum([shares[:, at : at + length, at] for at in range(self.SPAN)], axis=0)
        return low


def measure(samples: NDArray[np.int32], slow: Slow) -> Block:
    """Args: samples: (tracks, frames), contiguous, the block after the one before."""
    scaled = samples.astype(np.float32)
    scaled *= np.float32(1 / FULL)
    power = np.einsum("tn,tn->t", scaled, scaled) / np.float32(samples.shape[1])
    top, bottom = samples.max(axis=1), samples.min(axis=1)
    peak = np.maximum(top.astype(np.float32), -bottom.astype(np.float32)) * np.float32(1 / FULL)
    return Block(samples, top, bottom, peak, decibels(power), slow.take(scaled))


class Latch:
    """Holds an alarm of each track.

    It is raised when `need` of the last `window` blocks have the cause, and ended after `clear` blocks in a row that
    are clear of it. A block that is neither counts for neither.
    """

    def __init__(self, tracks: int, *, need: int, window: int, clear: int) -> None:
        self.on: Bools = np.zeros(tracks, bool)
        self._need, self._clear = need, clear
        self._seen = np.zeros((window, tracks), bool)
        self._at = 0
        self._quiet = np.zeros(tracks, int)

    def step(self, cause: Bools, clear: Bools) -> tuple[Bools, Bools]:
        """Which tracks begin, and which end."""
        self._seen[self._at] = cause
        self._at = (self._at + 1) % len(self._seen)
        self._quiet = np.where(clear, self._quiet + 1, np.where(cause, 0, self._quiet))
        begin = ~self.on & (self._seen.sum(axis=0) >= self._need)
        end = self.on & (self._quiet >= self._clear)
        self.on = (self.on | begin) & ~end
        self._quiet[begin] = 0
        self._seen[:, begin | end] = False
        return begin, end


class Clipping:
    """CLIPPING: runs of three samples or more at full scale, or flat tops below it (a stage before the converter
    clips): within 0.5 % of the block's extreme for as long as 40 % of the time that it is within 10 % of it. A sine
    is there for a quarter of that time; an unclipped voice less.

    Raised by 3 such blocks within 2 s (one bump of a microphone is no reason to turn the gain), ended after 10 s
    without: loud words come in turns.
    """

    EDGE = FULL - (2 << 16)
    """Two steps of 16 bits below full scale: converters stop a little before it."""
    LOUD = 0.25
    """Below -12 dBFS nothing is taken for a flat top: there, steps of 16 bits make tops of slow waves flat."""

    def __init__(self, tracks: int) -> None:
        self.latch = Latch(tracks, need=3, window=20, clear=100)

    def feed(self, block: Block) -> Iterator[Change]:
        clipped = np.zeros(len(block.peak), bool)
        for track in np.flatnonzero(block.peak >= self.LOUD):
            clipped[track] = self._clips(block, int(track))
        yield from changes(AlarmKind.CLIPPING, self.latch.step(clipped, ~clipped), decibels(block.peak**2))

    def _clips(self, block: Block, track: int) -> bool:
        samples, top, bottom = block.samples[track], int(block.top[track]), int(block.bottom[track])
        if top >= self.EDGE and _triples(samples >= self.EDGE):
            return True
        if bottom <= -self.EDGE and _triples(samples <= -self.EDGE):
            return True
        high, low = self.LOUD * FULL, -self.LOUD * FULL
        swings = top - bottom >= max(top, -bottom)  # else it is an offset with little on it
        return swings and (
            (top >= high and _flat(_triples(samples >= 0.995 * top), _triples(samples >= 0.9 * top)))
            or (bottom <= low and _flat(_triples(samples <= 0.995 * bottom), _triples(samples <= 0.9 * bottom)))
        )


def _triples(there: Bools) -> int:
    """How often three neighbours are there."""
    return int(np.count_nonzero(there[:-2] & there[1:-1] & there[2:]))


def _flat(top: int, upper: int) -> bool:
    return top >= 6 and top >= 0.4 * upper  # noqa: PLR2004 - of the class's docstring


class Dead:
    """ZEROS and STUCK: the same value for 2 s on end. Zero: nothing is connected, or muted in the device; another
    value: the converter hangs. A microphone that hears nothing still has noise. Ended by 1 s of sound.
    """

    def __init__(self, tracks: int) -> None:
        self.zeros = Latch(tracks, need=20, window=20, clear=10)
        self.stuck = Latch(tracks, need=20, window=20, clear=10)

    def feed(self, block: Block) -> Iterator[Change]:
        flat, zero = block.top == block.bottom, block.top == 0
        yield from changes(AlarmKind.ZEROS, self.zeros.step(flat & zero, ~(flat & zero)))
        yield from changes(AlarmKind.STUCK, self.stuck.step(flat & ~zero, ~(flat & ~zero)), decibels(block.peak**2))


class Hum:
    """HUM: mains at 50 or 60 Hz and its harmonics, steady for 2.5 s, together above -55 dBFS.

    With speech at its usual -25 dBFS that is where one begins to hear it in the pauses. Each half second is looked at
    alone. A line counts where it is a peak and stands 10 dB above what lies beside it, where its phase advances
    evenly over five halves of a second, and where it never falls below a third of its mean. A voice does neither: its
    pitch wanders, and it pauses. Ended when, by laxer bounds, there has been none above -60 dBFS for 5 s: loud speech
    hides it for a while.
    """

    FIFTY, SIXTY = (50, 100, 150, 200, 250, 350), (60, 120, 180, 240, 360)
    """Hz. 300 belongs to both."""
    HALVES = 5
    BLOCKS = 5
    """To half a second, which is two Hz to a bin."""
    BESIDE = (-7, -6, -5, -4, 4, 5, 6, 7)
    """Bins whose mean is what lies beside a line; nearer ones hold the window's own skirt."""
    SLOPE = 0.05
    """A tenth of a line must be more than that much of the bins next to it, else it is the skirt of another tone."""
    LOUD, QUIET = -55.0, -60.0

    def __init__(self, tracks: int, slow: int) -> None:
        """Args: slow: samples of a block at the low rate."""
        self.latch = Latch(tracks, need=1, window=1, clear=10)
        self._block, self._length = slow, slow * self.BLOCKS
        window = np.hanning(self._length + 1)[:-1]
        window *= np.sqrt(2) / window.sum()  # a bin's square is the mean square of a sine there
        self._window = window.astype(np.float32)
        self._half = np.zeros((tracks, self._length), np.float32)
        self._filled = 0
        lines = self.FIFTY + self.SIXTY
        self._bins = np.array(lines) // 2
        self._next = self._bins[:, None] + np.array((-1, 1))
        self._beside = self._bins[:, None] + np.array(self.BESIDE)
        self._50 = np.isin(lines, self.FIFTY)
        self._lines = np.zeros((self.HALVES, tracks, len(lines)), np.complex64)
        self._floor = np.full((self.HALVES, tracks, len(lines)), 1e-12, np.float32)
        self._hz = np.zeros(tracks, np.float32)
        self._seen = 0

    def feed(self, block: Block) -> Iterator[Change]:
        self._half[:, self._filled : self._filled + self._block] = block.slow
        self._filled += self._block
        if self._filled < self._length:
            return
        self._filled = 0
        spectrum = np.fft.rfft(self._half * self._window)
        self._lines[:-1], self._floor[:-1] = self._lines[1:], self._floor[1:]
        self._lines[-1] = spectrum[:, self._bins]
        beside, next_to = np.abs(spectrum[:, self._beside]) ** 2, np.abs(spectrum[:, self._next]) ** 2
        self._floor[-1] = np.maximum(beside.mean(axis=2), self.SLOPE * next_to.max(axis=2)) + np.float32(1e-20)
        self._seen += 1
        if self._seen < self.HALVES:
            return
        loud, hz = self._level(coherence=0.8, above=10.0, least=0.33)
        still, _ = self._level(coherence=0.5, above=3.0, least=0.1)
        self._hz = np.where(loud >= self.LOUD, hz, self._hz)
        yield from changes(AlarmKind.HUM, self.latch.step(loud >= self.LOUD, still < self.QUIET), self._hz)

    def _level(self, *, coherence: float, above: float, least: float) -> tuple[Floats, Floats]:
        """Of each track the stronger family, in dBFS, and its Hz."""
        sizes = np.abs(self._lines)
        power = (sizes**2).mean(axis=0) + np.float32(1e-20)
        turned = self._lines[1:] * self._lines[:-1].conj()  # by the same angle each time, where it is one tone
        steady = np.abs(turned.sum(axis=0)) >= coherence * np.abs(turned).sum(axis=0)
        steady &= power >= above * self._floor.mean(axis=0)
        steady &= sizes.min(axis=0) >= least * sizes.mean(axis=0)
        counted = np.where(steady, power, 0)
        fifty, sixty = counted[:, self._50].sum(axis=1), counted[:, ~self._50].sum(axis=1)
        return decibels(np.maximum(fifty, sixty)), np.where(fifty >= sixty, 50, 60).astype(np.float32)


class Voices:
    """Which tracks hear speech, block by block: 9 dB above the lowest level of the last 2 s, and voiced.

    Voiced is periodic at 70 to 400 Hz, no longer ago than 0.3 s. So paper, chairs, a fan that starts and a tone that
    stays are no speech; speech dips between syllables. Levels are those of the low rate's differences, which is the
    band of a voice without the rumble below it.
    """

    ABOVE = 9.0
    BLOCKS = 20
    """With what `Silence` bridges, fewer than it needs: a tone that starts makes nobody else silent."""
    FAINT = -75.0
    VOICED = 0.5
    HANG = 3
    LOWEST, HIGHEST = 70, 400
    """Hz."""

    def __init__(self, tracks: int, slow: int) -> None:
        self.level: Floats = np.full(tracks, SILENCE, np.float32)
        self.speech: Bools = np.zeros(tracks, bool)
        self._recent = np.full((self.BLOCKS, tracks), np.inf, np.float32)
        self._since = np.full(tracks, self.HANG, int)
        self._last = np.zeros((tracks, 1), np.float32)
        rate = slow * 10
        self._lags = slice(int(rate / self.HIGHEST), int(rate / self.LOWEST) + 1)
        self._size = 1 << (2 * slow - 1).bit_length()
        self._share = (slow / (slow - np.arange(slow, dtype=np.float32)))[self._lags.start - 1 : self._lags.stop + 1]

    def feed(self, block: Block) -> None:
        slow = np.concatenate([self._last, block.slow], axis=1)
        self._last = slow[:, -1:]
        bright = slow[:, 1:] - slow[:, :-1]
        self.level = decibels((bright**2).mean(axis=1))
        self._recent[:-1] = self._recent[1:]
        self._recent[-1] = self.level
        active = (self.level > self._recent.min(axis=0) + self.ABOVE) & (self.level > self.FAINT)
        self._since = np.where(active & self._voiced(bright), 0, self._since + 1)
        self.speech = active & (self._since <= self.HANG)

    def _voiced(self, bright: Floats) -> Bools:
        """Whether the block resembles itself a pitch period later: a peak of its autocorrelation."""
        spectrum = np.fft.rfft(bright, self._size)
        alike = np.fft.irfft(spectrum.real**2 + spectrum.imag**2)
        near = alike[:, self._lags.start - 1 : self._lags.stop + 1] * self._share
        peak = (near[:, 1:-1] > near[:, :-2]) & (near[:, 1:-1] >= near[:, 2:])
        best = np.where(peak, near[:, 1:-1], 0).max(axis=1)
        return np.asarray(best > self.VOICED * np.maximum(alike[:, 0], 1e-20))


class Silence:
    """SILENCE: while others speak for 3 s, the track hears nothing but its own noise.

    A microphone that works hears the whole room: whoever speaks elsewhere makes its level rise and fall, by many dB,
    even where its own seat never says a word; so such a seat raises nothing. One that is cut off, switched off or
    unplugged from its preamplifier has steady noise, or hardly any. The rule: over the last 30 blocks in which
    another track had speech, or had it half a second before, the third highest level is less than 3.5 dB above the
    third lowest. (Steady noise stays within about 2 dB in this band; what seats hear of their neighbours' speech
    ranges over 5 dB and more.) Ended by 1 s, all in all, in which it follows the speech again, its own or another's.

    A track that fell silent and came back twice has a switch that people use: it raises nothing any more in this
    recording.
    """

    BLOCKS = 30
    FOLLOWS = 3.5
    BRIDGE = 5
    SWITCHED = 2

    def __init__(self, tracks: int) -> None:
        self._since = np.full(tracks, self.BRIDGE + 1)
        self.latch = Latch(tracks, need=1, window=1, clear=10)
        self._heard = np.full((self.BLOCKS, tracks), np.nan, np.float32)
        self._ended = np.zeros(tracks, int)

    def feed(self, voices: Voices, dead: Bools) -> Iterator[Change]:
        """Args: dead: tracks that say the same value all the time, which is told in another way."""
        self._since = np.where(voices.speech, 0, self._since + 1)
        recent = self._since <= self.BRIDGE
        speaking = recent.sum() - recent > 0
        for track in np.flatnonzero(speaking):
            self._heard[:-1, track] = self._heard[1:, track]
            self._heard[-1, track] = voices.level[track]
        ordered = np.sort(self._heard, axis=0)  # what is not there yet (nan) comes last
        follows = (ordered[-3] - ordered[2] >= self.FOLLOWS) | voices.speech
        known = speaking & ~np.isnan(self._heard[0]) & ~dead
        cause = known & ~follows & (self._ended < self.SWITCHED)
        begin, end = self.latch.step(cause, (speaking & follows & ~dead) | voices.speech)
        self._ended += end
        yield from changes(AlarmKind.SILENCE, (begin, end), voices.level)


class Loudness:
    """LOW and HIGH: the level of a track's own speech over the last 3 s of it: below -42 dBFS, or above -14.

    The usual level of speech is -26 dBov (ITU-T P.56); 16 dB less than that drowns in the noise of the room when it
    is turned up. The peaks of speech are 12 to 14 dB above its level: at -14 they clip. Ended 3 dB away from where it
    began. Speech is a track's own while, over about half a second, no other track hears it more than 3 dB louder;
    what a seat hears of its neighbours is no reason to turn its gain. While a track that has had speech is lost,
    nothing is called low: who sits there is heard by others' microphones alone.
    """

    BLOCKS = 30
    LOW, HIGH, BACK = -42.0, -14.0, 3.0
    OWN = 3.0
    SMOOTH = 0.2
    """A block's share in the smoothed power: what a neighbour hears comes later and lasts longer than the speech."""

    def __init__(self, tracks: int) -> None:
        self.low = Latch(tracks, need=1, window=1, clear=1)
        self.high = Latch(tracks, need=1, window=1, clear=1)
        self._power = np.full((self.BLOCKS, tracks), np.nan, np.float32)
        self._smooth: Floats = np.zeros(tracks, np.float32)

    def feed(self, block: Block, voices: Voices, *, lost: bool) -> Iterator[Change]:
        """Args: lost: a track that has had speech is dead or silent."""
        self._smooth += np.float32(self.SMOOTH) * (10 ** (voices.level / 10) - self._smooth)
        own = voices.speech & (decibels(self._smooth) >= decibels(self._smooth.max()) - self.OWN)
        if not own.any():
            return
        for track in np.flatnonzero(own):
            self._power[:-1, track] = self._power[1:, track]
            self._power[-1, track] = 10 ** (block.rms[track] / 10)
        level = decibels(self._power.mean(axis=0))
        known = own & ~np.isnan(self._power[0])
        low, high = known & (level < self.LOW) & (not lost), known & (level > self.HIGH)
        lifted, lowered = known & (level > self.LOW + self.BACK), known & (level < self.HIGH - self.BACK)
        yield from changes(AlarmKind.LOW, self.low.step(low, lifted), level)
        yield from changes(AlarmKind.HIGH, self.high.step(high, lowered), level)


def changes(kind: AlarmKind, which: tuple[Bools, Bools], value: NDArray[Any] | None = None) -> Iterator[Change]:
    """Args: which: tracks that begin, tracks that end; value: of each track."""
    for tracks, on in zip(which, (True, False), strict=True):
        for track in np.flatnonzero(tracks):
            yield Change(kind, int(track), on, None if value is None else round(float(value[track]), 1))


class Signals:
    """All detectors over all tracks of one recording."""

    def __init__(self, tracks: int, rate: int) -> None:
        self._slow = Slow(tracks, step(rate))
        slow = step(rate) // slow_factor(step(rate))
        self._clipping, self._dead, self._hum = Clipping(tracks), Dead(tracks), Hum(tracks, slow)
        self._voices, self._silence, self._loudness = Voices(tracks, slow), Silence(tracks), Loudness(tracks)
        self._spoken = np.zeros(tracks, bool)

    def feed(self, block: Block) -> list[Change]:
        """Takes the next tenth of a second, as `measure` gives it; tells what begins and what ends with it."""
        self._voices.feed(block)
        self._spoken |= self._voices.speech
        found = [
            *self._clipping.feed(block),
            *self._dead.feed(block),
            *self._hum.feed(block),
            *self._silence.feed(self._voices, block.top == block.bottom),
        ]
        lost = self._spoken & (self._dead.zeros.on | self._dead.stuck.on | self._silence.latch.on)
        return [*found, *self._loudness.feed(block, self._voices, lost=bool(lost.any()))]

    def measure(self, samples: NDArray[np.int32]) -> Block:
        """Args: samples: the next block, shape (tracks, rate // 10)."""
        return measure(samples, self._slow)

    def stand(self, kind: AlarmKind, track: int) -> None:
        """That alarm stands already: it is not raised again, and is ended when its cause has ended."""
        if latch := self._latches.get(kind):
            latch.on[track] = True

    def standing(self) -> Iterator[tuple[AlarmKind, int]]:
        """Every alarm that stands, with its track from 0."""
        for kind, latch in self._latches.items():
            for track in np.flatnonzero(latch.on):
                yield kind, int(track)

    @property
    def _latches(self) -> dict[AlarmKind, Latch]:
        return {
            AlarmKind.CLIPPING: self._clipping.latch,
            AlarmKind.ZEROS: self._dead.zeros,
            AlarmKind.STUCK: self._dead.stuck,
            AlarmKind.HUM: self._hum.latch,
            AlarmKind.SILENCE: self._silence.latch,
            AlarmKind.LOW: self._loudness.low,
            AlarmKind.HIGH: self._loudness.high,
        }
