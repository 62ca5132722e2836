"""归档交接单: the figures of the registration, the digests, and the lines for both signatures."""

from dataclasses import replace
from datetime import date

import pytest
from roomctl_records.drafting import archive_hand_over

from roomctl.api import NotFound, Package, record
from roomctl.api.registration import Answer, Contents, Entry, Question, Registration, Result, Signed, Standing
from roomctl.testing.fakes import A_MORNING


def entry(number, **more):
    facts = {
        "number": number, "kind": "录音", "title": f"[{number}]", "formed": date(2026, 11, 12), "term": "永久",
        "responsible": "", "secrecy": "", "files": 1, "bytes": 9,
    }  # fmt: skip
    return Entry(**facts | more)


@pytest.fixture
def standing(facts):
    meeting = facts.meeting
    packages = [
        Package(id=name, meeting=meeting.id, path="p", files=n, bytes=10 * n, manifest_sha256=name * 32, at=A_MORNING,
                targets=("nas",), supplement_to=first)
        for name, n, first in (("aa", 3, ""), ("bb", 1, "aa"))
    ]  # fmt: skip
    held = Contents(entries=(entry("plan", pages=2), entry("r1", seconds=60.0)), questions=())
    made = Registration(signed={"aa": Signed(by="孙丽", at=A_MORNING)})
    return Standing(
        meeting=meeting, packages=packages, open=packages[1:], arrived=frozenset(), receipts=(),
        contents={"aa": held}, unread={}, registration=made, signed=(), numbers={}, lacking=(),
    )  # fmt: skip


def test_it_says_how_much_is_handed_over_and_by_which_digest(standing):
    paper = archive_hand_over.draft(standing, place="第一会议室", office="市政府办公室")
    said = {one.label: one.entries[0] for one in paper.blocks if isinstance(one, record.Labelled)}
    assert said["数量"] == "存档包2个，文件4个，40字节，归档文件1件，录音1件"
    assert said["移交单位"] == "市政府办公室"
    packages, digests, entries = [one for one in paper.blocks if isinstance(one, record.Table)]
    assert [row[1] for row in packages.rows] == ["首次", "补充"]
    assert packages.rows[0][-1].startswith("孙丽")
    assert [row[-1] for row in entries.rows] == ["2", ""]
    assert [row[1].replace(" ", "") for row in digests.rows] == ["aa" * 32, "bb" * 32]
    lines = next(one for one in paper.blocks if isinstance(one, record.Signatures))
    assert lines.roles == ("移交人", "接收人")


def test_there_is_nothing_to_hand_over_before_there_is_a_package(standing):
    with pytest.raises(NotFound):
        archive_hand_over.draft(replace(standing, packages=[]))


def test_each_answer_stands_in_it_with_who_gave_it_and_what_is_open_says_so(standing):
    asked = tuple(
        Question(number=number, title=title, title_en="", property="真实性", why="")
        for number, title in (("GD1-7", "档号规范性"), ("GD2-7", "内容完整性"))
    )
    held = Contents(entries=(), questions=asked)
    answer = Answer(result=Result.NONE, note="由档案系统编", by="周强", at=A_MORNING)
    made = replace(standing.registration, answers={("bb", "GD1-7"): answer})
    paper = archive_hand_over.draft(replace(standing, contents={"bb": held}, registration=made))
    assert [one.rows for one in paper.blocks if isinstance(one, record.Table)][-1] == (
        ("GD1-7", "档号规范性（补充包）", "不适用", "周强", "由档案系统编"),
        ("GD2-7", "内容完整性（补充包）", "未检查", "", ""),
    )
    assert [one.text for one in paper.blocks if isinstance(one, record.Heading)][-1] == "三、人工检查"
