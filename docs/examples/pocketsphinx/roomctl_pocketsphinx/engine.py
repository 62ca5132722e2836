"""The decoder of CMU's PocketSphinx 5 with the American English model that its package brings."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pocketsphinx import Decoder

from roomctl.api import BadInput, Word, tr

RATE = 16_000
FRAME = 0.01
"""Seconds of one of the decoder's frames, 100 a second."""
NO_WORD = re.compile(r"<.*>|\[.*\]|\+\+.*\+\+")
"""Silence, breath and noise, as the model's dictionary names them."""
VARIANT = re.compile(r"\(\d+\)$")
"""What tells a second pronunciation from the first: `recording(2)`."""
SEARCH = "phrases"


class PocketSphinx:
    """Made and used in a child process.

    Args:
        options: `phrases`, of which each utterance is one, said whole; none: everything is heard.

    Raises:
        BadInput: a word of a phrase is not in the dictionary.

    """

    def __init__(self, _models: Path, options: Mapping[str, Any]) -> None:
        self._phrases = tuple(" ".join(phrase.lower().split()) for phrase in options.get("phrases", ()))
        # cmn=batch: each utterance is levelled by itself, so that none leaves anything in the next
        told: dict[str, Any] = {"samprate": RATE, "cmn": "batch", "loglevel": "FATAL"}
        self._decoder = Decoder(**told, **({"lm": None} if self._phrases else {}))
        if self._phrases:
            self._limit()

    def _limit(self) -> None:
        words = sorted({word for phrase in self._phrases for word in phrase.split()})
        if unknown := [word for word in words if self._decoder.lookup_word(word) is None]:
            raise BadInput(
                tr(f"词典里没有：{'、'.join(unknown)}", f"not in the dictionary: {', '.join(unknown)}"),
                tr("这个模型只懂美式英语", "this model knows American English alone"),
                tr("请改 [plugins.pocketsphinx] 的 phrases", "change phrases in [plugins.pocketsphinx]"),
            )
        grammar = f"#JSGF V1.0;\ngrammar {SEARCH};\npublic <said> = {' | '.join(self._phrases)};\n"
        self._decoder.add_jsgf_string(SEARCH, grammar)
        self._decoder.activate_search(SEARCH)

    def decode(self, pcm: NDArray[np.float32], rate: int) -> Sequence[Word]:
        """Words of one utterance; nothing where it is none of the phrases. Raises: BadInput: another rate."""
        if rate != RATE:
            raise BadInput(tr(f"采样率 {rate} 不能用", f"cannot hear at {rate} Hz"), mend=f"{RATE} Hz")
        if not pcm.any():
            return []
        self._decoder.start_utt()
        self._decoder.process_raw((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes(), full_utt=True)
        self._decoder.end_utt()
        found = self._decoder.hyp()
        if found is None or (self._phrases and found.hypstr not in self._phrases):
            return []  # the beginning of a phrase is none
        longest = len(pcm) / rate
        heard = [one for one in self._decoder.seg() if not NO_WORD.fullmatch(one.word)]
        return [
            Word(
                (" " if n else "") + VARIANT.sub("", one.word),
                one.start_frame * FRAME,
                min((one.end_frame + 1) * FRAME, longest),
                min(max(one.prob, 0.0), 1.0),
            )
            for n, one in enumerate(heard)
        ]
