"""An error as a page, for who follows a link or sends a form and reads no JSON."""

from html import escape

from fastapi.responses import HTMLResponse

from roomctl.errors import RoomctlError
from roomctl.i18n import language, tr


def notice(error: RoomctlError, status: int = 0, *, log_in: bool = False) -> HTMLResponse:
    """What stands in place of the page. Args: log_in: it leads to where one signs on."""
    lang = "zh-CN" if language() == "zh" else "en"
    door = f'<p><a href="/log-in">{escape(tr("登录", "Sign on"))}</a></p>' if log_in else ""
    lines = "".join(f"<p>{escape(text)}</p>" for text in (error.why, error.mend) if text)
    return HTMLResponse(
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>roomctl</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="stylesheet" href="/static/ui/notice.css">'
        f"<main><h1>{escape(error.what)}</h1>{lines}{door}</main></html>",
        status or error.status,
    )
