"""会议材料 that are handed out and collected again: each copy by its number, with its holder.

A copy of a 涉密 paper is registered, signed out and signed back by its number (份号, GB/T 9704-2012 section 7.2.1);
it is never released: what cannot be collected is handed over to the 机要 by name and with a reference, which stays.
Of other papers the head of the meeting's service may write where a copy is, and release it; the 机要 see that.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from roomctl.domain.access import Right
from roomctl.domain.clearing import ClearingFact, Press
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr

REGISTERED = "handout.registered"
SIGNED_OUT = "handout.signed_out"
RETURNED = "handout.returned"
RELEASED = "handout.released"
TRANSFERRED = "handout.transferred"
SEEN = "handout.release_seen"
UNDONE = "handout.undone"
"""The last of the acts above is taken back."""

MAX_COPIES = 1000
"""Of one registration."""


class HandoutState(StrEnum):
    """Where a copy is."""

    STOCK = "stock"
    """Registered, and still with the service."""
    OUT = "out"
    BACK = "back"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    """The 机要 look for it."""

    @property
    def label(self) -> str:
        return tr(*_LABELS[self])


_LABELS = {
    HandoutState.STOCK: ("未发出", "not handed out"),
    HandoutState.OUT: ("未收回", "out"),
    HandoutState.BACK: ("已收回", "collected"),
    HandoutState.RELEASED: ("已放行", "released"),
    HandoutState.TRANSFERRED: ("已移交机要", "with the 机要"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Handout:
    """One copy.

    Attributes:
        document: title or 文号 of the paper; copy: its 份号, unique in the document.
        secrecy: of the paper.
        holder: id of a person on the roster, empty where nobody has it; name: as it was written then.
        where: of a release or a hand-over: where the copy is, and its reference.
        last: who did the last act, and when.
        seen: who of the 机要 has seen the release.

    """

    id: str
    document: str
    copy: str
    secrecy: Secrecy
    last: Press
    state: HandoutState = HandoutState.STOCK
    holder: str = ""
    name: str = ""
    where: str = ""
    seen: Press | None = None
    before: "Handout | None" = None

    @property
    def line(self) -> str:
        """《实施方案》017 号."""
        return tr(f"{self.document} {self.copy} 号", f"{self.document} no. {self.copy}")

    @property
    def settled(self) -> bool:
        """Accounted for. A copy of a 涉密 paper that never left the service counts too."""
        return self.state is not HandoutState.OUT

    @property
    def undone_with(self) -> Right:
        """What somebody needs who takes the last act of this copy back: the right by which it was done."""
        return _DONE_WITH.get(self.state, Right.HANDLE_PAPERS)

    def need(self, kind: str) -> None:
        """Whether that act may follow now. Raises: Refused."""
        if kind == RELEASED and self.secrecy.state_secret:
            raise Refused(
                tr(f"{self.line}是涉密文件，不能放行", f"{self.line} is secret and cannot be released"),
                mend=tr(
                    "收回后登记；确实收不回的，由保密员登记移交机要",
                    "collect it; where that fails, the security officer takes it over",
                ),
            )
        if self.state not in _BEFORE[kind]:
            raise Refused(
                tr(f"{self.line}现在是“{self.state.label}”", f"{self.line} is {self.state.label!r}"),
                mend=tr("请刷新后再看", "look again"),
            )


_DONE_WITH: Mapping[HandoutState, Right] = {
    HandoutState.RELEASED: Right.RELEASE_PAPERS,
    HandoutState.TRANSFERRED: Right.ANSWER_FOR_PAPERS,
}

_BEFORE: Mapping[str, frozenset[HandoutState]] = {
    SIGNED_OUT: frozenset({HandoutState.STOCK, HandoutState.BACK}),
    RETURNED: frozenset({HandoutState.OUT, HandoutState.RELEASED, HandoutState.TRANSFERRED}),
    RELEASED: frozenset({HandoutState.OUT}),
    TRANSFERRED: frozenset({HandoutState.OUT}),
    SEEN: frozenset({HandoutState.RELEASED}),
    UNDONE: frozenset(HandoutState) - {HandoutState.STOCK},
}

_AFTER = {
    SIGNED_OUT: HandoutState.OUT,
    RETURNED: HandoutState.BACK,
    RELEASED: HandoutState.RELEASED,
    TRANSFERRED: HandoutState.TRANSFERRED,
}


@dataclass(frozen=True, slots=True)
class Handouts:
    """All copies of one meeting, in the order in which they were registered."""

    copies: tuple[Handout, ...] = ()

    @property
    def out(self) -> tuple[Handout, ...]:
        """Those that are to be collected still."""
        return tuple(one for one in self.copies if not one.settled)

    @property
    def settled(self) -> Press | None:
        """When the last one was accounted for; None while one is out, or where none left the service."""
        gone = [one for one in self.copies if one.state is not HandoutState.STOCK]
        if not gone or self.out:
            return None
        return max((one.last for one in gone), key=lambda press: press.at)

    @property
    def unseen(self) -> tuple[Handout, ...]:
        """Released, and nobody of the 机要 has seen it."""
        return tuple(one for one in self.copies if one.state is HandoutState.RELEASED and one.seen is None)

    def find(self, wanted: str) -> Handout:
        """By id, or by 份号 where that is unique; 17 is 017 and 000017. Raises: NotFound."""
        found = [one for one in self.copies if one.id == wanted]
        found = found or [one for one in self.copies if one.copy == wanted]
        if not found and wanted.isdecimal():
            bare = wanted.lstrip("0")
            found = [one for one in self.copies if one.copy.isdecimal() and one.copy.lstrip("0") == bare]
        if len(found) == 1:
            return found[0]
        raise NotFound(
            tr(f"没有登记 {wanted[:64]} 号材料", f"no copy {wanted[:64]!r} is registered")
            if not found
            else tr(f"{wanted} 号不止一份", f"several papers have a copy {wanted}"),
            mend=tr("见材料登记表", "see the register"),
        )


def derive(facts: Iterable[ClearingFact]) -> Handouts:
    """The register as it stands. Args: facts: of one meeting, in the order of the log."""
    copies: dict[str, Handout] = {}
    for fact in facts:
        data = fact.data
        if fact.kind == REGISTERED:
            for one in _registered(data, fact.press):
                copies[one.id] = one
        elif (old := copies.get(str(data.get("handout")))) is not None:
            copies[old.id] = _after(old, fact)
    return Handouts(tuple(copies.values()))


def _registered(data: Mapping[str, Any], press: Press) -> Iterable[Handout]:
    secrecy = Secrecy(Level(data["level"]), data.get("years"), until=data.get("until", ""))
    for one in data["copies"]:
        yield Handout(id=one["id"], document=data["document"], copy=one["copy"], secrecy=secrecy, last=press)


def _after(old: Handout, fact: ClearingFact) -> Handout:
    if fact.kind == UNDONE:
        return old.before or old
    if fact.kind == SEEN:
        return replace(old, seen=fact.press)
    if fact.kind not in _AFTER:
        return old
    own: dict[str, Any] = {"state": _AFTER[fact.kind], "last": fact.press, "seen": None, "before": old}
    if fact.kind == SIGNED_OUT:
        own |= {"holder": str(fact.data["person"]), "name": str(fact.data["name"]), "where": ""}
    if fact.kind in {RELEASED, TRANSFERRED}:
        own |= {"where": str(fact.data["where"])}
    return replace(old, **own)


def numbers(first: int, count: int, width: int = 3) -> tuple[str, ...]:
    """001, 002 … as many as are wanted.

    Args:
        first: the number of the first copy; width: digits, with zeros in front.

    Raises:
        Refused: none, or more than `MAX_COPIES`.

    """
    if first < 0 or not 1 <= count <= MAX_COPIES:
        raise Refused(
            tr("份数不对", "the number of copies is wrong"), tr(f"1 至 {MAX_COPIES} 份", f"1 to {MAX_COPIES}")
        )
    return tuple(f"{n:0{width}}" for n in range(first, first + count))
