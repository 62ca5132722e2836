"""Whose voice it is: how many there are, where it changes, and what it is called."""

import json
from itertools import pairwise

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from roomctl_models import store
from roomctl_transcript.config import Config
from roomctl_transcript.cutting import Span
from roomctl_transcript.engines import Choice
from roomctl_transcript.runner import Runner, one_file
from roomctl_transcript.sentences import Prior, Sentence, divided
from roomctl_transcript.speakers import assign
from roomctl_transcript.voices import MODEL, naming, prints, turns

from roomctl.api import Marker, MarkKind, SpeakerKnownBy, Word
from tests.plugins.transcript.held import finish, record

OPERATOR, VOICE, CUE = SpeakerKnownBy.OPERATOR, SpeakerKnownBy.VOICE, SpeakerKnownBy.CUE


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(np.float32)


def people(said, *, noise=0.6, seed=1):
    """Windows of people who speak in that order, each stretch of 4 windows, as noisy as real ones are."""
    rng = np.random.default_rng(seed)
    voices = unit(rng.standard_normal((max(said) + 1, 192)))
    who = np.repeat(said, 4)
    off = unit(rng.standard_normal((len(who), 192)))
    return unit(voices[who] + noise * off), np.repeat(np.arange(len(said)), 4), who


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8])
def test_the_number_of_voices_is_found(count):
    said = [number % count for number in range(6 * count)]
    vectors, stretches, who = people(said)
    assert turns.tell(vectors, stretches, 20).tolist() == who.tolist()


def test_voices_are_numbered_as_they_are_first_heard():
    vectors, stretches, _ = people([2, 0, 2, 1] * 5)
    assert turns.tell(vectors, stretches, 20)[:16:4].tolist() == [0, 1, 0, 2]


def test_there_are_never_more_voices_than_people():
    vectors, stretches, _ = people([0, 1, 2, 3] * 6)
    assert set(turns.tell(vectors, stretches, 3).tolist()) == {0, 1, 2}


def test_a_change_in_the_middle_of_a_stretch_is_found():
    vectors, stretches, who = people([0, 1] * 8)
    stretches[8:12] = stretches[4]  # the third goes on where the second ends, without a pause
    assert turns.tell(vectors, stretches, 20).tolist() == who.tolist()


def test_one_odd_window_is_no_change():
    vectors, stretches, who = people([0, 1] * 8)
    vectors[1] = unit(vectors[1] + 0.6 * vectors[5])
    assert turns.tell(vectors, stretches, 20).tolist() == who.tolist()


def test_a_short_word_between_pauses_stays_with_those_around_it():
    vectors, stretches, who = people([0, 1] * 8)
    filled = np.ones(len(who), np.float32)
    stretches[10:] += 1
    stretches[11:] += 1  # the eleventh window is a stretch of its own, a fifth of a window long
    filled[10], vectors[10] = 0.2, unit(vectors[10] + 1.2 * vectors[6])
    assert turns.tell(vectors, stretches, 20, filled).tolist() == who.tolist()


def test_nobody_speaks():
    assert turns.tell(np.zeros((0, 192), np.float32), np.zeros(0, np.int64), 5).tolist() == []


@given(st.lists(st.tuples(st.floats(0.05, 2), st.floats(0.1, 30)), min_size=1, max_size=12))
def test_windows_cover_all_speech_that_has_a_voice(gaps_and_lengths):
    at, speech = 0.0, []
    for gap, length in gaps_and_lengths:
        speech.append(Span(at + gap, at + gap + length))
        at += gap + length
    made = list(prints.windows(speech))
    assert all(0 < one.seconds <= prints.LONG + 1e-6 for _, one in made)
    assert all(one.start <= two.start for (_, one), (_, two) in pairwise(made))
    for run in (run for run in speech if run.seconds >= prints.SHORTEST):
        for second in np.linspace(run.start, run.end, 9):
            assert any(one.start - 1e-6 <= second <= one.end + 1e-6 for _, one in made)


@given(st.integers(0, 10_000))
def test_a_print_is_kept_to_within_a_thousandth(seed):
    vectors = unit(np.random.default_rng(seed).standard_normal((4, 192)))
    kept = prints.unpack([prints.pack(one) for one in vectors])
    assert np.allclose(kept @ kept.T, vectors @ vectors.T, atol=5e-3)
    assert float((kept * vectors).sum(axis=1).min()) > 0.999


# --- whose it is


@pytest.fixture
def said(segment):
    """Ten seconds each, of the voices that are given."""

    def make(voices, texts=()):
        rows = [
            segment(texts[number] if texts else f"第{number}句。", number, 10.0 * number, 10.0 * number + 9)
            for number in range(len(voices))
        ]
        return rows, {row.id: voice for row, voice in zip(rows, voices, strict=True) if voice is not None}

    return make


