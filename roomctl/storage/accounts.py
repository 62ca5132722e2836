"""Accounts, sessions, tokens, and failures of the log-in: rows to the domain's values and back."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, insert, select

from roomctl.domain.access import Account, CalendarLink, Failures, Right, Role, ScreenKey, Session, Token
from roomctl.storage.access_tables import (
    AccountRow,
    AdminLinkRow,
    CalendarLinkRow,
    LoginFailureRow,
    ScreenKeyRow,
    SessionRow,
    TokenRow,
)
from roomctl.storage.work import Work


class SqlAccounts:
    """`roomctl.services.account_store.AccountStore`."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def get(self, name: str) -> Account | None:
        row = self._work.reads().get(AccountRow, name)
        return None if row is None else _account(row)

    def all(self) -> Sequence[Account]:
        return [_account(row) for row in self._work.reads().scalars(select(AccountRow).order_by(AccountRow.name))]

    def put(self, account: Account) -> None:
        self._work.writes().merge(
            AccountRow(
                name=account.name,
                password=account.password,
                roles=sorted(role.value for role in account.roles),
                disabled=account.disabled,
                created=account.created,
                changed=account.changed,
                must_change=account.must_change,
            )
        )

    def session(self, session_id: str) -> Session | None:
        row = self._work.reads().get(SessionRow, session_id)
        return None if row is None else _session(row)

    def sessions(self, account: str) -> Sequence[Session]:
        mine = select(SessionRow).where(SessionRow.account == account)
        newest = mine.order_by(SessionRow.created.desc(), SessionRow.id)
        return [_session(row) for row in self._work.reads().scalars(newest)]

    def add_session(self, session: Session) -> None:
        self._work.connection(writing=True).execute(
            insert(SessionRow).values(
                id=session.id,
                account=session.account,
                created=session.created,
                expires=session.expires,
                address=session.address,
                browser=session.browser,
            )
        )

    def end_session(self, session_id: str) -> None:
        self._work.connection(writing=True).execute(delete(SessionRow).where(SessionRow.id == session_id))

    def end_sessions(self, account: str, *, but: str = "") -> None:
        theirs = delete(SessionRow).where(SessionRow.account == account, SessionRow.id != but)
        self._work.connection(writing=True).execute(theirs)

    def calendar_link(self, secret: str) -> CalendarLink | None:
        row = self._work.reads().scalars(select(CalendarLinkRow).where(CalendarLinkRow.secret == secret)).first()
        return None if row is None else _calendar_link(row)

    def calendar_links(self, account: str) -> Sequence[CalendarLink]:
        mine = select(CalendarLinkRow).where(CalendarLinkRow.account == account).order_by(CalendarLinkRow.id)
        return [_calendar_link(row) for row in self._work.reads().scalars(mine)]

    def add_calendar_link(self, link: CalendarLink) -> None:
        self._work.connection(writing=True).execute(
            insert(CalendarLinkRow).values(id=link.id, secret=link.secret, account=link.account, made=link.made)
        )

    def drop_calendar_link(self, link_id: str) -> None:
        self._work.connection(writing=True).execute(delete(CalendarLinkRow).where(CalendarLinkRow.id == link_id))

    def token(self, secret: str) -> Token | None:
        row = self._work.reads().scalars(select(TokenRow).where(TokenRow.secret == secret)).first()
        return None if row is None else _token(row)

    def tokens(self) -> Sequence[Token]:
        return [_token(row) for row in self._work.reads().scalars(select(TokenRow).order_by(TokenRow.id))]

    def add_token(self, token: Token) -> None:
        self._work.connection(writing=True).execute(
            insert(TokenRow).values(
                id=token.id,
                secret=token.secret,
                account=token.account,
                label=token.label,
                rights=sorted(right.value for right in token.rights),
                created=token.created,
                expires=token.expires,
            )
        )

    def drop_token(self, token_id: str) -> None:
        self._work.connection(writing=True).execute(delete(TokenRow).where(TokenRow.id == token_id))

    def screen_key(self, secret: str) -> ScreenKey | None:
        row = self._work.reads().scalars(select(ScreenKeyRow).where(ScreenKeyRow.secret == secret)).first()
        return None if row is None else _screen_key(row)

    def screen_keys(self, meeting_id: str) -> Sequence[ScreenKey]:
        mine = select(ScreenKeyRow).where(ScreenKeyRow.meeting == meeting_id).order_by(ScreenKeyRow.id)
        return [_screen_key(row) for row in self._work.reads().scalars(mine)]

    def add_screen_key(self, key: ScreenKey) -> None:
        self._work.connection(writing=True).execute(
            insert(ScreenKeyRow).values(
                id=key.id,
                secret=key.secret,
                meeting=key.meeting,
                plugin=key.plugin,
                screen=key.screen,
                label=key.label,
                made_by=key.by,
                made=key.made,
            )
        )

    def drop_screen_key(self, key_id: str) -> None:
        self._work.connection(writing=True).execute(delete(ScreenKeyRow).where(ScreenKeyRow.id == key_id))

    def link(self, link_id: str) -> datetime | None:
        row = self._work.reads().get(AdminLinkRow, link_id)
        return None if row is None else row.expires

    def put_link(self, link_id: str, expires: datetime) -> None:
        self.drop_links()
        self._work.connection(writing=True).execute(insert(AdminLinkRow).values(id=link_id, expires=expires))

    def drop_links(self) -> None:
        self._work.connection(writing=True).execute(delete(AdminLinkRow))

    def failures(self, who: str) -> Failures | None:
        row = self._work.reads().get(LoginFailureRow, who)
        return None if row is None else Failures(row.who, row.count, row.last, row.until)

    def put_failures(self, failures: Failures) -> None:
        self._work.writes().merge(
            LoginFailureRow(who=failures.who, count=failures.count, last=failures.last, until=failures.until)
        )

    def forget_failures(self, who: str) -> None:
        self._work.connection(writing=True).execute(delete(LoginFailureRow).where(LoginFailureRow.who == who))

    def prune(self, before: datetime) -> None:
        connection = self._work.connection(writing=True)
        connection.execute(delete(SessionRow).where(SessionRow.expires < before))
        connection.execute(delete(LoginFailureRow).where(LoginFailureRow.last < before))


def _account(row: AccountRow) -> Account:
    return Account(
        name=row.name,
        password=row.password,
        roles=frozenset(map(Role, row.roles)),
        disabled=row.disabled,
        created=row.created,
        changed=row.changed,
        must_change=row.must_change,
    )


def _session(row: SessionRow) -> Session:
    return Session(row.id, row.account, row.created, row.expires, row.address, row.browser)


def _calendar_link(row: CalendarLinkRow) -> CalendarLink:
    return CalendarLink(id=row.id, secret=row.secret, account=row.account, made=row.made)


def _screen_key(row: ScreenKeyRow) -> ScreenKey:
    return ScreenKey(
        id=row.id,
        secret=row.secret,
        meeting=row.meeting,
        plugin=row.plugin,
        screen=row.screen,
        label=row.label,
        by=row.made_by,
        made=row.made,
    )


def _token(row: TokenRow) -> Token:
    return Token(
        id=row.id,
        secret=row.secret,
        account=row.account,
        label=row.label,
        rights=frozenset(map(Right, row.rights)),
        created=row.created,
        expires=row.expires,
    )
