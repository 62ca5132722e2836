"""From loudspeaker to text: a known sentence, the room's recorder, its speech engine, and what came of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from roomctl.api import (
    CheckState,
    EngineOffer,
    Playable,
    PluginContext,
    RecorderStatus,
    RecordingReport,
    Result,
    RoomSound,
    checks,
    several,
    tr,
)
from roomctl.api.speech import KnownSentence, folder_of, score
from roomctl_av_check import facts
from roomctl_av_check.acoustics.apart import Silence, ask
from roomctl_av_check.acoustics.config import AcousticsConfig
from roomctl_av_check.acoustics.rows import chain_row

PEAK = 0.5
"""Of the sentence, −6 dBFS."""
AROUND = 0.5
"""Seconds of silence before and after the sentence."""
BUFFER = 0.5
"""Seconds that PortAudio holds: nobody measures how late the sentence is, and a busy machine leaves no hole in it."""
LAST = 1.0
"""Seconds after which the recorder has what was played."""
LIMIT = 60.0
"""Seconds that it records at most, where nobody stops it."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the recorder kept.

    Attributes:
        status: when it was armed: the source and its tracks.
        sound: mono samples of 16 bits of its loudest track; empty where none can be had.

    """

    status: RecorderStatus
    sound: NDArray[np.int16]
    rate: int
    track: int


def speak(known: KnownSentence, rate: int) -> NDArray[np.float32]:
    """What is played: the sentence, at the rate of the room, shape (frames, 1)."""
    with soundfile.SoundFile(known.file) as file:
        file.seek(round(known.start * file.samplerate))
        said = file.read(round((known.end - known.start) * file.samplerate), dtype="float32")
        resampled = soxr.resample(said, file.samplerate, rate)
    resampled *= PEAK / max(float(np.abs(resampled).max()), 1e-9)
    return np.pad(resampled, round(AROUND * rate)).astype(np.float32).reshape(-1, 1)


def keep(
    ctx: PluginContext,
    room: RoomSound,
    speaker: str,
    known: KnownSentence,
    folder: Path,
    silence: Silence,
    tell: Callable[[str], None],
) -> Kept:
    """Plays the sentence, while the room's recorder records it as it would a meeting. Raises: RoomctlError."""
    order = replace(room.order, planned_seconds=LIMIT, segment_seconds=LIMIT, watch=False)
    recorder = ctx.services.recorder(room.recorder)(folder / "recording")
    tell(tr("准备录音", "arming the recorder"))
    status = recorder.arm(order)
    report: RecordingReport
    try:
        recorder.start(limit=round(LIMIT * status.sample_rate))
        played = folder / "sentence.npy"
        np.save(played, speak(known, status.sample_rate))
        ask(
            ctx,
            "roomctl_av_check.acoustics.duplex",
            {"play": str(played), "rate": status.sample_rate, "speaker": speaker, "buffer": BUFFER},
            silence,
            lambda at, of: tell(tr(f"播放句子 {at:.0f}/{of:.0f} 秒", f"the sentence, {at:.0f} of {of:.0f} s")),
        )
        ctx.clock.sleep(LAST)
    finally:
        report = recorder.stop()
    loudest, track = np.zeros(0, np.int16), 0
    if isinstance(recorder, Playable):
        for segment in report.segments:
            heard = np.frombuffer(recorder.samples([segment], 0, segment.frames), "<i2")
            if not len(loudest) or _power(heard) > _power(loudest):
                loudest, track = heard, segment.track
    return Kept(status, loudest, report.sample_rate, track)


def judge(
    ctx: PluginContext,
    kept: Kept,
    known: KnownSentence,
    engine: str,
    config: AcousticsConfig,
    folder: Path,
    silence: Silence,
) -> Result:
    """Decodes what was kept, and compares the text; says by which engine, and where meetings use another.

    Args:
        engine: as the settings of the check name it; empty: what meetings are transcribed with.

    Raises: RoomctlError.

    """
    choice = facts.choice(ctx.services, engine)
    if choice is None:
        return chain_row(
            CheckState.CRIT,
            tr("没有能用的识别引擎和模型", "no speech engine with a model"),
            hint="roomctl models list",
        )
    began = ctx.clock.monotonic()
    sound = folder / "heard.raw"
    sound.write_bytes(kept.sound.tobytes())
    offer, model = choice
    order = {
        "entry": offer.entry,
        "model": str(folder_of(ctx.services, offer, model)),
        "options": dict(offer.options),
        "file": str(sound),
        "rate": kept.rate,
    }
    said = ask(ctx, "roomctl_av_check.acoustics.hearing", order, silence)
    seconds = ctx.clock.monotonic() - began

    def rows() -> Iterator[Result]:
        row = verdict(known.text, said["text"], seconds, config)
        yield replace(row, message=several((row.message, proved(ctx, choice))))

    (row,) = checks.worded(rows)
    return row


def proved(ctx: PluginContext, choice: tuple[EngineOffer, str]) -> str:
    """The engine and its model; and those of meetings, where they are others."""
    used = facts.choice(ctx.services, "")
    told = _named(choice)
    if used == choice:
        return told
    other = _named(used) if used else tr("没有能用的", "none")
    return tr(f"{told}（会议转写用：{other}）", f"{told} (meetings use {other})")


def _named(choice: tuple[EngineOffer, str]) -> str:
    return f"{choice[0].name} · {choice[1]}"


def verdict(spoken: str, heard: str, seconds: float, config: AcousticsConfig) -> Result:
    """Share of the sentence's characters that came through: 1 − edits / characters, numbers read out on both sides.

    Args:
        seconds: from the recording to its text.

    """
    share = max(0.0, 100 * (1 - score(spoken, heard).rate))
    if share < config.sentence_crit:
        state, word = CheckState.CRIT, tr("不通", "broken")
    elif share < config.sentence_warn:
        state, word = CheckState.WARN, tr("不清楚", "unclear")
    else:
        state, word = CheckState.OK, tr("正常", "OK")
    told = tr(
        f"{word}，句子 {share:.0f} %，{seconds:.1f} s", f"{word}, {share:.0f} % of the sentence, {seconds:.1f} s"
    )
    if state is not CheckState.OK:
        told += tr(f"；听成“{heard or '（无）'}”", f"; heard as “{heard or '(nothing)'}”")
    return chain_row(
        state,
        told,
        value=round(share, 1),
        threshold=config.sentence_warn,
        hint=tr("先看电平、信噪比两项，再看话筒位置", "see level and SNR first, then where the microphone stands"),
    )


def _power(sound: NDArray[np.int16]) -> float:
    return float(np.mean(np.square(sound.astype(np.float64)))) if len(sound) else 0.0
