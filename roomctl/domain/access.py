"""Who may do what: one table of rights, and one of what each 密级 asks for."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from roomctl.domain.lifecycle import State
from roomctl.domain.secrecy import Level, Way, may
from roomctl.i18n import tr


class Role(StrEnum):
    """What a person is here for; a person may have several."""

    TECHNICIAN = "technician"
    OPERATOR = "operator"
    SECRETARY = "secretary"
    APPROVER = "approver"
    USHER = "usher"
    """会务员: sign-in desk, ushers, clearing. A temp at the door never holds the secretary's rights."""
    SECURITY = "security"
    """保密员: handover, numbered papers."""
    ARCHIVIST = "archivist"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        return tr(*_LABELS[self])


_LABELS = {
    Role.TECHNICIAN: ("技术员", "technician"),
    Role.OPERATOR: ("录音员", "operator"),
    Role.SECRETARY: ("秘书", "secretary"),
    Role.APPROVER: ("审批人", "approver"),
    Role.USHER: ("会务员", "usher"),
    Role.SECURITY: ("保密员", "security officer"),
    Role.ARCHIVIST: ("档案员", "archivist"),
    Role.ADMIN: ("管理员", "administrator"),
}


class Right(StrEnum):
    """What a route, a page or a button asks for."""

    SEE_MEETINGS = "meetings.read"
    PLAN_MEETINGS = "meetings.plan"
    MOVE_MEETINGS = "meetings.move"
    """Takes a meeting along its life cycle; `MOVES` says which step asks for what else."""
    APPROVE_MEETINGS = "meetings.approve"
    RUN_MEETINGS = "meetings.run"
    CLOSE_MEETINGS = "meetings.close"
    OVERRULE = "meetings.overrule"
    """Takes the objections of plugins upon himself."""
    ACCEPT_ARCHIVE = "archive.accept"
    RETRY_ARCHIVE = "archive.retry"
    """Has a delivery that failed tried again at once: who mends the share, or waits for it."""
    SEE_ROSTER = "roster.read"
    EDIT_ROSTER = "roster.edit"
    SIGN_IN = "attendance.write"
    DECIDE_LEAVE = "leave.decide"
    CLEAR_ROOM = "clearing.write"
    """清理会场: presses a task of the list, puts down what was left behind."""
    HANDLE_PAPERS = "handouts.write"
    """会议材料 by their numbers: hands them out, and collects them."""
    RELEASE_PAPERS = "handouts.release"
    """Lets a meeting be closed without a copy, and says where it is; never a 涉密 one."""
    ANSWER_FOR_PAPERS = "handouts.answer"
    """Of the 机要: sees each release, and takes over what cannot be collected."""
    SEE_SECRECY = "secrecy.read"
    """What this machine is declared for, the registered media, the points before a 涉密 meeting, the handovers."""
    DECLARE_MACHINE = "secrecy.declare"
    KEEP_MEDIA = "secrecy.media"
    CONFIRM_SECRECY = "secrecy.confirm"
    RECEIVE_MEDIA = "secrecy.receive"
    SEE_LOG = "order_log.read"
    NOTE_LOG = "order_log.write"
    SEE_RECORDINGS = "recordings.read"
    HEAR_RECORDINGS = "recordings.hear"
    """Listens to what is on disk. What is heard before the meeting, in a test take, asks for `checks.run`."""
    MARK_RECORDINGS = "recordings.mark"
    SEE_TRANSCRIPTS = "transcripts.read"
    CORRECT_TRANSCRIPTS = "transcripts.write"
    SEE_RECORDS = "records.read"
    """The papers of a meeting: 会议记录, 纪要, 签到表."""
    WRITE_RECORDS = "records.write"
    SIGN_RECORDS = "records.sign"
    """审核 and 签发."""
    TAKE_IN_SIGNED = "records.signed"
    """Takes in the scan of a paper that was signed by hand."""
    SEE_CHECKS = "checks.read"
    RUN_CHECKS = "checks.run"
    WAIVE_CHECKS = "checks.waive"
    SEE_EVENTS = "events.read"
    OPEN_SCREENS = "screens.open"
    """Hands out the links of screens that nobody signs on at; each screen asks for a right of its own as well."""
    SEE_STATUS = "status.read"
    """Why a plugin is down, and the mend."""
    SEE_PLUGINS = "plugins.read"
    MANAGE_PLUGINS = "plugins.manage"
    EDIT_SETTINGS = "settings.edit"
    MANAGE_ACCOUNTS = "accounts.manage"


