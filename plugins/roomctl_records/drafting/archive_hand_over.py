"""归档交接单: what is handed over to the archive, counted and with its digests, to be signed by both sides.

The items are those of the 归档登记表 of electronic records, as far as GB/T 18894-2016 is described in public: who
hands over and who takes over, quantities, the result of each check, signatures with dates.
"""

from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

from roomctl.api import Document, NotFound, Package, record, tr
from roomctl.api.registration import Answer, CatalogueRow, Question, Result, Standing, catalogue
from roomctl_records.drafting import wording

KIND = "归档交接单"
_PACKAGES = ("序号", "存档包", "文件数", "字节数", "封存时间", "清点", "签收")
_PACKAGE_WIDTHS = (3, 4, 4, 7, 6, 3, 5)
_DAY = "　　年　月　日"  # to be filled in by hand
_GROUP = 16  # characters of a digest that are read at once, and after which a line may end
_ENTRIES = ("序号", "档号", "题名", "日期", "保管期限", "页数")
_ENTRY_WIDTHS = (3, 6, 9, 6, 5, 3)
_ITEMS = ("编号", "项目", "结果", "检查人", "说明")
_ITEM_WIDTHS = (4, 8, 4, 4, 9)


def draft(standing: Standing, *, place: str = "", office: str = "") -> Document:
    """As the registration stands. Raises: NotFound: the meeting has no package yet."""
    meeting, packages = standing.meeting, standing.packages
    if not packages:
        raise NotFound(
            tr("还没有存档包", "there is no package yet"),
            mend=tr("散会收尾后再打交接单", "print it after the close"),
        )
    zone = ZoneInfo(meeting.zone)
    rows = catalogue(standing)
    title = meeting.title.strip()
    blocks: list[record.Block] = [
        record.Labelled("会议", (title,)),
        record.Labelled("时间", (wording.moment(meeting.starts_at.astimezone(zone)),)),
        record.Labelled("地点", (meeting.place or place,)),
        *((record.Labelled("移交单位", (office,)),) if office else ()),
        record.Labelled("数量", (_sum(packages, rows),)),
        record.Labelled("人工检查", (_answers(standing),)),
        record.Heading(1, "一、存档包"),
        record.Table(_PACKAGES, tuple(_packages(standing, zone)), _PACKAGE_WIDTHS),
        record.Heading(1, "二、校验码"),
        record.Note("以下为各存档包清单（tagmanifest-sha256.txt）的 SHA-256，任一文件有变动即不相符。"),
        record.Table(("序号", "SHA-256"), tuple(_digests(packages)), (3, 27)),
    ]
    if rows:
        blocks += [
            record.Heading(1, "三、归档文件"),
            record.Table(_ENTRIES, tuple(_entries(rows)), _ENTRY_WIDTHS),
        ]
    if items := tuple(_items(standing)):
        number = "四" if rows else "三"
        blocks += [
            record.Heading(1, f"{number}、人工检查"),
            record.Table(_ITEMS, items, _ITEM_WIDTHS),
        ]
    blocks += [
        record.Space(),
        record.Signatures(("移交人", "接收人")),
        record.Paragraph(f"移交日期：{_DAY}　　接收日期：{_DAY}"),
    ]
    name = title if title.endswith(("会议", "会")) else f"{title}会议"
    return Document(kind=KIND, title=f"{name}{KIND}", blocks=tuple(blocks), mark=meeting.highest_secrecy.mark)


def _sum(packages: Sequence[Package], rows: Sequence[CatalogueRow]) -> str:
    sound = sum(bool(row.seconds) for row in rows)
    parts = [
        f"存档包{len(packages)}个",
        f"文件{sum(one.files for one in packages)}个",
        f"{sum(one.bytes for one in packages)}字节",
        f"归档文件{len(rows) - sound}件" if rows else "",
        f"录音{sound}件" if sound else "",
    ]
    return "，".join(filter(None, parts))


def _asked(standing: Standing) -> Sequence[tuple[Package, Question, Answer | None]]:
    return [
        (package, one, standing.registration.answers.get((package.id, one.number)))
        for package in standing.packages
        if package.id in standing.contents
        for one in standing.contents[package.id].questions
    ]


def _items(standing: Standing) -> Iterator[tuple[str, ...]]:
    """Signed and scanned, the paper takes the answers into the archive."""
    for package, one, answer in _asked(standing):
        title = f"{one.title}（补充包）" if package.supplement_to else one.title
        said = (answer.result.value, answer.by, answer.note) if answer else ("未检查", "", "")
        yield (one.number, title, *said)


def _answers(standing: Standing) -> str:
    asked = [answer for _, _, answer in _asked(standing)]
    if not asked:
        return "无"
    said = [
        f"{result.value}{number}项"
        for result in Result
        if (number := sum(one is not None and one.result is result for one in asked))
    ]
    left = sum(one is None for one in asked)
    return "，".join([*said, *([f"未检查{left}项"] if left else [])])


def _packages(standing: Standing, zone: ZoneInfo) -> Iterator[tuple[str, ...]]:
    made = standing.registration
    for number, one in enumerate(standing.packages, 1):
        counting, signed = made.countings.get(one.id), made.taken(one)
        counted = "未清点" if counting is None else "相符" if counting.ok else f"{counting.problem_count}处不符"
        yield (
            str(number),
            "补充" if one.supplement_to else "首次",
            str(one.files),
            str(one.bytes),
            f"{one.at.astimezone(zone):%Y-%m-%d %H:%M}",
            counted,
            f"{signed.by} {signed.at.astimezone(zone):%Y-%m-%d}" if signed else "",
        )


def _digests(packages: Sequence[Package]) -> Iterator[tuple[str, ...]]:
    for number, one in enumerate(packages, 1):
        text = one.manifest_sha256
        yield (str(number), " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP)))


def _entries(rows: Sequence[CatalogueRow]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        pages = "" if row.pages is None else str(row.pages)
        yield (str(row.number), row.code, row.title, f"{row.formed:%Y%m%d}", row.term, pages)
