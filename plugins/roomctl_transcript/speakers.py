"""Who says a sentence: from the seat's microphone, the operator's marks, a turn of speech, or the voice.

Nothing is guessed: where neither a seat nor a mark nor a cue tells, nobody is named; a voice alone is 发言人1.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from roomctl.api import SpeakerKnownBy, TranscriptSegment
from roomctl_transcript.lexicon import TITLES
from roomctl_transcript.voices import naming

_ACTS = "汇报|发言|介绍|报告|说明|讲话|传达|宣读|补充|谈谈|讲一讲|说一说|说两句"
_ASKS = "有什么意见|有没有意见|怎么看|什么看法|能不能|可不可以|有没有|你看|情况怎么样|意见呢"
_OPENING = re.compile(r"(现在开会|下面开会|会议(现在)?开始|今天(我们)?召开|今天(专题)?研究)")
_BACK = re.compile(
    r"^(好|好的|好，|谢谢|感谢)[，,。]|我同意|下面我(讲|说|提)|我讲几点|我再强调|会议(决定|议定|明确|要求|强调|指出)|"
    r"(下面|接下来|首先|先)请|大家(还)?有(什么|没有)|散会|会议就到这里"
)
_ANSWER = re.compile(r"^(收到|请(各位)?领导放心|请.{0,3}(书记|市长|县长|区长|主任)放心|明白|是，我们)")
"""Somebody answers whom no cue names."""


def assign(
    segments: Sequence[TranscriptSegment],
    *,
    seats: Mapping[int, str],
    marks: Sequence[tuple[float, str]] = (),
    people: Sequence[str] = (),
    chair: str = "",
    voices: Mapping[str, int] = MappingProxyType({}),
    said: Sequence[tuple[float, float, str]] = (),
) -> tuple[TranscriptSegment, ...]:
    """The segments of one recording, each with its speaker where something tells it.

    Args:
        seats: track → person; empty where there is one track for all.
        marks: (second, name) in order, as the operator set them.
        people: names of the roster, so that a cue can name somebody.
        voices: id of a sentence → number of its voice, where voices were told apart.
        said: (from, to, name), as the secretary put it right before; it holds for the voice everywhere.

    """
    if seats:
        return tuple(
            replace(one, speaker=seats[one.track], known_by=SpeakerKnownBy.SEAT) if one.track in seats else one
            for one in segments
        )
    if voices:
        cued = segments if marks else _by_cue(segments, people, chair)
        return naming.name(cued, voices, marks=marks, said=said)
    if marks:
        return tuple(_marked(one, marks) for one in segments)
    return _by_cue(segments, people, chair)


def marked_at(second: float, marks: Sequence[tuple[float, str]]) -> str:
    """Whom the operator's newest mark before that second names; empty where there is none."""
    index = bisect_right(marks, second, key=lambda one: one[0]) - 1
    return marks[index][1].strip() if index >= 0 else ""


def _marked(one: TranscriptSegment, marks: Sequence[tuple[float, str]]) -> TranscriptSegment:
    name = marked_at((one.start + one.end) / 2, marks)
    return replace(one, speaker=name, known_by=SpeakerKnownBy.OPERATOR) if name else one


def _by_cue(
    segments: Sequence[TranscriptSegment], people: Sequence[str], chair: str
) -> tuple[TranscriptSegment, ...]:
    names = "|".join(sorted((re.escape(name) for name in people if len(name) > 1), key=len, reverse=True))
    titles = "|".join(TITLES)
    calls = (
        re.compile(
            f"请(?!示|求|转|通知)[^，。？]{{0,14}}?(?P<name>{names})(?:{titles})?"
            f"(?:[^。？]{{0,12}}?(?:{_ACTS})|[^，。？]{{0,2}}。?$)"  # 汇报 may be heard as 挥报
        )
        if names
        else None
    )
    asks = re.compile(f"(?P<name>{names})(?:{titles})?[，,]?[^。]{{0,14}}?(?:{_ASKS})") if names else None
    now: str | None = None
    out = []
    for index, one in enumerate(segments):
        if one.dropped:
            out.append(one)
            continue
        if (index == 0 and _OPENING.search(one.text)) or _BACK.search(one.text):
            now = chair or None
        elif _ANSWER.search(one.text):
            now = None
        call = (calls.search(one.text) if calls else None) or (asks.search(one.text) if asks else None)
        if call and call["name"] != chair:
            now = chair or None  # whoever gives the floor has it
        out.append(replace(one, speaker=now, known_by=SpeakerKnownBy.CUE) if now else one)
        if call:
            now = call["name"]
    return tuple(out)
