"""The engine itself; imported only in the worker's process."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import Hypothesis, MissingPart, Word, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
BLOCK = RATE // 4
"""Frames given to Kaldi at a time: 0.25 s, so that partial results come often."""

UNKNOWN = "[unk]"


class Vosk:
    """A Kaldi model, streaming or one utterance at a time.

    Args:
        model_folder: an unpacked Vosk model; it is only read.
        options: `grammar`, a list of phrases outside of which nothing is recognised.

    Raises:
        MissingPart: the folder holds no such model. (The library itself would raise a bare `Exception`.)

    """

    def __init__(self, model_folder: str | Path, options: Mapping[str, Any] | None = None) -> None:
        options = options or {}
        folder = Path(model_folder)
        if not (folder / "conf").is_dir() or not ((folder / "am" / "final.mdl").is_file()):
            raise _unusable(folder, tr("文件夹里没有完整的 Vosk 模型", "no complete Vosk model in the folder"))
        import vosk  # noqa: PLC0415 - heavy, and only the worker needs it

        vosk.SetLogLevel(-1)
        try:
            self._model = vosk.Model(str(folder))  # a Path would end in a TypeError inside cffi
        except Exception as error:
            raise _unusable(folder, str(error)) from error
        grammar = options.get("grammar") or ()
        self._grammar = json.dumps([*grammar, UNKNOWN], ensure_ascii=False) if grammar else None

    def decode(self, pcm: "NDArray[np.float32]", rate: int) -> Sequence[Word]:
        """Words of one utterance; a word of an alphabet carries the space before it, Chinese has none.

        Args:
            pcm: shape (frames,), mono, -1 to 1; rate: 16,000.

        """
        recognizer = self._recognizer(rate)
        rows: list[dict[str, Any]] = []
        data = _pcm16(pcm)
        for at in range(0, len(data), 2 * BLOCK):
            if recognizer.AcceptWaveform(data[at : at + 2 * BLOCK]):
                rows += json.loads(recognizer.Result()).get("result", ())
        rows += json.loads(recognizer.FinalResult()).get("result", ())
        return _words(rows)

    def stream(self, rate: int = RATE) -> "Stream":
        """Words while somebody speaks."""
        recognizer = self._recognizer(rate)
        recognizer.SetPartialWords(True)  # noqa: FBT003 - the library's call
        return Stream(recognizer)

    def _recognizer(self, rate: int) -> Any:
        from vosk import KaldiRecognizer  # noqa: PLC0415 - as above

        recognizer = (
            KaldiRecognizer(self._model, rate, self._grammar) if self._grammar else KaldiRecognizer(self._model, rate)
        )
        recognizer.SetWords(True)  # noqa: FBT003 - the library's call
        return recognizer


class Stream:
    """`roomctl.api.SpeechStream` over one recogniser. Its times run on from utterance to utterance.

    A partial result costs a tenth of the decoding more with the times of its words than without (measured).
    """

    def __init__(self, recognizer: Any) -> None:
        self._recognizer = recognizer
        self._shown: tuple[str, ...] = ()

    def feed(self, pcm: "NDArray[np.float32]") -> Sequence[Hypothesis]:
        if not len(pcm):
            return ()
        if self._recognizer.AcceptWaveform(_pcm16(pcm)):
            return self._final(self._recognizer.Result())
        words = _words(json.loads(self._recognizer.PartialResult()).get("partial_result", ()))
        shown = tuple(word.text for word in words)
        if shown == self._shown:
            return ()
        self._shown = shown
        return (Hypothesis(words),)

    def finish(self) -> Sequence[Hypothesis]:
        return self._final(self._recognizer.FinalResult())

    def _final(self, said: str) -> Sequence[Hypothesis]:
        words, shown = _words(json.loads(said).get("result", ())), self._shown
        self._shown = ()
        return (Hypothesis(words, final=True),) if words or shown else ()


def _pcm16(pcm: "NDArray[np.float32]") -> bytes:
    import numpy as np  # noqa: PLC0415 - heavy, and only the worker needs it

    return bytes((np.clip(pcm, -1, 1) * 32767).astype("<i2").tobytes())


def _words(rows: Iterable[Mapping[str, Any]]) -> tuple[Word, ...]:
    words: list[Word] = []
    for row in rows:
        text = str(row["word"])
        if text == UNKNOWN:
            continue
        spaced = bool(words) and not (_han(words[-1].text[-1]) or _han(text[0]))
        words.append(
            Word(f" {text}" if spaced else text, float(row["start"]), float(row["end"]), float(row.get("conf", 1.0)))
        )
    return tuple(words)


def _han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _unusable(folder: Path, why: str) -> MissingPart:
    return MissingPart(
        tr(f"不能加载模型 {folder.name}", f"cannot load model {folder.name}"),
        why,
        tr(
            f"联网：roomctl models pull {folder.name}；离线：roomctl models import 路径",
            f"online: roomctl models pull {folder.name}; offline: roomctl models import PATH",
        ),
    )
