"""The worker as a process of its own, with a stand-in engine on the shipped clip."""

import json
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import psutil
import pytest
import soundfile
from roomctl_transcript.audio import Piece
from roomctl_transcript.config import Config
from roomctl_transcript.coverage import measure
from roomctl_transcript.engines import Choice
from roomctl_transcript.off_record import kept_times
from roomctl_transcript.runner import Runner, Work, one_file
from roomctl_transcript.sentences import Prior

from roomctl.api import RoomctlError


@pytest.fixture
def transcribe(ctx, tmp_path):
    """Runs works through one real child process."""
    runner = Runner(ctx)
    yield lambda work, offer: runner.run(work, Choice(offer, "standin-model", tmp_path / "none"))
    runner.stop()


@pytest.fixture
def clip_work(demo_clip, tmp_path):
    return one_file(demo_clip, tmp_path / "work.jsonl", Config(longest=8.0).settings(), Prior())


def times(gathered):
    return [(segment.id, segment.start, segment.text) for segment in gathered.segments]


def spoken(gathered):
    return sum(run.seconds for utterance in gathered.utterances for run in utterance.speech)


def test_a_child_that_dies_goes_on_from_the_last_finished_utterance(transcribe, offer, clip_work, tmp_path):
    calm = transcribe(clip_work, offer(log=str(tmp_path / "calm")))
    (tmp_path / "work.jsonl").unlink()
    shaken = transcribe(clip_work, offer(log=str(tmp_path / "shaken"), die_at=4))
    assert shaken.finished
    before = calm.utterances[2].speech[-1].end
    assert [row for row in times(shaken) if row[1] < before] == [row for row in times(calm) if row[1] < before]
    assert spoken(shaken) == pytest.approx(spoken(calm), rel=0.05), "cut a little differently after the restart"
    starts = [segment.start for segment in shaken.segments]
    assert starts == sorted(starts)
    assert len({segment.id for segment in shaken.segments}) == len(starts)
    decoded = len((tmp_path / "shaken").read_text().splitlines())
    assert decoded == len(shaken.utterances) + 1, "only the one that was under way is decoded twice"


def test_an_utterance_that_always_kills_the_engine_costs_itself_alone(transcribe, offer, demo_clip, tmp_path):
    work = one_file(demo_clip, tmp_path / "work.jsonl", Config(longest=8.0).settings(), Prior())
    calm = transcribe(work, offer(log=str(tmp_path / "calm")))
    (tmp_path / "work.jsonl").unlink()
    frames = [int(line) for line in (tmp_path / "calm").read_text().splitlines()]
    longest = max(frames) / 16_000
    hurt = transcribe(work, offer(poison=(longest - 0.001, longest + 0.001)))
    assert hurt.finished
    assert sum(utterance.gave_up for utterance in hurt.utterances) == frames.count(max(frames))
    assert 0 < len(hurt.segments) < len(calm.segments)


def test_a_second_run_decodes_nothing_again(transcribe, offer, clip_work, tmp_path):
    log = tmp_path / "log"
    first = transcribe(clip_work, offer(log=str(log)))
    before = log.read_text()
    second = transcribe(clip_work, offer(log=str(log)))
    assert (times(second), log.read_text()) == (times(first), before)


def test_words_that_are_in_the_journal_need_no_engine(ctx, offer, clip_work, tmp_path):
    loads = tmp_path / "loads"
    for _ in range(2):
        runner = Runner(ctx)
        gathered = runner.run(clip_work, Choice(offer(loads=str(loads)), "standin-model", tmp_path / "none"))
        runner.stop()
    assert gathered.segments
    assert loads.read_text() == "loaded\n"


def test_a_worker_that_grew_too_large_is_started_anew_and_nothing_is_lost(transcribe, offer, demo_clip, tmp_path):
    pieces, rate = cut(demo_clip, tmp_path, 20.0)
    work = Work("r1", "x", pieces[:1], rate, tmp_path / "calm.jsonl", Config(longest=8.0).settings(), Prior())
    calm = transcribe(work, offer(log=str(tmp_path / "calm")))
    small = replace(work, journal=tmp_path / "small.jsonl", recycle=1)
    anew = transcribe(small, offer(log=str(tmp_path / "anew")))
    assert [one.text for one in anew.segments] == [one.text for one in calm.segments]
    count = len((tmp_path / "calm").read_text().splitlines())
    assert len((tmp_path / "anew").read_text().splitlines()) == count > 1  # each of them once


