"""Weights out of a PyTorch checkpoint (a zip with a pickle) without PyTorch, and without running anything in it."""

import io
import math
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import Damaged, tr

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TYPES = {"FloatStorage": "<f4", "LongStorage": "<i8"}


def weights(path: Path) -> "dict[str, NDArray[np.float32]]":
    """Tensors by name.

    Raises:
        Damaged: not a checkpoint, cut short, or one that asks for anything but tensors.

    """
    what = tr(f"不能读取声纹模型 {path.name}", f"cannot read speaker model {path.name}")
    try:
        with zipfile.ZipFile(path) as archive:
            inside = next(name for name in archive.namelist() if name.endswith("data.pkl"))
            read = _Reader(io.BytesIO(archive.read(inside)), archive, inside.removesuffix("data.pkl")).load()
        return {str(name): tensor for name, tensor in read.items()}
    except (OSError, zipfile.BadZipFile, pickle.UnpicklingError, EOFError) as error:
        raise Damaged(what, str(error)) from error
    except (StopIteration, AttributeError, KeyError, IndexError, TypeError, ValueError, RuntimeError) as error:
        raise Damaged(what, tr("不是模型文件", "it is no checkpoint")) from error


class _Reader(pickle.Unpickler):
    """Knows the four names that a checkpoint of tensors needs, and refuses every other."""

    def __init__(self, data: io.BytesIO, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(data)
        self._archive, self._root = archive, root

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _tensor
        if module == "torch" and name in TYPES:
            return TYPES[name]
        raise pickle.UnpicklingError(f"{module}.{name}")

    def persistent_load(self, pid: Any) -> "NDArray[Any]":
        import numpy as np  # noqa: PLC0415 - only in the worker

        _, kind, key, *_ = pid
        return np.frombuffer(self._archive.read(f"{self._root}data/{key}"), kind)


def _tensor(storage: "NDArray[Any]", offset: int, size: tuple[int, ...], stride: Any, *_: Any) -> "NDArray[Any]":
    """A tensor that lies in one piece, as saved ones do: its strides follow from its size."""
    del stride
    return storage[offset : offset + math.prod(size)].reshape(size)
