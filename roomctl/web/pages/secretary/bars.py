"""What is said above the transcript: that it is read only, that it still grows, that it has stopped."""

from roomctl.domain.lifecycle import State
from roomctl.i18n import tr
from roomctl.web.pages.secretary.sight import Sight
from roomctl.web.ui import Part, clock_text, join, note_bar

_LATE = 60.0
"""Seconds of speech without text that are worth a word."""


def bars(seen: Sight) -> Part:
    """One line each; nothing where all is as it should be."""
    found: list[Part] = []
    stuck = seen.facts.stuck.get("transcript", "")
    if stuck:
        found.append(
            note_bar(
                "crit", stuck, strong=tr("转写停了，声音已存。", "Transcribing has stopped; the sound is kept. ")
            )
        )
    newest = seen.newest
    if newest and not newest.version.complete and not stuck:
        behind = newest.version.speech - newest.version.covered
        done = clock_text(newest.version.covered)
        said = tr(f"已有 {done} 的文字，后面的会自己出来。", f"text for {done} so far; the rest appears by itself.")
        if behind > _LATE and seen.facts.meeting.state is State.ADJOURNED:
            said += tr(f"还差 {clock_text(behind)}。", f" {clock_text(behind)} to go.")
        found.append(note_bar("run", said, strong=tr("正在转写", "Transcribing")))
    if seen.locked:
        found.append(note_bar("unk", seen.locked, strong=tr("只读", "Read only")))
    return join(found)
