"""`[plugins.audio]` of roomctl.toml."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from roomctl.api import label, tr

DELIVERY = ("wav", "mp3")


class AudioConfig(BaseModel):
    """What this room records with.

    Attributes:
        source: `mic`, `mic:NAME`, `file:PATH`, `tone`.
        standby: `mic:NAME`, which takes the place of a microphone that is gone; empty: nothing does.
        tracks: channels of the microphone that are recorded; 0: up to the last seat's, else all it has.
        drift_ppm: by which a source's clock may be off before it is an alarm.
        delivery: formats that the receiving archive wants beside the masters.
        quietest_dbfs: a source whose loudest sample stays below it is told as too quiet by the check.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str = Field(
        default="mic",
        json_schema_extra=label(
            "声音来源",
            "Source of the sound",
            help_zh="mic 系统默认话筒；mic:名称 指定话筒；file:路径 文件",
            help_en="mic, the system's own; mic:NAME; file:PATH",
        ),
    )
    standby: str = Field(
        default="",
        pattern=r"^(mic:.+)?$",
        json_schema_extra=label(
            "备用音源",
            "Stand-by source",
            help_zh="mic:名称；主话筒断开 3 秒后接替，留空则没有",
            help_en="mic:NAME; it takes over when the microphone is gone for 3 s. Empty: none",
        ),
    )
    tracks: int = Field(
        default=0,
        ge=0,
        le=16,
        json_schema_extra=label(
            "录几个声道",
            "Channels",
            help_zh="0：录到有座位的最后一路，没有座位就全录",
            help_en="0: up to the last seat's, else all the device has",
        ),
    )
    sample_rate: int = Field(
        default=48_000, ge=8_000, le=192_000, json_schema_extra=label("采样率（Hz）", "Sample rate, Hz")
    )
    bits: Literal[16, 24] = Field(default=24, json_schema_extra=label("位深（bit）", "Bits a sample"))
    drift_ppm: float = Field(
        default=200.0, gt=0, json_schema_extra=label("时钟偏差报警（ppm）", "Alarm at a clock off by, ppm")
    )
    segment_seconds: float = Field(
        default=60.0, gt=0, le=3600, json_schema_extra=label("每段（秒）", "Seconds a segment")
    )
    delivery: tuple[str, ...] = Field(
        default=(),
        json_schema_extra=label(
            "交付格式",
            "Delivery formats",
            help_zh="档案馆另要的格式，每路一个文件：wav、mp3；空着只存 FLAC 母版",
            help_en="what the archive wants besides, a file a track: wav, mp3. Empty: the FLAC masters alone",
        ),
    )
    quietest_dbfs: float = Field(
        default=-60.0, lt=0, json_schema_extra=label("低于此为无声（dBFS）", "Silent below, dBFS")
    )

    @field_validator("delivery")
    @classmethod
    def _known(cls, kinds: tuple[str, ...]) -> tuple[str, ...]:
        if strange := [one for one in kinds if one not in DELIVERY]:
            raise ValueError(
                tr(f"没有这种格式：{strange[0]}", f"no such format: {strange[0]}") + f" ({', '.join(DELIVERY)})"
            )
        return tuple(dict.fromkeys(kinds))
