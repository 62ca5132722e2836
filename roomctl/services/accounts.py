"""Accounts, sign-on, sessions and tokens. Secrets are kept as hashes, and stand in no log, error or event."""

import hashlib
import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from roomctl.domain.access import Account, Failures, Right, Role, Session, Token, User, rights_of
from roomctl.domain.events import SYSTEM, Actor, Event
from roomctl.errors import BadInput, NotFound, NotSignedOn, Refused, TooSoon
from roomctl.i18n import tr
from roomctl.services.identity import new_id
from roomctl.services.ports import Clock, UnitOfWork

SESSION = timedelta(hours=12)
"""A working day; then one signs on again."""

LINK = timedelta(minutes=30)
"""How long the first administrator's link is good."""

FREE = 5
"""Failures in a row without a wait; each further one doubles it, from one second."""

LONGEST = {"account": timedelta(minutes=1), "address": timedelta(minutes=15)}
"""The longest wait. An account's is short, so that nobody can keep its owner out for long."""

FORGOTTEN = timedelta(minutes=30)
"""Failures that lie further back no longer count."""

MIN_PASSWORD, MAX_PASSWORD, MAX_NAME = 10, 128, 40
"""Characters. Argon2 reads all of a password, so there is an upper end."""

_AT_ONCE = threading.BoundedSemaphore(2)  # a hash takes 64 MiB (argon2-cffi's defaults, RFC 9106 section 4)


class Hasher(Protocol):
    """`argon2.PasswordHasher`, as far as it is used."""

    def hash(self, password: str) -> str: ...
    def verify(self, hash: str, password: str) -> Any: ...  # noqa: A002 - argon2-cffi's name
    def check_needs_rehash(self, hash: str) -> bool: ...  # noqa: A002


