"""PocketSphinx as a speech engine. Only the offer is here; the engine is loaded in a process of its own."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import EngineOffer, PluginContext, hookimpl, label


class Config(BaseModel):
    """`[plugins.pocketsphinx]`.

    Attributes:
        phrases: nothing but these is heard, each whole; empty: everything that the language model has.

    """

    model_config = ConfigDict(extra="forbid")

    phrases: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=label(
            "只认这些短语",
            "These phrases alone",
            help_zh="英文，一行一条；空着认全部",
            help_en="English, one a line; empty: everything",
        ),
    )


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """Its section of roomctl.toml."""
    return Config


@hookimpl
def roomctl_transcribers(ctx: PluginContext) -> Mapping[str, EngineOffer]:
    """By import path; `auto` never takes it, since it knows American English alone."""
    return {
        "pocketsphinx": EngineOffer(
            name="pocketsphinx",
            entry="roomctl_pocketsphinx.engine:PocketSphinx",
            bundled="en-us",
            requires=("pocketsphinx",),
            quality=-1,
            options={"phrases": list(ctx.config.phrases)},
        )
    }
