"""What comes after the first package: a signed scan, a second recording; and a meeting's whole, verified."""

import json
import threading
from dataclasses import replace

import pytest
from roomctl_archive import family, package, supplement
from roomctl_archive.archivist import PackageReader
from roomctl_archive.builder import Builder
from roomctl_archive.cli.archive import build
from roomctl_archive.courier import Courier
from roomctl_archive.fixity import silent
from roomctl_archive.verify import verify
from typer.testing import CliRunner

from roomctl.api import (
    Actor,
    Busy,
    EngineOffer,
    PackageFile,
    RecorderState,
    RecordFile,
    State,
    Transcript,
    events,
)
from roomctl.domain import digests
from roomctl.testing.fakes import A_MORNING


@pytest.fixture
def first(room, sound):
    """The first package of a meeting with one recording, and its context."""
    assert sound.segments
    ctx = room.context()
    return ctx, package.build(ctx, room.meeting)


def archived(room):
    room.services.held[room.meeting.id] = made = replace(room.meeting, state=State.ARCHIVED)
    return made


def bring_in(room, sound, tmp_path):
    """A second recording of one segment."""
    content = b"fLaC" + bytes(60)
    path = tmp_path / "data" / "source" / "second.flac"
    path.write_bytes(content)
    path.chmod(0o444)
    hashes = {"sha256_file": digests.sha256(content), "sm3_file": digests.sm3(content)}
    segment = replace(sound.segments[0], path="t01-0001.flac", **hashes)
    room.services.sound[room.meeting.id].append(
        replace(sound, id="r2", number=2, segments=(segment,), state=RecorderState.SEALED)
    )
    room.services.payload[room.meeting.id].append(PackageFile("audio/r2/t01-0001.flac", path, *hashes.values()))


def scan(room, tmp_path, content=b"%PDF-1.7 scan"):
    path = tmp_path / "data" / "signed.pdf"
    path.write_bytes(content)
    paper = RecordFile(
        id="d9", meeting=room.meeting.id, kind="会议记录", version=2, path="signed.pdf",
        sha256=digests.sha256(content), at=A_MORNING, signed_by="张建国", signed_at=A_MORNING,
    )  # fmt: skip
    room.services.papers[room.meeting.id] = [paper]
    room.services.payload[room.meeting.id].append(PackageFile("records/signed.pdf", path, paper.sha256))


def happened(ctx, room, kind):
    event = events.Event(stream=room.meeting.id, kind=kind, actor=Actor.person("孙丽"), at=A_MORNING, data={})
    supplement.note(ctx, events_row(event))


def events_row(event):
    row = events.link(event, head=events.Head(), event_id="e1", room="r")
    return replace(row, seq=1)


def files_of(room, made):
    root = room.services.data / made.path / "data"
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_a_second_recording_after_archiving_is_a_supplement_that_names_the_first_by_its_hash(
    first, room, sound, tmp_path
):
    ctx, whole = first
    meeting = archived(room)
    assert not package.due(ctx, meeting)
    bring_in(room, sound, tmp_path)
    made = package.build(ctx, meeting)
    assert files_of(room, made) == ["audio/r2/t01-0001.flac", "events.jsonl"]
    told = family.member(room.services.data / made.path)
    assert (told.first, told.sha256) == (whole.id, whole.manifest_sha256)
    assert not package.due(ctx, meeting)
    held = PackageReader(ctx).contents(made)
    assert [one.number for one in held.entries if one.seconds] == ["r2"]


def said(room, version=1, *recordings):
    """A complete version of the transcript over these recordings."""
    path = room.services.data / "source" / f"transcript-v{version}.txt"
    path.write_text("今天研究两项工作。", encoding="utf-8")
    room.services.payload[room.meeting.id].append(PackageFile(f"transcript/transcript-v{version}.txt", path))
    room.services.put_transcript(
        Transcript(
            id=f"v{version}", meeting=room.meeting.id, version=version, engine="standin", model="m",
            at=room.clock.now(), complete=True, report={"seconds": dict.fromkeys(recordings, 1.0)},
        )
    )  # fmt: skip


