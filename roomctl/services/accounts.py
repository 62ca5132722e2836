"""Accounts, sign-on, sessions and tokens. Secrets are kept as hashes, and stand in no log, error or event."""

import secrets
import threading
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Protocol

from roomctl.domain.access import Account, Failures, Role, Session, User
from roomctl.domain.events import SYSTEM, Actor
from roomctl.domain.lines import seen
from roomctl.domain.secrecy import Level
from roomctl.errors import BadInput, NotFound, NotSignedOn, Refused, TooSoon
from roomctl.i18n import tr
from roomctl.services import secrecy
from roomctl.services.ports import Clock, UnitOfWork
from roomctl.services.tokens import Tokens, account_of
from roomctl.services.tokens import digest as digest  # noqa: PLC0414 - who asks by an account asks by its digest

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


class Accounts(Tokens):
    """Who may sign on, bound to who acts. Each method is a unit of work of its own."""

    def __init__(
        self, open_uow: Callable[[], UnitOfWork], clock: Clock, actor: Actor, hasher: Hasher | None = None
    ) -> None:
        super().__init__(open_uow, clock, actor)
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

    def add(self, name: str, password: str, roles: Iterable[Role], *, must_change: bool = False) -> Account:
        """A new one.

        Args:
            must_change: the password is a first one, that its owner changes before anything else.

        Raises:
            BadInput: name, password or roles cannot be used. Refused: the name is taken.

        """
        account = replace(self._new(name, password, roles), must_change=must_change)
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

    def set_password(self, name: str, password: str, *, must_change: bool = False, here: str = "") -> None:
        """Ends the sessions of the account.

        Args:
            must_change: it is a first one, that its owner changes before anything else.
            here: cookie of the session that stays, since it is its owner's.

        Raises:
            NotFound, BadInput.

        """
        hashed = self._hash(name, password)
        with self._open() as uow:
            account = account_of(uow, name)
            changed = replace(account, password=hashed, changed=self._clock.now(), must_change=must_change)
            uow.accounts.put(changed)
            uow.accounts.end_sessions(name, but=digest(here) if here else "")
            uow.accounts.forget_failures(f"account:{name}")
            told = {"account": name, **({"must_change": True} if must_change else {})}
            self._tell(uow, "account.password_set", told)
            uow.commit()

    def change_password(self, name: str, old: str, new: str, *, address: str, here: str = "") -> None:
        """By its owner, who knows the old one; sessions elsewhere end, that of `here` stays.

        Raises: NotSignedOn, TooSoon. BadInput: the new one cannot be used, or is the old one.
        """
        self._check(name, old, address)
        if old == new:
            raise BadInput(
                tr("新密码和旧密码一样", "the new password is the old one"), mend=tr("请换一个", "choose another")
            )
        self.set_password(name, new, here=here)

    def set_roles(self, name: str, roles: Iterable[Role]) -> Account:
        """Instead of those it had. Raises: NotFound, BadInput. Refused: nobody would be left to administer."""
        held = _some(name, roles)
        with self._open() as uow:
            after = replace(account_of(uow, name), roles=held)
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
            after = replace(account_of(uow, name), disabled=disabled)
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
        if until is None or until <= self._clock.now() or any(map(_administers, uow.accounts.all())):
            raise NotSignedOn(
                tr("这个链接不能再用", "this link is no longer good"),
                tr(
                    "已用过，已过 30 分钟，或已有管理员",
                    "it was used, is older than 30 minutes, or there is an administrator",
                ),
                tr(
                    "用 roomctl accounts link 取得新链接，或请管理员建账号",
                    "roomctl accounts link prints a new one, or ask the administrator",
                ),
            )

    # --- sign-on

    def sign_on(
        self,
        name: str,
        password: str,
        *,
        address: str,
        old: str = "",
        browser: str = "",
        lasts: timedelta = SESSION,
    ) -> tuple[User, str]:
        """A new session.

        Args:
            address: where the attempt comes from.
            old: the cookie that the browser sent; that session ends, so that nobody can plant one.
            browser: what it calls itself.
            lasts: then it has ended.

        Returns:
            Who it is, and what the cookie is to hold.

        Raises:
            NotSignedOn: name or password wrong, or the account disabled, also where either has just changed; which of
                them is not told.
            TooSoon: too many failures of this account, or from this address.

        """
        account = self._check(name, password, address)
        cookie, at = secrets.token_urlsafe(32), self._clock.now()
        rehashed = self.hasher.hash(password) if self.hasher.check_needs_rehash(account.password) else None
        with self._open() as uow:
            known = uow.accounts.get(account.name)
            if known is None or known.disabled or known.password != account.password:
                raise _not_signed_on()
            account = known  # its roles may be others by now
            if rehashed:
                uow.accounts.put(replace(account, password=rehashed))
            if old:
                uow.accounts.end_session(digest(old))
            uow.accounts.prune(at - timedelta(days=1))
            uow.accounts.add_session(Session(digest(cookie), account.name, at, at + lasts, address, browser))
            self._tell(uow, "access.signed_on", {"address": address}, Actor.person(account.name))
            uow.commit()
        return User(account.name, account.roles, must_change=account.must_change), cookie

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
        if account is None or account.disabled:
            return None
        return User(account.name, account.roles, must_change=account.must_change)

    def shown(self, roles: frozenset[Role]) -> Level:
        """The highest 密级 that this machine shows to somebody with these roles."""
        return secrecy.shown(roles, self._open())

    def sessions(self, name: str) -> Sequence[Session]:
        """Those of an account that have not ended, the newest first."""
        with self._open().reading() as uow:
            return [one for one in uow.accounts.sessions(name) if one.expires > self._clock.now()]

    def end_session(self, name: str, handle: str) -> None:
        """Of that account, see `Session.handle`. Raises: NotFound."""
        with self._open() as uow:
            found = next((one for one in uow.accounts.sessions(name) if one.handle == handle), None)
            if found is None:
                raise NotFound(
                    tr("没有这个登录", "there is no such session"), mend=tr("可能已结束", "it may have ended")
                )
            uow.accounts.end_session(found.id)
            self._tell(uow, "access.session_ended", {"account": name, "address": found.address})
            uow.commit()

    def end_other_sessions(self, name: str, cookie: str) -> None:
        """All but the one with this cookie."""
        with self._open() as uow:
            uow.accounts.end_sessions(name, but=digest(cookie))
            self._tell(uow, "access.session_ended", {"account": name})
            uow.commit()

    def _check(self, name: str, password: str, address: str) -> Account:
        name, at = unicodedata.normalize("NFC", name).strip()[:MAX_NAME], self._clock.now()
        with self._open() as uow:  # counted first: attempts side by side do not pass the limit
            before = {who: self._count(uow, who, at) for who in (f"account:{name}", f"address:{address}")}
            account = uow.accounts.get(name)
            uow.commit()
        known = account is not None and not account.disabled
        right = self._matches(account.password if account else self._nobody, password[: MAX_PASSWORD + 1])
        if account is None or not known or not right:
            raise _not_signed_on()
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


