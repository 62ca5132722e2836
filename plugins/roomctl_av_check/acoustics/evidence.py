"""Plots of a proof, where a look is better than a number."""

from collections.abc import Iterator, Mapping
from typing import Any

from roomctl.api import tr
from roomctl.api.devices import Evidence
from roomctl_av_check.acoustics import plot
from roomctl_av_check.acoustics.decay import BANDS, BLOCK
from roomctl_av_check.acoustics.judge import DECAY, RESPONSE, Measured, noise_file

SHOWN = 6
"""Microphones of which a curve is drawn."""
FLOOR = -60.0
"""dB below which a decay is noise to the eye."""


def plots(measured: Measured, baseline: Mapping[str, Any] | None, seconds: float) -> Iterator[Evidence]:
    """Response of each microphone, decay by octave, and the noise of each over time. Args: seconds: of the noise."""
    count = min(len(measured.floors), SHOWN)
    heard = [at for at in range(count) if measured.best(at).heard]
    if heard:
        curves: dict[str, plot.Points] = {
            tr(f"话筒 {at + 1}", f"mic {at + 1}"): sorted(measured.best(at).response.items()) for at in heard
        }
        if baseline and len(heard) == 1:
            usual = baseline["response"][heard[0]]
            curves[tr("基线", "baseline")] = sorted((int(band), level) for band, level in usual.items())
        title = tr("频率响应（1/3 倍频程）", "Frequency response, thirds of an octave")
        drawn = plot.lines(title, "Hz", "dB", curves, logarithmic=True)
        yield Evidence(RESPONSE, drawn)
        best = measured.best(max(heard, key=lambda at: measured.best(at).snr or 0.0))
        decays = {
            f"{band} Hz": [(n * BLOCK, level) for n, level in enumerate(best.decays[band].curve) if level >= FLOOR]
            for band in BANDS
            if band in best.decays
        }
        title = tr("声衰减（施罗德积分）", "Decay, integrated backwards")
        yield Evidence(DECAY, plot.lines(title, "s", "dB", decays))
    for at in range(count):
        title = tr(f"话筒 {at + 1} 的底噪", f"Noise of microphone {at + 1}")
        rows = measured.floors[at].waterfall
        yield Evidence(noise_file(at + 1), plot.waterfall(title, "Hz", "s", rows, seconds=seconds))
