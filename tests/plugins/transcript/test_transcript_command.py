"""`roomctl transcript`, with the stand-in engine in a real child."""

import json
from dataclasses import replace

import pytest
from roomctl_transcript import following
from roomctl_transcript.cli import transcript
from typer.testing import CliRunner

from roomctl.api import BadInput, Beside, Busy, Doubt, Hole, NotFound, Transcript, correction
from tests.plugins.transcript.held import finish, record


@pytest.fixture
def run(ctx, meeting, monkeypatch):
    """Runs the command as somebody types it; gives what stands on stdout."""
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    app = transcript.build(ctx)

    def typed(*words, code=0):
        done = CliRunner().invoke(app, [str(word) for word in words])
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.stdout

    assert meeting
    return typed


@pytest.fixture
def done(services, meeting, offer, segment):
    """A transcript of two sentences, and an engine."""
    services.offers = [offer()]
    segments = (segment("同意。", 1, 1.0, 2.0), segment("散会。", 2, 3.0, 4.0))
    made = Transcript(
        id="v1", meeting=meeting.id, version=1, engine="standin", model="standin-model", complete=True, speech=2.0,
        covered=2.0, segments=segments,
    )  # fmt: skip
    return services.put_transcript(made)


@pytest.fixture
def transcribed(service, services, meeting, offer, demo_clip):
    """The same of real sound, some seconds of it; the command works by itself."""
    assert meeting
    services.offers = [offer()]
    record(services, demo_clip, seconds=16.0, count=1)
    made = finish(service, services)
    service.stop(10)
    return made


def told(out):
    (line,) = out.splitlines()
    return json.loads(line)


@pytest.mark.usefixtures("done")
def test_the_versions_are_listed_and_one_is_taken_away_as_a_file(run, tmp_path, services):
    (one,) = told(run("list", "m1", "--json"))["versions"]
    assert (one["version"], one["engine"], one["complete"]) == (1, "standin", True)
    for form in ("txt", "srt", "vtt", "json", "docx"):
        run("export", "m1", "--output", tmp_path / f"a.{form}")
        assert (tmp_path / f"a.{form}").stat().st_size > 10
    assert run("export", "m1", "--version", "1").strip()
    with pytest.raises(NotFound, match="1"):
        run("export", "m1", "--version", "7")
    with pytest.raises(BadInput):
        run("export", "m1", "--format", "docx")
    assert services.transcript("m1").version == 1


def test_again_makes_a_new_version_and_tells_what_differs(run, transcribed, services):
    mine = correction.correct(transcribed.segments[0], "我改过的话。", by="王敏")
    services.put_transcript(replace(transcribed, segments=(mine, *transcribed.segments[1:])))
    made = told(run("again", "m1", "--json"))
    assert (made["version"], made["differs"], made["corrected"]) == (2, 0, 1)
    assert made["rework"]["state"] == "done"
    assert services.transcript("m1").segments[0].text == "我改过的话。"
    rows = told(run("compare", "m1", "--json"))["rows"]
    assert all(row["same"] for row in rows)


def test_a_comparison_shows_what_differs(run, done, services):
    other = replace(done.segments[0], text="别的话。")
    services.versions["m1"].append(replace(done, id="v2", version=2, segments=(other, *done.segments[1:])))
    out = run("compare", "m1", "1", "2")
    assert f"- {done.segments[0].text}" in out.splitlines()
    assert "+ 别的话。" in out.splitlines()


@pytest.mark.usefixtures("done")
def test_one_version_alone_is_compared_with_nothing(run):
    with pytest.raises(NotFound, match="again"):
        run("compare", "m1")


def hollow(services, done):
    """Without its second sentence."""
    gone = done.segments[1]
    hole = Hole(gone.recording, 1, round(gone.start - 0.05, 2), round(gone.end + 0.05, 2))
    services.versions["m1"] = [replace(done, segments=(done.segments[0], *done.segments[2:]), holes=(hole,))]
    return hole


def test_holes_are_listed_and_tried(run, transcribed, services):
    hole = hollow(services, transcribed)
    (seen,) = told(run("holes", "m1", "--json"))["holes"]
    assert (seen["start"], seen["before"]) == (hole.start, transcribed.segments[0].text)
    run("holes", "m1")
    tried = told(run("retry", "m1", "1", "--json"))["rework"]
    assert (tried["state"], tried["gained"] > 0) == ("done", True)
    assert hole not in services.transcript("m1").holes
    with pytest.raises((BadInput, NotFound)):
        run("retry", "m1", "9")


