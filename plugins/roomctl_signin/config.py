"""The section `[plugins.signin]` of roomctl.toml."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, quorum


class QuorumRule(BaseModel):
    """法定人数 of one body."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: quorum.Share
    proxies: bool = Field(default=False, description="a proxy counts as the member")
    observers: bool = Field(default=False, description="列席 people count as well")

    @property
    def rule(self) -> quorum.Rule:
        return quorum.Rule(self.share, self.proxies, self.observers)


class Reader(BaseModel):
    """A card reader of the host."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: str = Field(pattern=r"^(wedge|pcsc|[\w.]+:\w+)$", description="or `module:Class` of a reader of your own")
    device: str = Field(default="", max_length=400, description="event device; part of a PC/SC reader's name")
    at: str = Field(default="", max_length=40, description="where it stands, as the event says")


class Config(BaseModel):
    """What an office decides about its sign-in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign_on_glass: bool = Field(
        default=True,
        json_schema_extra=label(
            "手写签名",
            "Sign on glass",
            help_zh="签到终端请人用手指签名",
            help_en="the terminal asks for a signature",
        ),
    )
    opens_minutes: int = Field(
        default=20,
        ge=0,
        le=240,
        json_schema_extra=label(
            "提前签到（分钟）",
            "Minutes before the start",
            help_zh="终端上写的开始签到时间",
            help_en="when sign-in opens, as the terminal says",
        ),
    )
    report_minutes: int = Field(
        default=15,
        ge=0,
        le=120,
        json_schema_extra=label(
            "会前报告（分钟）",
            "Report before the start (minutes)",
            help_zh="开始前多久报告应到、实到、未到；0 为不报告",
            help_en="when it is told who is here and who is missing; 0 for never",
        ),
    )
    welcome_seconds: int = Field(
        default=6,
        ge=3,
        le=60,
        json_schema_extra=label(
            "欢迎画面（秒）",
            "Welcome (seconds)",
            help_zh="之后终端给下一位用",
            help_en="after which the terminal is free again",
        ),
    )
    phone: str = Field(
        default="",
        max_length=200,
        pattern=r"^(https?://[^/?#\s@]+/?)?$",
        json_schema_extra=label(
            "手机签到地址",
            "Address for telephones",
            help_zh="手机在会场无线网里打开本机的地址，如 http://192.168.1.20:8470；留空不开手机签到",
            help_en="where telephones in the room reach this machine: http://192.168.1.20:8470; empty: none do",
        ),
    )
    readers: tuple[Reader, ...] = Field(
        default=(),
        json_schema_extra=label(
            "读卡器",
            "Card readers",
            help_zh="TOML：接在本机的读卡器，每个一节，kind、device、at",
            help_en="TOML: readers of this machine, a section each: kind, device, at",
        ),
    )
    quorum: Mapping[str, QuorumRule] = Field(
        default_factory=dict,
        json_schema_extra=label(
            "法定人数",
            "Quorum",
            help_zh="TOML：每种会议一节，share 比例，proxies 代会算不算，observers 列席算不算；没写的不要求",
            help_en="TOML: a section for each kind of meeting: share, proxies, observers; others have none",
        ),
    )
    ranks: Path | None = Field(
        default=None,
        json_schema_extra=label(
            "排序表",
            "Table of rank",
            help_zh="本单位的 TOML 文件；留空用内置的",
            help_en="a TOML file of the office; empty for the shipped one",
        ),
    )
