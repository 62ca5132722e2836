from datetime import datetime
from pathlib import Path

import pytest
import roomctl_transcript
from roomctl_transcript import Config
from roomctl_transcript.service import TranscriptService

from roomctl.api import EngineOffer, Meeting, Person, State, TranscriptSegment
from roomctl.domain.access import Role, User
from roomctl.errors import RoomctlError
from roomctl.testing.fakes import FakeContext, FakeServices

HERE = Path(__file__).parent


@pytest.fixture
def offer(monkeypatch):
    """Makes an offer of the stand-in engine, which the worker then imports."""
    monkeypatch.setenv("PYTHONPATH", str(HERE / "specimens"))

    def make(**options):
        return EngineOffer(
            name="standin",
            entry="stand_in_engine:StandIn",
            models=("standin-model",),
            options=options,
            quality=1,
        )

    return make


@pytest.fixture
def services(tmp_path):
    made = FakeServices(tmp_path)
    made.models["standin-model"] = tmp_path / "no-files-needed"
    return made


@pytest.fixture
def ctx(tmp_path, services):
    made = FakeContext("transcript", tmp_path, Config(), services=services)
    yield made
    made.close()


@pytest.fixture(scope="session")
def segment():
    """Makes a sentence."""

    def make(text, number=1, start=0.0, end=1.0, track=1, **more):
        return TranscriptSegment(
            id=f"r1-t{track}-{number:04}",
            recording="rec",
            track=track,
            start=start,
            end=end,
            first_frame=0,
            last_frame=1,
            raw=text,
            text=text,
            **more,
        )

    return make


@pytest.fixture
def meeting(services):
    people = [Person(id="p1", name="李晓明", unit="市住建局", duty="局长", rank=1)]
    return services.hold(
        Meeting(
            id="m1",
            room=services.room.id,
            title="停车场建设专题会议",
            starts=datetime(2026, 11, 12, 9, 0),
            chair="张建国",
            state=State.ADJOURNED,
        ),
        people,
    )


@pytest.fixture
def service(ctx):
    made = TranscriptService(ctx)
    yield made
    made.stop(10)


@pytest.fixture
def web(ctx):
    """The plugin's routes, for whoever the header `role` names."""
    from fastapi import FastAPI  # noqa: PLC0415 - few of these tests need the web
    from fastapi.testclient import TestClient  # noqa: PLC0415

    from roomctl.web.problems import problem  # noqa: PLC0415

    app = FastAPI()

    @app.middleware("http")
    async def sign_on(request, call):
        request.state.user = User("孙丽", frozenset({Role(request.headers["role"])}))
        return await call(request)

    @app.exception_handler(RoomctlError)
    async def refused(_request, error):
        return problem(error)

    app.include_router(roomctl_transcript.roomctl_api_routes(ctx))
    with TestClient(app, headers={"role": "secretary"}) as client:
        yield client
