"""From the figures of all microphones to results. Pure: the same figures give the same results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from statistics import median
from typing import Any

from roomctl.api import CheckState, Result, tr
from roomctl.api.devices import Title, below
from roomctl_av_check.acoustics import bands, noise, wiring
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.acoustics.measure import Figures, Floor
from roomctl_av_check.acoustics.rows import clocks_row, row

CLIPPING = -0.1
"""dBFS of the largest sample."""
SILENT = -150.0
"""dBFS below which nothing is heard at all, and no figure of noise is claimed."""
RESPONSE, DECAY = "response.svg", "decay.svg"


def noise_file(microphone: int) -> str:
    """Name of the waterfall of a microphone, from 1."""
    return f"noise-{microphone}.svg"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured in one go.

    Attributes:
        figures: for each loudspeaker, each microphone.
        floors: of each microphone.
        steady: the sound was played without a hole; else the figures are of a try that broke.
        drift: ppm by which the microphones' clock is ahead of the loudspeaker's, taken off the figures; infinite
            where the sound jumped instead; None: not known.

    """

    figures: tuple[tuple[Figures, ...], ...]
    floors: tuple[Floor, ...]
    steady: bool = True
    drift: float | None = None

    @property
    def whole(self) -> bool:
        """Every microphone hears a loudspeaker."""
        return all(self.best(at).heard for at in range(len(self.floors)))

    @property
    def certain(self) -> bool:
        """Later runs may be held against it: the sound neither broke nor jumped, and every microphone heard it."""
        return self.steady and self.whole and (self.drift is None or isfinite(self.drift))

    def best(self, microphone: int) -> Figures:
        """Of the loudspeaker that it hears loudest."""
        return max((row[microphone] for row in self.figures), key=lambda one: (one.heard, one.level))


def baseline_of(measured: Measured) -> Mapping[str, Any]:
    """What later runs are compared with, as JSON."""
    heard = [[{"seconds": one.latency, "level": one.level} for one in row] for row in measured.figures]
    return {
        "heard": heard,
        "response": [
            {str(band): round(level, 2) for band, level in measured.best(at).response.items()}
            for at in range(len(measured.floors))
        ],
        "polarity": [measured.best(at).polarity for at in range(len(measured.floors))],
        "level": [round(measured.best(at).level, 2) for at in range(len(measured.floors))],
    }


def fits(measured: Measured, baseline: Mapping[str, Any] | None) -> bool:
    """Whether a baseline is of as many loudspeakers and microphones."""
    if not baseline:
        return False
    heard = baseline.get("heard", [])
    return [len(row) for row in heard] == [len(row) for row in measured.figures]


def judge(measured: Measured, baseline: Mapping[str, Any] | None, config: AcousticsConfig) -> Iterator[Result]:
    """All rows: of each microphone, then of the room.

    Args:
        baseline: as `baseline_of` gives it, of as many microphones; None: nothing is compared.

    """
    count = len(measured.floors)
    if not measured.steady:
        yield row(
            "play",
            ("放音", "Playing"),
            CheckState.WARN,
            tr("放音几次都有断续，数值仅供参考", "the sound broke each time; the figures are a hint only"),
            hint=tr("关掉占用 CPU 的程序后再测", "close what keeps the machine busy, then try again"),
        )
    if measured.drift is not None:
        yield clocks_row(measured.drift, config)
    for at in range(count):
        yield from _microphone(at, measured, baseline, config)
    if any(measured.best(at).heard for at in range(count)):
        yield _reverberation(measured, config)
        yield from _channels(measured, baseline, config)


