"""The service, the command and the hooks, with the stand-in engine in a real child."""

import json
from dataclasses import replace

import pytest
import roomctl_transcript
from roomctl_transcript import Config
from roomctl_transcript.engines import choose
from roomctl_transcript.service import TranscriptService

from roomctl.api import (
    BadInput,
    Change,
    EngineOffer,
    Marker,
    MarkKind,
    MissingPart,
    RecorderState,
    Refused,
    State,
    Transcript,
    secrecy,
)
from roomctl.testing.fakes import FakeClock, FakeContext, FakeServices
from tests.plugins.transcript.held import finish, record
from tests.waiting import until


@pytest.mark.usefixtures("meeting")
def test_an_adjourned_meeting_gets_a_complete_transcript(service, services, offer, demo_clip, ctx):
    services.offers = [offer()]
    record(services, demo_clip)
    record(services, demo_clip, number=2, count=1)
    done = finish(service, services)
    assert done.complete
    assert (done.engine, done.model, done.version) == ("standin", "standin-model", 1)
    assert {one.id.split("-")[0] for one in done.segments} == {"r1", "r2"}
    assert len({one.id for one in done.segments}) == len(done.segments)
    assert done.duration == pytest.approx(77.69, abs=0.1)
    assert done.speech >= done.covered > 40
    folder = ctx.folder("m1")
    assert (folder / "transcript.txt").read_text(encoding="utf-8")
    assert not list(folder.glob("*.old.jsonl"))


def test_what_a_person_corrected_meanwhile_stays(service, services, meeting, offer, demo_clip):
    services.offers = [offer()]
    record(services, demo_clip, count=2, state=RecorderState.RECORDING)
    services.held["m1"] = replace(meeting, state=State.IN_SESSION)
    service.start()
    until(lambda: (found := services.transcript("m1")) and found.segments)
    live = services.transcript("m1")
    assert not live.complete
    first = live.segments[0]
    mine = replace(first, text="我改过的话。", changes=(*first.changes, Change("person", first.text, "我改过的话。")))
    services.put_transcript(replace(live, segments=(mine, *live.segments[1:])))
    record(services, demo_clip)
    services.held["m1"] = meeting
    done = finish(service, services)
    assert (done.id, done.version, done.complete) == (live.id, 1, True)
    assert done.segments[0].text == "我改过的话。"
    assert done.duration > live.duration


class RestlessClock(FakeClock):
    """Half a minute goes by between two looks."""

    def monotonic(self):
        self.advance(30)
        return super().monotonic()


class WatchedServices(FakeServices):
    """Remembers what was saved: (sentences, complete)."""

    def put_transcript(self, transcript):
        self.__dict__.setdefault("saved", []).append((len(transcript.segments), transcript.complete))
        return super().put_transcript(transcript)


def test_the_secretary_sees_the_text_grow(services, meeting, offer, demo_clip, tmp_path):
    watched = WatchedServices(tmp_path, models=services.models, offers=[offer()])
    watched.hold(meeting)
    record(watched, demo_clip)
    ctx = FakeContext("transcript", tmp_path, Config(longest=8.0), services=watched, clock=RestlessClock())
    service = TranscriptService(ctx)
    try:
        finish(service, watched)
    finally:
        service.stop(10)
    counts = [count for count, _ in watched.saved]
    assert counts == sorted(counts)
    assert len(set(counts)) > 3
    assert [end for _, end in watched.saved] == [False] * (len(counts) - 1) + [True]


@pytest.mark.usefixtures("meeting")
def test_nothing_begins_before_the_recorder_has_sealed(service, services, offer, demo_clip):
    services.offers = [offer()]
    record(services, demo_clip, count=2, state=RecorderState.STOPPING)
    service._round()
    assert services.transcript("m1") is None
    assert [row.meeting for row in service.progress()] == ["m1"]


@pytest.mark.usefixtures("meeting")
def test_a_recorder_that_was_armed_and_never_begun_keeps_nobody_waiting(service, services, offer, demo_clip):
    services.offers = [offer()]
    record(services, demo_clip, count=1)
    record(services, demo_clip, number=2, count=0, state=RecorderState.IDLE)
    assert finish(service, services).complete


@pytest.mark.usefixtures("meeting")
def test_a_missing_model_is_told_with_the_command_and_the_way_by_usb(service, services, offer, demo_clip):
    services.offers = [replace(offer(), models=("not-here",))]
    record(services, demo_clip)
    service.start()
    until(service.failures)
    told = service.failures()["m1"]
    assert "roomctl models pull not-here" in told
    assert "roomctl models import" in told
    assert "\n" not in told


def test_what_fails_is_told_once_and_no_more_once_the_meeting_is_closed(
    service, services, meeting, offer, demo_clip, caplog
):
    services.offers = [replace(offer(), models=("not-here",))]
    record(services, demo_clip)
    for _ in range(3):
        service._round()
    assert "not-here" in service.failures()["m1"]
    assert sum("not-here" in row.getMessage() for row in caplog.records) == 1
    services.hold(replace(meeting, state=State.CLOSED))  # its transcript was waived
    service._round()
    assert service.failures() == {}


@pytest.mark.usefixtures("meeting")
def test_a_meeting_without_sound_is_complete_without_text(service, services):
    done = finish(service, services)
    assert (done.complete, done.segments) == (True, ())