class Accounts:
    """Who may sign on, bound to who acts. Each method is a unit of work of its own."""

    def __init__(
        self, open_uow: Callable[[], UnitOfWork], clock: Clock, actor: Actor, hasher: Hasher | None = None
    ) -> None:
        self._open, self._clock, self._actor = open_uow, clock, actor
        if hasher is not None:
            self.hasher = hasher

    @cached_property
    def hasher(self) -> Hasher:
        from argon2 import PasswordHasher  # noqa: PLC0415 - few commands need it

        return PasswordHasher()

    @cached_property
    def _nobody(self) -> str:
        """A hash that no password has, so that an unknown name takes as long as a wrong password."""
        return self.hasher.hash(secrets.token_urlsafe())

    def acting_as(self, actor: Actor) -> "Accounts":
        """The same, done by somebody else."""
        return Accounts(self._open, self._clock, actor, self.hasher)

    # --- accounts

    def all(self) -> Sequence[Account]:
        with self._open().reading() as uow:
            return uow.accounts.all()

    def add(self, name: str, password: str, roles: Iterable[Role]) -> Account:
        """Raises: BadInput: name, password or roles cannot be used. Refused: the name is taken."""
        account = self._new(name, password, roles)
        with self._open() as uow:
            self._put_new(uow, account)
            uow.commit()
        return account

    def _new(self, name: str, password: str, roles: Iterable[Role]) -> Account:
        name = clean_name(name)
        held, at = _some(name, roles), self._clock.now()
        return Account(name=name, password=self._hash(name, password), roles=held, created=at, changed=at)

    def _put_new(self, uow: UnitOfWork, account: Account) -> None:
        if uow.accounts.get(account.name) is not None:
            raise Refused(
                tr(f"账号“{account.name}”已存在", f"account {account.name!r} is there already"),
                mend=tr("请换一个名字", "choose another name"),
            )
        uow.accounts.put(account)
        told = {"account": account.name, "roles": sorted(account.roles)}
        self._tell(uow, "account.created", told)

    def set_password(self, name: str, password: str) -> None:
        """Ends every session of the account. Raises: NotFound, BadInput."""
        hashed = self._hash(name, password)
        with self._open() as uow:
            account = _get(uow, name)
            uow.accounts.put(replace(account, password=hashed, changed=self._clock.now()))
            uow.accounts.end_sessions(name)
            uow.accounts.forget_failures(f"account:{name}")
            self._tell(uow, "account.password_set", {"account": name})
            uow.commit()

    def change_password(self, name: str, old: str, new: str, *, address: str) -> None:
        """By its owner, who knows the old one. Raises: NotSignedOn, TooSoon, BadInput."""
        self._check(name, old, address)
        self.set_password(name, new)

    def set_roles(self, name: str, roles: Iterable[Role]) -> Account:
        """Instead of those it had. Raises: NotFound, BadInput. Refused: nobody would be left to administer."""
        held = _some(name, roles)
        with self._open() as uow:
            after = replace(_get(uow, name), roles=held)
            _keep_an_administrator(uow, after)
            uow.accounts.put(after)
            self._tell(uow, "account.roles_set", {"account": name, "roles": sorted(held)})
            uow.commit()
        return after

    def disable(self, name: str, *, disabled: bool = True) -> Account:
        """Ends its sessions; its tokens are refused as long as it is disabled.

        Raises: NotFound. Refused: nobody would be left to administer.
        """
        with self._open() as uow:
            after = replace(_get(uow, name), disabled=disabled)
            _keep_an_administrator(uow, after)
            uow.accounts.put(after)
            if disabled:
                uow.accounts.end_sessions(name)
            self._tell(uow, "account.disabled" if disabled else "account.enabled", {"account": name})
            uow.commit()
        return after

    def first_link(self) -> str | None:
        """The key of a link that makes the first administrator, once; None where there is one. Earlier ones end."""
        key = secrets.token_urlsafe(32)
        with self._open() as uow:
            if any(map(_administers, uow.accounts.all())):
                return None
            uow.accounts.put_link(digest(key), self._clock.now() + LINK)
            self._tell(uow, "account.first_link_made", {})
            uow.commit()
        return key

    def add_first(self, key: str, name: str, password: str) -> Account:
        """The first administrator, by the link's key. Raises: NotSignedOn: the link was used, or is too old."""
        with self._open().reading() as uow:
            self._good_link(uow, key)
        account = self._new(name, password, [Role.ADMIN])
        with self._open() as uow:
            self._good_link(uow, key)
            self._put_new(uow, account)
            uow.accounts.drop_links()
            uow.commit()
        return account

    def _good_link(self, uow: UnitOfWork, key: str) -> None:
        until = uow.accounts.link(digest(key))
        if until is None or until <= self._clock.now():
            raise NotSignedOn(
                tr("这个链接不能再用", "this link is no longer good"),
                tr("已用过，或已过 30 分钟", "it was used, or is older than 30 minutes"),
                tr("用 roomctl accounts link 取得新链接", "roomctl accounts link prints a new one"),
            )

    # --- sign-on

    def sign_on(self, name: str, password: str, *, address: str, old: str = "") -> tuple[User, str]:
        """A new session.

        Args:
            address: where the attempt comes from.
            old: the cookie that the browser sent; that session ends, so that nobody can plant one.

        Returns:
            Who it is, and what the cookie is to hold.

        Raises:
            NotSignedOn: name or password wrong, or the account disabled; which of them is not told.
            TooSoon: too many failures of this account, or from this address.

        """
        account = self._check(name, password, address)
        cookie, at = secrets.token_urlsafe(32), self._clock.now()
        rehashed = self.hasher.hash(password) if self.hasher.check_needs_rehash(account.password) else None
        with self._open() as uow:
            if rehashed:
                uow.accounts.put(replace(account, password=rehashed))
            if old:
                uow.accounts.end_session(digest(old))
            uow.accounts.prune(at - timedelta(days=1))
            uow.accounts.add_session(Session(digest(cookie), account.name, at, at + SESSION))
            self._tell(uow, "access.signed_on", {"address": address}, Actor.person(account.name))
            uow.commit()
        return User(account.name, account.roles), cookie

    def sign_off(self, cookie: str) -> None:
        """Ends the session, wherever its cookie is kept."""
        with self._open() as uow:
            session = uow.accounts.session(digest(cookie))
            if session is None:
                return
            uow.accounts.end_session(session.id)
            self._tell(uow, "access.signed_off", {}, Actor.person(session.account))
            uow.commit()

    def user_of_session(self, cookie: str) -> User | None:
        """None where it is no session, it has ended, or the account is disabled."""
        with self._open().reading() as uow:
            session = uow.accounts.session(digest(cookie))
            if session is None or session.expires <= self._clock.now():
                return None
            account = uow.accounts.get(session.account)
        return User(account.name, account.roles) if account and not account.disabled else None

    def _check(self, name: str, password: str, address: str) -> Account:
        name, at = unicodedata.normalize("NFC", name).strip()[:MAX_NAME], self._clock.now()
        with self._open() as uow:  # counted first: attempts side by side do not pass the limit
            before = {who: self._count(uow, who, at) for who in (f"account:{name}", f"address:{address}")}
            account = uow.accounts.get(name)
            uow.commit()
        known = account is not None and not account.disabled
        right = self._matches(account.password if account else self._nobody, password[: MAX_PASSWORD + 1])
        if account is None or not known or not right:
            raise NotSignedOn(
                tr("登录失败", "cannot sign on"),
                tr("用户名或密码不对，或账号已停用", "name or password is wrong, or the account is disabled"),
                tr("请重新输入；忘记密码请找管理员", "try again; for a new password ask an administrator"),
            )
        with self._open() as uow:
            for who, failures in before.items():  # this attempt was none, and the address keeps what it had
                if failures is None or who.startswith("account:"):
                    uow.accounts.forget_failures(who)
                else:
                    uow.accounts.put_failures(failures)
            uow.commit()
        return account

    def _count(self, uow: UnitOfWork, who: str, at: datetime) -> Failures | None:
        found = uow.accounts.failures(who)
        if found is not None and found.last < at - FORGOTTEN:
            found = None
        if found is not None and at < found.until:
            wait = (found.until - at).total_seconds()
            raise TooSoon(
                tr("登录尝试过多", "too many attempts to sign on"),
                tr(f"请等 {wait:.0f} 秒", f"wait {wait:.0f} s"),
                tr("之后再试", "then try again"),
                seconds=wait,
            )
        count = (found.count if found else 0) + 1
        wait_for = timedelta(0)
        if count >= FREE:
            longest = LONGEST[who.partition(":")[0]]
            wait_for = min(timedelta(seconds=2 ** min(count - FREE, 20)), longest)
        uow.accounts.put_failures(Failures(who, count, at, at + wait_for))
        return found

    def _matches(self, hashed: str, password: str) -> bool:
        from argon2.exceptions import VerificationError  # noqa: PLC0415

        with _AT_ONCE:
            try:
                self.hasher.verify(hashed, password)
            except VerificationError:
                return False
        return True

    def _hash(self, name: str, password: str) -> str:
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD or password == name:
            raise BadInput(
                tr("密码不能用", "this password cannot be used"),
                tr(
                    f"应为 {MIN_PASSWORD} 至 {MAX_PASSWORD} 个字符，且不同于用户名",
                    f"it has {MIN_PASSWORD} to {MAX_PASSWORD} characters, and is not the name",
                ),
                tr("请换一个", "choose another"),
            )
        with _AT_ONCE:
            return self.hasher.hash(password)

    # --- tokens

    def add_token(
        self, account: str, label: str, rights: Iterable[Right], *, days: int | None = None
    ) -> tuple[Token, str]:
        """The token, and its text, which is shown this once.

        Raises: NotFound. BadInput: no label, no right, or one that the account does not have.
        """
        wanted, text, at = frozenset(rights), f"rct_{secrets.token_urlsafe(32)}", self._clock.now()
        with self._open() as uow:
            owner = _get(uow, account)
            beyond = wanted - rights_of(owner.roles)
            if beyond or not wanted or not label.strip():
                raise BadInput(
                    tr("令牌不能这样建立", "this token cannot be made"),
                    ", ".join(sorted(beyond)) or tr("要有用途说明和权限", "it needs a label and rights"),
                    tr("这个账号可用：", "this account has: ") + ", ".join(sorted(rights_of(owner.roles))),
                )
            token = Token(
                id=new_id(),
                secret=digest(text),
                account=account,
                label=label.strip()[:MAX_NAME],
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

    # --- what is noted

    def deny(self, what: str, why: str, *, who: str, address: str, more: int = 0) -> None:
        """Notes a denial in the room's stream.

        Args:
            more: denials before it that were not noted one by one.

        """
        told = {"what": what, "why": why, "address": address, **({"more": more} if more else {})}
        with self._open() as uow:
            self._tell(uow, "access.denied", told, Actor.person(who) if who else SYSTEM)
            uow.commit()

    def _tell(self, uow: UnitOfWork, kind: str, data: dict[str, Any], actor: Actor | None = None) -> None:
        uow.events.append(
            Event(stream=uow.room.id, kind=kind, actor=actor or self._actor, at=self._clock.now(), data=data)
        )


def clean_name(name: str) -> str:
    """As it is kept: NFC, no space around it. Raises: BadInput."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME or not name.isprintable() or set(name) & set("/\\"):
        raise BadInput(
            tr(f"用户名“{name[:MAX_NAME]}”不能用", f"the name {name[:MAX_NAME]!r} cannot be used"),
            tr(f"应为 1 至 {MAX_NAME} 个可见字符，不含斜线", f"1 to {MAX_NAME} printable characters, and no slash"),
        )
    return name


def digest(secret: str) -> str:
    """SHA-256 as hex. The secrets are 256 bits of chance: no salt, no slow hash is needed."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _some(name: str, roles: Iterable[Role]) -> frozenset[Role]:
    held = frozenset(roles)
    if not held:
        raise BadInput(
            tr(f"账号“{name}”没有角色", f"account {name!r} has no role"),
            mend=tr("可用：", "known: ") + ", ".join(Role),
        )
    return held


def _keep_an_administrator(uow: UnitOfWork, after: Account) -> None:
    """Raises: Refused, where the change would take the last one away."""
    left = [one for one in uow.accounts.all() if one.name != after.name] + [after]
    if _administers(_get(uow, after.name)) and not any(map(_administers, left)):
        raise Refused(
            tr(f"不能这样改“{after.name}”", f"{after.name!r} cannot be changed so"),
            tr("这是最后一个管理员", "it is the last administrator"),
            tr("请先建立另一个管理员", "add another administrator first"),
        )


def _administers(account: Account) -> bool:
    return Role.ADMIN in account.roles and not account.disabled


def _get(uow: UnitOfWork, name: str) -> Account:
    account = uow.accounts.get(name)
    if account is None:
        known = ", ".join(one.name for one in uow.accounts.all()) or "-"
        raise NotFound(tr(f"没有账号“{name}”", f"no account {name!r}"), mend=tr(f"已有：{known}", f"known: {known}"))
    return account
