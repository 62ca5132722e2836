"""From a decoded utterance to sentences: raw text, final text, and every change in between with its reason."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from string import ascii_lowercase
from typing import Any, Self

from roomctl.api import Beside, Change, Doubt, TranscriptSegment, Word, tr
from roomctl_transcript import numbers, punctuation
from roomctl_transcript.apart import streams
from roomctl_transcript.beside import Papers
from roomctl_transcript.carry import as_json
from roomctl_transcript.expected import Expected
from roomctl_transcript.findings import Finding
from roomctl_transcript.listen import Heard, phantom
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


Step = Callable[[str, Sentence], tuple[str, tuple[Change, ...]]]


class Writer:
    """Writes the segments of one recording in order, numbered through.

    Args:
        prefix: `r1`; recording: its id; rate: frames a second of the recording.

    Attributes:
        steps: from raw to final text, in this order, because each reads what the one before it wrote: names are not
            looked for across a comma, a numeral not across a name.
        complaints: what went wrong in a step, once for each; its sentences are without it.

    """

    def __init__(self, prefix: str, recording: str, rate: int, prior: Prior) -> None:
        self._prefix, self._recording, self._rate = prefix, recording, rate
        expected, lexicon = Expected(prior.people, prior.terms), Lexicon(prior.people, prior.terms)
        self.steps: dict[str, Step] = {
            "simplify": lambda text, _: simplify(text),
            "punctuation": _punctuate,
            "expected": lambda text, sentence: expected.repair(text, confidences(text, sentence.words)),
            "slips": lambda text, _: slips(text),
            "names": lambda text, _: lexicon.repair(text),
            "numbers": lambda text, _: numbers.write(text),
        }
        self._papers = Papers(dict(prior.papers))
        self._count = 0
        self._failed: set[str] = set()
        self.complaints: list[str] = []

    def write(self, heard: Heard) -> list[dict[str, Any]]:
        """Segments of one utterance as JSON; none where nothing was said."""
        made = []
        for sentence in sentences(heard):
            self._count += 1
            track = Counter(sentence.tracks).most_common(1)[0][0] if sentence.tracks else 1
            name = f"{self._prefix}-t{track}-{self._count:04d}"
            made.append(as_json(self._segment(sentence, heard, name, track)))
        return made

    def cut(
        self, heard: Heard, names: Sequence[str], voices: Sequence[int | None]
    ) -> dict[str, list[dict[str, Any]]]:
        """Sentences in which the voice changes, by the id under which they were written, each in its parts; the
        first part keeps the id, the others have a letter after it.

        Args:
            voices: of each word of the utterance.

        """
        left, found = iter(voices), {}
        for name, sentence in zip(names, sentences(heard), strict=True):
            parts = divided(sentence, [next(left) for _ in sentence.words])
            if len(parts) > 1:
                ids = [name, *(f"{name}{letter}" for letter in ascii_lowercase[1:])]
                found[name] = [
                    as_json(self._segment(part, heard, its, 1)) for its, part in zip(ids, parts, strict=False)
                ]
        return found

    def _segment(self, sentence: Sentence, heard: Heard, name: str, track: int) -> TranscriptSegment:
        start, end = sentence.words[0].start, max(word.end for word in sentence.words)
        text, changes = self.finish(sentence)
        beside, doubts = self._beside(text)
        sure = sum(word.confidence for word in sentence.words) / len(sentence.words)
        return TranscriptSegment(
            id=name,
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
            dropped=heard.dropped or not _has_words(text) or phantom(sentence.words, heard.speech),
        )

    def _beside(self, text: str) -> tuple[Beside | None, tuple[Doubt, ...]]:
        try:
            return self._papers.beside(text)
        except Exception as error:  # noqa: BLE001 - as any step
            self._fail("papers", f"{type(error).__name__}: {error}")
            return None, ()

    def finish(self, sentence: Sentence) -> tuple[str, tuple[Change, ...]]:
        """Final text, and what was changed on the way."""
        text, changes = sentence.text, tuple[Change, ...]()
        for name, step in self.steps.items():
            try:
                written, more = step(text, sentence)
            except Exception as error:  # noqa: BLE001 - a step that fails never costs the text
                self._fail(name, f"{type(error).__name__}: {error}")
                continue
            if _has_words(text) and not _has_words(written):
                self._fail(name, tr(f"“{text.strip()}”没有了", f"{text.strip()!r} was gone"))
                continue
            text, changes = written, changes + more
        return text, changes

    def _fail(self, step: str, why: str) -> None:
        if step not in self._failed:
            self._failed.add(step)
            told = tr(f"“{step}”一步有句子没做成：{why}", f"the step {step!r} was left out of sentences: {why}")
            self.complaints.append(told)


def _has_words(text: str) -> bool:
    """Marks alone are nothing that anybody said."""
    return any(character.isalnum() for character in text)


def sentences(heard: Heard) -> Iterator[Sentence]:
    """Cuts an utterance at the ends of sentences, and where another track speaks."""
    if len(set(heard.tracks)) < 2:  # noqa: PLR2004 - one speaks
        yield from _sentences(heard)
        return
    for part in streams(heard.words, heard.tracks):
        words, tracks = tuple(heard.words[at] for at in part), tuple(heard.tracks[at] for at in part)
        pause = heard.pause if part[-1] == len(heard.words) - 1 else punctuation.STOP_PAUSE
        yield from _sentences(replace(heard, words=words, tracks=tracks, pause=pause))


def _sentences(heard: Heard) -> Iterator[Sentence]:
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


TURN = 2
"""Characters; what is shorter between two changes of voice is a slip of the voices, not a turn."""
NEAREST = 1.0
"""Seconds by which a change of voice may be moved to a pause or a mark: voices are heard in windows of 1.5 s."""


def divided(sentence: Sentence, voices: Sequence[int | None]) -> list[Sentence]:
    """The sentence cut where the voice changes; whole where it does not."""
    said = list(voices)
    for at, voice in enumerate(said):
        if voice is None:
            said[at] = said[at - 1] if at else next((one for one in said if one is not None), None)
    cuts = [0]
    for at in (at for at in range(1, len(said)) if said[at] != said[at - 1]):
        about, words = sentence.words[at].start, sentence.words
        places = [
            place
            for place in range(cuts[-1] + 1, len(said))
            if words[place - 1].end - NEAREST <= about <= words[place].start + NEAREST
        ]
        where = max(places, key=lambda place: (_break(sentence, place), -abs(place - at)), default=at)
        if len("".join(word.text for word in sentence.words[cuts[-1] : where]).strip()) >= TURN:
            cuts.append(where)
    if len("".join(word.text for word in sentence.words[cuts[-1] :]).strip()) < TURN:
        cuts = cuts[: max(1, len(cuts) - 1)]
    if len(cuts) == 1:
        return [sentence]
    return [_part(sentence, start, end) for start, end in pairwise([*cuts, len(said)])]


def _break(sentence: Sentence, place: int) -> float:
    """Seconds of quiet before the word with that index; a mark there counts for half a second."""
    before, after = sentence.words[place - 1], sentence.words[place]
    marked = place - 1 in sentence.marks or bool(set(before.text) & set(punctuation.MARKS))
    return max(0.0, round(after.start - before.end, 1)) + 0.5 * marked


def _part(sentence: Sentence, start: int, end: int) -> Sentence:
    last = end == len(sentence.words)
    marks = {
        at - start: replace(mark, after=at - start) for at, mark in sentence.marks.items() if start <= at < end - 1
    }
    words = sentence.words[start:end]
    clause = "".join(word.text for word in words).strip()
    closing = sentence.end if last else punctuation.end_mark(clause)
    return Sentence(words, sentence.tracks[start:end], marks, closing, sentence.pause if last else 0.0)


def confidences(text: str, words: Sequence[Word]) -> list[float]:
    """The engine's confidence of each character of a text that has only been simplified and punctuated since; 1 of
    all where that cannot be told.
    """
    heard = [word.confidence for word in words for character in word.text if character.isalnum()]
    if len(heard) != sum(character.isalnum() for character in text):
        return [1.0] * len(text)
    each = iter(heard)
    return [next(each) if character.isalnum() else 1.0 for character in text]


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
    end, open_mark = sentence.end, ""
    if written and written[-1] in "，、；：" and end in punctuation.ENDS:
        written, open_mark = written[:-1], written[-1]
    if written and end and not _marked(written, ""):
        changes.append(Change("punctuation", "", end, f"pause {sentence.pause:.2f} s", len(written)))
        written += end
    elif open_mark:
        changes.append(Change("punctuation", open_mark, "", "behind the end of a sentence", len(written)))
    return written, tuple(changes)


def _marked(before: str, after: str) -> bool:
    return before[-1:] in (*punctuation.MARKS, ",", ".", "?", "!") or after[:1] in (*punctuation.MARKS, ",", "?", "!")


def joined(segments: Sequence[TranscriptSegment]) -> str:
    """Final text in one piece."""
    return "".join(segment.text for segment in segments if not segment.dropped)
