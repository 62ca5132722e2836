"""Keys of screens that nobody signs on at: a room's screen, a terminal, a waiting room.

A key opens one screen of one meeting, and nothing else; it ends with the meeting, or when somebody takes it back.
A telephone that a screen's door let in has a pass instead, which nobody handed out and which ends by itself.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from roomctl.domain import passes
from roomctl.domain.access import ScreenKey, User
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import OVER
from roomctl.domain.lines import tidied
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Way, may
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.accounts import MAX_NAME, digest
from roomctl.services.identity import new_id
from roomctl.services.ports import Clock, UnitOfWork

KEY = "rcs_"
"""How the text of a key begins; a program's token begins otherwise."""

MOST = 50
"""Keys of one meeting. A room has a handful of screens; without an end a slip of a script would fill the table."""


class ScreenKeys:
    """Bound to who acts. Each method is a unit of work of its own.

    Args:
        secret: what passes are sealed with; asked for when the first is.

    """

    def __init__(
        self, open_uow: Callable[[], UnitOfWork], clock: Clock, actor: Actor, secret: Callable[[], bytes]
    ) -> None:
        self._open, self._clock, self._actor, self._secret = open_uow, clock, actor, secret

    def acting_as(self, actor: Actor) -> "ScreenKeys":
        """The same, done by somebody else."""
        return ScreenKeys(self._open, self._clock, actor, self._secret)

    def make(self, meeting_id: str, plugin: str, screen: str, *, label: str = "") -> tuple[ScreenKey, str]:
        """The key, and its text, which is shown this once.

        Raises:
            NotFound: no such meeting. Refused: it is over, is a state secret (no screens on a network, 密级 table),
                or has more keys than any room has screens.

        """
        text = f"{KEY}{secrets.token_urlsafe(32)}"
        with self._open() as uow:
            why, mend = _ended(uow.meetings.get(meeting_id))
            if not why and len(uow.accounts.screen_keys(meeting_id)) >= MOST:
                why = tr(f"已有 {MOST} 个", f"it has {MOST} already")
                mend = tr("请先收回不用的", "take back those that are not used")
            if why:
                raise Refused(tr("不能发出屏幕链接", "no link for a screen can be made"), why, mend)
            key = ScreenKey(
                id=new_id(),
                secret=digest(text),
                meeting=meeting_id,
                plugin=plugin,
                screen=screen,
                label=tidied(label)[:MAX_NAME],
                by=self._actor.name,
                made=self._clock.now(),
            )
            uow.accounts.add_screen_key(key)
            told = {"key": key.id, "plugin": plugin, "screen": screen, "label": key.label}
            self._tell(uow, meeting_id, "screen.key_made", told)
            uow.commit()
        return key, text

    def of(self, meeting_id: str) -> Sequence[ScreenKey]:
        """Those that are good: none where the meeting is over. Raises: NotFound."""
        with self._open().reading() as uow:
            ended, _ = _ended(uow.meetings.get(meeting_id))
            return () if ended else uow.accounts.screen_keys(meeting_id)

    def drop(self, meeting_id: str, key_id: str) -> None:
        """It is refused from now on. Raises: NotFound."""
        with self._open() as uow:
            if key_id not in {key.id for key in uow.accounts.screen_keys(meeting_id)}:
                raise NotFound(
                    tr("没有这个屏幕链接", "there is no such link of a screen"),
                    mend=tr("可能已收回", "it may have been taken back"),
                )
            uow.accounts.drop_screen_key(key_id)
            self._tell(uow, meeting_id, "screen.key_dropped", {"key": key_id})
            uow.commit()

    def let_in(self, meeting_id: str, plugin: str, screen: str, *, holder: str = "", before: str = "") -> str:
        """The text of a pass, for who showed the screen's door a good code.

        Args:
            holder: whom the code belongs to.
            before: what the same browser shows of an earlier pass: it stays the same telephone.

        Raises:
            NotFound. Refused: the meeting is over, or is a state secret.

        """
        with self._open().reading() as uow:
            why, mend = _ended(uow.meetings.get(meeting_id), Way.PHONE)
        if why:
            raise Refused(tr("这里不能用手机", "no telephone is let in here"), why, mend)
        now = int(self._clock.now().timestamp())
        known = passes.opened(self._secret(), before)
        if known is None or (known.plugin, known.screen, known.meeting) != (plugin, screen, meeting_id):
            known = passes.Pass(plugin, screen, meeting_id, holder, secrets.token_hex(6), now, now)
        return passes.sealed(self._secret(), replace(known, holder=holder, ends=now + passes.LASTS))

    def user_of_key(self, text: str) -> User | None:
        """The screen; None where it is no key or pass, it was taken back, it or its meeting is over."""
        given = passes.opened(self._secret(), text) if text.startswith(passes.PASS) else None
        if given is not None and given.ends <= self._clock.now().timestamp():
            return None
        with self._open().reading() as uow:
            key = _as_key(given) if given else uow.accounts.screen_key(digest(text))
            try:
                way = Way.PHONE if given else Way.SCREEN
                if key is None or _ended(uow.meetings.get(key.meeting), way)[0]:
                    return None
            except NotFound:  # restored from a copy that is older than the pass
                return None
        return User(tr(f"屏幕 {key.label}", f"screen {key.label}").strip(), frozenset(), screen=key)

    def _tell(self, uow: UnitOfWork, meeting_id: str, kind: str, data: dict[str, Any]) -> None:
        uow.events.append(Event(stream=meeting_id, kind=kind, actor=self._actor, at=self._clock.now(), data=data))


def _ended(meeting: Meeting, way: Way = Way.SCREEN) -> tuple[str, str]:
    """Why a meeting has no screens, or no telephones, and the mend; empty where it may have them."""
    if meeting.state in OVER:
        return tr("会议已结束", "the meeting is over"), tr("屏幕随会议结束", "its screens end with it")
    if may(meeting.highest_secrecy.level, way):
        return "", ""
    if way is Way.PHONE:
        return (
            tr("涉密会议不用手机", "nobody takes a telephone into a state secret"),
            tr("请在签到台签到", "sign in at the desk"),
        )
    return (
        tr("涉密会议不用联网屏幕", "a state secret has no screens on a network"),
        tr("请在涉密计算机上直接打开", "open the page on the approved machine itself"),
    )


def _as_key(one: passes.Pass) -> ScreenKey:
    """A telephone is a screen like any other: it has no role, and so no right."""
    return ScreenKey(
        id=one.device,
        secret="",
        meeting=one.meeting,
        plugin=one.plugin,
        screen=one.screen,
        label=f"phone-{one.device}",
        by=one.holder,
        made=datetime.fromtimestamp(one.since, UTC),
    )
