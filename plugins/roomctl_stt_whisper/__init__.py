"""Whisper on CTranslate2 as a speech engine. Only the offer is here; `engine` is loaded in the worker's process."""

import os

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import EngineOffer, Missing, PluginContext, hookimpl, label
from roomctl.api.models import lacking_model

MODELS = ("faster-whisper-base",)


class Config(BaseModel):
    """`[plugins.stt_whisper]`."""

    model_config = ConfigDict(extra="forbid")

    threads: int = Field(
        default=0,
        ge=0,
        json_schema_extra=label(
            "用几个核", "CPU threads", help_zh="0：自动，给录音留一个", help_en="0: all but one of four"
        ),
        description="CPU threads; 0: all cores but one of four or more",
    )
    beam: int = Field(
        default=5,
        ge=1,
        le=10,
        json_schema_extra=label(
            "搜索宽度", "Beam width", help_zh="1 快一倍，漏句多", help_en="1 is twice as fast, loses more"
        ),
        description="beam width; 1 is twice as fast and loses more sentences",
    )
    language: str = Field(
        default="zh",
        min_length=2,
        max_length=3,
        json_schema_extra=label("语言", "Language", help_zh="ISO 639 代码", help_en="its code in ISO 639"),
    )


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """Its section of roomctl.toml."""
    return Config


@hookimpl
def roomctl_transcribers(ctx: PluginContext) -> dict[str, EngineOffer]:
    """Whisper, by import path."""
    config = ctx.config or Config()
    cores = os.cpu_count() or 1
    return {
        "whisper": EngineOffer(
            name="whisper",
            entry="roomctl_stt_whisper.engine:Whisper",
            models=MODELS,
            requires=("faster_whisper",),
            quality=50,
            options={
                "threads": config.threads or (cores if cores < 4 else cores - 1),  # noqa: PLR2004 - capture keeps one
                "beam": config.beam,
                "language": config.language,
            },
        )
    }


@hookimpl
def roomctl_self_check(ctx: PluginContext) -> list[Missing]:
    """Whether one of its models is installed."""
    return lacking_model(ctx, "Whisper", MODELS)
