"""A paper of each kind with all that one may have, to see a template by. Its people and units are made up."""

from roomctl.api import Document, record
from roomctl_records.drafting import wording

_BODY = (
    "会议听取了市住房城乡建设局关于停车场建设情况的汇报。会议议定，原则同意停车场建设方案，"
    "由市住房城乡建设局牵头，市财政局、市自然资源和规划局配合，12月底前完成选址。"
)


def document(kind: str, *, numbered: bool = False) -> Document:
    """The sample of that kind."""
    blocks: list[record.Block] = [
        record.Heading(1, "一、停车场建设"),
        record.Heading(2, "（一）选址"),
        record.Paragraph(_BODY),
        record.Heading(3, "1. 资金"),
        record.Heading(4, "（1）来源"),
        record.Paragraph(_BODY, lead="李晓明："),
        record.Space(),
        record.Labelled(
            "出席", tuple(wording.flow([wording.spaced(name) for name in ("张建国", "王芳", "欧阳文华")]))
        ),
        record.Labelled("主持人", ("张建国",)),
    ]
    if not numbered:
        table = record.Table(
            ("序号", "姓名", "单位及职务"), (("1", "张建国", "副市长"), ("2", "王芳", "")), (1, 2, 4)
        )
        blocks += [table, record.Note("共2人。"), record.Signatures(("主持人", "记录人"))]
    office = "示例市人民政府办公室"
    return Document(
        kind=kind,
        title=f"停车场建设专题会议{kind.removeprefix('会议')}",
        blocks=tuple(blocks),
        mark="" if numbered else "内部",
        masthead=record.Masthead("示例市人民政府专题会议纪要", "第12期", office, "2026年11月15日")
        if numbered
        else None,
        imprint=record.Imprint("分送", ("市财政局、市住房城乡建设局",), office, "2026年11月15日")
        if numbered
        else None,
    )
