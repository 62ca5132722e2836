"""Hears whether a source is there and has a level. Native code and devices that hang stay in a child of their own.

`python -m roomctl_audio.sources.listen SOURCE RATE BITS` prints one JSON line: `Heard`, its texts in both languages.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from roomctl.api import CheckState, Order, Result, RoomctlError, tr
from roomctl.api.words import Pair, crossed, crossing, paired, speaking

MIC_SECONDS = 0.5
FILE_SECONDS = 10.0
TAIL_SECONDS = 2.0
CLIPPING_DBFS = -0.1
DEVICE, DEVICE_TITLE = "audio", ("音源", "Audio source")
PRESENT = ("在线", "Present")


@dataclass(frozen=True, slots=True)
class Heard:
    """Facts about a source.

    Attributes:
        peaks: loudest sample of each track, in dBFS; empty where nothing was heard.
        fault: why it cannot be recorded from; empty where it can.
        mend: what to do about it.

    """

    peaks: tuple[float, ...] = ()
    fault: str = ""
    mend: str = ""


def hear(order: Order) -> Heard:
    """Listens in a child process. Raises: RoomctlError, where the device hangs."""
    argv = [order.source, str(order.sample_rate), str(order.bits)]
    try:
        child = subprocess.run(
            [sys.executable, "-P", "-m", "roomctl_audio.sources.listen", *argv],
            capture_output=True,
            timeout=20,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise RoomctlError(
            tr(f"音源 {order.source} 没有响应", f"source {order.source} does not answer"),
            tr(f"等了 {error.timeout:g} 秒", f"for {error.timeout:g} s"),
            tr("拔下重插该设备，或改用别的音源", "unplug the device and plug it in again, or choose another source"),
        ) from error
    try:
        said = json.loads(child.stdout)
    except ValueError:
        lines = child.stderr.decode(errors="replace").strip().splitlines()
        return Heard(fault=lines[-1] if lines else f"exit {child.returncode}")
    return Heard(tuple(said["peaks"]), crossed(said["fault"]), crossed(said["mend"]))


def judge(heard: Heard, source: str, quietest: float) -> Iterator[Result]:
    """Pure: from what was heard to results. Exact zeros are a dead input; a real one always has some noise."""
    from roomctl_audio.sound.levels import SILENCE  # noqa: PLC0415 - loads numpy

    if heard.fault:
        hint = heard.mend or tr("检查接线，或改用别的音源", "check the cable, or choose another source")
        yield Result(
            device=DEVICE,
            check="present",
            state=CheckState.CRIT,
            value=source,
            message=heard.fault,
            hint=hint,
            device_title=DEVICE_TITLE,
            title=PRESENT,
        )
        return
    count = len(heard.peaks)
    found = tr(f"{source}：{count} 轨", f"{source}: {count} track(s)")
    yield Result(
        device=DEVICE,
        check="present",
        state=CheckState.OK,
        value=source,
        message=found,
        device_title=DEVICE_TITLE,
        title=PRESENT,
    )
    for track, peak in enumerate(heard.peaks, 1):
        state, message, what_to_do = _level(peak, quietest, SILENCE)
        yield Result(
            device=DEVICE,
            check="level" if count == 1 else f"level {track}",
            device_title=DEVICE_TITLE,
            title=("电平", "Level") if count == 1 else (f"{track} 轨电平", f"Level of track {track}"),
            state=state,
            value=peak,
            unit="dBFS",
            threshold=quietest,
            message=message,
            hint=what_to_do,
        )


def _level(peak: float, quietest: float, silence: float) -> tuple[CheckState, str, str | None]:
    if peak <= silence:
        return (
            CheckState.CRIT,
            tr("完全没有信号（全为零）", "no signal at all (exact zeros)"),
            tr("检查话筒、静音开关和接线", "check the microphone, its mute switch and the cable"),
        )
    if peak < quietest:
        return (
            CheckState.WARN,
            tr(f"峰值 {peak:.1f} dBFS，太小", f"peak {peak:.1f} dBFS, too quiet"),
            tr("对着话筒讲话再试，或调高增益", "speak into it and try again, or raise the gain"),
        )
    if peak >= CLIPPING_DBFS:
        return (
            CheckState.WARN,
            tr(f"峰值 {peak:.1f} dBFS，削波", f"peak {peak:.1f} dBFS, clipping"),
            tr("调低增益", "lower the gain"),
        )
    return CheckState.OK, tr(f"峰值 {peak:.1f} dBFS", f"peak {peak:.1f} dBFS"), None


@dataclass
class SourceCheck:
    """音源: is the configured source there, and does it have a level. Arms nothing."""

    order: Order
    quietest: float
    device: str = DEVICE
    device_title: tuple[str, str] = DEVICE_TITLE
    name: str = "source"
    title: tuple[str, str] = DEVICE_TITLE
    deadline: float = 25.0

    def run(self, meeting: Any) -> Iterator[Result]:  # noqa: ARG002 - the same for every meeting
        yield from judge(hear(self.order), self.order.source, self.quietest)


def _listen(order: Order) -> tuple[float, ...]:
    from roomctl_audio.sound import levels  # noqa: PLC0415 - only in the child
    from roomctl_audio.sources import ordered, source  # noqa: PLC0415
    from roomctl_audio.sources.reader import Reader  # noqa: PLC0415

    ordered.check(order)
    kind, _, name = order.source.partition(":")
    if kind == "file":
        reader = Reader(Path(name), order.sample_rate, order.bits)
        layout, wanted, data = reader.layout, int(FILE_SECONDS * reader.layout.second), bytearray()
        for chunk in reader.chunks():
            data += chunk
            if len(data) >= wanted:
                _tail(reader)
                break
        return levels.peaks(bytes(data), layout)
    opened = source.open_source(order)
    try:
        return levels.peaks(opened.sample(MIC_SECONDS), opened.layout)
    finally:
        opened.close()


def _tail(reader: Any) -> None:
    """The last bytes decode too: a copy that was cut off shows here."""
    if reader.total_frames:
        reader.seek(max(0.0, reader.total_frames / reader.rate - TAIL_SECONDS))
        for _ in reader.chunks():
            pass


def main(argv: list[str]) -> int:
    """Prints what was heard; a fault of the source is an answer too."""
    with paired():
        try:
            heard = Heard(_listen(Order(source=argv[0], sample_rate=int(argv[1]), bits=int(argv[2]))))
        except RoomctlError as error:
            heard = Heard(fault=_said(error), mend=error.mend)
        except (OSError, ValueError) as error:  # FFmpeg's errors are both
            heard = Heard(fault=str(error), mend=tr("请检查该文件或设备", "check the file or device"))
    print(json.dumps({"peaks": heard.peaks, "fault": crossing(heard.fault), "mend": crossing(heard.mend)}))
    return 0


def _said(error: RoomctlError) -> Pair:
    """What and why, in each language."""
    told = RoomctlError(error.what, error.why)
    with speaking("zh"):
        zh = str(told)
    with speaking("en"):
        return Pair(zh, str(told))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
