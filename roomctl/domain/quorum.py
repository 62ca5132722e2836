"""法定人数: how many members have to be there before a body may decide. What its rules say is set by the office."""

from dataclasses import dataclass
from enum import StrEnum

from roomctl.domain.attendance import Attendance
from roomctl.i18n import tr


class Share(StrEnum):
    """Of the members. 以上 includes the number itself, 过半数 does not (民法典 第一千二百五十九条)."""

    HALF = "half"
    MORE_THAN_HALF = "more_than_half"
    TWO_THIRDS = "two_thirds"
    ALL = "all"

    def of(self, members: int) -> int:
        """Whole people, at least."""
        match self:
            case Share.HALF:
                return -(-members // 2)
            case Share.MORE_THAN_HALF:
                return members // 2 + 1 if members else 0
            case Share.TWO_THIRDS:
                return -(-2 * members // 3)
            case Share.ALL:
                return members

    @property
    def label(self) -> str:
        return tr(*_LABELS[self])


_LABELS = {
    Share.HALF: ("半数以上", "at least half"),
    Share.MORE_THAN_HALF: ("过半数", "more than half"),
    Share.TWO_THIRDS: ("三分之二以上", "at least two thirds"),
    Share.ALL: ("全体", "all"),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """Of one body.

    Attributes:
        proxies, observers: whether they count as well; by themselves only members in person do.

    """

    share: Share
    proxies: bool = False
    observers: bool = False


@dataclass(frozen=True, slots=True)
class Quorum:
    """How it stands this moment: who has left does not count any more.

    Attributes:
        members: on the roster; needed: of them, by the rule; counted: who is there and counts by it.

    """

    rule: Rule
    members: int
    needed: int
    counted: int

    @property
    def met(self) -> bool:
        return self.counted >= self.needed

    @property
    def said(self) -> str:
        """法定人数 半数以上：应到 32，须到 16，已到 19."""
        return tr(
            f"法定人数 {self.rule.share.label}：应到 {self.members}，须到 {self.needed}，已到 {self.counted}",
            f"quorum, {self.rule.share.label}: {self.needed} of {self.members} needed, {self.counted} here",
        )


def quorum(attendance: Attendance, rule: Rule) -> Quorum:
    """The rule held against who is in the room."""
    in_person = [one for one in attendance.members if one.here and one.proxy_arrived is None]
    proxies = [one for one in attendance.members if one.here and one.proxy_arrived is not None]
    observers = [one for one in attendance.observers if one.here]
    counted = len(in_person) + rule.proxies * len(proxies) + rule.observers * len(observers)
    members = attendance.counts.expected
    return Quorum(rule, members, rule.share.of(members), counted)
