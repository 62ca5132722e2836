"""Where no page is: told in the reader's language, with the way back."""

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.responses import Response

from roomctl.i18n import speaking, tr
from roomctl.web.errors import reads_pages
from roomctl.web.pages.login import plain_page
from roomctl.web.pages.visitor import chosen_language
from roomctl.web.problems import plain
from roomctl.web.ui import empty_state, link_button


def register(pages: FastAPI) -> None:
    """In place of NiceGUI's own answer. Who asks for no page gets a problem (RFC 9457)."""

    @pages.exception_handler(HTTPStatus.NOT_FOUND)
    async def nowhere(request: Request, _error: Exception) -> Response:
        with speaking(chosen_language(request)):
            if not reads_pages(request):
                return plain(HTTPStatus.NOT_FOUND, request.url.path)
            title = tr("没有这个页面", "There is no such page")
            second = tr("地址可能写错了，或是旧链接", "The address is wrong, or the link is old")
            told = empty_state(title, second, link_button(tr("回今日", "Today"), "/", kind="pri"))
            return plain_page(request, title, told, status=HTTPStatus.NOT_FOUND)
