# ruff: noqa: D101 - a row says by its columns what it is
"""The tables of who may sign on, who is signed on, and whom the office knows."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from roomctl.storage.columns import SeenName
from roomctl.storage.tables import Base


class AccountRow(Base):
    __tablename__ = "accounts"

    name: Mapped[str] = mapped_column(primary_key=True)
    password: Mapped[str]  # an argon2 hash with its parameters and salt
    roles: Mapped[list[Any]]
    disabled: Mapped[bool]
    created: Mapped[datetime]
    changed: Mapped[datetime]
    must_change: Mapped[bool] = mapped_column(server_default="0")


class SessionRow(Base):
    """`id` is the SHA-256 of what the cookie holds."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"), index=True)
    created: Mapped[datetime]
    expires: Mapped[datetime]
    address: Mapped[str] = mapped_column(server_default="")
    browser: Mapped[str] = mapped_column(server_default="")


class CalendarLinkRow(Base):
    """`secret` is the SHA-256 of the link's key."""

    __tablename__ = "calendar_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"), index=True)
    made: Mapped[datetime]


class DirectoryRow(Base):
    """The office's people, from whom rosters are picked."""

    __tablename__ = "directory"
    __table_args__ = (UniqueConstraint("name", "unit", "duty"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(SeenName)
    unit: Mapped[str]
    duty: Mapped[str]
    phone: Mapped[str]


class TokenRow(Base):
    """`secret` is the SHA-256 of the token."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(unique=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.name"), index=True)
    label: Mapped[str]
    rights: Mapped[list[Any]]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]


class ScreenKeyRow(Base):
    """`secret` is the SHA-256 of the key."""

    __tablename__ = "screen_keys"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(unique=True)
    meeting: Mapped[str] = mapped_column(ForeignKey("meetings.id"), index=True)
    plugin: Mapped[str]
    screen: Mapped[str]
    label: Mapped[str]
    made_by: Mapped[str]
    made: Mapped[datetime]


class AdminLinkRow(Base):
    """`id` is the SHA-256 of the link's key; the row goes when the link is used."""

    __tablename__ = "admin_links"

    id: Mapped[str] = mapped_column(primary_key=True)
    expires: Mapped[datetime]


class LoginFailureRow(Base):
    """`who` is `account:NAME` or `address:IP`."""

    __tablename__ = "login_failures"

    who: Mapped[str] = mapped_column(primary_key=True)
    count: Mapped[int]
    last: Mapped[datetime]
    until: Mapped[datetime]
