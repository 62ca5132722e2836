"""What can be told of an order without opening anything. There is no numpy in here: the host asks it too."""

import re
from pathlib import Path

from roomctl.api import BadInput, NotFound, Order, tr
from roomctl_audio.sound.layout import MAX_TRACKS, WIDTHS


def check(order: Order) -> None:
    """Raises: BadInput, NotFound."""
    kind, _, name = order.source.partition(":")
    if kind not in {"file", "tone", "mic"} or (kind == "file" and not name):
        raise BadInput(
            tr(f"未知的音源 {order.source}", f"unknown source {order.source}"),
            mend=tr("请用 file:路径、tone[:声道数] 或 mic[:名称]", "use file:PATH, tone[:TRACKS] or mic[:NAME]"),
        )
    if order.standby and not re.match("mic:.", order.standby):
        raise BadInput(
            tr(f"备用音源 {order.standby} 不能用", f"cannot use the stand-by {order.standby}"),
            tr("只有话筒能接替话筒", "only a microphone takes the place of one"),
            tr("请用 mic:名称", "use mic:NAME"),
        )
    if order.bits not in WIDTHS:
        raise BadInput(tr(f"位深 {order.bits} 不支持", f"cannot record {order.bits} bits"), mend="16 / 24")
    if not 8_000 <= order.sample_rate <= 192_000:  # noqa: PLR2004 - from telephony up to the fastest interfaces
        raise BadInput(
            tr(f"采样率 {order.sample_rate} Hz 不支持", f"cannot record {order.sample_rate} Hz"), mend="8000–192000"
        )
    if order.segment_seconds <= 0 or order.planned_seconds <= 0 or order.skip_frames < 0:
        raise BadInput(tr("时长必须大于零", "lengths must be above zero"))
    if kind == "file":
        _check_file(Path(name))
    if kind == "tone" and name and not (name.isdecimal() and 1 <= int(name) <= MAX_TRACKS):
        raise BadInput(
            tr(f"未知的音源 {order.source}", f"unknown source {order.source}"),
            tr(f"声道数应为 1–{MAX_TRACKS}", f"tracks go from 1 to {MAX_TRACKS}"),
        )


def _check_file(path: Path) -> None:
    what = tr(f"无法读取 {path}", f"cannot read {path}")
    if not path.exists():
        raise NotFound(what, tr("没有这个文件", "no such file"), tr("请检查路径", "check the path"))
    if not path.is_file():
        raise BadInput(what, tr("它不是文件", "it is not a file"), tr("请给出音频文件", "give an audio file"))
    if not path.stat().st_size:
        raise BadInput(
            what, tr("文件是空的（0 字节）", "it is empty (0 bytes)"), tr("请另给文件", "give another file")
        )
