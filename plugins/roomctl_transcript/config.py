"""`[plugins.transcript]`."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label
from roomctl.api.speech import AUTO


class Config(BaseModel):
    """How meetings are transcribed.

    Attributes:
        longest, retry: seconds of one decoding, and of one of the second try.
        slowest: characters a second; fewer are a hole.
        pace: share of the usual pace; less is tried again.
        covered: share of speech with text, below which closing is objected to.
        voices: tell speakers apart by their voices where there is one track.
        live: work on sealed segments while the meeting is still in session.
        terms: names of units and terms that hold for every meeting here.
        seats: track → seat on the roster; else the track's number.

    """

    model_config = ConfigDict(extra="forbid")

    engine: str = Field(
        default=AUTO,
        json_schema_extra=label(
            "语音识别引擎", "Speech engine", help_zh="auto 用装好的最好的", help_en="auto: the best installed"
        ),
    )
    model: str = Field(
        default="",
        json_schema_extra=label("模型", "Model", help_zh="空着由引擎选", help_en="empty: the engine's choice"),
    )
    captions_engine: str = Field(
        default=AUTO,
        json_schema_extra=label(
            "字幕引擎", "Captions engine", help_zh="要能边听边写", help_en="one that writes while people speak"
        ),
    )
    captions_model: str = Field(
        default="",
        json_schema_extra=label("字幕模型", "Captions model", help_zh="空着由引擎选", help_en="empty: its choice"),
    )
    longest: float = Field(
        default=27.0, ge=4.0, le=28.0, json_schema_extra=label("一次最多听几秒", "Longest decoding, s")
    )
    retry: float = Field(default=8.0, ge=2.0, le=20.0, json_schema_extra=label("重听最多几秒", "Second try, s"))
    slowest: float = Field(
        default=2.5,
        ge=0.0,
        le=8.0,
        json_schema_extra=label("每秒少于几字算漏转", "Fewer characters a second are a hole"),
    )
    pace: float = Field(
        default=0.75,
        ge=0.0,
        le=1.0,
        json_schema_extra=label("语速低于平时几成重听", "Share of the usual pace, tried again below"),
    )
    covered: float = Field(
        default=0.9,
        ge=0.0,
        le=1.0,
        json_schema_extra=label("转出比例低于此不能收尾", "Share with text needed to close"),
    )
    live: bool = Field(default=True, json_schema_extra=label("会中就开始转写", "Begin while the meeting runs"))
    voices: bool = Field(
        default=True,
        json_schema_extra=label(
            "按声音区分发言人",
            "Tell speakers apart by voice",
            help_zh="单路录音；要装模型 campplus-zh-en",
            help_en="on a single track; needs the model campplus-zh-en",
        ),
    )
    memory_mb: int = Field(
        default=2000,
        ge=300,
        json_schema_extra=label(
            "引擎占用内存超过时重启（MB）",
            "Engine started anew above, MB",
            help_zh="在两句之间，不丢内容",
            help_en="between two utterances; nothing is lost",
        ),
        description="megabytes of the worker above which it is started anew, between two utterances",
    )
    terms: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=label("常用名称和术语", "Names and terms", help_zh="一行一个", help_en="one a line"),
    )
    seats: dict[int, str] = Field(
        default_factory=dict,
        json_schema_extra=label(
            "哪一路是哪个座位", "Track → seat", help_zh='TOML：1 = "座位"', help_en='TOML: 1 = "seat"'
        ),
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
