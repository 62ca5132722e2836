"""`[plugins.transcript]`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from roomctl_transcript.engines import AUTO


class Config(BaseModel):
    """How meetings are transcribed."""

    model_config = ConfigDict(extra="forbid")

    engine: str = Field(default=AUTO, description="`auto` is the best that is installed")
    model: str = Field(default="", description="name in the catalogue; empty: the engine's own choice")
    longest: float = Field(default=20.0, ge=4.0, le=28.0, description="seconds of one decoding")
    retry: float = Field(default=8.0, ge=2.0, le=20.0, description="seconds of one decoding of the second try")
    slowest: float = Field(default=2.5, ge=0.0, le=8.0, description="characters a second: fewer are a hole")
    pace: float = Field(default=0.75, ge=0.0, le=1.0, description="share of the usual pace: less is tried again")
    covered: float = Field(
        default=0.9, ge=0.0, le=1.0, description="share of speech with text, below which closing is objected to"
    )
    live: bool = Field(default=True, description="work on sealed segments while the meeting is still in session")
    terms: tuple[str, ...] = Field(
        default=(), description="names of units and terms that hold for every meeting here"
    )
    seats: dict[int, str] = Field(
        default_factory=dict, description="track → seat on the roster; else the track's number"
    )

    def settings(self, off: tuple[tuple[float, float], ...] = ()) -> dict[str, Any]:
        """For the worker."""
        return {
            "longest": self.longest,
            "retry": self.retry,
            "slowest": self.slowest,
            "pace": self.pace,
            "off": [list(span) for span in off],
        }