def _microphone(
    at: int, measured: Measured, baseline: Mapping[str, Any] | None, config: AcousticsConfig
) -> Iterator[Result]:
    figures, ground = measured.best(at), measured.floors[at]
    number = f" {at + 1}"
    yield _level(figures, number, baseline["level"][at] if baseline else None, config, _spl(config, at))
    if figures.heard and figures.latency is not None and figures.thd is not None:
        milliseconds = figures.latency * 1000
        yield row(
            f"latency{number}",
            _title("延迟", "Latency", number),
            CheckState.WARN if milliseconds > config.latency_warn else CheckState.OK,
            tr(
                f"放音到录到 {milliseconds:.1f} ms（含缓冲）",
                f"{milliseconds:.1f} ms from playing to recording, buffers included",
            ),
            value=round(milliseconds, 1),
            unit="ms",
            threshold=config.latency_warn,
            hint=tr("减少中间的处理设备，或调小缓冲", "fewer processors in between, or smaller buffers"),
        )
        yield _snr(figures.snr, number, config)
        yield row(
            f"thd{number}",
            _title("失真", "Distortion", number),
            CheckState.WARN if figures.thd > config.thd_warn else CheckState.OK,
            tr(f"总谐波失真 {figures.thd:.2f} %", f"total harmonic distortion {figures.thd:.2f} %"),
            value=round(figures.thd, 2),
            unit="%",
            threshold=config.thd_warn,
            hint=tr(
                "降低扩声音量；仍高则检查扬声器和功放", "lower the volume; if it stays, see loudspeaker and amplifier"
            ),
        )
        yield _response(figures, number, baseline["response"][at] if baseline else None, config)
        yield _polarity(at, number, measured, baseline["polarity"][at] if baseline else None)
    yield from _noise(at, number, ground, config)


def _snr(snr: float | None, number: str, config: AcousticsConfig) -> Result:
    title = _title("信噪比", "SNR", number)
    if snr is None:
        return row(
            f"snr{number}", title, CheckState.OK, tr("底噪为零，无从相比", "there is no noise to compare with")
        )
    return row(
        f"snr{number}",
        title,
        below(snr, warn=config.snr_warn, crit=config.snr_crit),
        tr(f"扫频高出底噪 {snr:.1f} dB", f"the sweep is {snr:.1f} dB over the noise"),
        value=round(snr, 1),
        unit="dB",
        threshold=config.snr_warn,
        hint=tr("调高扩声音量，或找出噪声源", "raise the loudspeaker, or find what is noisy"),
    )


def _level(figures: Figures, number: str, usual: float | None, config: AcousticsConfig, spl: float | None) -> Result:
    title = _title("电平", "Level", number)
    if not figures.heard:
        return row(
            f"level{number}",
            title,
            CheckState.CRIT,
            tr(
                f"没有听到扬声器（{figures.level:.1f} dBFS）",
                f"the loudspeaker is not heard ({figures.level:.1f} dBFS)",
            ),
            value=round(figures.level, 1),
            unit="dBFS",
            hint=tr(
                "检查功放、音量、静音开关和话筒接线",
                "see amplifier, volume, mute switches and the microphone's cable",
            ),
        )
    said = tr(f"扫频 {figures.level:.1f} dBFS", f"the sweep at {figures.level:.1f} dBFS")
    if spl is not None:
        said += tr(f"，{figures.level + spl:.1f} dB SPL", f", {figures.level + spl:.1f} dB SPL")
    state, hint = CheckState.OK, ""
    if figures.peak >= CLIPPING:
        state, said = CheckState.WARN, said + tr("，削波", ", clipping")
        hint = tr("调低话筒增益或扩声音量", "lower the microphone's gain, or the loudspeaker")
    elif usual is not None and abs(figures.level - usual) > config.change_warn:
        change = figures.level - usual
        state, said = (
            CheckState.WARN,
            said + tr(f"，比基线差 {change:+.1f} dB", f", {change:+.1f} dB against the baseline"),
        )
        hint = tr("看增益和音量是谁动过", "see who has turned gain or volume")
    return row(
        f"level{number}", title, state, said, value=round(figures.level, 1), unit="dBFS", threshold=usual, hint=hint
    )


