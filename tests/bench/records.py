"""会议记录 of three hours as docx, against bare python-docx with the same text.

python -m tests.bench.records [--minutes 180]
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import docx as bare
from roomctl_records.render import docx, template

from roomctl.api import Document, record
from tests.bench import Bench, Goal, median

BENCH = Bench(
    __file__,
    {
        "docx": Goal(
            "会议记录 of three hours as docx", "<=", 2.0, "s", "python-docx, the same paragraphs in two runs each"
        )
    },
)

SENTENCE = "今年新建停车场八个，由市住房城乡建设局牵头，市财政局配合，十二月底前完成选址工作。"
CHARACTERS_A_MINUTE = 240  # of speech, as it is usually reckoned
TURN = 280  # characters that one says before another speaks
ROUNDS = 5


def document(minutes: int) -> Document:
    """So much speech in paragraphs of a turn's length, each with speaker and segment."""
    turns = minutes * CHARACTERS_A_MINUTE // TURN
    text = (SENTENCE * (TURN // len(SENTENCE) + 1))[:TURN]
    blocks: list[record.Block] = []
    for number in range(turns):
        if number % 20 == 0:
            blocks.append(record.Heading(1, f"第{number // 20 + 1}项议题"))
        blocks.append(record.Paragraph(text, lead="李晓明：", segment=f"r1-t1-{number:04d}"))
    return Document(kind="会议记录", title="停车场建设专题会议记录", blocks=tuple(blocks))


def written_bare(paper: Document, path: Path) -> None:
    """What nobody can do without: a paragraph each, in two runs."""
    out = bare.Document()
    for block in paper.blocks:
        paragraph = out.add_paragraph()
        if isinstance(block, record.Paragraph):
            paragraph.add_run(block.lead).bold = True
            paragraph.add_run(block.text)
        elif isinstance(block, record.Heading):
            paragraph.add_run(block.text)
    out.save(str(path))


def main(minutes: int) -> None:
    """Measures both in one run."""
    paper = document(minutes)
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        form = template.load("", here)
        ours = median(lambda: docx.write(paper, here / "a.docx", form, at=datetime(2026, 11, 12, tzinfo=UTC)), ROUNDS)
        theirs = median(lambda: written_bare(paper, here / "b.docx"), ROUNDS)
    BENCH.tell(
        "docx",
        ours,
        ratio=ours / theirs,
        minutes=minutes,
        paragraphs=len(paper.blocks),
        characters=sum(len(block.text) for block in paper.blocks if isinstance(block, record.Paragraph)),
        baseline_s=round(theirs, 3),
    )


if __name__ == "__main__":
    BENCH.run(main, __doc__, minutes=(180, 30))
