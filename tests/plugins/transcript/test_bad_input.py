"""Sound and rosters as they should not be: the rest is transcribed, and what is missing is told."""

import random
import subprocess
from time import perf_counter

import numpy as np
import pytest
import soundfile
from roomctl_transcript import audio
from roomctl_transcript.assemble import Known, transcript
from roomctl_transcript.audio import Piece, blocks
from roomctl_transcript.config import Config
from roomctl_transcript.engines import Choice
from roomctl_transcript.names import Lexicon
from roomctl_transcript.proofread import proofread
from roomctl_transcript.runner import Runner, Work, one_file
from roomctl_transcript.sentences import Prior, Writer

from roomctl.api import BadInput, rework
from roomctl.testing.fakes import A_MORNING
from tests.plugins.transcript.test_sentences import heard

RATE = 16_000


@pytest.fixture
def transcribe(ctx, tmp_path, offer):
    """Works done by one real child process, up to a version."""
    runner = Runner(ctx)
    choice = Choice(offer(), "standin-model", tmp_path / "none")

    def run(work):
        gathered = runner.run(work, choice)
        assert gathered.finished
        made = transcript([gathered], choice, Known(), id="t", meeting=None, version=1, at=A_MORNING, complete=True)
        assert made.report["broken"] == []
        return made

    yield run
    runner.stop()


def file(path, tmp_path):
    return one_file(path, tmp_path / f"{path.stem}.jsonl", Config(longest=8.0).settings(), Prior())


def speech(demo_clip, seconds=57.0):
    data, rate = soundfile.read(demo_clip, dtype="float32")
    assert rate == RATE
    return data[: round(seconds * RATE)]


def damage(path, share=0.5, size=4000, fill=b"\xa5"):
    data = bytearray(path.read_bytes())
    at = round(share * len(data))
    data[at : at + size] = fill * len(data[at : at + size])
    path.write_bytes(data)


def spans(made):
    return [(one.start, one.end) for one in made.shown]


# --- damaged sound


def test_sound_damaged_in_the_middle_is_transcribed_before_and_behind_and_the_hole_is_marked(
    transcribe, demo_clip, tmp_path
):
    data = speech(demo_clip)
    path = tmp_path / "t01-0001.flac"
    soundfile.write(path, data, RATE)
    whole = transcribe(Work("r1", "rec", (Piece((path,), 0, len(data), RATE),), RATE, tmp_path / "a.jsonl",
                            Config(longest=8.0).settings(), Prior()))  # fmt: skip
    damage(path)
    made = transcribe(Work("r1", "rec", (Piece((path,), 0, len(data), RATE),), RATE, tmp_path / "b.jsonl",
                           Config(longest=8.0).settings(), Prior()))  # fmt: skip
    lost = [hole for hole in made.holes if hole.damaged]
    assert lost
    assert sum(hole.end - hole.start for hole in lost) < 4.0
    first, last = lost[0].start, lost[-1].end
    far = [one for one in spans(whole) if one[1] < first - 9 or one[0] > last + 9]
    assert far
    assert [one for one in spans(made) if one[1] < first - 9 or one[0] > last + 9] == far
    assert made.duration == whole.duration
    assert path.name in " ".join(made.report["troubles"])
    assert all(one.reason for one in rework.holes(made))


@pytest.mark.needs("ffmpeg")
@pytest.mark.parametrize(
    ("codec", "kind"), [("libmp3lame", "mp3"), ("aac", "m4a"), ("libopus", "opus"), ("flac", "flac")]
)
def test_a_phones_file_damaged_in_the_middle_keeps_the_time_of_what_follows(
    transcribe, demo_clip, tmp_path, codec, kind
):
    path = tmp_path / f"a.{kind}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(demo_clip), "-c:a", codec, str(path)], check=True)
    whole = transcribe(file(path, tmp_path))
    bad = tmp_path / f"bad.{kind}"
    bad.write_bytes(path.read_bytes())
    damage(bad)
    made = transcribe(file(bad, tmp_path))
    most = 1.5 if kind == "mp3" else 0.3  # which has no time stamps: what its reader drops leaves no trace
    assert made.duration == pytest.approx(whole.duration, abs=most)
    if kind != "flac":  # of which its reader makes a moment of noise
        assert any(hole.damaged for hole in made.holes)
    late = max(start for start, _ in spans(whole))
    assert late > 45
    assert max(start for start, _ in spans(made)) == pytest.approx(late, abs=most + 0.3)
    assert spans(made)[0][0] == pytest.approx(spans(whole)[0][0], abs=0.1)


