"""The plugin's routes, without the host around them."""

import pytest
import roomctl_signin
from fastapi.testclient import TestClient

from tests.plugins.alone import application


@pytest.fixture
def web(ctx):
    """Asked by whoever the header `role` names; `ctx` is of the test's own file."""
    with TestClient(application(roomctl_signin.roomctl_api_routes(ctx), "周强"), headers={"role": "usher"}) as client:
        yield client
