"""The section `[plugins.signin]` of roomctl.toml."""

from pydantic import BaseModel, ConfigDict, Field


class Config(BaseModel):
    """What an office decides about its sign-in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sign_on_glass: bool = Field(default=True, description="手写签名: the terminal asks for a signature")
    opens_minutes: int = Field(default=20, ge=0, le=240, description="before the start; what the terminal announces")
    welcome_seconds: int = Field(default=6, ge=3, le=60, description="after which the terminal is free again")