def test_the_roster_is_read_critically_by_the_worker(transcribe, offer, clip_work):
    prior = Prior((("李晓明", "局长"), ("李小明", "科长")))
    (found,) = transcribe(replace(clip_work, prior=prior), offer()).roster
    assert "李小明" in found.why


def test_another_engine_option_starts_over(transcribe, offer, clip_work, tmp_path):
    log = tmp_path / "log"
    transcribe(clip_work, offer(log=str(log)))
    once = len(log.read_text().splitlines())
    transcribe(clip_work, offer(log=str(log), other=1))
    assert len(log.read_text().splitlines()) == 2 * once


def test_what_an_engine_prints_never_reaches_the_messages(transcribe, offer, clip_work):
    assert transcribe(clip_work, offer(noisy=True)).finished


def test_sentences_that_the_engine_leaves_out_are_asked_for_again(transcribe, offer, clip_work):
    calm = transcribe(clip_work, offer())
    lazy = transcribe(replace(clip_work, journal=clip_work.journal.with_name("lazy.jsonl")), offer(lazy=4.0))
    assert lazy.retried > 0
    assert measure(lazy.utterances, lazy.segments, "demo_60s").holes == ()
    assert sum(len(one.raw) for one in lazy.segments) > 0.7 * sum(len(one.raw) for one in calm.segments)


def test_a_loop_of_the_engine_is_kept_and_marked(transcribe, offer, clip_work):
    gathered = transcribe(clip_work, offer(every=0.05))
    assert gathered.segments
    assert all(segment.dropped for segment in gathered.segments)


def test_an_engine_that_cannot_be_imported_says_so_in_one_line(transcribe, offer, clip_work):
    with pytest.raises(RoomctlError, match="nowhere") as caught:
        transcribe(clip_work, replace(offer(), entry="nowhere.engine:Thing"))
    assert "\n" not in str(caught.value)


def test_garbage_on_stdin_is_answered_and_survived():
    told = subprocess.run(
        [sys.executable, "-m", "roomctl_transcript.worker"],
        input=b'not json\n{"type": "job"}\n[1]\n',
        stdout=subprocess.PIPE,
        check=True,
        timeout=60,
    ).stdout.splitlines()
    assert [json.loads(line)["type"] for line in told] == ["failed"] * 3


