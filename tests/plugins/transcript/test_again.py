"""A finished transcript done again by the service, with the stand-in engine in a real child."""

import threading
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from roomctl_transcript.alone import Done, alone
from roomctl_transcript.service import TranscriptService

from roomctl.api import Hole, Person, correction, rework
from tests.plugins.transcript.held import finish, record
from tests.waiting import until


def wish(services, kind, **more):
    """Somebody asks for it."""
    asked = rework.Rework(
        **{
            "id": "0199aaaa-0000-7000-8000-00000000000w", "kind": kind, "engine": "standin", "model": "standin-model",
            "by": "王敏", "at": datetime(2026, 11, 12, 4, tzinfo=UTC), **more,
        }
    )  # fmt: skip
    services.wishes["m1"] = [*services.reworks("m1"), asked]
    return asked


def decodings(log):
    return len(log.read_text().splitlines()) if log.exists() else 0


@pytest.fixture
def done(service, services, meeting, offer, demo_clip, tmp_path):  # noqa: ARG001 - it is held
    """Transcribed; how often the engine was asked is in the log."""
    services.offers = [offer(log=str(tmp_path / "log"))]
    record(services, demo_clip)
    finish(service, services)
    return tmp_path / "log"


def test_with_what_is_known_by_now_the_same_words_are_written_again_without_decoding(done, service, services):
    before = decodings(done)
    first = services.transcript("m1")
    mine = correction.correct(first.segments[0], "我改过的话。", by="王敏")
    services.put_transcript(replace(first, segments=(mine, *first.segments[1:])))
    services.people["m1"].append(Person(id="p2", name="晋天燕", duty="处长", rank=2))  # sounds like 今天研
    asked = wish(services, rework.ReworkKind.AGAIN)
    second = finish(service, services)
    assert (second.id, second.version, second.complete) == (asked.id, 2, True)
    assert decodings(done) == before
    assert second.segments[0].text == "我改过的话。"
    assert [one.raw for one in second.segments] == [one.raw for one in first.segments]
    assert [one.version for one in services.versions["m1"]] == [1, 2]
    assert services.reworks("m1")[0].state is rework.ReworkState.DONE


def test_of_a_recording_that_is_brought_in_later_that_one_alone_is_decoded(done, service, services, demo_clip):
    before, first = decodings(done), services.transcript("m1")
    brought_in = record(services, demo_clip, number=2, seconds=5.0, count=2)
    services.versions["m1"] = [replace(first, complete=False)]  # as the import leaves it
    second = finish(service, services)
    new = [one for one in second.segments if one.recording == brought_in.id]
    assert new
    assert 0 < decodings(done) - before < before
    assert [one.raw for one in second.segments if one.recording != brought_in.id] == [s.raw for s in first.segments]


@pytest.mark.usefixtures("done")
def test_another_engine_makes_its_own_version_and_the_old_one_stays(service, services, offer, ctx):
    other = replace(offer(every=0.5), name="slow", models=("slow-model",))
    services.models["slow-model"] = services.models["standin-model"]
    services.offers = [*services.offers, other]
    first = services.transcript("m1")
    wish(services, rework.ReworkKind.AGAIN, engine="slow", model="slow-model")
    second = finish(service, services)
    assert (second.engine, second.model, second.version) == ("slow", "slow-model", 2)
    assert services.versions["m1"][0] == first
    assert {path.name for path in ctx.folder("m1").glob("transcript-v*.txt")} == {
        "transcript-v1.txt", "transcript-v2.txt",
    }  # fmt: skip


@pytest.mark.usefixtures("meeting")
def test_what_is_cancelled_in_the_middle_leaves_the_old_version(service, services, offer, demo_clip, tmp_path):
    gate = tmp_path / "gate"
    services.offers = [offer()]
    record(services, demo_clip)
    first = finish(service, services)
    other = replace(offer(log=str(tmp_path / "log"), wait_for=str(gate)), name="stuck")
    services.offers = [*services.offers, other]
    asked = wish(services, rework.ReworkKind.AGAIN, engine="stuck")
    service.wake()
    until((tmp_path / "log").exists)
    assert [row.meeting for row in service.progress()] == ["m1"]
    services.wishes["m1"] = [replace(asked, state=rework.ReworkState.CANCELLED)]
    services.clock.advance(10)
    until(lambda: not service.progress() and not service._done["m1"])
    assert services.versions["m1"] == [first]
    assert not service.progress()