def told(segments):
    return [(one.speaker, one.known_by) for one in segments]


def test_a_voice_that_nobody_has_named_is_counted(said):
    rows, voices = said([0, 1, 0])
    found = assign(rows, seats={}, voices=voices)
    assert told(found) == [("发言人1", VOICE), ("发言人2", VOICE), ("发言人1", VOICE)]


def test_one_mark_names_the_voice_everywhere(said):
    rows, voices = said([0, 1, 0, 1])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"), (10.5, "李晓明"), (20.5, "")))
    assert told(found) == [("张建国", OPERATOR), ("李晓明", OPERATOR), ("张建国", VOICE), ("李晓明", VOICE)]


def test_a_mark_that_is_set_before_the_speaker_begins_names_the_speaker(said):
    rows, voices = said([0, 1, 1, 1])
    found = assign(rows, seats={}, voices=voices, marks=((6.0, "李晓明"),))
    assert [one.speaker for one in found] == ["发言人1", "李晓明", "李晓明", "李晓明"]


def test_who_puts_in_a_word_is_told_from_whom_the_mark_names(said):
    rows, voices = said([0, 0, 1, 0, 1, 1])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"), (40.5, "李晓明")))
    assert told(found)[2] == ("李晓明", VOICE)


def test_a_voice_that_no_mark_names_is_not_whom_the_mark_before_named(said):
    rows, voices = said([0, 1, 0])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"),))
    assert told(found) == [("张建国", OPERATOR), ("发言人2", VOICE), ("张建国", OPERATOR)]


def test_marks_stand_where_two_people_are_taken_for_one_voice(said):
    rows, voices = said([0, 0, 0, 0])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"), (20.5, "陈志强")))
    assert told(found) == [("张建国", OPERATOR)] * 2 + [("陈志强", OPERATOR)] * 2


def test_without_a_voice_the_mark_names(said):
    rows, voices = said([0, None])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"),))
    assert told(found) == [("张建国", OPERATOR)] * 2


def test_what_the_secretary_puts_right_holds_for_the_voice_and_beats_a_mark(said):
    rows, voices = said([0, 1, 0, 1])
    found = assign(rows, seats={}, voices=voices, marks=((0.5, "张建国"),), said=[(10.0, 19.0, "王海燕")])
    assert told(found)[1::2] == [("王海燕", VOICE)] * 2
    assert told(found)[0] == ("张建国", OPERATOR)


def test_a_turn_of_speech_names_the_voice_that_answers(said):
    texts = ("现在开会，先请李晓明同志汇报。", "到九月底已经建成八个。", "好，会议决定两件事。", "保证完成。")
    rows, voices = said([0, 1, 0, 1], texts)
    found = assign(rows, seats={}, voices=voices, people=("张建国", "李晓明"), chair="张建国")
    assert told(found) == [("张建国", CUE), ("李晓明", CUE), ("张建国", CUE), ("李晓明", CUE)]


def test_who_is_called_and_never_heard_alone_is_not_lost_in_the_voice_of_the_chair(said):
    texts = (
        "现在开会，今天研究停车场建设。",
        "这件事情已经议过两次。",
        "请陈志强同志说明资金情况。",
        "资金已经安排。",
        "好，散会。",
    )
    rows, voices = said([0, 0, 0, 0, 0], texts)
    found = assign(rows, seats={}, voices=voices, people=("张建国", "陈志强"), chair="张建国")
    assert [one.speaker for one in found] == ["张建国", "张建国", "张建国", "陈志强", "张建国"]


def test_the_voices_of_two_recordings_are_matched():
    vectors = unit(np.random.default_rng(4).standard_normal((3, 192)))
    first, second = ([prints.pack(vectors[at]) for at in order] for order in ((0, 1), (2, 1, 0)))
    assert naming.across([first, second]) == [[0, 1], [2, 1, 0]]


# --- where it changes


def words(text, every=0.25, gap_before=(), gap=0.5):
    at, made = 0.0, []
    for number, character in enumerate(text):
        at += gap if number in gap_before else 0.0
        made.append(Word(character, at, at + every))
        at += every
    return made


@pytest.mark.parametrize("late", [-3, 0, 1, 3])
def test_a_sentence_is_cut_at_the_pause_that_is_near_the_change(late):
    sentence = Sentence(words("同意这个意见好的没有问题", gap_before=(6,)), [], {}, "。", 0.8)
    first, second = divided(sentence, [0] * (6 + late) + [1] * (6 - late))
    assert (first.text, first.end) == ("同意这个意见", "。")
    assert (second.text, second.end, second.pause) == ("好的没有问题", "。", 0.8)


def test_a_question_that_is_answered_is_a_question():
    first, second = divided(Sentence(words("大家有意见吗没有意见"), [], {}, "。"), [0] * 6 + [1] * 4)
    assert (first.end, second.end) == ("？", "。")


