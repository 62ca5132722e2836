"""The section `[plugins.signin]` of roomctl.toml."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import quorum


class QuorumRule(BaseModel):
    """法定人数 of one body."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: quorum.Share
    proxies: bool = Field(default=False, description="a proxy counts as the member")
    observers: bool = Field(default=False, description="列席 people count as well")

    @property
    def rule(self) -> quorum.Rule:
        return quorum.Rule(self.share, self.proxies, self.observers)


class Config(BaseModel):
    """What an office decides about its sign-in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign_on_glass: bool = Field(default=True, description="手写签名: the terminal asks for a signature")
    opens_minutes: int = Field(default=20, ge=0, le=240, description="before the start; what the terminal announces")
    welcome_seconds: int = Field(default=6, ge=3, le=60, description="after which the terminal is free again")
    quorum: Mapping[str, QuorumRule] = Field(
        default_factory=dict, description="by 会议种类; a body that is not named has none"
    )
    ranks: Path | None = Field(default=None, description="the office's own table of rank (TOML)")
