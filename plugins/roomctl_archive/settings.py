"""The section of one target, held against what its kind knows."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from roomctl.api import BadInput, tr
from roomctl.api.deliveries import Secret

Section = TypeVar("Section", bound="TargetSection")


class TargetSection(BaseModel):
    """What any target may have.

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
        first = error.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        kind = config.get("kind", "")
        unknown = first["type"] == "extra_forbidden"
        why = tr("没有这一项", "it knows no such key") if unknown else first["msg"]
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
