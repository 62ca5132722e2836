"""One visitor's page: what is drawn late does not undo what was drawn since."""

import asyncio
import threading
from types import SimpleNamespace

import pytest
from nicegui.client import Client
from nicegui.page import page as nicegui_page

from roomctl.domain.access import Role, User
from roomctl.web.pages.board import Board
from roomctl.web.pages.frame import role_names
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Part


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


class SignedOn:
    """The session goes on."""

    def __init__(self, user):
        self.user = user

    async def find(self, *, cookie):
        del cookie
        return self.user


@pytest.fixture
def pressed(rest):
    """What was done of presses that all came before the first of them had done its work."""
    user = User("孙丽", frozenset({Role.SECRETARY}))
    done, first = [], threading.Event()

    def does(name):
        def press(values):
            first.wait(30)
            done.append((name, *values.values()))

        return press

    async def day(*presses):
        with Client(nicegui_page("/")):
            visitor = Visitor(user, "zh", False, Board(rest.host), SignedOn(user), "")  # noqa: FBT003
            area = Area(visitor)
            area.show(Part("", {name: does(name) for name in ("accept", "refuse", "note")}))
            events = [SimpleNamespace(args={"act": act, "values": values}) for act, values in presses]
            tasks = [asyncio.create_task(area._pressed(event)) for event in events]
            await asyncio.sleep(0)
            first.set()
            await asyncio.gather(*tasks)
        return done

    return lambda *presses: asyncio.run(day(*presses))


def test_a_button_that_is_pressed_while_another_still_works_is_not_lost(pressed):
    assert pressed(("accept", {}), ("refuse", {})) == [("accept",), ("refuse",)]


def test_a_button_that_is_pressed_twice_before_its_work_is_done_does_it_once(pressed):
    assert pressed(("accept", {}), ("accept", {}), ("refuse", {})) == [("accept",), ("refuse",)]


def test_another_text_that_is_sent_before_the_first_is_kept_is_kept_too(pressed):
    water, talks = ("note", {"text": "续水"}), ("note", {"text": "换话筒"})
    assert pressed(water, talks, talks) == [("note", "续水"), ("note", "换话筒")]


def test_who_comes_back_to_the_first_button_meant_it(pressed):
    one, two = ("accept", {}), ("refuse", {})
    assert pressed(one, two, one) == [("accept",), ("refuse",), ("accept",)]
