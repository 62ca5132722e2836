"""For tests of a plugin's pages and panels: who looks at them."""

from contextlib import AbstractContextManager

from roomctl.domain.access import Role, User
from roomctl.web.ui.reader import drawn_for


def seen_by(*roles: str, name: str = "赵敏") -> AbstractContextManager[None]:
    """Within it a page is built, and its buttons are pressed: `page.build(ctx).presses["…"]({})`."""
    return drawn_for(User(name, frozenset(map(Role, roles))))