def test_a_whole_package_that_was_damaged_before_it_was_registered_is_built_again(room, sound, tampered):
    assert sound.segments
    ctx = room.context()
    lost = package.build(ctx, room.meeting)
    room.services.sealed.clear()  # killed before it was registered
    path = room.services.data / lost.path / "data" / "records" / "minutes.docx"
    tampered(path, b"x" + path.read_bytes()[1:])
    again = package.build(ctx, room.meeting)
    assert (again.id, again.files) == (lost.id, lost.files)
    assert verify(room.services.data / again.path).ok
    (aside,) = (room.services.data / again.path).parent.glob("*.damaged")
    assert (aside / "data" / "records" / "minutes.docx").read_bytes()[:1] == b"x"
    (told,) = [one.data for one in ctx.published if one.kind == "x.archive.set_aside"]
    assert (told["package"], told["file"]) == (lost.id, "data/records/minutes.docx")
    assert [one.id for one in family.members(room.services.data / again.path)] == [again.id]


def test_a_second_recording_waits_for_its_words_and_goes_with_them(room, sound, tmp_path):
    ctx = room.context()
    room.services.offers = [EngineOffer(name="standin", entry="a:b", models=("m",))]
    room.services.models["m"] = tmp_path
    said(room, 1, sound.id)
    package.build(ctx, room.meeting)
    meeting = archived(room)
    builder = Builder(ctx, chance=lambda: 0.5, stop=lambda: None, built=lambda: None)
    bring_in(room, sound, tmp_path)
    happened(ctx, room, "recording.sealed")
    assert not builder.due(meeting)
    assert supplement.noted(ctx) == {meeting.id}, "it is looked at again"
    room.clock.advance(60)
    said(room, 2, sound.id, "r2")
    assert builder.due(meeting)
    made = package.build(ctx, meeting)
    assert {"audio/r2/t01-0001.flac", "transcript/transcript-v2.txt"} < set(files_of(room, made))
    assert not package.due(ctx, meeting)


def test_sound_that_gets_no_words_goes_alone_after_a_day_and_the_words_that_come_then_after_it(room, sound, tmp_path):
    ctx = room.context()
    room.services.offers = [EngineOffer(name="standin", entry="a:b", models=("m",))]
    room.services.models["m"] = tmp_path
    said(room, 1, sound.id)
    package.build(ctx, room.meeting)
    meeting = archived(room)
    bring_in(room, sound, tmp_path)
    assert not package.due(ctx, meeting)
    room.clock.advance(86_400)
    assert files_of(room, package.build(ctx, meeting)) == ["audio/r2/t01-0001.flac", "events.jsonl"]
    said(room, 2, sound.id, "r2")
    assert "transcript/transcript-v2.txt" in files_of(room, package.build(ctx, meeting))
    assert not package.due(ctx, meeting)


def test_the_scan_of_the_signed_record_is_counted_by_its_pages_and_read_where_the_copy_is_gone(first, room, tmp_path):
    ctx, _ = first
    scan(room, tmp_path)
    made = package.build(ctx, archived(room))
    assert made.documents == ("d9",)
    reader = PackageReader(ctx)
    (paper,) = [one for one in reader.contents(made).entries if one.record == "d9"]
    assert (paper.kind, paper.term, paper.pages) == ("会议记录", "永久", None)
    assert reader.count(made, silent).ok
    folder = room.services.data / made.path
    folder.rename(folder.with_name("away"))
    assert PackageReader(ctx).contents(made).entries


def test_counting_names_what_is_not_as_it_was_registered(first, room, tampered):
    ctx, whole = first
    reader = PackageReader(ctx)
    assert reader.count(whole, silent).ok
    assert not reader.count(replace(whole, files=whole.files + 1), silent).ok
    path = room.services.data / whole.path / "data" / "records" / "minutes.docx"
    tampered(path, b"x" + path.read_bytes()[1:])
    assert "data/records/minutes.docx" in {fault.file for fault in reader.count(whole, silent).problems}


