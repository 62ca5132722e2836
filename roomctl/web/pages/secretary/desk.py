"""The secretary's page as it stands open in one browser: what is drawn here, and what its scripts are told."""

import json
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from nicegui import ui as gui

from roomctl.domain.events import LoggedEvent
from roomctl.i18n import speaking
from roomctl.services import cutting, points
from roomctl.web.pages.links import links
from roomctl.web.pages.secretary import bars, stage
from roomctl.web.pages.secretary.sight import Sight, opened, seen_by
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.rest.lines import LineShape
from roomctl.web.ui import Part, chain_strip, state_chip, tag

EACH = 2.0
"""Seconds between two looks at what others have changed."""

SLOW = 10.0
"""Seconds between two looks at the whole meeting, where nothing of its transcript changed."""

ONE = frozenset({"transcript.corrected", "transcript.taken_back", "transcript.confirmed", "transcript.speaker_named"})
"""Events that are about one sentence."""

CUT = frozenset({cutting.SPLIT, cutting.MERGED})
POINTS = frozenset({points.WRITTEN, points.ADDED, points.STRUCK})
"""After any other event of a transcript the browser reads it anew."""

_MOST = 40  # sentences that are sent one by one


class Desk:
    """One open page of one meeting."""

    def __init__(self, visitor: Visitor, meeting: str) -> None:
        self.visitor, self.meeting = visitor, meeting
        self._client = gui.context.client
        self._visible, self._after, self._looked = True, 0, 0.0
        self._told: Mapping[str, Any] = {}
        self._sight: Sight | None = None
        area = partial(Area, visitor, self.look)
        with gui.teleport(".rc-top"):
            self.title = area("rc-about")
        with gui.element("div").classes("rc-wd"):
            self.chain, self.bars = area(), area("rc-bars")
            self._stage = gui.html("", sanitize=False).classes("rc-stage")
        gui.on("secretary_seen", lambda event: self._show(visible=bool(event.args)))

    def _show(self, *, visible: bool) -> None:
        self._visible = visible

    async def begin(self) -> None:
        """The page as it opens."""
        self._after = await self.visitor.run(self._newest)
        await self.look()
        if self._sight is not None:
            with speaking(self.visitor.language):
                self._stage.set_content(stage.stage(self._sight).html)

    def _newest(self) -> int:
        rows = self.visitor.use.events(limit=1)
        return rows[0].seq if rows else 0

    async def look(self) -> None:
        """Everything anew; only what differs is sent."""
        seen: Sight = await self.visitor.run(seen_by, self.visitor, self.meeting)
        self._sight, self._looked = seen, self.visitor.board.monotonic()
        shown: Sequence[tuple[Area, Any]] = (
            (self.title, lambda: _title(seen)),
            (self.chain, lambda: chain_strip(links(seen.facts))),
            (self.bars, lambda: bars.bars(seen)),
        )
        for area, make in shown:
            area.show(await self.visitor.draw(make))
        with speaking(self.visitor.language):
            told = opened(seen)
        if self._told and told != self._told:
            self._tell({"opened": told})
        self._told = told

    async def look_if_seen(self) -> None:
        """A page that nobody sees is not kept up to date."""
        if not self._visible or not self._client.has_socket_connection:
            return
        rows, grown = await self.visitor.run(self._since)
        if rows:
            self._after = rows[-1].seq
            self._tell(await self.visitor.run(self._changed, rows))
        if rows or grown or self.visitor.board.monotonic() - self._looked >= SLOW:
            await self.look()

    def _since(self) -> tuple[Sequence[LoggedEvent], bool]:
        """What happened to the meeting and its words, the oldest first; whether there are more sentences by now."""
        use, sight = self.visitor.use, self._sight
        rows = use.events(
            stream=self.meeting, kinds=("transcript.*", "meeting.*"), after=self._after, newest=False, limit=200
        )
        if sight is None or (sight.newest and sight.newest.version.complete):
            return rows, False
        heads = use.transcript_heads(self.meeting)
        return rows, list(heads) != list(sight.heads)

    def _changed(self, rows: Sequence[LoggedEvent]) -> Mapping[str, Any]:
        """Sentences one by one, where so few changed; else that the page has to read all of them again."""
        words = [(row.kind, json.loads(row.data)) for row in rows if row.kind.startswith("transcript.")]
        named = {(data.get("transcript", ""), data.get("sentence", "")) for kind, data in words if kind in ONE}
        cuts = [data for kind, data in words if kind in CUT]
        if any(kind not in ONE | CUT | POINTS for kind, _ in words) or len(named) + len(cuts) > _MOST:
            return {"again": True}
        told: dict[str, Any] = {"lines": self._lines(sorted(named))}
        if cuts:
            ends = dict.fromkeys((data["transcript"], data[end]) for data in cuts for end in ("sentence", "second"))
            lines = self._lines(list(ends))
            gone = {name for _, name in ends} - {line["id"] for line in lines}
            behind = {data["second"]: data["sentence"] for data in cuts}
            told["cut"] = {"lines": lines, "behind": behind, "gone": sorted(gone)}
        if words:
            told["points"] = True  # they follow the words
        return told

    def _lines(self, named: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
        found = (self.visitor.use.sentence(transcript, sentence) for transcript, sentence in named)
        return [LineShape.of(one).model_dump(mode="json") for one in found if one and not one.dropped]

    def _tell(self, told: Mapping[str, Any]) -> None:
        said = json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        self._client.run_javascript(f"if (window.rcWords) rcWords.told({said})")


def _title(seen: Sight) -> Part:
    meeting = seen.facts.meeting
    kind = {"in_session": "run", "recess": "warn", "adjourned": "run"}.get(meeting.state.value, "")
    return tag(
        "div",
        tag("i", class_="rc-sep"),
        tag("h1", meeting.title, class_="rc-ell rc-tt", title=meeting.title),
        state_chip(meeting.state.label, kind),
        class_="rc-row",
    )
