"""Secret links of calendar programs: one shows the hours of the meetings that its owner may see, and nothing else."""

import secrets
from collections.abc import Callable, Sequence

from roomctl.domain.access import CalendarLink, Right, User
from roomctl.domain.events import Actor, Event
from roomctl.errors import NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.accounts import digest
from roomctl.services.identity import new_id
from roomctl.services.ports import Clock, UnitOfWork

MOST = 5
"""Links of one account: a telephone, a computer, and some to spare."""


class CalendarLinks:
    """Bound to who acts. Each method is a unit of work of its own."""

    def __init__(self, open_uow: Callable[[], UnitOfWork], clock: Clock, actor: Actor) -> None:
        self._open, self._clock, self._actor = open_uow, clock, actor

    def acting_as(self, actor: Actor) -> "CalendarLinks":
        """The same, done by somebody else."""
        return CalendarLinks(self._open, self._clock, actor)

    def make(self, account: str) -> tuple[CalendarLink, str]:
        """The link, and its key, which is shown this once.

        Raises:
            Refused: the account has as many as anybody needs.

        """
        key = secrets.token_urlsafe(32)
        with self._open() as uow:
            if len(uow.accounts.calendar_links(account)) >= MOST:
                raise Refused(
                    tr("不能再建日历链接", "no more calendar links can be made"),
                    tr(f"已有 {MOST} 个", f"there are {MOST}"),
                    tr("请先收回不用的", "take back those that are not used"),
                )
            link = CalendarLink(id=new_id(), secret=digest(key), account=account, made=self._clock.now())
            uow.accounts.add_calendar_link(link)
            self._tell(uow, "access.calendar_link_made", link)
            uow.commit()
        return link, key

    def of(self, account: str) -> Sequence[CalendarLink]:
        """The oldest first."""
        with self._open().reading() as uow:
            return uow.accounts.calendar_links(account)

    def drop(self, account: str, link_id: str) -> None:
        """It shows nothing from now on. Raises: NotFound: not one of that account's."""
        with self._open() as uow:
            link = next((one for one in uow.accounts.calendar_links(account) if one.id == link_id), None)
            if link is None:
                raise NotFound(
                    tr("没有这个日历链接", "there is no such calendar link"),
                    mend=tr("可能已收回", "it may have been taken back"),
                )
            uow.accounts.drop_calendar_link(link_id)
            self._tell(uow, "access.calendar_link_dropped", link)
            uow.commit()

    def user_of(self, key: str) -> User | None:
        """Its owner, with the right to see meetings and no other.

        None where it is no key, was taken back, or its owner is disabled or has a password to change first.
        """
        with self._open().reading() as uow:
            link = uow.accounts.calendar_link(digest(key))
            owner = uow.accounts.get(link.account) if link else None
        if owner is None or owner.disabled or owner.must_change:
            return None
        return User(owner.name, owner.roles, frozenset({Right.SEE_MEETINGS}))

    def _tell(self, uow: UnitOfWork, kind: str, link: CalendarLink) -> None:
        data = {"account": link.account, "link": link.id}
        uow.events.append(Event(stream=uow.room.id, kind=kind, actor=self._actor, at=self._clock.now(), data=data))