def _response(figures: Figures, number: str, usual: Mapping[str, float] | None, config: AcousticsConfig) -> Result:
    title = _title("频响", "Response", number)
    if usual is None:
        levels = figures.response.values()
        return row(
            f"response{number}",
            title,
            CheckState.OK,
            tr("已记录，还没有基线可比", "taken; there is no baseline to hold it against"),
            value=round(max(levels) - min(levels), 1),
            unit="dB",
            evidence=RESPONSE,
        )
    changes = bands.differences(figures.response, {int(band): level for band, level in usual.items()})
    band, worst = max(changes.items(), key=lambda one: abs(one[1]), default=(0, 0.0))
    return row(
        f"response{number}",
        title,
        CheckState.WARN if abs(worst) > config.change_warn else CheckState.OK,
        tr(f"与基线最多差 {worst:+.1f} dB（{band} Hz）", f"{worst:+.1f} dB at most against the baseline ({band} Hz)"),
        value=round(abs(worst), 1),
        unit="dB",
        threshold=config.change_warn,
        hint=tr("看话筒、扬声器是否移动、遮挡或损坏", "see whether something was moved, covered or damaged"),
        evidence=RESPONSE,
    )


def _polarity(at: int, number: str, measured: Measured, usual: int | None) -> Result:
    """Against the baseline; without one against the other microphones: an odd one out cancels the rest."""
    title = _title("极性", "Polarity", number)
    sign = measured.best(at).polarity
    if sign is None:
        return row(
            f"polarity{number}",
            title,
            CheckState.UNKNOWN,
            tr("直达声看不出正负", "the direct sound has no clear sign"),
        )
    others = [one for one in (measured.best(other).polarity for other in range(len(measured.floors))) if one]
    common = usual if usual is not None else (1 if sum(others) > 0 else -1 if sum(others) < 0 else sign)
    word = tr("正", "normal") if sign > 0 else tr("反", "reversed")
    odd = sign != common
    against = tr("基线", "the baseline") if usual is not None else tr("其他话筒", "the other microphones")
    return row(
        f"polarity{number}",
        title,
        CheckState.WARN if odd else CheckState.OK,
        tr(f"{word}，与{against}相反", f"{word}, unlike {against}") if odd else word,
        value=sign,
        threshold=common,
        hint=tr("检查卡侬线 2、3 脚是否接反", "see whether pins 2 and 3 of the cable are exchanged"),
    )


def _noise(at: int, number: str, ground: Floor, config: AcousticsConfig) -> Iterator[Result]:
    spl = _spl(config, at)
    if ground.level < SILENT:
        yield row(
            f"noise{number}",
            _title("底噪", "Noise floor", number),
            CheckState.OK,
            tr("没有底噪：环回，或话筒开了噪声门", "no noise at all: a loop, or a noise gate at the microphone"),
            evidence=noise_file(at + 1),
        )
        return
    yield row(
        f"noise{number}",
        _title("底噪", "Noise floor", number),
        CheckState.WARN if ground.level > config.noise_warn else CheckState.OK,
        tr(f"无人声时 {ground.level:.1f} dBFS", f"{ground.level:.1f} dBFS while nobody speaks")
        + ("" if spl is None else tr(f"，{ground.level + spl:.1f} dB SPL", f", {ground.level + spl:.1f} dB SPL")),
        value=round(ground.level, 1),
        unit="dBFS",
        threshold=config.noise_warn,
        hint=tr("看空调、投影机风扇和话筒增益", "see air conditioning, projector fan, and the gain"),
        evidence=noise_file(at + 1),
    )
    humming = ground.hum.prominence > config.hum_warn
    yield row(
        f"hum{number}",
        _title("交流声", "Hum", number),
        CheckState.WARN if humming else CheckState.OK,
        tr(
            f"{ground.hum.line} Hz 高出底噪 {ground.hum.prominence:.0f} dB，合计 {ground.hum.level:.0f} dBFS",
            f"{ground.hum.line} Hz is {ground.hum.prominence:.0f} dB over the noise; all {ground.hum.level:.0f} dBFS",
        )
        if ground.hum.prominence > 0
        else tr("没有 50 Hz 及其谐波", "no line at 50 Hz or its multiples"),
        value=round(max(ground.hum.prominence, 0.0), 1),
        unit="dB",
        threshold=config.hum_warn,
        hint=tr("检查接地环路、屏蔽和电源线走向", "see ground loops, shields, and how mains cables run"),
    )
    if spl is not None:
        rated = noise.criterion({band: level + spl for band, level in ground.octaves.items()})
        yield row(
            f"nc{number}",
            _title("噪声等级", "Noise class", number),
            CheckState.WARN if rated > config.nc_warn else CheckState.OK,
            f"NC-{rated}",
            value=rated,
            unit="NC",
            threshold=config.nc_warn,
            hint=tr("看空调和投影机风扇", "see air conditioning and projector fan"),
        )