_T, _O, _S, _AP = Role.TECHNICIAN, Role.OPERATOR, Role.SECRETARY, Role.APPROVER
_U, _SEC, _AR, _AD = Role.USHER, Role.SECURITY, Role.ARCHIVIST, Role.ADMIN

RIGHTS: dict[Right, frozenset[Role]] = {
    Right.SEE_MEETINGS: frozenset(Role),
    Right.PLAN_MEETINGS: frozenset({_S, _AP, _AD}),
    Right.MOVE_MEETINGS: frozenset({_O, _S, _AP, _AR, _AD}),
    Right.APPROVE_MEETINGS: frozenset({_AP, _AD}),
    Right.RUN_MEETINGS: frozenset({_O, _S, _AD}),
    Right.CLOSE_MEETINGS: frozenset({_S, _AD}),
    Right.OVERRULE: frozenset({_S, _AP, _AD}),
    Right.ACCEPT_ARCHIVE: frozenset({_AR, _AD}),
    Right.RETRY_ARCHIVE: frozenset({_T, _S, _AR, _AD}),
    Right.SEE_ROSTER: frozenset({_O, _S, _AP, _U, _SEC, _AR, _AD}),
    Right.EDIT_ROSTER: frozenset({_S, _AD}),
    Right.SIGN_IN: frozenset({_U, _S, _AD}),
    Right.DECIDE_LEAVE: frozenset({_AP, _AD}),
    Right.CLEAR_ROOM: frozenset({_T, _O, _S, _U, _SEC, _AD}),
    Right.HANDLE_PAPERS: frozenset({_S, _U, _SEC, _AD}),
    Right.RELEASE_PAPERS: frozenset({_S, _AP, _AD}),
    Right.ANSWER_FOR_PAPERS: frozenset({_SEC}),
    Right.SEE_SECRECY: frozenset({_S, _AP, _SEC, _AR, _AD}),
    Right.DECLARE_MACHINE: frozenset({_AD}),
    Right.KEEP_MEDIA: frozenset({_SEC}),
    Right.CONFIRM_SECRECY: frozenset({_S, _SEC}),
    Right.RECEIVE_MEDIA: frozenset({_SEC, _AR}),
    Right.SEE_LOG: frozenset({_T, _O, _S, _AP, _U, _AR, _AD}),
    Right.NOTE_LOG: frozenset({_O, _S, _U, _AD}),
    Right.SEE_RECORDINGS: frozenset({_T, _O, _S, _AP, _AR, _AD}),
    Right.HEAR_RECORDINGS: frozenset({_O, _S, _AP, _AD}),
    Right.MARK_RECORDINGS: frozenset({_O, _S, _AD}),
    Right.SEE_TRANSCRIPTS: frozenset({_S, _AP, _AR, _AD}),
    Right.CORRECT_TRANSCRIPTS: frozenset({_S, _AD}),
    Right.SEE_RECORDS: frozenset({_S, _AP, _AR, _AD}),
    Right.WRITE_RECORDS: frozenset({_S, _AD}),
    Right.SIGN_RECORDS: frozenset({_AP, _AD}),
    Right.TAKE_IN_SIGNED: frozenset({_S, _AR, _AD}),
    Right.SEE_CHECKS: frozenset({_T, _O, _S, _AP, _AD}),
    Right.RUN_CHECKS: frozenset({_T, _O, _AD}),
    Right.WAIVE_CHECKS: frozenset({_T, _S, _AP, _AD}),
    Right.SEE_EVENTS: frozenset({_T, _S, _SEC, _AR, _AD}),
    Right.OPEN_SCREENS: frozenset({_T, _O, _S, _U, _AD}),
    Right.SEE_STATUS: frozenset({_T, _O, _S, _AD}),
    Right.SEE_PLUGINS: frozenset({_T, _AD}),
    Right.MANAGE_PLUGINS: frozenset({_T, _AD}),
    Right.EDIT_SETTINGS: frozenset({_T, _AD}),
    Right.MANAGE_ACCOUNTS: frozenset({_AD}),
}
"""Every right, and the roles that hold it."""

MOVES: dict[State, Right] = {
    State.PLANNED: Right.PLAN_MEETINGS,
    State.APPROVED: Right.APPROVE_MEETINGS,
    State.OPEN: Right.RUN_MEETINGS,
    State.IN_SESSION: Right.RUN_MEETINGS,
    State.RECESS: Right.RUN_MEETINGS,
    State.ADJOURNED: Right.RUN_MEETINGS,
    State.CLOSED: Right.CLOSE_MEETINGS,
    State.DEPOSITED: Right.ACCEPT_ARCHIVE,  # returned with a reason
    State.ARCHIVED: Right.ACCEPT_ARCHIVE,
    State.CANCELLED: Right.PLAN_MEETINGS,
}
"""What it takes to bring a meeting into a state."""

