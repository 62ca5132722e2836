"""The routes of one plugin, without the host's own."""

from fastapi import FastAPI

from roomctl.domain.access import Role, User
from roomctl.errors import RoomctlError
from roomctl.web.problems import problem


def application(routes, name):
    """Asked by somebody of this name, in the role that the header `role` names; by nobody without one."""
    made = FastAPI()

    @made.middleware("http")
    async def sign_on(request, call):
        role = request.headers.get("role")
        request.state.user = User(name, frozenset({Role(role)})) if role else None
        return await call(request)

    @made.exception_handler(RoomctlError)
    async def refused(_request, error):
        return problem(error)

    made.include_router(routes)
    return made
