"""CAM++ (Wang et al., 2023, arXiv 2303.00332) in numpy: who a voice sounds like, as 192 numbers.

A small residual network over time and frequency, then densely connected layers over time, each weighed by what is
heard around it; then mean and deviation over the time. Batch normalisation is folded into the weights beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from roomctl.api import Damaged, tr
from roomctl_transcript.voices.checkpoint import weights
from roomctl_transcript.voices.fbank import fbank

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float32]

SIZE = 192
"""Numbers of one embedding."""
BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each dense block, and the frames between the three that a layer looks at."""
GROWTH = 32
"""Channels that each layer adds."""
SEGMENT = 100
"""Frames (2 s) over which a layer's surroundings are averaged."""
EPSILON = 1e-5
"""Of batch normalisation, as trained."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """One layer of a dense block: (scale, shift) before it, then three products."""

    before: "tuple[Array, Array]"
    narrow: "tuple[Array, Array]"
    local: "Array"
    around: "tuple[Array, Array]"
    weigh: "tuple[Array, Array]"


class CamPlus:
    """Made once, then called with windows of sound.

    Args:
        path: the checkpoint of its makers.

    Raises:
        Damaged: it cannot be read, or holds another model.

    """

    def __init__(self, path: Path) -> None:
        raw = weights(path)
        try:
            self._head(raw)
            self._body(raw)
        except (KeyError, ValueError) as error:
            raise Damaged(
                tr(f"{path.name} 不是 CAM++ 模型", f"{path.name} is no CAM++ model"),
                f"{type(error).__name__}: {error}",
            ) from error

    def __call__(self, pcm: "Array") -> "Array":
        """Unit vectors, shape (windows, 192), of windows of sound, shape (windows, n ≥ 0.1 s), 16 kHz."""
        import numpy as np  # noqa: PLC0415 - only in the worker

        made = self._tail(self._time(self._spectrum(fbank(pcm))))
        made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), np.float32(1e-6))
        return made

    # --- weights

    def _head(self, raw: "Mapping[str, Array]") -> None:
        self._first = _square(raw, "head.conv1", "head.bn1")
        self._residual = []
        for name in ("layer1.0", "layer1.1", "layer2.0", "layer2.1"):
            key = f"head.{name}"
            skip = f"{key}.shortcut"
            self._residual.append(
                (
                    _square(raw, f"{key}.conv1", f"{key}.bn1"),
                    _square(raw, f"{key}.conv2", f"{key}.bn2"),
                    _square(raw, f"{skip}.0", f"{skip}.1") if f"{skip}.0.weight" in raw else None,
                )
            )
        self._last = _square(raw, "head.conv2", "head.bn2")

    def _body(self, raw: "Mapping[str, Array]") -> None:
        self._entry = _line(raw, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm")
        self._blocks = []
        for index, (layers, _) in enumerate(BLOCKS, 1):
            made = []
            for layer in range(1, layers + 1):
                key = f"xvector.block{index}.tdnnd{layer}"
                made.append(
                    _Layer(
                        _norm(raw, f"{key}.nonlinear1.batchnorm"),
                        _line(raw, f"{key}.linear1", f"{key}.nonlinear2.batchnorm"),
                        _line(raw, f"{key}.cam_layer.linear_local")[0],
                        _line(raw, f"{key}.cam_layer.linear1"),
                        _line(raw, f"{key}.cam_layer.linear2"),
                    )
                )
            key = f"xvector.transit{index}"
            self._blocks.append((made, _norm(raw, f"{key}.nonlinear.batchnorm"), _line(raw, f"{key}.linear")[0]))
        self._out = _norm(raw, "xvector.out_nonlinear.batchnorm")
        self._dense = _line(raw, "xvector.dense.linear", "xvector.dense.nonlinear.batchnorm")

    # --- the way through it

    def _spectrum(self, features: "Array") -> "Array":
        """(windows, time, 80) → (windows, time, 320)."""
        import numpy as np  # noqa: PLC0415

        x = features.transpose(0, 2, 1)[..., None]
        x = np.maximum(_conv(x, self._first), 0)
        for index, (one, two, skip) in enumerate(self._residual):
            stride = 1 if index % 2 else 2
            y = _conv(np.maximum(_conv(x, one, stride), 0), two)
            y += x if skip is None else _conv(x, skip, stride)
            x = np.maximum(y, 0, out=y)
        x = np.maximum(_conv(x, self._last, 2), 0)
        windows, bins, time, channels = x.shape
        return np.ascontiguousarray(x.transpose(0, 2, 3, 1)).reshape(windows, time, channels * bins)

    def _time(self, x: "Array") -> "Array":
        """(windows, time, 320) → (windows, time / 2, 512)."""
        import numpy as np  # noqa: PLC0415

        x = np.maximum(_taps(x, 5, 1, 2) @ self._entry[0] + self._entry[1], 0)
        for (layers, norm, narrow), (_, dilation) in zip(self._blocks, BLOCKS, strict=True):
            windows, time, start = x.shape
            grown = np.empty((windows, time, start + GROWTH * len(layers)), np.float32)
            grown[..., :start] = x
            for index, layer in enumerate(layers):
                have = start + GROWTH * index
                grown[..., have : have + GROWTH] = _dense(grown[..., :have], layer, dilation)
            x = _shown(grown, norm) @ narrow
        return _shown(x, self._out)

    def _tail(self, x: "Array") -> "Array":
        import numpy as np  # noqa: PLC0415

        pooled = np.concatenate([x.mean(axis=1), x.std(axis=1, ddof=1)], axis=1)
        made: Array = pooled @ self._dense[0] + self._dense[1]
        return made


def _dense(x: "Array", layer: _Layer, dilation: int) -> "Array":
    import numpy as np  # noqa: PLC0415

    h = _shown(x, layer.before) @ layer.narrow[0]
    h += layer.narrow[1]
    np.maximum(h, 0, out=h)
    around = h.mean(axis=1, keepdims=True)
    near = np.concatenate(
        [h[:, at : at + SEGMENT].mean(axis=1, keepdims=True) for at in range(0, h.shape[1], SEGMENT)], axis=1
    )
    context = np.maximum((around + near) @ layer.around[0] + layer.around[1], 0) @ layer.weigh[0] + layer.weigh[1]
    gate = np.repeat(1 / (1 + np.exp(-context)), SEGMENT, axis=1)[:, : h.shape[1]]
    made: Array = (_taps(h, 3, dilation, 1) @ layer.local) * gate
    return made


def _shown(x: "Array", norm: "tuple[Array, Array]") -> "Array":
    import numpy as np  # noqa: PLC0415

    h: Array = x * norm[0]
    h += norm[1]
    np.maximum(h, 0, out=h)
    return h


def _taps(x: "Array", taps: int, dilation: int, stride: int) -> "Array":
    """Each frame beside those around it: (windows, time, channels) → (windows, time / stride, taps × c)."""
    import numpy as np  # noqa: PLC0415

    reach = taps // 2 * dilation
    padded = np.pad(x, ((0, 0), (reach, reach), (0, 0)))
    time = x.shape[1]
    return np.concatenate([padded[:, k * dilation : k * dilation + time : stride] for k in range(taps)], axis=2)


def _conv(x: "Array", weight: "tuple[Array, Array]", stride: int = 1) -> "Array":
    """Convolution over frequency and time, zeros around; `stride` on the frequency alone.

    Args:
        x: shape (windows, frequency, time, channels).
        weight: (taps of frequency, taps of time × channels, out), and what is added.

    """
    import numpy as np  # noqa: PLC0415

    kernel, shift = weight
    windows, bins, time, channels = x.shape
    if len(kernel) == 1:
        made: Array = x[:, ::stride] @ kernel[0]
        made += shift
        return made
    padded = np.zeros((windows, bins + 2, time + 2, channels), np.float32)
    padded[:, 1:-1, 1:-1] = x
    beside = np.concatenate([padded[:, :, k : k + time] for k in range(3)], axis=3)
    made = beside[:, 0:bins:stride] @ kernel[0]
    for tap in (1, 2):
        made += beside[:, tap : tap + bins : stride] @ kernel[tap]
    made += shift
    return made


# --- folding


def _norm(raw: "Mapping[str, Array]", key: str) -> "tuple[Array, Array]":
    """Batch normalisation as (scale, shift)."""
    import numpy as np  # noqa: PLC0415

    scale = 1 / np.sqrt(raw[f"{key}.running_var"] + EPSILON)
    if f"{key}.weight" in raw:
        scale = scale * raw[f"{key}.weight"]
    shift = -raw[f"{key}.running_mean"] * scale
    if f"{key}.bias" in raw:
        shift = shift + raw[f"{key}.bias"]
    return scale.astype(np.float32), shift.astype(np.float32)


def _line(raw: "Mapping[str, Array]", key: str, norm: str = "") -> "tuple[Array, Array]":
    """(out, in, taps) → (taps × in, out), and what is added."""
    import numpy as np  # noqa: PLC0415

    kernel = raw[f"{key}.weight"]
    out = kernel.shape[0]
    scale, shift = _norm(raw, norm) if norm else (np.ones(out, np.float32), np.zeros(out, np.float32))
    if f"{key}.bias" in raw:
        shift = shift + scale * raw[f"{key}.bias"]
    return np.ascontiguousarray((kernel * scale[:, None, None]).transpose(2, 1, 0).reshape(-1, out)), shift


def _square(raw: "Mapping[str, Array]", key: str, norm: str) -> "tuple[Array, Array]":
    """(out, in, frequency, time) → (frequency, time × in, out), and what is added."""
    import numpy as np  # noqa: PLC0415

    scale, shift = _norm(raw, norm)
    kernel = raw[f"{key}.weight"] * scale[:, None, None, None]
    out, channels, bins, time = kernel.shape
    return np.ascontiguousarray(kernel.transpose(2, 3, 1, 0).reshape(bins, time * channels, out)), shift