@pytest.mark.usefixtures("meeting")
def test_off_the_record_and_the_operators_marks_are_kept(service, services, offer, demo_clip):
    services.offers = [offer()]
    rate = 16_000
    marks = (
        Marker(MarkKind.OFF_RECORD, 8 * rate),
        Marker(MarkKind.ON_RECORD, 31 * rate),
        Marker(MarkKind.SPEAKER, 31 * rate, "李晓明"),
    )
    record(services, demo_clip, markers=marks)
    done = finish(service, services)
    assert not [one for one in done.segments if one.end > 8.3 and one.start < 30.8]
    late = [one for one in done.segments if one.start > 31]
    assert late
    assert {one.speaker for one in late} == {"李晓明"}


def complete(**more):
    return Transcript(id="t", meeting="m1", version=1, engine="e", model="m", complete=True, **more)


@pytest.mark.parametrize(("covered", "objects"), [(99.0, False), (90.0, False), (60.0, True)])
def test_closing_is_objected_to_where_speech_has_no_text(ctx, services, meeting, covered, objects):
    services.put_transcript(complete(speech=100.0, covered=covered))
    assert bool(roomctl_transcript.roomctl_gate(ctx, meeting, State.CLOSED)) is objects
    assert roomctl_transcript.roomctl_gate(ctx, meeting, State.CANCELLED) == []


def test_the_package_gets_every_version_as_it_is_now(ctx, services, meeting):
    services.put_transcript(complete())
    roomctl_transcript.roomctl_package_files(ctx, meeting)
    services.put_transcript(replace(complete(), id="t2", version=2))
    found = roomctl_transcript.roomctl_package_files(ctx, meeting)
    assert [one.path for one in found] == [
        f"transcript/transcript-v{version}.{kind}" for version in (1, 2) for kind in ("json", "txt")
    ]
    assert json.loads(found[2].source.read_text(encoding="utf-8"))["version"] == 2


def test_a_model_that_does_not_fit_the_memory_is_refused_with_the_numbers(services, offer):
    services.offers = [offer()]
    services.memory["standin-model"] = 4_000_000_000
    with pytest.raises(Refused, match=r"4000 MB.+1500 MB"):
        choose(services, memory=lambda: 1_500_000_000)
    assert choose(services, memory=lambda: 4_000_000_000).model == "standin-model"


def test_auto_takes_an_engine_that_fits_instead(services, offer):
    heavy = replace(offer(), name="heavy", models=("heavy-model",), quality=90)
    services.models["heavy-model"] = services.models["standin-model"]
    services.memory["heavy-model"] = 4_000_000_000
    services.offers = [offer(), heavy]
    assert choose(services, memory=lambda: 1_500_000_000).offer.name == "standin"


def test_an_unknown_engine_lists_the_known_ones(services, offer):
    services.offers = [offer()]
    with pytest.raises(BadInput, match="auto, standin"):
        choose(services, "nonesuch")


@pytest.mark.parametrize("mark", ["内部", "秘密★3年"])
def test_no_service_outside_hears_what_is_not_open(services, offer, meeting, mark):
    away = replace(offer(), name="away", quality=99, outside=True)
    services.offers = [offer(), away]
    assert choose(services, of=meeting).offer.name == "away"
    closed = services.held[meeting.id] = replace(meeting, secrecy=secrecy.parse(mark))
    assert choose(services, of=closed).offer.name == "standin"
    with pytest.raises(secrecy.SecrecyRefused):
        choose(services, "away", of=closed)


def test_auto_takes_the_best_engine_that_is_here(services, offer, tmp_path):
    better = EngineOffer(name="better", entry="x:Y", models=("absent",), quality=90)
    broken = EngineOffer(
        name="broken", entry="x:Y", models=("standin-model",), requires=("no_such_package",), quality=80
    )
    services.offers = [offer(), better, broken]
    assert choose(services).offer.name == "standin"
    services.models["absent"] = tmp_path
    assert choose(services).offer.name == "better"
    with pytest.raises(MissingPart, match="no_such_package"):
        choose(services, "broken")


def test_an_engine_that_brings_its_model_needs_none_of_the_catalogue(services):
    own = EngineOffer(name="own", entry="x:Y", bundled="en-us", quality=-1)
    services.offers = [own]
    assert (choose(services, "own").model, choose(services, "own", "en-us").model) == ("en-us", "en-us")
    with pytest.raises(MissingPart, match="en-us"):
        choose(services, "own", "absent")
    with pytest.raises(BadInput, match="own"):  # below 0 it is taken by its name alone
        choose(services)


@pytest.mark.parametrize("told", [{}, {"models": ("m",), "bundled": "n"}])
def test_an_engine_says_where_its_model_comes_from(told):
    with pytest.raises(ValueError, match="bundled"):
        EngineOffer(name="own", entry="x:Y", **told)


def test_a_config_with_an_unknown_key_is_refused():
    with pytest.raises(ValueError, match="engin"):
        Config(engin="whisper")


@pytest.mark.usefixtures("meeting")
def test_stopping_in_the_middle_loses_nothing(services, offer, demo_clip, tmp_path):
    services.offers = [offer(log=str(tmp_path / "log"))]
    record(services, demo_clip)
    first = FakeContext("transcript", tmp_path, Config(longest=8.0), services=services)
    one = TranscriptService(first)
    one.start()
    until((tmp_path / "log").exists)
    one.stop(10)
    first.close()
    second = TranscriptService(FakeContext("transcript", tmp_path, Config(longest=8.0), services=services))
    try:
        assert finish(second, services).complete
    finally:
        second.stop(10)
