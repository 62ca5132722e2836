"""Tokens of programs, which ask in the name of an account. Their text is shown once; its hash is kept."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

from roomctl.domain.access import Account, Right, Token, User, rights_of
from roomctl.domain.events import Actor, Event
from roomctl.domain.lines import seen, tidied
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.services.ports import Clock, UnitOfWork

LONGEST_LABEL = 40
"""Characters."""


class Tokens:
    """Bound to who acts. Each method is a unit of work of its own."""

    def __init__(self, open_uow: Callable[[], UnitOfWork], clock: Clock, actor: Actor) -> None:
        self._open, self._clock, self._actor = open_uow, clock, actor

    def add_token(
        self, account: str, label: str, rights: Iterable[Right], *, days: int | None = None
    ) -> tuple[Token, str]:
        """The token, and its text, which is shown this once.

        Raises: NotFound. BadInput: no label, no right, or one that the account does not have.
        """
        wanted, text, at = frozenset(rights), f"rct_{secrets.token_urlsafe(32)}", self._clock.now()
        with self._open() as uow:
            owner = account_of(uow, account)
            beyond = wanted - rights_of(owner.roles)
            if beyond or not wanted or not seen(label):
                raise BadInput(
                    tr("令牌不能这样建立", "this token cannot be made"),
                    ", ".join(sorted(beyond)) or tr("要有用途说明和权限", "it needs a label and rights"),
                    tr("这个账号可用：", "this account has: ") + ", ".join(sorted(rights_of(owner.roles))),
                )
            token = Token(
                id=new_id(),
                secret=digest(text),
                account=account,
                label=tidied(label)[:LONGEST_LABEL],
                rights=wanted,
                created=at,
                expires=at + timedelta(days=days) if days else None,
            )
            uow.accounts.add_token(token)
            told = {"account": account, "token": token.id, "label": token.label, "rights": sorted(wanted)}
            self._tell(uow, "account.token_made", told)
            uow.commit()
        return token, text

    def tokens(self) -> Sequence[Token]:
        with self._open().reading() as uow:
            return uow.accounts.tokens()

    def drop_token(self, token_id: str) -> None:
        """Raises: NotFound."""
        with self._open() as uow:
            if token_id not in {token.id for token in uow.accounts.tokens()}:
                raise NotFound(tr(f"没有令牌“{token_id}”", f"no token {token_id!r}"), mend="roomctl accounts list")
            uow.accounts.drop_token(token_id)
            self._tell(uow, "account.token_dropped", {"token": token_id})
            uow.commit()

    def user_of_token(self, text: str) -> User | None:
        """None where it is no token, it has ended, or its owner is disabled."""
        with self._open().reading() as uow:
            token = uow.accounts.token(digest(text))
            if token is None or (token.expires is not None and token.expires <= self._clock.now()):
                return None
            owner = uow.accounts.get(token.account)
        return User(owner.name, owner.roles, token.rights) if owner and not owner.disabled else None

    def _tell(self, uow: UnitOfWork, kind: str, data: dict[str, Any], actor: Actor | None = None) -> None:
        uow.events.append(
            Event(stream=uow.room.id, kind=kind, actor=actor or self._actor, at=self._clock.now(), data=data)
        )


def digest(secret: str) -> str:
    """SHA-256 as hex. The secrets are 256 bits of chance: no salt, no slow hash is needed."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def account_of(uow: UnitOfWork, name: str) -> Account:
    """The account. Raises: NotFound, with the names that are known."""
    account = uow.accounts.get(name)
    if account is None:
        known = ", ".join(one.name for one in uow.accounts.all()) or "-"
        raise NotFound(tr(f"没有账号“{name}”", f"no account {name!r}"), mend=tr(f"已有：{known}", f"known: {known}"))
    return account
