"""Where a sentence ends and a comma stands: from pauses, the engine's own marks, and how Chinese sentences end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from roomctl.api import Word
from roomctl_transcript.cutting import Span

STOP_PAUSE = 0.6
"""Seconds of quiet after which a sentence has ended, as a rule; measured on read speech: 0.6 to 1.0 between
sentences, 0.3 to 0.5 between clauses."""
COMMA_PAUSE = 0.28
BREATH, SHORT_BREATH = 0.38, 0.18
"""Seconds; the same behind what is long enough for a sentence, or a clause: reverberation fills a pause by up to
0.2 s, and fast readers make it shorter."""
FULL_SENTENCE, FULL_CLAUSE = 15, 6
"""Characters."""
NEAR = 0.6
"""Seconds by which an engine's word times may be off a pause."""
STRETCHED = 1.6
"""Times the usual length of a character, from which on a word holds a pause."""
SHORT_CLAUSE = 4
"""Characters; what is shorter opens a sentence (好，首先，) rather than being one."""

_FULL = str.maketrans({",": "，", "?": "？", "!": "！", ";": "；", ":": "："})
MARKS = "，。？！；：、"
ENDS = "。？！"

_GOES_ON = re.compile(
    r"(的|和|与|及|由|在|把|对|将|向|是|为|从|以及|并且|而且|但是|因为|如果|关于|同志们|各位领导|首先|其次|另外|此外|"
    r"第[一二三四五六七八九十]+|[一二三四五六七八九十]是|会议(决定|要求|认为|强调|指出|议定|明确)|同志|建议)$"
)
_ASKS = re.compile(
    r"(吗|呢|什么意见|怎么样|怎么办|好不好|行不行|对不对|为什么|多少)$|(能不能|可不可以|是不是|有没有|会不会|要不要)[^，。？]*$"
)
_SAYS = re.compile(r"(研究|讨论|看看|了解|检查|决定|核实)[^，。]*(能不能|是不是|有没有|可不可以)")


@dataclass(frozen=True, slots=True)
class Break:
    """A mark after the word with this index.

    Attributes:
        mark: `，` or `。`; pause: seconds of quiet, 0 where it is the engine's own.

    """

    after: int
    mark: str
    pause: float = 0.0


def breaks(words: Sequence[Word], speech: Sequence[Span]) -> dict[int, Break]:
    """Marks that the pauses ask for, by the index of the word before them. The last word has none."""
    found: dict[int, Break] = {}
    if len(words) < 2:  # noqa: PLR2004 - nothing lies between one
        return found
    sentence = clause = 0
    for one, two in pairwise(speech):
        pause = two.start - one.end
        if pause < SHORT_BREATH:
            continue
        index = _before(words, one.end, two.start)
        if index is None:
            continue
        if words[index + 1].text.startswith(("%", "％", "‰")):
            index += 1  # 75% is one
            if index + 1 == len(words):
                continue
        if _ascii(words[index].text[-1:]) and _ascii(words[index + 1].text[:1]):
            continue  # inside a number or a word of an alphabet
        stops = pause >= (BREATH if _length(words[sentence : index + 1]) >= FULL_SENTENCE else STOP_PAUSE)
        halts = pause >= (SHORT_BREATH if _length(words[clause : index + 1]) >= FULL_CLAUSE else COMMA_PAUSE)
        if stops or (halts and index not in found):
            found[index] = Break(index, "。" if stops else "，", pause)
            clause = index + 1
            sentence = clause if stops else sentence
    return found


def _before(words: Sequence[Word], quiet: float, loud: float) -> int | None:
    """Index of the last word before the pause from `quiet` to `loud`; None where no boundary is near it.

    An engine that aligns by attention stretches the word after a pause over the pause, and is a syllable early: so
    a stretched word that touches the pause follows it, and any other belongs where more of it can be heard.
    """
    usual = median(_per_character(word) for word in words)
    for index, word in enumerate(words[:-1]):
        after = words[index + 1]
        if after.end <= quiet:
            continue
        stretched = _per_character(after) > STRETCHED * usual and after.end > quiet + (loud - quiet) / 2
        if after.start < quiet and not stretched and quiet - after.start > after.end - loud:
            continue  # the next word is still before the pause
        return index if abs(word.end - quiet) <= NEAR + loud - quiet else None
    return None


def _length(words: Sequence[Word]) -> int:
    return sum(len(word.text.strip()) for word in words)


def _per_character(word: Word) -> float:
    return (word.end - word.start) / max(1, len(word.text.strip()))


def _ascii(character: str) -> bool:
    return character.isascii() and character.isalnum()


def settle(mark: str, clause: str, sentence: str) -> str:
    """The mark that stands in the end: a clause that goes on takes a comma, one that asks a question mark."""
    if mark != "。":
        return mark
    if len(sentence) < SHORT_CLAUSE or _GOES_ON.search(clause):
        return "，"
    return end_mark(clause)


def end_mark(clause: str) -> str:
    """`？` after a question, else `。`."""
    return "？" if _ASKS.search(clause) and not _SAYS.search(clause) else "。"


def own(text: str) -> str:
    """The engine's marks in full width, its spaces between clauses as commas; 23,000 → 23000."""
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text.strip())
    text = re.sub(r"(?<!\d)[,?!;:]|[,?!;:](?!\d)", lambda m: m[0].translate(_FULL), text)
    text = re.sub(r"(?<=[\u4e00-\u9fff，。])\.(?!\d)|(?<=\d)\.$", "。", text)
    text = re.sub(r"(?<=[，。？！；：、])\s+", "", text)
    return re.sub(r"(?<=[\u4e00-\u9fff%])\s+(?=[\u4e00-\u9fff\d])", "，", text)
