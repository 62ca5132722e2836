"""The door: name and password, and the one-time link that makes the first administrator. Plain pages, no shell."""

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, Response

from roomctl.i18n import speaking, tr
from roomctl.web.pages.board import Board
from roomctl.web.pages.frame import STATIC, head
from roomctl.web.pages.visitor import chosen_dark, chosen_language
from roomctl.web.ui import Look, Part, state_glyph, tag
from roomctl.web.ui.glyphs import LOGO

_FIRST = """
document.querySelector('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const f = event.target, told = document.querySelector('.rc-err');
  if (f.password.value !== f.again.value) { told.textContent = f.dataset.differ; return; }
  const answer = await fetch('/api/v1/first-administrator', {
    method: 'POST', headers: {'Content-Type': 'application/json'},
    body: JSON.stringify({key: f.key.value, name: f.name.value, password: f.password.value})});
  if (answer.ok) { location.href = '/'; return; }
  const why = await answer.json();
  told.textContent = [why.title, why.detail, why.mend].filter(Boolean).join('。');
});
"""


def register(web: FastAPI, board: Board) -> None:
    """`GET /log-in` and `GET /first`; the forms are answered by the door itself."""

    @web.get("/log-in", include_in_schema=False)
    def log_in(request: Request) -> Response:
        with speaking(chosen_language(request)):
            return plain_page(request, tr("登录", "Sign in"), _log_in(board, request))

    @web.get("/first", include_in_schema=False)
    def first(request: Request) -> Response:
        with speaking(chosen_language(request)):
            return plain_page(request, tr("第一位管理员", "The first administrator"), _first(request), script=_FIRST)


def _log_in(board: Board, request: Request) -> Part:
    query = request.query_params
    error = query.get("error", "")
    return tag(
        "form",
        _title(board.application.database.room.name, tr("登录", "Sign in")),
        _input("name", tr("姓名", "Name"), "text", complete="username", focus=True),
        _input("password", tr("密码", "Password"), "password", complete="current-password"),
        tag("input", type="hidden", name="next", value=query.get("next", "/")),
        tag(
            "div",
            *((state_glyph(Look.CRIT, size="s", label=""), error) if error else ()),
            class_="rc-err",
            role="alert",
        ),
        tag("button", tr("登录", "Sign in"), type="submit", class_="rc-btn rc-pri"),
        class_="rc-panel",
        method="post",
        action="/log-in",
    )


def _first(request: Request) -> Part:
    return tag(
        "form",
        _title("roomctl", tr("第一位管理员", "The first administrator")),
        tag(
            "p",
            tr(
                "这个链接只能用一次。之后用这里的姓名和密码登录。",
                "This link works once. Then sign in with this name.",
            ),
            class_="rc-s2",
        ),
        _input("name", tr("姓名", "Name"), "text", complete="username", focus=True),
        _input("password", tr("密码", "Password"), "password", complete="new-password"),
        _input("again", tr("再输一次密码", "Password again"), "password", complete="new-password"),
        tag("input", type="hidden", name="key", value=request.query_params.get("key", "")),
        tag("div", class_="rc-err", role="alert"),
        tag("button", tr("设立管理员", "Make the account"), type="submit", class_="rc-btn rc-pri"),
        class_="rc-panel",
        data_differ=tr("两次密码不一样", "the two passwords differ"),
    )


def _title(small: str, large: str) -> Part:
    return tag(
        "div", LOGO, tag("div", tag("h1", large), tag("p", small, class_="rc-s2")), class_="rc-row rc-doorhead"
    )


def _input(name: str, label: str, kind: str, *, complete: str, focus: bool = False) -> Part:
    field = tag(
        "input", type=kind, name=name, id_=name, class_="rc-in", autocomplete=complete, required=True, autofocus=focus
    )
    return tag("div", tag("label", label, for_=name), field)


def plain_page(request: Request, title: str, shown: Part, *, script: str = "", status: int = 200) -> HTMLResponse:
    """One box in the middle, without the shell."""
    body = tag("main", shown, class_="rc-door").html
    lang = tr("zh-CN", "en")
    dark = ' class="body--dark"' if chosen_dark(request) else ""
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width, initial-scale=1"><title>{title} · roomctl</title>'
        f'<link rel="icon" href="{STATIC}/mark.svg">{head()}</head><body{dark}>{body}'
        f"<script>{script}</script></body></html>",
        status,
        headers={"Cache-Control": "no-store"},
    )