def test_what_is_signed_a_moment_before_the_meeting_is_archived_becomes_a_supplement(first, room, tmp_path):
    ctx, _ = first
    scan(room, tmp_path)
    happened(ctx, room, "record.signed_copy")  # nobody has looked yet
    meeting = archived(room)
    happened(ctx, room, "meeting.archived")
    builder = Builder(ctx, chance=lambda: 0.5, stop=lambda: None, built=lambda: None)
    builder.work(meeting)
    assert room.services.packages(meeting.id)[-1].documents == ("d9",)
    room.clock.advance(2)
    builder.work(meeting)
    room.clock.advance(2)
    assert not builder.due(meeting)


def test_an_archived_meeting_is_looked_at_only_where_something_has_come(first, room, sound, tmp_path):
    ctx, _ = first
    meeting = archived(room)
    builder = Builder(ctx, chance=lambda: 0.5, stop=lambda: None, built=lambda: None)
    bring_in(room, sound, tmp_path)
    assert not builder.due(meeting), "nobody has said so"
    happened(ctx, room, "meeting.noted")
    room.clock.advance(2)
    assert not builder.due(meeting)
    happened(ctx, room, "recording.sealed")
    room.clock.advance(2)
    builder.work(meeting)
    assert len(room.services.packages(room.meeting.id)) == 2
    assert not builder.due(meeting)
    assert supplement.noted(ctx) == set()


def test_a_familys_whole_is_verified_and_a_first_of_another_hash_is_found(first, room, sound, tmp_path, tampered):
    ctx, whole = first
    bring_in(room, sound, tmp_path)
    late = package.build(ctx, archived(room))

    def run(*arguments):
        return CliRunner().invoke(build(ctx), ["verify", *map(str, arguments)], catch_exceptions=False)

    folder = room.services.data / late.path
    done = run(folder, "--family", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, [one["package"] for one in told["family"]]) == (0, [whole.id, late.id])
    assert told["files"] == whole.files + late.files
    assert "--family" in run(folder).output
    tags = room.services.data / whole.path / "tagmanifest-sha256.txt"
    tampered(tags, tags.read_bytes() + b"\n")
    assert "校验码不同" in run(folder, "--family").output
    moved = tmp_path / "alone" / late.id
    moved.parent.mkdir()
    folder.rename(moved)
    alone = run(moved, "--family")
    assert (alone.exit_code, "不在旁边" in alone.output) == (1, True)


def test_a_supplement_to_a_meeting_that_lacked_nothing_is_delivered_without_a_restart(first, room, tmp_path):
    ctx, _ = first
    couriers = [Courier(ctx, "local", chance=lambda: 0.5, stop=lambda: None) for _ in range(2)]
    for one in couriers:
        one.work(room.meeting)
        one.work(archived(room))
    scan(room, tmp_path)
    made = package.build(ctx, room.services.meeting(room.meeting.id))
    here, elsewhere = couriers
    here.look_again()  # as the service does that has built it
    assert [one.id for one in here.lacking(archived(room))] == [made.id]
    happened(ctx, room, "package.sealed")  # as another process learns of it
    room.clock.advance(2)
    elsewhere.work(archived(room))
    assert [one.package for one in room.services.receipts(room.meeting.id)][-1] == made.id
    assert not here.lacking(archived(room))


def test_a_second_build_at_once_is_told_and_leaves_the_first_alone(room, sound):
    assert sound.segments
    ctx, inside, go, made = room.context(), threading.Event(), threading.Event(), []

    def held_up(_size):
        inside.set()
        assert go.wait(60)

    building = threading.Thread(target=lambda: made.append(package.build(ctx, room.meeting, held_up)))
    building.start()
    try:
        assert inside.wait(60)
        with pytest.raises(Busy, match="正在打存档包"):
            package.build(ctx, room.meeting)
        builder = Builder(ctx, chance=lambda: 0.5, stop=lambda: None, built=lambda: None)
        builder.work(room.meeting)
        assert not builder.troubles(), "it is being done"
    finally:
        go.set()
        building.join(60)
    assert list(room.services.packages(room.meeting.id)) == made
    assert verify(room.services.data / made[0].path).ok
    assert package.build(ctx, room.meeting) is None
