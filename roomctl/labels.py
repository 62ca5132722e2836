"""What a setting is called, and what it is for, where a person reads it: beside the field of its pydantic model."""

from typing import Any


def label(zh: str, en: str, *, help_zh: str = "", help_en: str = "") -> dict[str, Any]:
    """What a setting is called on the settings page: `Field(…, json_schema_extra=label("声音来源", "Source"))`.

    Args:
        help_zh, help_en: one line beside the field, where its name does not say it all.

    """
    said = {"zh": zh, "en": en}
    return {**said, "help_zh": help_zh, "help_en": help_en} if help_zh else said
