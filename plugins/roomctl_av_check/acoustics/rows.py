"""One row of the proof, and those that are of no microphone: the sentence, the clocks, the baseline."""

import math
from collections.abc import Mapping
from typing import Any

from roomctl.api import CheckState, Result, tr
from roomctl.api.devices import Title
from roomctl_av_check import rows
from roomctl_av_check.acoustics.config import AcousticsConfig

DEVICE = "acoustics"
DEVICE_TITLE: Title = ("声学实测", "Acoustic proof")
ONE_CLOCK = 1.0
"""Parts per million: two crystals that agree so well are one."""


def row(check: str, title: Title, state: CheckState, message: str, **figures: Any) -> Result:
    """A row of this device; `figures` as `rows.row` takes them."""
    return rows.row(DEVICE, check, state, message, device_title=DEVICE_TITLE, title=title, **figures)


def chain_row(
    state: CheckState, message: str, *, value: float | None = None, threshold: float | None = None, hint: str = ""
) -> Result:
    """The row of the sentence: from loudspeaker to text."""
    return row("chain", ("链路", "Chain"), state, message, value=value, unit="%", threshold=threshold, hint=hint)


def clocks_row(drift: float, config: AcousticsConfig) -> Result:
    """Whether loudspeaker and microphone have one clock."""
    title: Title = ("时钟", "Clocks")
    apart = abs(drift)
    if math.isinf(drift):
        return row(
            "clocks",
            title,
            CheckState.WARN,
            tr("放音或录音中途跳了一段，数值仅供参考", "the sound jumped on its way; the figures are a hint only"),
            hint=tr("扬声器和话筒接同一设备再测", "put loudspeaker and microphone on one device, then try again"),
        )
    if apart < ONE_CLOCK:
        said = tr("扬声器和话筒同一时钟", "loudspeaker and microphone have one clock")
    else:
        way = tr("快", "ahead") if drift > 0 else tr("慢", "behind")
        said = tr(
            f"话筒时钟{way} {apart:.0f} ppm，已校正", f"the microphone's clock is {apart:.0f} ppm {way}; taken off"
        )
    return row(
        "clocks",
        title,
        CheckState.WARN if apart > config.drift_warn else CheckState.OK,
        said,
        value=round(drift, 1),
        unit="ppm",
        threshold=config.drift_warn,
        hint=tr("核对两台设备的采样率和时钟源", "see the sample rate and the clock source of both devices"),
    )


def baseline_row(baseline: Mapping[str, Any] | None) -> Result:
    """Who said when that it is as it should be; nobody, where no such word fits what was measured."""
    title: Title = ("基线", "Baseline")
    if baseline is None:
        said = tr(
            "还没有人确认现在是正常的：确认后，以后的实测与它比",
            "nobody has said yet that it is as it should be; later proofs are held against that",
        )
        return row("baseline", title, CheckState.SKIPPED, said)
    at, by = str(baseline["at"])[:10], baseline.get("by") or "—"
    return row("baseline", title, CheckState.OK, tr(f"{at} 由{by}确认", f"taken by {by} on {at}"))
