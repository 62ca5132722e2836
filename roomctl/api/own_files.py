"""Tables of an office's own that a plugin reads: TOML, held against a pydantic model."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from roomctl import toml_text
from roomctl.errors import BadInput
from roomctl.fields import first_fault
from roomctl.i18n import tr

__all__ = ["first_fault", "read_own"]

Shape = TypeVar("Shape", bound=BaseModel)


def read_own(path: Path, shape: type[Shape], *, spare: str = "") -> Shape:
    """What stands in the file; a mark of the byte order, as Notepad writes it, does no harm.

    Args:
        spare: what else could be done about a bad one, after the mend.

    Raises:
        BadInput: it is not there, cannot be read, is not TOML, or a field of it is wrong; it names line or field.

    """
    if not path.exists():
        raise BadInput(
            tr(f"没有文件 {path}", f"there is no file {path}"),
            mend=tr("请放好这个文件", "put it there") + spare,
        )
    try:
        return shape.model_validate(toml_text.read(path, spare=lambda: spare, encoding="utf-8-sig"))
    except ValidationError as error:
        key, why = first_fault(error)
        raise BadInput(
            tr(f"{path} 的 {key or '内容'} 不对", f"{key or 'the whole'} of {path} is wrong"),
            why,
            tr("请改正", "correct it") + spare,
        ) from None