def test_one_damaged_track_of_two_costs_nothing_that_the_other_has(tmp_path, demo_clip):
    data = speech(demo_clip, 20)
    for track in (1, 2):
        soundfile.write(tmp_path / f"t{track:02}.flac", data, RATE)
    damage(tmp_path / "t02.flac")
    told, gaps = [], []
    piece = Piece((tmp_path / "t01.flac", tmp_path / "t02.flac"), 0, len(data), RATE)
    heard = list(blocks([piece], 0.0, told.append, gap=lambda *at: gaps.append(at)))
    assert gaps == []
    assert len(told) == 1
    assert sum(len(one.pcm) for one in heard) == len(data)


def test_what_is_lost_is_noted_once_however_often_it_is_tried(transcribe, demo_clip, tmp_path):
    data = speech(demo_clip, 20)
    path = tmp_path / "t01-0001.flac"
    soundfile.write(path, data, RATE)
    damage(path)
    work = Work("r1", "rec", (Piece((path,), 0, len(data), RATE),), RATE, tmp_path / "a.jsonl", Config().settings(),
                Prior())  # fmt: skip
    assert transcribe(work).holes == transcribe(work).holes


@pytest.mark.parametrize("data", [b"", b"RIFF", b"\x00" * 5000])
def test_what_holds_no_sound_is_refused_on_one_line(tmp_path, data):
    (tmp_path / "a.wav").write_bytes(data)
    with pytest.raises(BadInput) as caught:
        audio.probe(tmp_path / "a.wav")
    assert "\n" not in str(caught.value)


# --- strange sound


def test_only_silence_is_no_text_and_no_hole(transcribe, tmp_path):
    soundfile.write(tmp_path / "a.flac", np.zeros(30 * RATE, np.float32), RATE)
    made = transcribe(file(tmp_path / "a.flac", tmp_path))
    assert (made.segments, made.holes, made.speech) == ((), (), 0.0)
    assert made.duration == pytest.approx(30, abs=0.1)


@pytest.mark.needs("ffmpeg")
def test_a_telephone_is_transcribed(transcribe, demo_clip, tmp_path):
    """8 kHz, A-law (ITU-T G.711), 300 to 3,400 Hz."""
    path = tmp_path / "phone.wav"
    band = "highpass=f=300,lowpass=f=3400"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(demo_clip), "-af", band, "-ar", "8000", "-c:a", "pcm_alaw", str(path)],
        check=True,
    )
    phone, clear = transcribe(file(path, tmp_path)), transcribe(file(demo_clip, tmp_path))
    assert phone.speech == pytest.approx(clear.speech, rel=0.15)
    assert phone.duration == pytest.approx(clear.duration, abs=0.1)


@pytest.mark.parametrize("dead", [0, 1])
def test_stereo_with_one_dead_side_is_heard_by_the_other(transcribe, demo_clip, tmp_path, dead):
    data = speech(demo_clip, 30)
    sides = np.zeros((len(data), 2), np.float32)
    sides[:, 1 - dead] = data
    soundfile.write(tmp_path / "stereo.wav", sides, RATE)
    soundfile.write(tmp_path / "mono.wav", data, RATE)
    stereo, mono = (transcribe(file(tmp_path / f"{name}.wav", tmp_path)) for name in ("stereo", "mono"))
    assert stereo.speech == pytest.approx(mono.speech, rel=0.1)
    for track, side in ((1, 0), (2, 1)):
        soundfile.write(tmp_path / f"t{track:02}.flac", sides[:, side], RATE)
    piece = Piece((tmp_path / "t01.flac", tmp_path / "t02.flac"), 0, len(data), RATE)
    tracks = transcribe(
        Work("r1", "rec", (piece,), RATE, tmp_path / "two.jsonl", Config(longest=8.0).settings(), Prior())
    )
    assert {one.track for one in tracks.shown} == {2 - dead}
    assert tracks.speech == pytest.approx(mono.speech, rel=0.1)


