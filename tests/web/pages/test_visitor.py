"""One visitor's page: what is drawn late does not undo what was drawn since."""

import asyncio

from roomctl.domain.access import Role, User
from roomctl.web.pages.board import Board
from roomctl.web.pages.frame import role_names
from roomctl.web.pages.visitor import Visitor


def test_a_look_that_ends_late_is_shown_before_that_which_a_press_asked_for(rest):
    user = User("孙丽", frozenset({Role.SECRETARY}))
    visitor = Visitor(user, "zh", False, Board(rest.host), None, "")  # noqa: FBT003
    shown = []

    async def day():
        begun, drawn = asyncio.Event(), asyncio.Event()

        async def before_the_press():
            begun.set()
            await drawn.wait()
            shown.append("no form")

        async def after_the_press():
            shown.append("the form")

        late = asyncio.create_task(visitor.in_turn(before_the_press))
        await begun.wait()
        soon = asyncio.create_task(visitor.in_turn(after_the_press))
        await asyncio.sleep(0)
        drawn.set()
        await asyncio.gather(late, soon)

    asyncio.run(day())
    assert shown == ["no form", "the form"]


def test_the_bar_names_an_administrator_as_that_whatever_else_they_are(rest):
    user = User("孙丽", frozenset({Role.USHER, Role.ADMIN, Role.SECRETARY}))
    visitor = Visitor(user, "zh", False, Board(rest.host), None, "")  # noqa: FBT003
    assert role_names(visitor) == ["管理员", "秘书", "会务员"]
