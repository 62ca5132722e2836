"""Who looks at a page, in which language and light; and the areas of the page that change under their eyes."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import Request
from nicegui import ui as gui

from roomctl.domain.access import Right, User
from roomctl.domain.events import Actor
from roomctl.errors import NotSignedOn, RoomctlError
from roomctl.i18n import language, speaking, tr
from roomctl.services.facade import UseCases
from roomctl.web.pages.board import Board
from roomctl.web.pages.box import Box
from roomctl.web.run import run
from roomctl.web.session import COOKIE, Sessions, user_of
from roomctl.web.ui import Part, Press, Values, error_state, link_button
from roomctl.web.ui.reader import drawn_for

log = logging.getLogger(__name__)

LANGUAGE, DARK = "roomctl-lang", "roomctl-dark"
"""Cookies that keep what the reader chose; they tell nothing of who it is."""

_PRESSED = """(event) => {
  const e = event.target.closest('[data-act]');
  if (!e || e.disabled || (e.dataset.hold && !e.dataset.full)) return;
  event.preventDefault();
  const values = {}, form = e.closest('[data-form]');
  for (const f of form ? form.querySelectorAll('[name]') : [])
    values[f.name] = f.type === 'checkbox' ? f.checked : f.value;
  emit({act: e.dataset.act, values});
}"""


@dataclass(slots=True)
class Visitor:
    """Of one page that is open in one browser.

    Attributes:
        user: as the session says; looked up again before everything that the page does, since a page stays open
            when somebody signs off elsewhere, or loses a role.
        leaving: it is on its way to the door. All that looks again and again finds out at once that the session has
            ended; a browser that is sent there by each of them, over and over, loses the page.

    """

    user: User
    language: str
    dark: bool
    board: Board
    sessions: Sessions
    cookie: str
    leaving: bool = False
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def may(self, right: Right) -> bool:
        return self.user.may(right)

    @property
    def use(self) -> UseCases:
        """The use cases, done in the visitor's name."""
        return self.board.application.usecases.acting_as(Actor.person(self.user.name))

    async def run(self, work: Callable[..., Any], *args: object) -> Any:
        """Services wait for disks and devices: never on the event loop. The answer speaks the visitor's language.

        Raises: NotSignedOn: the session has ended; the browser is on its way to the door.
        """
        user = await self.sessions.find(cookie=self.cookie)
        if user is None:
            if not self.leaving:
                self.leaving = True
                gui.navigate.to("/log-in")
            raise NotSignedOn(tr("登录已过期", "the session has ended"))
        self.user = replace(user, here=self.user.here)
        with speaking(self.language), drawn_for(self.user):
            return await run(work, *args)

    async def in_turn(self, look: Callable[[], Awaitable[None]]) -> None:
        """Looks when the look before is drawn: one that was begun before a press, and ends late, would else put back
        what the page was before it.
        """
        async with self._turn:
            await look()

    def every(self, seconds: float, look: Callable[[], Awaitable[None]]) -> None:
        """Looks again and again, as long as the page is open."""

        async def guarded() -> None:
            with suppress(NotSignedOn):
                await self.in_turn(look)

        gui.timer(seconds, guarded, immediate=False)

    def once(self, work: Callable[[], Awaitable[None]]) -> None:
        """Does it as soon as the page is shown."""

        async def guarded() -> None:
            with suppress(NotSignedOn):
                await work()

        gui.timer(0.1, guarded, once=True)

    async def draw(self, make: Callable[[], Part]) -> Part:
        """The part, or what went wrong where it cannot be made."""
        try:
            made: Part = await self.run(make)
        except RoomctlError as error:
            return error_state(error.what, error.why, error.mend)
        except Exception:
            log.exception("a page could not be drawn")
            with speaking(self.language):
                return error_state(
                    tr("这一页显示不出来", "this page cannot be shown"),
                    tr("程序出错", "roomctl failed"),
                    tr("详情见 logs/roomctl.log", "logs/roomctl.log says more"),
                )
        return made


def in_its_place(error: RoomctlError) -> Part:
    """What stands there where a page cannot be shown, with the way back."""
    back = link_button(tr("回今日", "Today"), "/", kind="sm")
    return error_state(error.what, error.why, error.mend, back)


def visitor_of(request: Request, board: Board, sessions: Sessions) -> Visitor | None:
    """None where nobody is signed on; a program's token opens no page."""
    user, cookie = user_of(request), request.cookies.get(COOKIE, "")
    if user is None or not cookie:
        return None
    return Visitor(user, chosen_language(request), chosen_dark(request), board, sessions, cookie)


def chosen_language(request: Request) -> str:
    """The cookie's, else what the browser asks for."""
    kept = request.cookies.get(LANGUAGE, "")
    return kept if kept in {"zh", "en"} else language()


def chosen_dark(request: Request) -> bool:
    """The cookie's; light where there is none."""
    return request.cookies.get(DARK) == "1"


class Area:
    """A part of the page that is drawn again when something happens; it is sent only where it differs.

    Buttons do their work one after the other, each with what it meant when it was pressed. One that is pressed again
    at once, before its work is done and with the same in its fields, was pressed twice by one hand: it does it once.

    Attributes:
        redraw: called after a button of this area has done its work.

    """

    def __init__(
        self, visitor: Visitor, redraw: Callable[[], Awaitable[None]] | None = None, classes: str = ""
    ) -> None:
        self._visitor = visitor
        self.redraw = redraw
        self._presses: Mapping[str, Press] = {}
        self._under_way: list[tuple[str, Values]] = []
        self._turn = asyncio.Lock()
        self.box = Box().classes(classes)
        self.box.on("click", self._pressed, js_handler=_PRESSED)

    def show(self, part: Part) -> None:
        self._presses = part.presses
        if part.html != self.box.content:
            self.box.set_content(part.html)

    async def _pressed(self, event: Any) -> None:
        told = event.args if isinstance(event.args, dict) else {}
        act, values = str(told.get("act")), told.get("values") or {}
        press = self._presses.get(act)
        if press is None or self._under_way[-1:] == [(act, values)]:
            return
        self._under_way.append((act, values))
        try:
            async with self._turn:
                path = await self._do(press, values)
        finally:
            self._under_way.remove((act, values))
        if path:
            gui.navigate.to(path)
        elif self.redraw is not None:
            await self._visitor.in_turn(self.redraw)

    async def _do(self, press: Press, values: Values) -> str | None:
        """Where it leads to; what went wrong is told."""
        try:
            path: str | None = await self._visitor.run(press, values)
        except RoomctlError as error:
            toast(error_state(error.what, error.why, error.mend).html)
        except Exception:
            log.exception("a button failed")
            with speaking(self._visitor.language):
                toast(error_state(tr("没有做成", "it did not work"), tr("详情见日志", "see the log")).html)
        else:
            return path
        finally:
            self._visitor.board.stale()
        return None


def toast(html: str) -> None:
    """Says something for a while, over the page."""
    gui.run_javascript(
        "document.querySelectorAll('.rc-toast').forEach((e) => e.remove());"
        "const e = Object.assign(document.createElement('div'), {className: 'rc-toast'});"
        f"e.innerHTML = {_script_text(html)}; e.setAttribute('role', 'alert');"
        "e.addEventListener('click', () => e.remove()); document.body.append(e);"
        "setTimeout(() => e.remove(), 12000);"
    )


def _script_text(text: str) -> str:
    """A text as it stands in a script: JSON, in which no tag can end the script."""
    return json.dumps(text).replace("<", "\\u003c")
