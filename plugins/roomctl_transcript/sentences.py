"""From a decoded utterance to sentences: raw text, final text, and every change in between with its reason."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from roomctl.api import Change, TranscriptSegment, Word
from roomctl_transcript import numbers, punctuation
from roomctl_transcript.beside import Papers
from roomctl_transcript.carry import as_json
from roomctl_transcript.findings import Finding
from roomctl_transcript.listen import Heard
from roomctl_transcript.names import Lexicon, slips
from roomctl_transcript.proofread import proofread
from roomctl_transcript.simplify import simplify

LONGEST = 15.0
"""Seconds; a sentence that is longer is cut at a comma, so that it can be played back."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is known before anybody speaks.

    Attributes:
        people: (name, duty or unit) of the roster; terms: of agenda, units and papers.
        papers: (file name, text).

    """

    people: tuple[tuple[str, str], ...] = ()
    terms: tuple[str, ...] = ()
    papers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        people, papers = (tuple((one[0], one[1]) for one in row.get(key, ())) for key in ("people", "papers"))
        return cls(people, tuple(row.get("terms", ())), papers)

    def findings(self) -> tuple[Finding, ...]:
        """What looks wrong in the roster, read together with the papers."""
        return proofread(self.people, "\n".join(text for _, text in self.papers))

    def as_json(self) -> dict[str, Any]:
        return {
            "people": [list(one) for one in self.people],
            "terms": list(self.terms),
            "papers": [list(one) for one in self.papers],
        }


@dataclass
class Sentence:
    """Words up to an end mark, with the marks inside them."""

    words: list[Word] = field(default_factory=list)
    tracks: list[int] = field(default_factory=list)
    marks: dict[int, punctuation.Break] = field(default_factory=dict)
    end: str = ""
    pause: float = 0.0

    @property
    def text(self) -> str:
        return "".join(word.text for word in self.words)


class Writer:
    """Writes the segments of one recording in order, numbered through.

    Args:
        prefix: `r1`; recording: its id; rate: frames a second of the recording.

    """

    def __init__(self, prefix: str, recording: str, rate: int, prior: Prior) -> None:
        self._prefix, self._recording, self._rate = prefix, recording, rate
        self._lexicon = Lexicon(prior.people, prior.terms)
        self._papers = Papers(dict(prior.papers))
        self._count = 0

    def write(self, heard: Heard) -> list[dict[str, Any]]:
        """Segments of one utterance as JSON; none where nothing was said."""
        return [as_json(self._segment(sentence, heard)) for sentence in sentences(heard)]

    def _segment(self, sentence: Sentence, heard: Heard) -> TranscriptSegment:
        self._count += 1
        track = Counter(sentence.tracks).most_common(1)[0][0] if sentence.tracks else 1
        start, end = sentence.words[0].start, max(word.end for word in sentence.words)
        text, changes = self.finish(sentence)
        beside, doubts = self._papers.beside(text)
        sure = sum(word.confidence for word in sentence.words) / len(sentence.words)
        return TranscriptSegment(
            id=f"{self._prefix}-t{track}-{self._count:04d}",
            recording=self._recording,
            track=track,
            start=round(start, 3),
            end=round(end, 3),
            first_frame=round(start * self._rate),
            last_frame=max(round(start * self._rate), round(end * self._rate) - 1),
            raw=sentence.text.strip(),
            text=text,
            words=tuple(sentence.words),
            changes=changes,
            confidence=round(sure, 3),
            beside=beside,
            doubts=doubts,
            dropped=heard.dropped,
        )

    def finish(self, sentence: Sentence) -> tuple[str, tuple[Change, ...]]:
        """Final text: simplified, punctuated, names and terms, numbers; in this order, because each step reads
        what the one before it wrote: names are not looked for across a comma, a numeral not across a name.
        """
        text, changes = simplify(sentence.text)
        text, more = _punctuate(text, sentence)
        changes += more
        for step in (slips, self._lexicon.repair, numbers.write):
            text, more = step(text)
            changes += more
        return text, changes


def sentences(heard: Heard) -> Iterator[Sentence]:
    """Cuts an utterance at the ends of sentences."""
    words = heard.words
    marks = punctuation.breaks(words, heard.speech)
    now, clause = Sentence(), ""
    for index, word in enumerate(words):
        now.words.append(word)
        if heard.tracks:
            now.tracks.append(heard.tracks[index])
        clause += word.text
        said = punctuation.own(word.text)[-1:]
        if word.text.endswith(".") and index + 1 < len(words) and words[index + 1].text[:1].isdigit():
            said = ""  # 3. and 6亿 are one number
        mark = marks.get(index)
        if said in punctuation.ENDS and said:
            pause = mark.pause if mark else 0.0
            if index + 1 < len(words):
                now.end, now.pause = said, pause
                yield now
                now, clause = Sentence(), ""
            continue
        if mark is None:
            continue
        wanted = punctuation.settle(mark.mark, clause.strip(), now.text.strip())
        if wanted == "，" and word.end - now.words[0].start > LONGEST:
            wanted = "。"
        if wanted in punctuation.ENDS:
            now.end, now.pause = wanted, mark.pause
            yield now
            now, clause = Sentence(), ""
        else:
            now.marks[len(now.words) - 1] = punctuation.Break(len(now.words) - 1, wanted, mark.pause)
            clause = ""
    if now.words and now.text.strip():
        whole = heard.pause >= punctuation.STOP_PAUSE
        now.end = punctuation.end_mark(clause.strip()) if whole else punctuation.settle("，", clause, now.text)
        now.pause = heard.pause
        yield now


def _punctuate(text: str, sentence: Sentence) -> tuple[str, tuple[Change, ...]]:
    """Marks put in where the pauses are; the engine's own only in full width."""
    changes: list[Change] = []
    if len(text) == len(sentence.text):  # simplified character for character
        out, at = "", 0
        for index, word in enumerate(sentence.words):
            piece = text[at : at + len(word.text)]
            at += len(word.text)
            out += piece
            mark = sentence.marks.get(index)
            if mark and not _marked(out, text[at:]):
                changes.append(Change("punctuation", "", mark.mark, f"pause {mark.pause:.2f} s", len(out)))
                out += mark.mark
        text = out
    written = punctuation.own(text)
    if written != text:
        changes.append(Change("punctuation", text, written, "full width"))
    end = sentence.end
    if written and written[-1] in "，、；：":
        written = written[:-1] if end in punctuation.ENDS else written
    if written and end and not _marked(written, ""):
        changes.append(Change("punctuation", "", end, f"pause {sentence.pause:.2f} s", len(written)))
        written += end
    return written, tuple(changes)


def _marked(before: str, after: str) -> bool:
    return before[-1:] in (*punctuation.MARKS, ",", ".", "?", "!") or after[:1] in (*punctuation.MARKS, ",", "?", "!")


def joined(segments: Sequence[TranscriptSegment]) -> str:
    """Final text in one piece."""
    return "".join(segment.text for segment in segments if not segment.dropped)
