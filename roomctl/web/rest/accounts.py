"""Accounts and tokens, for the administrator."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import Depends, Path, Request
from pydantic import BaseModel, Field

from roomctl.domain.access import Account, Right, Role, Token, User
from roomctl.domain.events import Actor
from roomctl.inputs import Line, Name, Shape
from roomctl.services.accounts import MAX_PASSWORD, MIN_PASSWORD, Accounts
from roomctl.web.rest.desk import host_of, router
from roomctl.web.session import Needs, sessions_of

routes = router("accounts")

Managing = Annotated[User, Depends(Needs(Right.MANAGE_ACCOUNTS))]
AccountName = Annotated[str, Path(min_length=1, max_length=40, examples=["赵敏"])]
TokenId = Annotated[str, Path(pattern=r"^[0-9a-f-]{1,64}$")]


class AccountShape(BaseModel):
    """Who may sign on."""

    name: str
    roles: list[Role]
    disabled: bool
    must_change: bool = Field(description="its owner changes the password before anything else")
    created: datetime
    changed: datetime

    @classmethod
    def of(cls, account: Account) -> Self:
        return cls(
            name=account.name,
            roles=sorted(account.roles),
            disabled=account.disabled,
            must_change=account.must_change,
            created=account.created,
            changed=account.changed,
        )


class Password(Shape):
    """A new one."""

    password: str = Field(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD, repr=False)


class Roles(Shape):
    """What a person is here for."""

    roles: list[Role] = Field(min_length=1, max_length=len(Role))


class NewAccount(Password):
    """Somebody who is to sign on."""

    name: Name = Field(examples=["李晓明"])
    roles: list[Role] = Field(min_length=1, max_length=len(Role))
    must_change: bool = Field(default=False, description="the password is a first one, to be changed by its owner")


class TokenShape(BaseModel):
    """A program that may ask, without what proves it."""

    id: str
    account: str
    label: str
    rights: list[Right]
    created: datetime
    expires: datetime | None

    @classmethod
    def of(cls, token: Token) -> Self:
        return cls(
            id=token.id,
            account=token.account,
            label=token.label,
            rights=sorted(token.rights),
            created=token.created,
            expires=token.expires,
        )


class NewToken(Shape):
    """Whose, what for, and what it may do."""

    account: Name
    label: Annotated[Line, Field(min_length=1)] = Field(examples=["大屏"])
    rights: list[Right] = Field(min_length=1, max_length=len(Right))
    days: int | None = Field(default=None, ge=1, le=3650)


class MadeToken(BaseModel):
    """The token's text is shown this once."""

    token: str
    about: TokenShape


def _accounts(request: Request, user: User) -> Accounts:
    return host_of(request).application.accounts.acting_as(Actor.person(user.name))


def _changed(request: Request) -> None:
    sessions_of(request).forget()


@routes.get("/accounts", summary="All accounts")
def list_accounts(request: Request, user: Managing) -> list[AccountShape]:
    """By name."""
    return [AccountShape.of(account) for account in _accounts(request, user).all()]


@routes.post("/accounts", status_code=201, summary="Add an account")
def add_account(request: Request, user: Managing, new: NewAccount) -> AccountShape:
    """The password is kept as an argon2 hash."""
    return AccountShape.of(
        _accounts(request, user).add(new.name, new.password, new.roles, must_change=new.must_change)
    )


@routes.put("/accounts/{name}/password", status_code=204, summary="Set a password")
def set_password(request: Request, user: Managing, name: AccountName, new: Password) -> None:
    """Ends every session of the account; where it is another's, its owner changes it before anything else."""
    _accounts(request, user).set_password(name, new.password, must_change=name != user.name)
    _changed(request)


@routes.put("/accounts/{name}/roles", summary="Give an account other roles")
def set_roles(request: Request, user: Managing, name: AccountName, new: Roles) -> AccountShape:
    """Instead of those it had; from the next request on. The last administrator stays one."""
    account = _accounts(request, user).set_roles(name, new.roles)
    _changed(request)
    return AccountShape.of(account)


@routes.post("/accounts/{name}/disable", summary="Disable an account")
def disable(request: Request, user: Managing, name: AccountName) -> AccountShape:
    """Ends its sessions; its tokens are refused. The last administrator stays."""
    account = _accounts(request, user).disable(name)
    _changed(request)
    return AccountShape.of(account)


@routes.post("/accounts/{name}/enable", summary="Enable an account again")
def enable(request: Request, user: Managing, name: AccountName) -> AccountShape:
    """With the password it had."""
    return AccountShape.of(_accounts(request, user).disable(name, disabled=False))


@routes.get("/tokens", summary="All tokens")
def list_tokens(request: Request, user: Managing) -> list[TokenShape]:
    """Without what proves them."""
    return [TokenShape.of(token) for token in _accounts(request, user).tokens()]


@routes.post("/tokens", status_code=201, summary="Make a token")
def add_token(request: Request, user: Managing, new: NewToken) -> MadeToken:
    """With no more rights than its owner has."""
    token, text = _accounts(request, user).add_token(new.account, new.label, new.rights, days=new.days)
    return MadeToken(token=text, about=TokenShape.of(token))


@routes.delete("/tokens/{token_id}", status_code=204, summary="Take a token back")
def drop_token(request: Request, user: Managing, token_id: TokenId) -> None:
    """It is refused from now on."""
    _accounts(request, user).drop_token(token_id)
    _changed(request)
