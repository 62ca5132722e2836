"""What a person looks after alone: the password, where one is signed on, and the links of calendar programs."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from roomctl.domain.access import Right
from roomctl.domain.events import Actor
from roomctl.errors import BadInput
from roomctl.i18n import tr
from roomctl.services.accounts import MIN_PASSWORD, Accounts, digest
from roomctl.services.calendar_links import CalendarLinks
from roomctl.web.pages.frame import role_names
from roomctl.web.pages.visitor import Visitor
from roomctl.web.rest.calendar import path_of
from roomctl.web.session import allow
from roomctl.web.ui import Part, Values, button, field, form, note_bar, panel, qr_code, tag


class Desk:
    """One visitor at the own account.

    Args:
        address: where the browser is; site: how it calls this machine, `http://…`.

    """

    def __init__(self, visitor: Visitor, address: str, site: str) -> None:
        self._visitor, self._address, self._site = visitor, address, site
        self._made = ""
        self._changed = False

    @property
    def _accounts(self) -> Accounts:
        return self._visitor.board.application.accounts.acting_as(self._actor)

    @property
    def _links(self) -> CalendarLinks:
        return self._visitor.board.application.calendar_links.acting_as(self._actor)

    @property
    def _actor(self) -> Actor:
        return Actor.person(self._visitor.user.name)

    def draw(self) -> Part:
        """The whole page; where a password has to be changed first, that alone."""
        user = self._visitor.user
        roles = tr("、", ", ").join(role_names(self._visitor))
        head = tag(
            "div",
            tag("div", tag("h1", user.name), tag("p", roles, class_="rc-s2"), class_="rc-grow"),
            class_="rc-hd",
        )
        first = (
            note_bar(
                "warn",
                tr("改好后就能用了", "then everything opens"),
                strong=tr(
                    "现在的密码是管理员设的，请先改密码", "The administrator set this password: change it first"
                ),
            )
            if user.must_change
            else None
        )
        right = [] if user.must_change else [self._calendar()]
        columns = tag(
            "div",
            tag("div", self._password(), class_="rc-col"),
            tag("div", self._sessions(), *right, class_="rc-col"),
            class_="rc-two",
        )
        return tag("div", head, first, tag("div", columns, class_="rc-wrap"))

    # --- password

    def _password(self) -> Part:
        least = tr(f"至少 {MIN_PASSWORD} 个字符", f"{MIN_PASSWORD} characters at least")
        done = note_bar(
            "run", tr("其他地方的登录已结束", "you are signed off elsewhere"), strong=tr("密码已改", "Changed")
        )
        return panel(
            tr("改密码", "Change the password"),
            done if self._changed else None,
            form(
                field("old", tr("现在的密码", "The present one"), "", kind="password"),
                field("new", tr("新密码", "A new one"), "", kind="password", hint=least),
                field("again", tr("再输一次", "Again"), "", kind="password"),
                tag("div", button(tr("改密码", "Change it"), self._change, kind="pri", key="change password")),
                of="password",
            ),
        )

    def _change(self, typed: Values) -> None:
        old, new, again = (str(typed.get(name, "")) for name in ("old", "new", "again"))
        self._changed = False
        if new != again:
            raise BadInput(
                tr("两次输入的新密码不一样", "the two new passwords differ"), mend=tr("请重新输入", "type it again")
            )
        self._accounts.change_password(
            self._visitor.user.name, old, new, address=self._address, here=self._visitor.cookie
        )
        self._visitor.sessions.forget()
        self._changed = True

    # --- sessions

    def _sessions(self) -> Part:
        here = digest(self._visitor.cookie)
        found = self._accounts.sessions(self._visitor.user.name)
        rows = [
            tag(
                "div",
                tag(
                    "div",
                    tag("b", one.browser or tr("未知浏览器", "a browser")),
                    tag(
                        "div",
                        f"{one.address} {self._local(one.created)}",
                        class_="rc-s3 rc-num",
                    ),
                    class_="rc-grow",
                ),
                tag("span", tr("本次登录", "this one"), class_="rc-s2 rc-nw")
                if one.id == here
                else button(tr("结束", "End"), self._end(one.handle), kind="sm", key=f"end {one.handle}"),
                class_="rc-row rc-person",
            )
            for one in found
        ]  # fmt: skip
        others = (
            tag(
                "div",
                button(tr("结束其他全部登录", "End all others"), self._end_others, kind="sm"),
                class_="rc-below",
            )
            if len(found) > 1
            else None
        )
        return panel(tr("我在哪些地方登录", "Where I am signed on"), *rows, others)

    def _end(self, handle: str) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self._accounts.end_session(self._visitor.user.name, handle)
            self._visitor.sessions.forget()

        return press

    def _end_others(self, _values: Values) -> None:
        self._accounts.end_other_sessions(self._visitor.user.name, self._visitor.cookie)
        self._visitor.sessions.forget()

    # --- calendar links

    def _calendar(self) -> Part:
        links = self._links.of(self._visitor.user.name)
        rows = [
            tag(
                "div",
                tag("span", f"{self._local(one.made)} {tr('建立', 'made')}", class_="rc-grow rc-num"),
                button(tr("收回", "Take back"), self._drop(one.id), kind="sm", key=f"drop {one.id}"),
                class_="rc-row rc-person",
            )
            for one in links
        ]  # fmt: skip
        made = None
        if self._made:
            address = self._site + path_of(self._made)
            made = tag(
                "div",
                tag("div", qr_code(address, label=tr("日历地址", "address of the calendar")), class_="rc-qr"),
                tag(
                    "div",
                    tag("b", tr("只显示这一次", "Shown this once")),
                    tag("p", tr("谁有这个地址，谁就看得到", "whoever has the address can read it"), class_="rc-s2"),
                    tag("span", address, class_="rc-url"),
                    class_="rc-grow",
                ),
                class_="rc-row rc-handed",
            )
        said = tr(
            "给手机和电脑的日历：只有时间、主题、场所，没有秘密级以上的会议",
            "for calendar programs: hours, titles and places; no state secrets",
        )
        return panel(
            tr("日历订阅", "Calendar feed"),
            tag("p", said, class_="rc-s2"),
            made,
            *rows,
            tag(
                "div",
                button(tr("新建链接", "Make a link"), self._make, kind="sm", key="make link"),
                class_="rc-below",
            ),
        )

    def _make(self, _values: Values) -> None:
        allow(self._visitor.user, Right.SEE_MEETINGS)
        _link, self._made = self._links.make(self._visitor.user.name)

    def _drop(self, link_id: str) -> Callable[[Values], None]:
        def press(_values: Values) -> None:
            self._links.drop(self._visitor.user.name, link_id)
            self._made = ""

        return press

    def _local(self, at: datetime) -> str:
        zone = ZoneInfo(self._visitor.board.application.database.room.zone)
        return f"{at.astimezone(zone):%m-%d %H:%M}"
