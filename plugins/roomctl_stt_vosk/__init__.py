"""Vosk (Kaldi) as a speech engine. Only the offer is here; `engine` is loaded in the worker's process."""

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import EngineOffer, Missing, PluginContext, hookimpl, label
from roomctl.api.models import lacking_model

MODELS = ("vosk-model-cn-0_22", "vosk-model-small-cn-0_22")


class Config(BaseModel):
    """`[plugins.stt_vosk]`."""

    model_config = ConfigDict(extra="forbid")

    grammar: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=label(
            "只认这些短语",
            "These phrases alone",
            help_zh="一行一条；空着认全部",
            help_en="one a line; empty: everything",
        ),
    )
    """Nothing but these phrases is recognised; empty: everything. It restricts, it does not boost."""


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """Its section of roomctl.toml."""
    return Config


@hookimpl
def roomctl_transcribers(ctx: PluginContext) -> dict[str, EngineOffer]:
    """Vosk, by import path."""
    config = ctx.config or Config()
    return {
        "vosk": EngineOffer(
            name="vosk",
            entry="roomctl_stt_vosk.engine:Vosk",
            models=MODELS,
            requires=("vosk",),
            quality=30,
            streams=True,
            options={"grammar": list(config.grammar)} if config.grammar else {},
        )
    }


@hookimpl
def roomctl_self_check(ctx: PluginContext) -> list[Missing]:
    """Whether one of its models is installed."""
    return lacking_model(ctx, "Vosk", MODELS)