def sparse(services, *keep):
    """As if the engine had left out all but these sentences."""
    whole = services.transcript("m1")
    left = [one for n, one in enumerate(whole.segments) if n not in keep]
    holes = tuple(Hole(one.recording, 1, round(one.start - 0.05, 2), round(one.end + 0.05, 2)) for one in left)
    services.versions["m1"] = [replace(whole, segments=tuple(whole.segments[n] for n in keep), holes=holes)]
    return whole, holes


@pytest.mark.usefixtures("done")
def test_a_hole_is_filled_and_its_sentences_stand_in_their_place(service, services, ctx):
    whole, holes = sparse(services, 0, 2)
    asked = wish(services, rework.ReworkKind.HOLES, holes=holes[:1])
    filled = finish(service, services)
    until(lambda: services.reworks("m1")[0].state is rework.ReworkState.DONE)
    filled = services.transcript("m1")
    new = [one for one in filled.segments if one.id not in {kept.id for kept in whole.segments}]
    assert new
    assert all(holes[0].start - 0.2 <= one.start and one.end <= holes[0].end + 0.2 for one in new)
    starts = [one.start for one in filled.segments]
    assert starts == sorted(starts)
    assert (filled.id, filled.version) == (whole.id, 1)
    assert holes[0] not in filled.holes
    assert services.reworks("m1")[0].gained > 0
    assert asked.id not in "".join(path.name for path in ctx.folder("m1").iterdir())  # its journal is gone
    assert new[0].text in (ctx.folder("m1") / "transcript.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("done")
def test_a_hole_that_stays_says_who_has_tried(service, services, offer):
    _, holes = sparse(services, 0)
    services.offers = [*services.offers, replace(offer(deaf=True), name="deaf")]
    wish(services, rework.ReworkKind.HOLES, engine="deaf", holes=holes[:2])
    finish(service, services)
    until(lambda: services.reworks("m1")[0].state is rework.ReworkState.DONE)
    seen = rework.holes(services.transcript("m1"))
    assert [one.hole for one in seen] == list(holes)
    assert [len(one.tried) for one in seen] == [1, 1, *(0 for _ in holes[2:])]
    assert "deaf" in seen[0].reason


@pytest.mark.usefixtures("done")
def test_a_stop_in_the_middle_goes_on_with_the_next_hole(service, services):
    _, holes = sparse(services, 0)
    wish(services, rework.ReworkKind.HOLES, holes=holes[:3])
    tried, kept = threading.Event(), services.hole_tried

    def slowly(*args, **more):
        now = kept(*args, **more)
        tried.set()
        service._stop.set()
        return now

    services.hole_tried = slowly
    service.start()
    assert tried.wait(60)
    service.stop(10)
    services.hole_tried = kept
    assert len(services.reworks("m1")[0].left) == 2
    finish(service, services)
    assert services.reworks("m1")[0].state is rework.ReworkState.DONE


@pytest.mark.usefixtures("meeting")
def test_one_process_works_at_a_meeting_and_another_one_sees_how_far_it_is(ctx, service, services, offer, demo_clip):
    services.offers = [offer()]
    record(services, demo_clip)
    with alone(ctx.folder("m1")) as mine:
        assert mine
        Done(ctx).at("m1", 12.0)
        service._round()
        assert services.transcript("m1") is None
        assert [row.done for row in service.progress()] == [12.0]
    finish(service, services)
    assert services.transcript("m1").complete


@pytest.mark.usefixtures("meeting")
def test_a_command_works_at_its_own_meeting_alone(ctx, services):
    services.hold(replace(services.meeting("m1"), id="m2"))
    only = TranscriptService(ctx, only="m2")
    only._round()
    assert services.transcript("m1") is None
    assert services.transcript("m2").complete
    assert only.progress() == ()
