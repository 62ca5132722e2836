"""Draft points, by cue phrase: what a secretary marks by hand today. Each keeps the id of its sentence."""

import re
from collections.abc import Iterable, Iterator

from roomctl.domain.transcript import DraftPoint, PointKind, TranscriptSegment

_WHO = r"[^，。；、？]{2,16}"
_WHEN = (
    r"(?:(?:20\d\d年|今年|明年|本月|下月|\d{1,2}月|年)[^，。；]{0,8}?(?:日|号|底|末|初|旬|月份?)?(?:之前|以前|前|之内|以内|内)"
    r"|[一二三四五六七八九十两\d]{1,3}(?:天|日|周|个月|个工作日|小时)(?:之内|以内|内)"
    r"|(?:本|这|下|下下)?(?:周|星期)[一二三四五六日天末](?:上午|下午|下班)?(?:之前|以前|前)"
    r"|(?:[今明后]天|[今明]晚)(?:上午|下午|下班|中午)?(?:之前|以前|前)"
    r"|(?:[一二三四]季度|[上下]半年|年|月|本周|下周|春节|国庆|节|汛期|会|下班)[底末初]?(?:之前|以前|前))"
)
_OWNER = re.compile(rf"由(?P<owner>{_WHO}?)(?P<role>牵头|负责|主办|承办)")
_SUPPORT = re.compile(r"(?:牵头|负责|主办)[，,](?P<who>[^。；]{2,40}?)(?:等)?(?:配合|协助|协办)")
_DEADLINE = re.compile(rf"(?:于|在|务必|确保|力争)?(?P<when>{_WHEN})")
_SPEAKS = r"[先来再就]?(?:简要|简单)?(?:汇报|报告|发言|介绍|说明|说|谈|讲|补充|表态|宣读|传达|主持|回答|解释)"
_URGED = rf"(?:{_WHEN}|抓紧|尽快|尽早|做好|负责|牵头)"
_OFFICES = "局|委|办|办公室|编办|部|厅|院|中心|公司|集团|政府|街道|乡|镇|处|科|室|站|所|队|台|组|工会|妇联|银行"
_ASKED = re.compile(
    rf"请(?!各|大家)(?P<owner>[^，。；、？]{{1,14}}?(?:(?:{_OFFICES})(?=[^，。；、？]{{2}})(?!{_SPEAKS})"
    rf"(?![^，。；、？]{{0,2}}(?:{_OFFICES})|公室|员|长|主任|副|的|同志)"
    rf"|同志(?={_URGED})))"
)
_TOPIC = re.compile(
    r"(会议(听取|审议|研究|讨论)|(今天|本次会议)[^。]{0,10}(研究|审议|讨论|听取)|召开[^。]{0,12}会议[，,]?(研究|审议))"
)
_DECISION = re.compile(
    r"会议?(决定|议定|明确|确定)|原则(上)?同意|审议通过|一致同意|(会议|我)(原则)?同意(?!见|大家|你|他|这个意见)"
)
_OPINION = re.compile(
    r"(会议|领导|同志)?(认为|指出|强调)|^(另外|同时)?[，,]?(我们?)?(建议|提议|希望)|主要有[^。]{0,8}问题|我补充"
)
_DEMAND = re.compile(r"会议要求|要求[^。]{2,}(抓好|落实|完成|做好)|请各[^。]{2,12}(认真|切实|抓好|做好)")


def draft(segments: Iterable[TranscriptSegment]) -> tuple[DraftPoint, ...]:
    """Points in the order of speech; a sentence gives at most one."""
    return tuple(point for segment in segments if not segment.dropped for point in _of(segment))


def _of(segment: TranscriptSegment) -> Iterator[DraftPoint]:
    text = segment.text
    if point := _action(segment):
        yield point
    elif _DECISION.search(text) and not text.endswith("？"):
        yield DraftPoint(kind=PointKind.DECISION, text=text, segment=segment.id)
    elif _TOPIC.search(text):
        yield DraftPoint(kind=PointKind.TOPIC, text=text, segment=segment.id)
    elif _OPINION.search(text):
        yield DraftPoint(kind=PointKind.OPINION, text=text, segment=segment.id)


def _action(segment: TranscriptSegment) -> DraftPoint | None:
    """由X牵头，Y配合，于D前… ; 由X负责，在D前… ; Z由X负责，D前完成… ; 请X三天内… ; 会议要求…"""
    text = segment.text
    owner = _OWNER.search(text)
    asked = None if owner else _ASKED.search(text)
    demand = None if owner or asked else _DEMAND.search(text)
    if not owner and not asked and not demand:
        return None
    deadline = _DEADLINE.search(text, owner.end() if owner else asked.end() if asked else 0)
    if demand:
        what = text[demand.end() if demand[0] == "会议要求" else demand.start() :]
        who = ""
    else:
        found = owner or asked
        assert found is not None  # noqa: S101 - one of the two, see above
        who = found["owner"].strip()
        what = _what(text, found.start(), found.end(), deadline)
    return DraftPoint(
        kind=PointKind.ACTION,
        text=text,
        segment=segment.id,
        owner=who,
        support=() if demand else _support(text),
        deadline=_when(deadline) if deadline else "",
        what=what.strip("，,。；：: "),
    )


def _support(text: str) -> tuple[str, ...]:
    match = _SUPPORT.search(text)
    return tuple(part for part in re.split(r"[、，和及]", match["who"]) if part) if match else ()


def _when(match: re.Match[str]) -> str:
    return match["when"]


def _what(text: str, start: int, end: int, deadline: re.Match[str] | None) -> str:
    """What is to be done: what stands after owner, support and deadline, led by a topic that stands before 由."""
    topic = re.sub(r"^第[一二三四五六七八九十]+[，,]?", "", text[:start]).strip("，,。；")
    rest = text[deadline.end() :] if deadline else text[end:]
    if not deadline:
        rest = re.sub(r"^[，,]?[^，。；]{2,30}(配合|协助|协办)", "", rest)
    rest = rest.strip("，,。；")
    return f"{topic}：{rest}" if topic and rest else rest or topic
