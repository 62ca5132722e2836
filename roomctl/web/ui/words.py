"""A sentence of the transcript: what is unsure is wavy, what was corrected is dotted, and asked about below."""

from collections.abc import Sequence

from roomctl.domain.transcript import Change, TranscriptSegment, Word, placed
from roomctl.i18n import tr
from roomctl.web.ui.part import Child, Part, Press, tag

UNSURE = 0.6
"""Confidence of a word below which it is shown as unsure."""


def transcript_line(
    segment: TranscriptSegment,
    *,
    at: str = "",
    who: str = "",
    unit: str = "",
    asked: Change | None = None,
    on_accept: Press | None = None,
    on_revert: Press | None = None,
    playing: bool = False,
) -> Part:
    """One sentence.

    Args:
        at: when it was said, as the reader sees it; who: the speaker, where another speaks than before, with `unit`.
        asked: the change that a person is asked about; with `on_accept` and `on_revert` it gets two buttons.
        playing: it is the one that is heard.

    """
    said = tag("p", *marked(segment, asked))
    classes = ["rc-ln1", "rc-new" if who else "", "rc-on" if playing else ""]
    return tag(
        "div",
        tag("span", tag("b", who), f"　{unit}" if unit else None, class_="rc-who") if who else None,
        tag("time", at, class_="rc-num") if at else None,
        said,
        _question(segment, asked, on_accept, on_revert) if asked and (on_accept or on_revert) else None,
        class_=" ".join(filter(None, classes)),
    )


def _question(segment: TranscriptSegment, change: Change, accept: Press | None, revert: Press | None) -> Part:
    heard = tag(
        "span",
        tag("span", tr("听到“", "heard “"), class_="rc-s3"),
        change.before,
        tag("span", "”" + (tr("，", ", ") + change.reason if change.reason else ""), class_="rc-s3"),
        class_="rc-grow",
    )
    buttons = [
        _choice(tr("还原", "Revert"), f"revert-{segment.id}", "X", "", revert),
        _choice(tr("接受", "Accept"), f"accept-{segment.id}", "Y", " rc-pri", accept),
    ]
    return tag("div", heard, *buttons, class_="rc-chg")


def _choice(text: str, act: str, key: str, kind: str, press: Press | None) -> Part | None:
    if press is None:
        return None
    shown = tag(
        "button", text, tag("kbd", key), type="button", class_=f"rc-btn rc-sm{kind}", data_act=act, data_hotkey=key
    )
    return Part(shown.html, {act: press})


def marked(segment: TranscriptSegment, asked: Change | None = None) -> list[Child]:
    """The text in runs of one look. A place that was corrected and is unsure too is shown as corrected."""
    text = segment.text
    looks = [""] * len(text)
    _spread(looks, unsure(text, segment.words), "rc-low")
    _spread(looks, corrected(text, segment.changes), "rc-fix")
    if asked is not None:
        _spread(looks, corrected(text, [asked]), "rc-say")
    runs: list[Child] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or looks[end] != looks[start]:
            run = text[start:end]
            runs.append(tag("span", run, class_=looks[start], title=_TITLES[looks[start]]()) if looks[start] else run)
            start = end
    return runs


_TITLES = {
    "rc-low": lambda: tr("听不准", "unsure"),
    "rc-fix": lambda: tr("已改", "corrected"),
    "rc-say": lambda: tr("待确认", "to be confirmed"),
}


def _spread(looks: list[str], places: Sequence[tuple[int, int]], look: str) -> None:
    for start, end in places:
        looks[start:end] = [look] * (end - start)


def unsure(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Where in the text the words stand that the engine was not sure of; one that was replaced stands nowhere."""
    return [(start, end) for word, start, end in placed(text, words) if word.confidence < UNSURE]


def corrected(text: str, changes: Sequence[Change]) -> list[tuple[int, int]]:
    """Where in the text the changes left their words: nearest to where each was made, since later ones shift it."""
    places = []
    for change in changes:
        if not change.after:
            continue
        starts = [i for i in range(len(text)) if text.startswith(change.after, i)]
        if starts:
            start = min(starts, key=lambda i: abs(i - change.at))
            places.append((start, start + len(change.after)))
    return places