CLEARED: dict[Level, frozenset[Role]] = {
    Level.OPEN: frozenset(Role),
    Level.INTERNAL: frozenset(Role),
    Level.SECRET: frozenset({_O, _S, _AP, _SEC, _AR}),
    Level.CONFIDENTIAL: frozenset({_O, _S, _AP, _SEC, _AR}),
    Level.TOP: frozenset(),
}
"""Who may open a meeting of that 密级 at all; the right to what is in it comes on top. No administrator: 三员分立."""

HAND_OVER = frozenset({_SEC, _AR})
"""Who still opens a state secret that is left on a machine whose declaration has ended, to hand it over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Somebody who may sign on.

    Attributes:
        password: an argon2 hash; never shown, never logged.
        changed: when the password was last set.
        must_change: somebody else set the password; until its owner has set another one, it opens nothing.

    """

    name: str
    password: str = field(repr=False)
    roles: frozenset[Role]
    created: datetime
    changed: datetime
    disabled: bool = False
    must_change: bool = False


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed on.

    Attributes:
        id: SHA-256 of what the cookie holds, as hex.
        address, browser: where it was signed on, and what the browser called itself.

    """

    id: str = field(repr=False)
    account: str
    created: datetime
    expires: datetime
    address: str = ""
    browser: str = ""

    @property
    def handle(self) -> str:
        """What it is called where its owner looks at it; nobody signs on with it."""
        return self.id[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A program that may ask, in the name of its owner.

    Attributes:
        secret: SHA-256 of the token, as hex; the token itself is shown once and kept nowhere.
        rights: it never has more than its owner.

    """

    id: str
    secret: str = field(repr=False)
    account: str
    label: str
    rights: frozenset[Right]
    created: datetime
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Failures:
    """Log-ins of one account, or from one address, that failed in a row.

    Attributes:
        who: `account:NAME` or `address:IP`.
        count: how many; last: when the newest of them was.
        until: nobody is let in before.

    """

    who: str
    count: int
    last: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarLink:
    """What a calendar program asks with, in the name of its owner, and is shown the titles and hours of meetings.

    Attributes:
        secret: SHA-256 of the link's key, as hex; the key itself is shown once and kept nowhere.

    """

    id: str
    secret: str = field(repr=False)
    account: str
    made: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenKey:
    """What one screen of one meeting asks with, so that nobody's password stays on the computer behind it.

    Attributes:
        secret: SHA-256 of the key, as hex; the key itself is shown once and kept nowhere.
        plugin, screen: whose screen it is, and which; the plugin's routes that name it answer, all others refuse.
        label: where it hangs.
        by: who handed it out.

    """

    id: str
    secret: str = field(repr=False)
    meeting: str
    plugin: str
    screen: str
    label: str
    by: str
    made: datetime


@dataclass(frozen=True, slots=True)
class User:
    """Who asks, as the session, the token or the key says.

    Attributes:
        rights: of a token, which may have fewer than its owner; None means all that the roles give.
        must_change: the password was set by somebody else; until it is changed, nothing may be done.
        screen: it is nobody, but a screen. It has no role and so no right; who made its key was cleared for the
            meeting, and the key opens no other.
        here: who asks sits at this machine, and comes by no network.
        machine: the highest 密级 that this machine shows who asks, see `services.secrecy.shown`.

    """

    name: str
    roles: frozenset[Role]
    rights: frozenset[Right] | None = None
    screen: ScreenKey | None = None
    must_change: bool = False
    here: bool = True
    machine: Level = Level.CONFIDENTIAL

    def may(self, right: Right) -> bool:
        """Whether the table gives this right to one of the roles, and the token carries it."""
        held = right in rights_of(self.roles) and (self.rights is None or right in self.rights)
        return held and not self.must_change

    def cleared(self, level: Level) -> bool:
        """Whether a meeting of this 密级 may be opened."""
        if self.screen is not None:
            return may(level, Way.SCREEN)
        if level.degree > self.machine.degree:
            return False
        return may(level, Way.HERE if self.here else Way.REMOTE) and not CLEARED[level].isdisjoint(self.roles)


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """All that the roles may do together."""
    held = frozenset(roles)
    return frozenset(right for right, holders in RIGHTS.items() if not holders.isdisjoint(held))
