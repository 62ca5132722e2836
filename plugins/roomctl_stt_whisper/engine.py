"""The engine itself; imported only in the worker's process."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import MissingPart, Word, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TEMPERATURES = (0.0, 0.4, 0.8)
"""Tried in turn while the text repeats itself or is improbable; fewer than the library's six, as each costs time."""

SILENCE = 1e-4
"""Peak, −80 dBFS: nothing was said; the model would make something up, at length."""


class Whisper:
    """faster-whisper, int8 on the CPU, one utterance at a time.

    No prompt and no hotwords (they loop, drop characters, and turn up as text on silence), no condition on the
    text before, never the batched pipeline (it loses text).

    Args:
        model_folder: a CTranslate2 Whisper model; it is only read.
        options: `threads`, `beam`, `language`.

    Raises:
        MissingPart: the folder holds no such model, or one that cannot be loaded.

    """

    def __init__(self, model_folder: str | Path, options: Mapping[str, Any] | None = None) -> None:
        options = options or {}
        folder = Path(model_folder)
        for name in ("model.bin", "config.json", "tokenizer.json"):  # without the last the library asks the network
            if not (folder / name).is_file():
                raise _unusable(folder, tr(f"缺少 {name}", f"{name} is missing"))
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from faster_whisper import WhisperModel  # noqa: PLC0415 - heavy, and only the worker needs it

        self._language = str(options.get("language", "zh"))
        self._beam = int(options.get("beam", 5))
        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=int(options.get("threads", 0)),
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise _unusable(folder, str(error)) from error

    def decode(self, pcm: "NDArray[np.float32]", rate: int) -> Sequence[Word]:
        """Words (in Chinese mostly single characters) with punctuation and spaces as Whisper gives them.

        Args:
            pcm: shape (frames,), mono, -1 to 1, at most 30 s; rate: 16,000.

        """
        if rate != self._model.feature_extractor.sampling_rate:
            raise ValueError(f"rate {rate}, not {self._model.feature_extractor.sampling_rate}")
        if not len(pcm) or max(float(pcm.max()), -float(pcm.min())) < SILENCE:
            return ()
        segments, _ = self._model.transcribe(
            pcm,
            language=self._language,
            beam_size=self._beam,
            temperature=TEMPERATURES,
            condition_on_previous_text=False,
            word_timestamps=True,
            vad_filter=False,  # the pipeline has cut the utterances already
        )
        length = len(pcm) / rate
        return tuple(
            Word(
                word.word,
                min(float(word.start), length),
                min(max(float(word.start), float(word.end)), length),
                float(word.probability),
            )
            for segment in segments
            for word in segment.words or ()
        )


def _unusable(folder: Path, why: str) -> MissingPart:
    return MissingPart(
        tr(f"不能加载模型 {folder.name}", f"cannot load model {folder.name}"),
        why,
        tr(
            f"联网：roomctl models pull {folder.name}；离线：roomctl models import 路径",
            f"online: roomctl models pull {folder.name}; offline: roomctl models import PATH",
        ),
    )
