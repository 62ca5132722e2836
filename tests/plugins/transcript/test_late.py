"""A recording that is brought in after the deposit, with the stand-in engine in a real child."""

from dataclasses import replace

import pytest
from roomctl_transcript import late

from roomctl.api import Actor, State, Transcript, correction, events
from roomctl.domain import cutting, holes
from roomctl.testing.fakes import A_MORNING
from tests.plugins.transcript.held import finish, record
from tests.waiting import until


@pytest.fixture
def deposited(services, meeting, offer, segment):
    """A meeting whose transcript is complete, and lies in the package."""
    services.offers = [offer()]
    services.held["m1"] = replace(meeting, state=State.DEPOSITED)
    said = segment("今天研究停车场建设工作。", 1, 0.0, 4.0), segment("请市住建局汇报。", 2, 4.5, 7.0)
    mine = correction.correct(said[0], "我改过的话。", by="王敏")
    return services.put_transcript(
        Transcript(
            id="v1", meeting="m1", version=1, engine="other", model="m", complete=True, segments=(mine, said[1]),
            report={"seconds": {"rec": 7.0}, "voices": 3},
        )
    )  # fmt: skip


def brought_in(ctx, services, demo_clip, number=2):
    made = record(services, demo_clip, number=number, seconds=5.0, count=2)
    event = events.Event(
        stream="m1", kind="recording.imported", actor=Actor.person("孙丽"), at=A_MORNING, data={"recording": made.id}
    )
    late.note(ctx, replace(events.link(event, head=events.Head(), event_id="e1", room="r"), seq=number))
    return made


def test_what_comes_after_the_deposit_is_transcribed_behind_what_stands_there(
    deposited, service, services, ctx, demo_clip
):
    made = brought_in(ctx, services, demo_clip)
    assert [one.meeting for one in service.progress()] == ["m1"]
    whole = finish(service, services)
    assert (whole.version, whole.complete, services.versions["m1"][0]) == (2, True, deposited)
    assert whole.segments[: len(deposited.segments)] == deposited.segments
    new = whole.segments[len(deposited.segments) :]
    assert {one.recording for one in new} == {made.id}
    assert set(whole.report["seconds"]) == {"rec", "rec2"}
    assert whole.engine == "other"
    assert whole.report["late"]["rec2"]["engine"] == "standin"
    assert (ctx.folder("m1") / "transcript-v2.txt").is_file()
    until(lambda: not late.noted(ctx))
    assert holes.carry(deposited, whole).segments == whole.segments


def test_what_nobody_says_has_come_is_not_looked_for(deposited, service, services, demo_clip):
    record(services, demo_clip, number=2, seconds=5.0, count=2)
    service._round()
    assert services.transcript("m1") == deposited


def test_of_a_waived_transcript_nothing_more_is_made(deposited, service, services, ctx, demo_clip):
    services.versions["m1"] = [replace(deposited, complete=False)]
    brought_in(ctx, services, demo_clip)
    service._round()
    assert services.transcript("m1").version == 1
    assert not late.noted(ctx)


def test_a_version_whose_sentences_were_cut_and_joined_stands_as_it_was(deposited):
    whole = deposited.segments[1]
    place = deposited.segments.index(whole)
    parts = cutting.part(whole, 4, (), name=next(cutting.names(whole.id)), by="王敏")
    cut = replace(deposited, segments=(*deposited.segments[:place], *parts, *deposited.segments[place + 1 :]))
    both, gone = cutting.merge(cut.segments[place], cut.segments[place + 1], by="王敏")
    joined = replace(cut, segments=(*cut.segments[:place], both, gone))
    for one in (cut, joined):
        assert holes.carry(one, replace(one, id="v2", version=2)).segments == one.segments