# --- rosters and terms

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "明强芳敏静磊洋艳勇军杰娟涛超霞平刚桂英华建国志伟丽秀兰文玉梅海燕永红晓东春生立新德宏波宁"


def people(count, seed=1):
    dice = random.Random(seed)
    names = set()
    while len(names) < count:
        names.add(dice.choice(SURNAMES) + "".join(dice.choices(GIVEN, k=dice.choice((1, 2, 2)))))
    return tuple((name, "市某局副局长") for name in sorted(names))


ORDINARY = (
    "今天研究城区停车场建设工作，请大家发表意见。",
    "会议决定，年底前完成剩余四个停车场的建设。",
    "要加强领导，明确责任，按时完成任务。",
    "目前进展顺利，还有一些问题需要研究解决。",
    "同意大家的意见，散会。",
)


def test_a_roster_of_300_repairs_its_names_and_no_others_and_is_quick():
    roster = people(300)
    lexicon = Lexicon((*roster, ("李晓明", "市住建局局长")), ())
    assert lexicon.repair("请李小明同志汇报。")[0] == "请李晓明同志汇报。"
    began = perf_counter()
    for text in ORDINARY * 20:
        assert lexicon.repair(text)[0] == text
    many = (perf_counter() - began) / 100
    one = Lexicon((("李晓明", "市住建局局长"),), ())
    began = perf_counter()
    for text in ORDINARY * 20:
        one.repair(text)
    alone = (perf_counter() - began) / 100
    assert many < 300 * max(alone, 1e-4)  # not slower in proportion to the roster
    assert isinstance(proofread(roster, ""), tuple)


def test_a_term_list_of_5000_is_read_and_leaves_ordinary_sentences_alone():
    dice = random.Random(2)
    names = ("云溪", "滨江", "东湖", "西山", "龙泉", "凤凰", "金沙", "银河", "玉龙", "青松")
    kinds = ("大道", "小区", "街道办事处", "中心小学", "水库除险加固工程", "产业园区", "改造项目", "管理办法")
    terms = tuple(
        {f"{dice.choice(names)}{dice.choice(GIVEN)}{dice.choice(GIVEN)}{dice.choice(kinds)}" for _ in range(9000)}
    )
    assert len(terms) >= 5000
    writer = Writer("r1", "rec", 48_000, Prior((), terms[:5000]))
    for text in ORDINARY:
        bare = "".join(c for c in text if c not in "，。")
        assert "".join(row["text"] for row in writer.write(heard(bare))).replace("，", "").replace("。", "") == bare
    assert writer.complaints == []


@pytest.mark.parametrize("name", ["丁", "明", "欧阳明德", "司马相如", "阿卜杜拉"])
def test_names_of_one_and_of_four_characters_stand_in_a_roster(name):
    lexicon = Lexicon(((name, "主任"), ("李晓明", "局长")), ())
    for text in (*ORDINARY, f"请{name}同志发言。", "说明情况，明确分工，定了就干。"):
        assert lexicon.repair(text)[0] == text
    assert isinstance(proofread(((name, "主任"),), ""), tuple)


def test_a_name_of_four_characters_is_repaired_as_one():
    lexicon = Lexicon((("欧阳明德", "主任"),), ())
    assert lexicon.repair("请欧阳名德同志发言。")[0] == "请欧阳明德同志发言。"
