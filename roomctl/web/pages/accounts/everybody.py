"""All accounts: who may do what, a first password for who is new or has forgotten theirs, and who may no longer."""

import secrets
from collections.abc import Callable

from roomctl.domain.access import Account, Right, Role
from roomctl.domain.events import Actor
from roomctl.errors import RoomctlError
from roomctl.i18n import tr
from roomctl.services.accounts import Accounts
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import allow
from roomctl.web.ui import (
    Part,
    Values,
    button,
    error_state,
    field,
    form,
    link_button,
    note_bar,
    panel,
    state_chip,
    tag,
)

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are taken for others when somebody reads them out: i l o 0 1."""

_LENGTH = 12  # of 31 letters: 59 bits, for a password that is good until the first signing on


class Desk:
    """The administrator at the accounts."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._open = ""
        self._adding = False
        self._typed: Values = {}
        self._given: tuple[str, str] | None = None
        self._refused: RoomctlError | None = None

    @property
    def _accounts(self) -> Accounts:
        allow(self._visitor.user, Right.MANAGE_ACCOUNTS)
        return self._visitor.board.application.accounts.acting_as(Actor.person(self._visitor.user.name))

    def draw(self) -> Part:
        """The whole page."""
        found = self._accounts.all()
        add = (
            None if self._adding else button(tr("新建账号", "New account"), self._begin, kind="pri", icon_name="add")
        )
        head = tag(
            "div",
            tag("h1", tr("账号", "Accounts"), class_="rc-grow"),
            link_button(tr("我的账号", "My account"), "/account", kind="quiet"),
            add,
            class_="rc-hd",
        )
        refused = self._refused
        said = error_state(refused.what, refused.why, refused.mend) if refused else None
        rows = [self._row(one) for one in found]
        listed = tag("section", *rows, class_="rc-panel rc-sec2")
        return tag(
            "div",
            head,
            tag("div", said, self._shown(), self._form() if self._adding else None, listed, class_="rc-wrap"),
        )

    def _shown(self) -> Part | None:
        if self._given is None:
            return None
        name, password = self._given
        return note_bar(
            "run",
            tr("只显示这一次；首次登录后必须改", "shown this once; to be changed at the first signing on"),
            tag("code", password),
            strong=tr(f"{name} 的首次密码", f"First password of {name}"),
        )

    def _row(self, one: Account) -> Part:
        chips = [state_chip(role.label) for role in Role if role in one.roles]
        state = None
        if one.disabled:
            state = state_chip(tr("已停用", "disabled"), "unk")
        elif one.must_change:
            state = state_chip(tr("待改密码", "password to change"), "warn")
        opened = self._open == one.name
        text = tr("收起", "Close") if opened else tr("修改", "Change")
        change = button(text, self._toggle(one.name), kind="sm", key=f"open {one.name}")
        line = tag(
            "div",
            tag("span", one.name[:1], class_="rc-seal", aria_hidden="true"),
            tag("b", one.name, class_="rc-ell"),
            tag("div", *chips, state, class_="rc-row rc-wrapping rc-grow"),
            change,
            class_="rc-row rc-person rc-roled",
        )
        return tag("div", line, self._change(one) if opened else None)

    def _change(self, one: Account) -> Part:
        able = tr("恢复", "Enable") if one.disabled else tr("停用", "Disable")
        return form(
            *_ticks(one.roles),
            tag(
                "div",
                button(tr("保存角色", "Save the roles"), self._set_roles(one.name), kind="pri", key="save roles"),
                button(tr("给首次密码", "Give a first password"), self._reset(one.name), key="reset"),
                button(able, self._able(one.name, disabled=not one.disabled), key="able"),
                class_="rc-row rc-wrapping",
            ),
            of=f"roles {one.name}",
        )

    def _form(self) -> Part:
        return panel(
            tr("新建账号", "New account"),
            form(
                field("name", tr("姓名", "Name"), str(self._typed.get("name", ""))),
                *_ticks(frozenset(role for role in Role if self._typed.get(f"role_{role}"))),
                tag(
                    "div",
                    button(tr("建立", "Make it"), self._add, kind="pri", key="add account"),
                    button(tr("返回", "Back"), self._back, kind="quiet", key="no account"),
                    class_="rc-row",
                ),
                of="new",
            ),
            second=tr("密码由系统给出，首次登录后本人修改", "a first password is made, to be changed by its owner"),
        )

    # --- presses

    def _begin(self, _values: Values) -> None:
        self._adding, self._typed, self._given, self._refused = True, {}, None, None

    def _back(self, _values: Values) -> None:
        self._adding, self._refused = False, None

    def _add(self, typed: Values) -> None:
        self._typed, password = typed, first_password()

        def add() -> None:
            made = self._accounts.add(str(typed.get("name", "")), password, _ticked(typed), must_change=True)
            self._given, self._adding = (made.name, password), False

        self._try(add)

    def _toggle(self, name: str) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self._open = "" if self._open == name else name
            self._refused = None

        return press

    def _set_roles(self, name: str) -> Callable[[Values], None]:
        return lambda typed: self._try(lambda: self._accounts.set_roles(name, _ticked(typed)))

    def _reset(self, name: str) -> Callable[[Values], None]:
        def reset() -> None:
            password = first_password()
            self._accounts.set_password(name, password, must_change=True)
            self._given = (name, password)

        return lambda _values: self._try(reset)

    def _able(self, name: str, *, disabled: bool) -> Callable[[Values], None]:
        return lambda _values: self._try(lambda: self._accounts.disable(name, disabled=disabled))

    def _try(self, work: Callable[[], object]) -> None:
        """Does it; what refuses it stands on the page. What others know of the sessions is asked again."""
        self._given, self._refused = None, None
        try:
            work()
        except RoomctlError as refused:
            self._refused = refused
        else:
            self._visitor.sessions.forget()


def first_password() -> str:
    """For somebody who changes it at once."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def _ticks(held: frozenset[Role]) -> list[Part]:
    """A box for each role."""
    boxes = [
        tag(
            "label",
            tag("input", type="checkbox", name=f"role_{role}", checked=role in held, class_="rc-tick"),
            role.label,
            class_="rc-row",
        )
        for role in Role
    ]
    return [tag("div", *boxes, class_="rc-row rc-wrapping", role="group", aria_label=tr("角色", "roles"))]


def _ticked(typed: Values) -> list[Role]:
    return [role for role in Role if typed.get(f"role_{role}") is True]