def test_it_ends_with_whoever_started_it_also_while_it_is_at_work():
    start = (
        "import subprocess as s, sys; print(s.Popen(sys.argv[2:], stdin=int(sys.argv[1])).pid, flush=True); input()"
    )
    held, hold = os.pipe()  # stays open: one at work does not look whether its stdin has ended
    argv = [sys.executable, "-c", start, str(held), sys.executable, "-m", "roomctl_transcript.worker"]
    with (
        os.fdopen(held) as _held,
        os.fdopen(hold, "wb", buffering=0) as line,
        subprocess.Popen(argv, pass_fds=[held], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter,
    ):
        worker = psutil.Process(int(starter.stdout.readline()))
        line.write(b"not json\n")
        assert json.loads(starter.stdout.readline())["type"] == "failed"
        starter.kill()
        worker.wait(60)


def test_silence_and_noise_never_reach_the_engine(transcribe, offer, tmp_path):
    noise = np.random.default_rng(1).normal(0, 1, 16_000 * 12)
    parts = [noise * loudness for loudness in (0.0, 0.003, 0.1)]
    soundfile.write(tmp_path / "noise.flac", np.concatenate(parts).clip(-1, 1), 16_000)
    work = one_file(tmp_path / "noise.flac", tmp_path / "work.jsonl", Config().settings(), Prior())
    gathered = transcribe(work, offer(log=str(tmp_path / "log")))
    assert gathered.finished
    assert gathered.segments == []
    assert not (tmp_path / "log").exists()


def cut(demo_clip, folder, seconds):
    """The clip as sealed segments of a recording."""
    data, rate = soundfile.read(demo_clip, dtype="int16")
    size, pieces = int(seconds * rate), []
    for index in range(0, len(data), size):
        path = folder / f"t01-{index // size + 1:04}.flac"
        soundfile.write(path, data[index : index + size], rate)
        pieces.append(Piece((path,), index, len(data[index : index + size]), rate))
    return tuple(pieces), rate


def test_a_file_in_segments_gives_the_same_as_the_whole(transcribe, offer, demo_clip, clip_work, tmp_path):
    pieces, rate = cut(demo_clip, tmp_path, 7.3)
    whole = transcribe(clip_work, offer())
    parts = transcribe(Work("r1", "x", pieces, rate, tmp_path / "parts.jsonl", clip_work.settings, Prior()), offer())
    assert [(one.start, one.text) for one in parts.segments] == [(one.start, one.text) for one in whole.segments]


def test_segments_that_come_one_by_one_give_what_all_at_once_give(transcribe, offer, demo_clip, tmp_path):
    pieces, rate = cut(demo_clip, tmp_path, 20.0)
    settings, journal = Config(longest=8.0).settings(), tmp_path / "live.jsonl"
    for count in range(1, len(pieces)):
        transcribe(Work("r1", "x", pieces[:count], rate, journal, settings, Prior(), final=False), offer())
    live = transcribe(Work("r1", "x", pieces, rate, journal, settings, Prior()), offer())
    once = transcribe(Work("r1", "x", pieces, rate, tmp_path / "once.jsonl", settings, Prior()), offer())
    assert spoken(live) == pytest.approx(spoken(once), rel=0.02)
    assert live.seconds == once.seconds
    starts = [segment.start for segment in live.segments]
    assert starts == sorted(starts)


def test_a_damaged_segment_is_told_and_keeps_the_time_of_what_follows(transcribe, offer, demo_clip, tmp_path):
    pieces, rate = cut(demo_clip, tmp_path, 20.0)
    pieces[1].files[0].write_bytes(b"fLaC is not all it takes")
    work = Work("r1", "x", pieces, rate, tmp_path / "work.jsonl", Config().settings(), Prior())
    gathered = transcribe(work, offer())
    assert gathered.finished
    assert pieces[1].files[0].name in " ".join(gathered.troubles)
    assert gathered.seconds == pytest.approx(57.69, abs=0.05)
    assert not [segment for segment in gathered.segments if 20.5 < segment.start < 39.5]
    assert [segment for segment in gathered.segments if segment.start > 40]


def test_what_is_off_the_record_is_never_heard(transcribe, offer, demo_clip, tmp_path):
    settings = Config(longest=8.0).settings(off=((7.9, 31.2),))
    gathered = transcribe(one_file(demo_clip, tmp_path / "work.jsonl", settings, Prior()), offer())
    assert [one for one in gathered.segments if one.end > 31.4]
    assert not [one for one in gathered.segments if one.end > 7.9 and one.start < 31.2]


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ((7.0, 7.9), (7.0, 7.9)), ((7.7, 8.0), (7.7, 7.9)), ((7.9, 8.0), (7.9, 7.9)), ((8.0, 8.1), (7.9, 7.9)),
        ((31.0, 31.5), (31.2, 31.5)), ((31.0, 31.1), (31.2, 31.2)), ((31.2, 31.5), (31.2, 31.5)),
        ((7.0, 32.0), (7.0, 32.0)), ((7.7, 31.2), (7.7, 7.9)),
    ],
)  # fmt: skip
def test_no_word_reaches_into_what_is_off_the_record(word, kept):
    assert kept_times(*word, ((1.0, 2.0), (7.9, 31.2))) == kept


def test_seats_are_told_by_the_loudest_microphone(transcribe, offer, demo_clip, tmp_path):
    data, rate = soundfile.read(demo_clip, dtype="float32")
    change = 31 * rate
    gains = np.where(np.arange(len(data)) < change, 1.0, 0.1)
    for track, gain in ((1, gains), (2, 1.1 - gains)):
        soundfile.write(tmp_path / f"t{track:02}.flac", data * gain, rate)
    piece = Piece((tmp_path / "t01.flac", tmp_path / "t02.flac"), 0, len(data), rate)
    work = Work("r1", "x", (piece,), rate, tmp_path / "work.jsonl", Config(longest=8.0).settings(), Prior())
    gathered = transcribe(work, offer())
    assert {one.track for one in gathered.segments if one.end < 30} == {1}
    assert {one.track for one in gathered.segments if one.start > 31.4} == {2}
    assert {one.id[:5] for one in gathered.segments} == {"r1-t1", "r1-t2"}
