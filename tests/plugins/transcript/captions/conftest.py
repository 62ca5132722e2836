from datetime import datetime

import pytest

from roomctl.api import Meeting, State

TITLE = "城市更新专题会议"


@pytest.fixture
def meeting(services):
    """Puts one into the house."""

    def make(**more):
        facts = {"id": "m1", "room": "r", "title": TITLE, "starts": datetime(2026, 11, 12, 9, 0)}
        return services.hold(Meeting(**{**facts, "state": State.IN_SESSION, **more}))

    return make