def _not_signed_on() -> NotSignedOn:
    return NotSignedOn(
        tr("登录失败", "cannot sign on"),
        tr("用户名或密码不对，或账号已停用", "name or password is wrong, or the account is disabled"),
        tr("请重新输入；忘记密码请找管理员", "try again; for a new password ask an administrator"),
    )


def clean_name(name: str) -> str:
    """As it is kept: NFC, no space around it. Raises: BadInput."""
    name = unicodedata.normalize("NFC", name).strip()
    if not 1 <= len(name) <= MAX_NAME or not (name.isprintable() and seen(name)) or set(name) & set("/\\"):
        raise BadInput(
            tr(f"用户名“{name[:MAX_NAME]}”不能用", f"the name {name[:MAX_NAME]!r} cannot be used"),
            tr(f"应为 1 至 {MAX_NAME} 个可见字符，不含斜线", f"1 to {MAX_NAME} printable characters, and no slash"),
        )
    return name


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
    if _administers(account_of(uow, after.name)) and not any(map(_administers, left)):
        raise Refused(
            tr(f"不能这样改“{after.name}”", f"{after.name!r} cannot be changed so"),
            tr("这是最后一个管理员", "it is the last administrator"),
            tr("请先建立另一个管理员", "add another administrator first"),
        )


def _administers(account: Account) -> bool:
    return Role.ADMIN in account.roles and not account.disabled
