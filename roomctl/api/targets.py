"""What archive targets of every kind share: their section of the settings, the keys they take, what they say."""

import uuid
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from roomctl.domain.devices import Secret
from roomctl.errors import BadInput, Damaged, NotFound
from roomctl.fields import first_fault
from roomctl.i18n import tr

__all__ = [
    "PARTIAL", "PROBE", "Secret", "TargetSection", "checked", "differs", "inside", "missing", "need_secret",
    "probe_name", "read_section", "unlike",
]  # fmt: skip

Section = TypeVar("Section", bound="TargetSection")

PARTIAL = ".partial"
"""Ends the name of a file that is not whole yet."""

PROBE = b"roomctl\n" * 512
"""What a probe writes, reads back and removes."""


class TargetSection(BaseModel):
    """What any target may have; a kind adds its own.

    Attributes:
        secret: name of an entry of secrets.toml; credentials: what stands there.

    """

    model_config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)

    kind: str
    required: bool = True
    secret: str = ""
    credentials: Secret = Secret()


def read_section(model: type[Section], config: Mapping[str, Any]) -> Section:
    """The section as its kind wants it.

    Raises:
        BadInput: a key that is missing, unknown or wrong, by its name.

    """
    try:
        return model.model_validate(dict(config))
    except ValidationError as error:
        key, why = first_fault(error)
        kind = config.get("kind", "")
        raise BadInput(
            tr(f"存储目标（{kind}）的设置 {key} 不对", f"the setting {key} of a {kind} target is wrong"),
            why,
            tr(
                f"可写：{'、'.join(each for each in model.model_fields if each != 'credentials')}",
                f"it knows: {', '.join(each for each in model.model_fields if each != 'credentials')}",
            ),
        ) from None


def need_secret(section: TargetSection, kind: str) -> Secret:
    """Its credentials. Raises: BadInput, where it names none."""
    if not section.secret:
        raise BadInput(
            tr(f"存储目标（{kind}）没有写 secret", f"a {kind} target names no secret"),
            tr("口令不写在 roomctl.toml 里", "passwords do not stand in roomctl.toml"),
            tr(
                '请写 secret = "名字"，再运行 roomctl devices secret 名字',
                'write secret = "NAME", then run roomctl devices secret NAME',
            ),
        )
    return section.credentials


def inside(path: str) -> bool:
    """Whether a path stays within its folder, whatever the system that reads it."""
    parts = path.split("/")
    return not any(part in {"", ".", ".."} or "\\" in part or "\0" in part for part in parts) and ":" not in parts[0]


def checked(key: str) -> str:
    """The key. Raises: BadInput, where it would lead out of the target."""
    if not inside(key):
        raise BadInput(tr(f"存储路径“{key}”不能用", f"cannot store under the key {key!r}"))
    return key


def probe_name() -> str:
    """A name that nobody else has."""
    return f"roomctl-probe-{uuid.uuid4().hex[:8]}"


def missing(key: str) -> NotFound:
    """The target has no such file."""
    return NotFound(tr(f"存储目标里没有 {key}", f"the target has no {key}"))


def differs(key: str, now: str, wanted: str) -> Damaged:
    """What came is not what its manifest says: two SHA-256, as hex."""
    return Damaged(
        tr(f"送存的 {key} 与清单不符", f"{key} is not what its manifest says"),
        f"SHA-256 {now[:12]}… ≠ {wanted[:12]}…",
        tr("请校验本地存档包", "verify the local package"),
    )


def unlike(where: object) -> Damaged:
    """A probe was read back as something else."""
    return Damaged(
        tr(f"{where} 写入与读出不一致", f"{where} gives back other bytes than it got"),
        mend=tr("请换一处存储", "use another storage"),
    )
