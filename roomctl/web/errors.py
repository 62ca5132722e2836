"""How an application of the web tells what goes wrong: everything as a problem, and every denial noted."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from roomctl.errors import RoomctlError
from roomctl.web.denials import Denials
from roomctl.web.notice import notice
from roomctl.web.problems import invalid, plain, problem


def tell_errors(web: FastAPI, denials: Denials) -> None:
    """For the host's own application, and for the one that holds the routes of plugins."""

    @web.exception_handler(RoomctlError)
    async def refused(request: Request, error: RoomctlError) -> Response:
        await denials.note(request, error)
        return notice(error) if reads_pages(request) else problem(error)

    @web.exception_handler(RequestValidationError)
    async def wrong(_request: Request, error: RequestValidationError) -> Response:
        return problem(invalid(error.errors()))

    @web.exception_handler(HTTPException)
    async def unknown(request: Request, error: HTTPException) -> Response:
        return plain(error.status_code, request.url.path, error.headers)


def reads_pages(request: Request) -> bool:
    """A browser that follows a link or sends a form asks for HTML first (RFC 9110 section 12.5.1)."""
    return request.headers.get("accept", "").lower().startswith("text/html")
