"""Where the key of a screen is kept in its browser, and what it opens: one screen of one plugin, for one meeting.

The pages of a screen stand under `/s/<plugin>/<screen>/<meeting>/`, what they ask for under
`/api/v1/x/<plugin>/<screen>/<meeting>`. The browser sends the key there and nowhere else (the cookie's path), and a
route answers it only where it says so itself (`needs(…, screen=True)`).
"""

from fastapi import Response

from roomctl.domain.access import ScreenKey

COOKIE = "roomctl_screen"

PAGES, ROUTES = "/s", "/api/v1/x"
"""Where screens, and the routes of plugins, are served."""

_KEPT = 30 * 24 * 3600
"""Seconds that a browser keeps the key. It ends with the meeting, whatever the browser keeps."""


def place(key: ScreenKey, under: str = PAGES) -> str:
    """Where that screen is served, without a slash at the end."""
    return f"{under}/{key.plugin}/{key.screen}/{key.meeting}"


def opens(key: ScreenKey, path: str) -> bool:
    """Whether the path belongs to that screen and that meeting."""
    return any(path == at or path.startswith(f"{at}/") for at in (place(key), place(key, ROUTES)))


def hand_over(response: Response, key: ScreenKey, text: str, *, secure: bool) -> None:
    """Gives the browser the key: no script reads it, no other site sends it, no other path gets it."""
    for under in (PAGES, ROUTES):
        response.set_cookie(
            COOKIE,
            text,
            max_age=_KEPT,
            path=place(key, under),
            httponly=True,
            samesite="lax",
            secure=secure,
        )