def test_a_person_writes_in_a_hole_or_says_that_there_is_none(run, done, services):
    holes = tuple(Hole("rec", 1, at, at + 2) for at in (5.0, 9.0))
    services.versions["m1"] = [replace(done, holes=holes)]
    run("write", "m1", 1, "由财政局配合。", "--speaker", "李晓明")
    run("dismiss", "m1", 1, "--reason", "掌声")
    newest = services.transcript("m1")
    assert newest.holes == ()
    assert [one.text for one in newest.shown] == ["同意。", "散会。", "由财政局配合。"]
    with pytest.raises(NotFound):
        run("write", "m1", 1, "一。")


@pytest.mark.usefixtures("done")
def test_what_is_left_for_later_waits_and_can_be_given_up(run, services):
    assert told(run("again", "m1", "--later", "--json"))["rework"]["state"] == "waiting"
    assert told(run("cancel", "m1", "--json"))["rework"]["state"] == "cancelled"
    with pytest.raises(NotFound):
        run("cancel", "m1")
    assert len(services.versions["m1"]) == 1


@pytest.mark.usefixtures("transcribed")
def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(run, services, monkeypatch):
    def pressed(_seconds):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(following, "wait", pressed)
        run("again", "m1", code=1)
    (wish,) = services.reworks("m1")
    assert wish.waiting
    with pytest.raises(Busy):
        run("retry", "m1")
    assert told(run("again", "m1", "--json"))["rework"]["id"] == wish.id
    assert services.transcript("m1").version == 2


@pytest.mark.usefixtures("done")
def test_an_engine_that_fails_is_told_and_the_wish_can_be_given_up(run, services, offer):
    services.offers = [*services.offers, replace(offer(), name="gone", models=("not-here",))]
    with pytest.raises(Exception, match="not-here"):
        run("again", "m1", "--engine", "gone")
    run("cancel", "m1")
    assert services.transcript("m1").version == 1


def test_papers_are_taken_in_and_stand_beside_what_was_said(run, services, done, tmp_path):
    (tmp_path / "汇报.txt").write_text("市住建局局长李晓明汇报。", encoding="utf-8")
    (tmp_path / "bad.pdf").write_bytes(b"no pdf")
    out = told(run("papers", "add", "m1", tmp_path / "汇报.txt", tmp_path / "bad.pdf", "--json", code=2))
    assert [one["name"] for one in out["papers"]] == ["汇报.txt"]
    assert [one["name"] for one in out["refused"]] == ["bad.pdf"]
    with pytest.raises(BadInput):
        run("papers", "add", "m1", tmp_path / "nowhere.txt")
    assert [one["name"] for one in told(run("papers", "list", "m1", "--json"))["papers"]] == ["汇报.txt"]
    doubt = Doubt(at=0, said="86个", paper="68个", file="汇报.txt")
    said = replace(done.segments[0], beside=Beside("汇报.txt", "共68个。", 0.9), doubts=(doubt,))
    services.versions["m1"] = [replace(done, segments=(said,))]
    (row,) = told(run("papers", "beside", "m1", "--json"))["sentences"]
    assert (row["beside"]["file"], row["doubts"][0]["paper"]) == ("汇报.txt", "68个")
    assert "存疑：口述 86个，材料 68个" in run("papers", "beside", "m1")
    with pytest.raises(NotFound):
        run("papers", "remove", "m1", "汇报.txt", "x.txt")
    run("papers", "remove", "m1", "汇报.txt")
    assert told(run("papers", "list", "m1", "--json"))["papers"] == []


def test_before_there_is_a_transcript_everything_says_so(run):
    assert told(run("list", "m1", "--json"))["versions"] == []
    for words in (("holes", "m1"), ("again", "m1"), ("retry", "m1"), ("export", "m1"), ("compare", "m1")):
        with pytest.raises(NotFound):
            run(*words)


@pytest.mark.parametrize("words", [(), ("papers",), ("again",), ("retry",), ("compare",)])
def test_each_command_says_what_it_is_for(run, words):
    assert "--help" in run(*words, "--help")