def _reverberation(measured: Measured, config: AcousticsConfig) -> Result:
    every = [one for row in measured.figures for one in row if one.heard]
    known = [one.t20 for one in every if one.t20 is not None]
    title: Title = ("混响时间", "Reverberation time")
    if not known:
        return row(
            "rt60",
            title,
            CheckState.SKIPPED,
            tr("没有可测的衰减：底噪太高，或没有经过房间", "no decay to measure: too noisy, or not through a room"),
            evidence=DECAY,
        )
    seconds = median(known)
    early = [one.edt for one in every if one.edt is not None]
    edt = tr(f"，EDT {median(early):.2f} s", f", EDT {median(early):.2f} s") if early else ""
    return row(
        "rt60",
        title,
        CheckState.WARN if seconds > config.rt60_warn else CheckState.OK,
        f"T20 {seconds:.2f} s{edt}" + tr(f"（{len(known)} 个测点）", f" ({len(known)} positions)"),
        value=round(seconds, 2),
        unit="s",
        threshold=config.rt60_warn,
        hint=tr("拉上窗帘、加吸声；空场比满场长", "draw the curtains, add absorption; an empty room rings longer"),
        evidence=DECAY,
    )


def _channels(measured: Measured, baseline: Mapping[str, Any] | None, config: AcousticsConfig) -> Iterator[Result]:
    """Which microphone is at which channel, and which loudspeaker at which: where there is more than one."""
    title: Title = ("通道对应", "Channels")
    now = [[wiring.Heard(one.latency, one.level) for one in row] for row in measured.figures]
    if len(measured.floors) == 1 and len(measured.figures) == 1:
        return
    if not measured.whole:
        yield row(
            "channels",
            title,
            CheckState.SKIPPED,
            tr("有话筒没听到，无法核对", "not known: a microphone hears nothing"),
        )
        return
    hint = tr("对调插头，或在设置里改通道", "exchange the plugs, or the channels in the settings")
    if baseline:
        before = [[wiring.Heard(one["seconds"], one["level"]) for one in row] for row in baseline["heard"]]
        order = wiring.order(now, before)
        moved = [f"{here + 1}←{there + 1}" for here, there in enumerate(order) if here != there]
        said = (
            tr(f"对调了：{'、'.join(moved)}", f"exchanged: {', '.join(moved)}")
            if moved
            else tr("与基线一致", "as ever")
        )
        yield row("channels", title, CheckState.CRIT if moved else CheckState.OK, said, value=not moved, hint=hint)
        return
    if len(config.nearest) == len(measured.floors) and len(measured.figures) > 1:
        wrong = [
            f"{at + 1}→{'?' if found is None else found + 1}"
            for at, found in enumerate(wiring.nearest(now))
            if found is None or found + 1 != config.nearest[at]
        ]
        said = (
            tr(f"最近的扬声器不对：{'、'.join(wrong)}", f"nearest to another loudspeaker: {', '.join(wrong)}")
            if wrong
            else tr("各话筒最近的扬声器都对", "each is nearest to its loudspeaker")
        )
        yield row("channels", title, CheckState.CRIT if wrong else CheckState.OK, said, value=not wrong, hint=hint)
        return
    yield row("channels", title, CheckState.SKIPPED, tr("还没有基线可比", "there is no baseline yet"))


def _spl(config: AcousticsConfig, at: int) -> float | None:
    return config.calibration[at] if at < len(config.calibration) else None


def _title(chinese: str, english: str, number: str) -> Title:
    return f"{chinese}{number}", f"{english}{number}"
