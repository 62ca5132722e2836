"""`[plugins.audio]` of roomctl.toml."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AudioConfig(BaseModel):
    """What this room records with.

    Attributes:
        source: `mic`, `mic:NAME`, `file:PATH`, `tone`.
        quietest_dbfs: a source whose loudest sample stays below it is told as too quiet by the check.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = "mic"
    sample_rate: int = Field(default=48_000, ge=8_000, le=192_000)
    bits: Literal[16, 24] = 24
    segment_seconds: float = Field(default=60.0, gt=0, le=3600)
    quietest_dbfs: float = Field(default=-60.0, lt=0)
