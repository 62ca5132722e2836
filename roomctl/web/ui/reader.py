"""Who looks at what is being drawn, or pressed a button of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from roomctl.domain.access import User

_visitor: ContextVar[User] = ContextVar("visitor", default=User("", frozenset()))  # noqa: B039 - it never changes


def visitor() -> User:
    """While a page, a panel or a press is under way; nobody, without any right, at any other time."""
    return _visitor.get()


@contextmanager
def drawn_for(user: User) -> Iterator[None]:
    """The host says who it is."""
    token = _visitor.set(user)
    try:
        yield
    finally:
        _visitor.reset(token)
