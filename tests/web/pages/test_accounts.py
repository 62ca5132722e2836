"""One's own account and everybody's, as their pages do it."""

import re
from types import SimpleNamespace

import pytest

from roomctl.domain.access import Role
from roomctl.errors import BadInput, Forbidden, NotSignedOn
from roomctl.i18n import speaking
from roomctl.web.pages.accounts import everybody, own
from roomctl.web.pages.board import Board
from roomctl.web.pages.visitor import Visitor
from roomctl.web.session import COOKIE

PASSWORD = "correct horse battery"  # noqa: S105 - of accounts that live as long as a test
NEW = "a quite different one"


@pytest.fixture(autouse=True)
def chinese():
    with speaking("zh"):
        yield


def at(rest, *roles, name="赵敏"):
    """Somebody who is signed on in a browser, as the pages know him."""
    cookie = rest.as_(*roles, name=name).cookies[COOKIE]
    user = rest.accounts.user_of_session(cookie)
    return Visitor(user, "zh", False, Board(rest.host), SimpleNamespace(forget=lambda: None), cookie)  # noqa: FBT003


def at_home(rest, *roles, **who):
    return own.Desk(at(rest, *(roles or (Role.SECRETARY,)), **who), "127.0.0.1", "http://192.0.2.1:8470")


def press(desk, button, /, **typed):
    desk.draw().presses[button](typed)
    return desk.draw().html


def test_a_password_is_changed_by_who_knows_the_old_one(rest):
    desk = at_home(rest)
    elsewhere = rest.as_(Role.SECRETARY, name="赵敏")
    assert "密码已改" in press(desk, "change password", old=PASSWORD, new=NEW, again=NEW)
    assert rest.accounts.user_of_session(desk._visitor.cookie)
    assert elsewhere.get("/api/v1/session").status_code == 401


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        ({"old": PASSWORD, "new": NEW, "again": NEW + "x"}, BadInput),
        ({"old": "a guess of mine", "new": NEW, "again": NEW}, NotSignedOn),
        ({"old": PASSWORD, "new": "short", "again": "short"}, BadInput),
        ({}, NotSignedOn),
    ],
)
def test_what_changes_no_password_leaves_the_old_one(rest, typed, error):
    desk = at_home(rest)
    with pytest.raises(error):
        press(desk, "change password", **typed)
    assert rest.accounts.sign_on("赵敏", PASSWORD, address="x")


def test_a_session_elsewhere_is_ended_and_this_one_stays(rest):
    other = rest.as_(Role.SECRETARY, name="赵敏")
    rest.clock.advance(1)
    desk = at_home(rest)
    (end,) = (name for name in desk.draw().presses if name.startswith("end "))
    press(desk, end)
    assert other.get("/api/v1/session").status_code == 401
    assert "本次登录" in desk.draw().html


def test_a_calendar_link_is_shown_once_and_taken_back(rest):
    desk = at_home(rest)
    html = press(desk, "make link")
    (key,) = re.findall(r"http://192\.0\.2\.1:8470/calendar/([\w-]+)\.ics", html)
    assert rest.nobody().get(f"/calendar/{key}.ics").status_code == 200
    assert key not in own.Desk(desk._visitor, "", "").draw().html
    (drop,) = (name for name in desk.draw().presses if name.startswith("drop "))
    assert key not in press(desk, drop)
    assert rest.nobody().get(f"/calendar/{key}.ics").status_code == 404


def test_who_has_a_password_to_change_sees_nothing_else(rest):
    rest.account(Role.SECRETARY, name="孙丽")
    rest.accounts.set_password("孙丽", PASSWORD, must_change=True)
    desk = at_home(rest, name="孙丽")
    assert "请先改密码" in desk.draw().html
    assert "make link" not in desk.draw().presses
    press(desk, "change password", old=PASSWORD, new=NEW, again=NEW)
    assert not rest.accounts.user_of_session(desk._visitor.cookie).must_change


# --- the administrator


@pytest.fixture
def desk(rest):
    return everybody.Desk(at(rest, Role.ADMIN))


def password_in(html):
    (found,) = re.findall(r"<code>(\w{12})</code>", html)
    return found


def test_a_new_account_gets_a_first_password_that_has_to_be_changed(rest, desk):
    press(desk, "新建账号")
    html = press(desk, "add account", name="孙丽", role_secretary=True, role_usher=False)
    user, _cookie = rest.accounts.sign_on("孙丽", password_in(html), address="x")
    assert (user.roles, user.must_change) == (frozenset({Role.SECRETARY}), True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "赵敏", "role_usher": True}, "已存在"),
        ({"name": "孙丽"}, "没有角色"),
        ({"name": "a/b", "role_usher": True}, "不能用"),
        ({"name": "长" * 41, "role_usher": True}, "不能用"),
    ],
)
def test_an_account_that_cannot_be_made_is_said_and_what_was_typed_stays(rest, desk, typed, said):
    press(desk, "新建账号")
    html = press(desk, "add account", **typed)
    assert said in html
    assert f'value="{typed["name"]}"' in html
    assert len(rest.accounts.all()) == 1


def test_who_has_forgotten_the_password_gets_another_first_one(rest, desk):
    client = rest.as_(Role.USHER, name="周强")
    press(desk, "open 周强")
    html = press(desk, "reset")
    assert client.get("/api/v1/session").status_code == 401
    assert rest.accounts.sign_on("周强", password_in(html), address="x")[0].must_change


def test_roles_are_changed_and_an_account_is_put_out_and_back(rest, desk):
    rest.account(Role.USHER, name="周强")
    press(desk, "open 周强")
    press(desk, "save roles", role_security=True)
    assert "已停用" in press(desk, "able")
    assert "已停用" not in press(desk, "able")
    (found,) = (one for one in rest.accounts.all() if one.name == "周强")
    assert (found.roles, found.disabled) == (frozenset({Role.SECURITY}), False)


def test_the_last_administrator_stays(rest, desk):
    press(desk, "open 赵敏")
    assert "最后一个管理员" in press(desk, "able")
    assert "最后一个管理员" in press(desk, "save roles", role_usher=True)
    assert rest.accounts.all()[0].roles == {Role.ADMIN}


def test_nobody_else_administers(rest):
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(Forbidden):
            everybody.Desk(at(rest, role, name=role.value)).draw()