@pytest.mark.parametrize("voices", [[0] * 8, [None] * 8, [0] * 7 + [1], [0, None, None, 0, 0, 0, 0, 0]])
def test_a_sentence_of_one_voice_stays_whole(voices):
    sentence = Sentence(words("今天研究停车问题"), [], {}, "。")
    assert divided(sentence, voices) == [sentence]


@given(st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=30))
def test_no_word_is_lost_by_cutting(voices):
    sentence = Sentence(words("字" * len(voices), gap_before=range(0, 30, 7)), [], {}, "。")
    parts = divided(sentence, voices)
    assert [word for part in parts for word in part.words] == sentence.words
    assert parts[-1].end == "。"


# --- in the worker


@pytest.fixture
def transcribe(ctx, tmp_path, offer):
    runner = Runner(ctx)
    yield lambda work: runner.run(work, Choice(offer(), "standin-model", tmp_path / "none"))
    runner.stop()


@pytest.mark.needs(f"model:{MODEL}")
def test_voices_of_the_clip_are_told_apart_and_not_made_twice(transcribe, demo_clip, tmp_path):
    settings = Config(longest=8.0).settings()
    work = one_file(demo_clip, tmp_path / "work.jsonl", settings, Prior(), voices=store.folder(MODEL))
    gathered = transcribe(work)
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    pairs: dict[tuple[int, str], float] = {}
    for one in gathered.segments:
        for row in rows:
            common = min(one.end, row["end_s"]) - max(one.start, row["start_s"])
            if one.id in gathered.voices and common > 0:
                key = gathered.voices[one.id], row["speaker"]
                pairs[key] = pairs.get(key, 0.0) + common
    assert len({voice for voice, _ in pairs}) == len({who for _, who in pairs}) == 3
    right = sum(max(s for (v, _), s in pairs.items() if v == voice) for voice in {v for v, _ in pairs})
    assert right > 0.9 * sum(pairs.values())
    kept = (tmp_path / "work.voices.jsonl").read_bytes()
    again = transcribe(work)
    assert again.voices == gathered.voices
    assert (tmp_path / "work.voices.jsonl").read_bytes() == kept


@pytest.mark.needs(f"model:{MODEL}")
@pytest.mark.usefixtures("meeting")
def test_two_marks_name_two_voices_in_the_whole_meeting(service, services, offer, demo_clip):
    services.offers = [offer()]
    services.models[MODEL] = store.folder(MODEL)
    rate = soundfile.info(demo_clip).samplerate
    marks = (Marker(MarkKind.SPEAKER, 1 * rate, "张建国"), Marker(MarkKind.SPEAKER, 9 * rate, "李晓明"))
    record(services, demo_clip, markers=marks)
    made = finish(service, services)
    assert made.report["voices"] == 3
    rows = json.loads(demo_clip.with_name("demo_60s_ref.json").read_text(encoding="utf-8"))
    names = {"A": "张建国", "B": "李晓明", "C": "发言人3"}
    right = total = 0.0
    for one in made.segments:
        for row in rows:
            common = max(0.0, min(one.end, row["end_s"]) - max(one.start, row["start_s"]))
            total += common
            right += common * (one.speaker == names[row["speaker"]])
    assert right > 0.9 * total
    by_voice = [one for one in made.segments if one.speaker == "张建国" and one.start > 20]
    assert {one.known_by for one in by_voice} == {VOICE}


@pytest.mark.usefixtures("meeting")
def test_without_the_model_the_marks_tell_and_the_report_says_so(service, services, offer, demo_clip):
    services.offers = [offer()]
    rate = soundfile.info(demo_clip).samplerate
    record(
        services, demo_clip, markers=(Marker(MarkKind.SPEAKER, 0, "张建国"), Marker(MarkKind.SPEAKER, 9 * rate, ""))
    )
    made = finish(service, services)
    assert made.report["voices"] == 0
    assert {one.speaker for one in made.segments if one.end < 9} == {"张建国"}
    assert {one.speaker for one in made.segments if one.start > 9} == {None}
    assert made.report["troubles"] == []


def test_a_model_that_is_damaged_costs_no_text(transcribe, demo_clip, tmp_path):
    settings = Config(longest=8.0).settings()
    calm = transcribe(one_file(demo_clip, tmp_path / "work.jsonl", settings, Prior()))
    broken = tmp_path / "model"
    broken.mkdir()
    (broken / "model.pt").write_bytes(b"PK\x03\x04 cut short")
    gathered = transcribe(one_file(demo_clip, tmp_path / "work.jsonl", settings, Prior(), voices=broken))
    assert gathered.finished
    assert (gathered.segments, gathered.voices) == (calm.segments, {})
    (trouble,) = gathered.troubles
    assert "model.pt" in trouble
