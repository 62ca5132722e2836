"""`[plugins.transcript]`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label
from roomctl_transcript.engines import AUTO


def _field(default: Any, name_zh: str, name_en: str, *, zh: str = "", en: str = "", **limits: float) -> Any:
    """With what the settings page says of it."""
    return Field(default, json_schema_extra=label(name_zh, name_en, help_zh=zh, help_en=en), **limits)


class Config(BaseModel):
    """How meetings are transcribed.

    Attributes:
        longest, retry: seconds of one decoding, and of one of the second try.
        slowest: characters a second; fewer are a hole.
        pace: share of the usual pace; less is tried again.
        covered: share of speech with text, below which closing is objected to.
        live: work on sealed segments while the meeting is still in session.
        terms: names of units and terms that hold for every meeting here.
        seats: track → seat on the roster; else the track's number.

    """

    model_config = ConfigDict(extra="forbid")

    engine: str = _field(
        AUTO, "语音识别引擎", "Speech engine", zh="auto 用装好的最好的", en="auto: the best installed"
    )
    model: str = _field(
        "", "模型", "Model", zh="空着由引擎选", en="by its name in the catalogue; empty: the engine's choice"
    )
    longest: float = _field(20.0, "一次最多听几秒", "Longest decoding, s", ge=4.0, le=28.0)
    retry: float = _field(8.0, "重听最多几秒", "Second try, s", ge=2.0, le=20.0)
    slowest: float = _field(2.5, "每秒少于几字算漏转", "Fewer characters a second are a hole", ge=0.0, le=8.0)
    pace: float = _field(0.75, "语速低于平时几成重听", "Share of the usual pace, tried again below", ge=0.0, le=1.0)
    covered: float = _field(0.9, "转出比例低于此不能收尾", "Share with text needed to close", ge=0.0, le=1.0)
    live: bool = _field(True, "会中就开始转写", "Begin while the meeting runs")
    terms: tuple[str, ...] = _field((), "常用名称和术语", "Names and terms", zh="一行一个", en="one a line")
    seats: dict[int, str] = _field(
        {}, "哪一路是哪个座位", "Track → seat", zh='TOML：1 = "座位"', en='TOML: 1 = "seat"'
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
