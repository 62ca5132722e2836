"""The chain of a meeting: equipment → sign-in → sound → words → record → archive."""

from collections.abc import Sequence
from dataclasses import dataclass

from roomctl.i18n import tr
from roomctl.web.ui.glyphs import Look, state_glyph
from roomctl.web.ui.part import Part, part, tag

_DONE = frozenset({Look.OK, Look.WAIVED, Look.ACCEPTED, Look.SKIPPED, Look.WARN})
_LIVE = frozenset({Look.RUNNING, Look.RECORDING, Look.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link: a state and one figure.

    Attributes:
        share: how far it is, 0 to 1, where it is under way.
        href: the page, or the place on it, that this link leads to.

    """

    name: str
    look: Look
    figure: str | Part = "—"
    share: float = 0.6
    href: str = ""


def chain_strip(links: Sequence[Link], *, compact: bool = False) -> Part:
    """All links in a row; the line between two breaks behind a fault, and goes on behind it.

    Args:
        compact: as it stands in a row of the home page; else as it tops a meeting's page, each link leading on.

    """
    drawn = [_compact(link, last=link is links[-1]) if compact else _wide(link) for link in links]
    if not compact:
        drawn = [one for link, made in zip(links, drawn, strict=True) for one in (made, _line(link))][:-1]
    label = tr("会议六环", "chain of the meeting")
    return tag("div", *drawn, class_="rc-chain rc-compact" if compact else "rc-chain", role="group", aria_label=label)


def _class(link: Link) -> str:
    kind = {Look.CRIT: "crit", Look.WARN: "warn", Look.WAITING: "wait"}.get(link.look)
    if link.look in _LIVE:
        kind = "run"
    return f"rc-link rc-{kind}" if kind else "rc-link"


def _line(link: Link) -> Part:
    kind = ""
    if link.look in {Look.CRIT, Look.UNKNOWN}:
        kind = " rc-cut"
    elif link.look in _LIVE:
        kind = " rc-live"
    elif link.look not in _DONE:
        kind = " rc-next"
    return tag("i", class_=f"rc-ln{kind}")


def _compact(link: Link, *, last: bool) -> Part:
    return tag(
        "div",
        tag("div", state_glyph(link.look, share=link.share), None if last else _line(link), class_="rc-g"),
        tag("b", link.name),
        tag("span", part(link.figure), class_="rc-num"),
        class_=_class(link),
    )


def _wide(link: Link) -> Part:
    return tag(
        "a",
        state_glyph(link.look, size="l", share=link.share),
        tag("div", tag("b", link.name), tag("span", part(link.figure), class_="rc-num")),
        class_=_class(link),
        href=link.href or None,
    )
