"""The roster is read critically before it repairs anything: a misspelt entry would be enforced on every sentence.

Nothing is changed. Each finding says what looks wrong and why; somebody who knows the people decides.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from roomctl.api import tr
from roomctl_transcript import lexicon
from roomctl_transcript.findings import Finding
from roomctl_transcript.names import common, fold, syllables
from roomctl_transcript.papers import DOUBLE_SURNAMES, SURNAMES

LONGEST = 4
"""Characters of a Han name; a double surname with two more."""
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FOREIGN = re.compile(r"[\u4e00-\u9fffA-Za-z·. ]+")
"""买买提·艾力, and names in letters."""


def proofread(people: Sequence[tuple[str, str]], text: str = "") -> tuple[Finding, ...]:
    """What looks wrong in a roster.

    Args:
        people: (name, duty or unit).
        text: of the meeting's papers, in which a name may stand otherwise.

    """
    names = list(dict.fromkeys(name for name, _ in people))
    return (*_spelling(people), *_doubles(people), *_alike(names), *_in_papers(names, text))


def _spelling(people: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    for name, _ in people:
        title = next((t for t in lexicon.TITLES if name.endswith(t) and len(name) > len(t)), "")
        if not _FOREIGN.fullmatch(name):
            yield Finding(name, tr("姓名里有数字或符号", "digits or signs in the name"))
        elif title:
            yield Finding(name, tr(f"姓名里带着职务“{title}”", f"the name carries a title: {title}"))
        elif not _HAN.fullmatch(name):
            continue
        elif len(name) == 1:
            yield Finding(name, tr("只有一个字，不会用来改字", "one character: it repairs nothing"), harmless=True)
        elif len(name) > LONGEST:
            yield Finding(name, tr("超过四个字，是否写成了单位", "more than four characters: is it a unit?"))
        elif name[0] not in SURNAMES and not name.startswith(DOUBLE_SURNAMES):
            yield Finding(name, tr(f"“{name[0]}”不是常见的姓", f"{name[0]} is no common surname"))
        elif common(name):
            why = tr("也是一个常用词，只在有职务或点名时才改", "a word too: put right only beside a title or a call")
            yield Finding(name, why, harmless=True)


def _doubles(people: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    duties: dict[str, list[str]] = {}
    for name, duty in people:
        duties.setdefault(name, []).append(duty)
    for name, known in duties.items():
        if len(known) > 1:
            both = "、".join(filter(None, dict.fromkeys(known)))
            yield Finding(name, tr(f"出现 {len(known)} 次：{both}", f"stands {len(known)} times: {both}"))


def _alike(names: Sequence[str]) -> Iterator[Finding]:
    """Two people whom nobody can tell apart by ear, or one who is written in two ways."""
    for one, other in combinations(names, 2):
        if len(one) != len(other) or len(one) < 2 or one[0] != other[0]:  # noqa: PLR2004 - two people of one surname
            continue
        if sound(one) == sound(other):
            why = tr(
                f"与“{other}”读音相同或相近：是两个人，还是写错了一个",
                f"sounds like {other}: two people, or one of them misspelt?",
            )
            yield Finding(one, why)


def _in_papers(names: Sequence[str], text: str) -> Iterator[Finding]:
    """A name of the same sound in the papers, at most one character away, that is on no roster."""
    known = set(names)
    for name in names:
        if len(name) < 3 or name in text:  # noqa: PLR2004 - two syllables sound like too much
            continue
        for at in range(len(text) - len(name) + 1):
            window = text[at : at + len(name)]
            if window[0] != name[0] or window in known or not _HAN.fullmatch(window):
                continue
            if sum(a != b for a, b in zip(name, window, strict=True)) == 1 and sound(window) == sound(name):
                why = tr(f"材料里写作“{window}”", f"the papers have {window}")
                yield Finding(name, why)
                break


def sound(name: str) -> tuple[str, ...]:
    """Its syllables without tones, what ears confuse folded together."""
    return tuple(fold(syllables(c)[0].exact) if syllables(c) else c for c in name)
