"""The plugin's routes, without the host around them."""

import pytest
import roomctl_signin
from fastapi import FastAPI
from fastapi.testclient import TestClient

from roomctl.domain.access import Role, User
from roomctl.errors import RoomctlError
from roomctl.web.problems import problem


@pytest.fixture
def web(ctx):
    """Asked by whoever the header `role` names; `ctx` is of the test's own file."""
    app = FastAPI()

    @app.middleware("http")
    async def sign_on(request, call):
        role = request.headers.get("role")
        request.state.user = User("周强", frozenset({Role(role)})) if role else None
        return await call(request)

    @app.exception_handler(RoomctlError)
    async def refused(_request, error):
        return problem(error)

    app.include_router(roomctl_signin.roomctl_api_routes(ctx))
    with TestClient(app, headers={"role": "usher"}) as client:
        yield client
