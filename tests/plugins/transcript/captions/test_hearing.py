"""From the sound of all microphones to lines: who speaks, what is sure, and how it is written."""

import numpy as np
import pytest
from roomctl_transcript.audio import RATE
from roomctl_transcript.captions.hearing import Hearing, Level, Mix
from roomctl_transcript.sentences import Prior, Writer

from roomctl.api import Hypothesis, Word

PRIOR = Prior((("李晓明", "市住建局局长"), ("王海燕", "行政审批局局长")))


class Script:
    """An engine that says what it is told to, once so much was fed: [(seconds, words, final)]."""

    def __init__(self, *lines):
        self.lines, self.fed, self.pcm = list(lines), 0, []

    def stream(self, _rate):
        return self

    def feed(self, pcm):
        self.fed += len(pcm)
        self.pcm.append(pcm)
        said = []
        while self.lines and self.lines[0][0] <= self.fed / RATE:
            _, words, final = self.lines.pop(0)
            said.append(Hypothesis(tuple(Word(*word, 0.9) for word in words), final))
        return said

    def finish(self):
        return []


def hearing(*lines, rate=RATE, tracks=1):
    engine = Script(*lines)
    return Hearing(engine, Writer("c", "", rate, PRIOR), rate=rate, tracks=tracks), engine


def tone(seconds, loudness=0.1, rate=RATE):
    return (loudness * np.sin(np.arange(round(seconds * rate)) * 0.3)).astype(np.float32)[:, None]


def spoken(text, start=0.0, each=0.25):
    return [(character, start + n * each, start + (n + 1) * each) for n, character in enumerate(text)]


def test_what_two_looks_agree_on_is_sure_and_the_rest_is_not():
    heard, _ = hearing((1.0, spoken("目前只有"), False), (2.0, spoken("目前主要有"), False))
    (first,) = heard.feed(tone(1.0))
    assert (first.text, first.unsure, first.final) == ("", "目前只有", False)
    (second,) = heard.feed(tone(1.0))
    assert (second.key, second.text, second.unsure) == (first.key, "目前", "主要有")


def test_a_final_line_is_written_as_the_transcript_writes_it_and_the_next_has_another_key():
    heard, _ = hearing((1.0, spoken("请李小明同志汇报百分之三十五"), True), (2.0, spoken("好的", 1.0), False))
    (row,) = heard.feed(tone(1.0))
    assert (row.text, row.unsure, row.final) == ("请李晓明同志汇报35%。", "", True)
    (after,) = heard.feed(tone(1.0))
    assert after.key == row.key + 1


def test_what_is_still_being_said_has_no_end_mark():
    heard, _ = hearing((1.0, spoken("目前主要有两个问题"), False))
    (row,) = heard.feed(tone(1.0))
    assert row.unsure == "目前主要有两个问题"


def test_what_turns_out_to_be_nothing_takes_its_line_away():
    heard, _ = hearing((1.0, spoken("嗯"), False), (2.0, [], True))
    (said,) = heard.feed(tone(1.0))
    (gone,) = heard.feed(tone(1.0))
    assert (gone.key, gone.text, gone.unsure) == (said.key, "", "")


def test_the_loudest_microphone_of_each_word_tells_who_speaks():
    one, two = spoken("请你介绍情况", 0.0), spoken("好的目前开工", 2.0)
    heard, _ = hearing((4.0, [*one, *two], False), (4.1, [*one, *two], True), tracks=2)
    left = np.concatenate([tone(2.0), tone(2.1, 0.01)])
    right = np.concatenate([tone(2.0, 0.01), tone(2.1)])
    rows = heard.feed(np.hstack([left, right]))
    assert [(row.key, row.track, row.text) for row in rows] == [(1, 1, "请你介绍情况。"), (2, 2, "好的目前开工。")]
    assert [(row.start, row.end) for row in rows] == [(0.0, 1.5), (2.0, 3.5)]


def test_a_cough_at_another_microphone_is_no_turn():
    words = spoken("目前主要有两个问题")
    heard, _ = hearing((2.5, words, True), tracks=2)
    left, right = tone(2.5), tone(2.5, 0.01)
    right[RATE : RATE + RATE // 5] = 0.9
    (row,) = heard.feed(np.hstack([left, right]))
    assert row.track == 1


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_times_are_those_of_the_recording_also_after_a_skip(rate):
    heard, engine = hearing((1.0, spoken("目前", 0.2), True), (2.0, spoken("主要", 1.2), True), rate=rate)
    heard.begin(10 * rate)
    (row,) = heard.feed(tone(1.2, rate=rate))
    assert row.start == pytest.approx(10.2, abs=0.001)
    fed = engine.fed / RATE
    heard.begin(60 * rate)
    (row,) = heard.feed(tone(1.2, rate=rate))
    assert row.start == pytest.approx(60 + 1.2 - fed, abs=0.001)


def test_the_mix_has_no_step_between_blocks_and_the_sum_of_two_rooms_is_not_louder():
    rng = np.random.default_rng(1)
    sound = (np.hstack([tone(2.0), tone(2.0, 0.02)]) + rng.normal(0, 0.002, (2 * RATE, 2))).astype(np.float32)
    whole = Mix(2)(sound)
    mix = Mix(2)
    blocks = np.concatenate([mix(part) for part in np.array_split(sound, 23)])
    settled = RATE // 2
    assert np.abs(blocks[settled:] - whole[settled : len(blocks)]).max() < 0.002


def test_quiet_speech_is_brought_to_a_working_level_and_noise_is_not():
    rng = np.random.default_rng(1)
    syllables = np.repeat(np.arange(100) % 5 < 3, RATE // 10)
    speech = (np.where(syllables, 0.005, 0.00005) * rng.normal(0, 1, len(syllables))).astype(np.float32)
    level = Level()
    after = np.concatenate([level(part) for part in np.array_split(speech, 100)])
    gain = 20 * np.log10(np.abs(after[-RATE:]).mean() / np.abs(speech[-RATE:]).mean())
    assert gain > 12
    assert np.abs(after).max() <= 1.0
    noise = rng.normal(0, 0.002, 10 * RATE).astype(np.float32)
    level = Level()
    assert all(np.array_equal(level(part), part) for part in np.array_split(noise, 100))
