"""涉密载体移交清单: which package went onto which registered medium, from whom to whom; both sides sign it."""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from roomctl.api import Document, Meeting, NotFound, record, tr
from roomctl.api.custody import Handover
from roomctl_records.drafting import wording

KIND = "涉密载体移交清单"
_HEADER = ("编号", "介质编号", "文件数", "字节数", "移交人", "移交时间", "接收人", "保管处")
_WIDTHS = (3, 4, 3, 5, 3, 5, 3, 4)


def draft(meeting: Meeting, handovers: Sequence[Handover], *, office: str = "") -> Document:
    """As the register stands. The title of the meeting is left out: the list lies beside the medium.

    Raises:
        NotFound: nothing was handed over yet.

    """
    if not handovers:
        raise NotFound(
            tr("还没有移交过", "nothing was handed over yet"),
            mend=f"roomctl archive hand-over {meeting.id}",
        )
    zone = ZoneInfo(meeting.zone)
    level = meeting.highest_secrecy
    blocks: list[record.Block] = [
        record.Labelled("会议日期", (wording.day(meeting.starts.date()),)),
        *((record.Labelled("移交单位", (office,)),) if office else ()),
        record.Labelled("数量", (f"载体{len({one.medium for one in handovers})}件，存档包{len(handovers)}个",)),
        record.Table(_HEADER, tuple(_rows(handovers, zone)), _WIDTHS),
        record.Note(
            f"会议编号 {meeting.id}。以下为各存档包清单（tagmanifest-sha256.txt）的 SHA-256，任一文件有变动即不相符。"
        ),
        *(record.Paragraph(one.manifest_sha256, lead=f"{one.number}. ") for one in handovers),
        record.Note("本清单不声明任何密码保护；载体的保管、携带、销毁按保密规定办理。"),
        record.Signatures(("移交人", "接收人")),
        record.Note("移交　　　年　　月　　日　　　接收　　　年　　月　　日"),
    ]
    return Document(kind=KIND, title=KIND, blocks=tuple(blocks), mark=level.mark)


def _rows(handovers: Sequence[Handover], zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    for one in handovers:
        yield (
            str(one.number),
            one.medium,
            str(one.files),
            str(one.bytes),
            one.handed_by,
            f"{one.at.astimezone(zone):%Y%m%d %H:%M}",
            one.received_by,
            one.keeper,
        )
