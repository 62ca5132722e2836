"""`[plugins.av_check]` of roomctl.toml."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from roomctl.api import label, tr
from roomctl_av_check.acoustics.config import AcousticsConfig


class AvCheckConfig(BaseModel):
    """What the room's PC is held against.

    Attributes:
        tracks, sample_rate, bytes_per_sample: of the sound that the room records.
        copies: how often the sound lies on this disk: once as recorded, once in the package.
        minutes: planned length where no meeting says it.
        memory_warn, memory_crit: GiB available. Measured: whisper base 0.4, vosk with a large model 0.8, host and
            recorder 0.3.
        load_warn: runnable processes a core over the last minute.
        engine: the speech engine that must be ready and is proved; empty: the one that meetings are transcribed with,
            with its model. `auto` is the best that is installed.
        schedule: the devices are checked by themselves an hour and a quarter before each meeting.
        acoustics: how the acoustic proof is done, and what it is held against.
        watch_seconds: between two looks at the devices while a meeting runs; 0 looks at none.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    tracks: int = Field(default=2, ge=1, le=64, json_schema_extra=label("轨数", "Tracks"))
    sample_rate: int = Field(
        default=48_000, ge=8_000, le=192_000, json_schema_extra=label("采样率（Hz）", "Sample rate, Hz")
    )
    bytes_per_sample: int = Field(
        default=3, ge=2, le=4, json_schema_extra=label("每个采样的字节数", "Bytes a sample")
    )
    copies: int = Field(default=2, ge=1, le=4, json_schema_extra=label("本机存几份", "Copies on this disk"))
    minutes: int = Field(
        default=60, ge=1, json_schema_extra=label("没有会议时按几分钟算", "Minutes without a meeting")
    )
    memory_warn: float = Field(
        default=2.0, gt=0, json_schema_extra=label("内存低于此注意（GiB）", "Memory, warn below, GiB")
    )
    memory_crit: float = Field(
        default=1.0, gt=0, json_schema_extra=label("内存低于此故障（GiB）", "Memory, fault below, GiB")
    )
    load_warn: float = Field(
        default=1.5, gt=0, json_schema_extra=label("每核负载高于此注意", "Load a core, warn above")
    )
    engine: str = Field(
        default="",
        json_schema_extra=label(
            "检查哪个识别引擎",
            "Speech engine to prove",
            help_zh="空着就是会议转写用的",
            help_en="empty: the one that meetings use",
        ),
    )

    schedule: bool = Field(
        default=True,
        json_schema_extra=label("会前 60 和 15 分钟自动检查", "Check by itself 60 and 15 minutes before a meeting"),
    )
    watch_seconds: float = Field(
        default=30,
        ge=0,
        json_schema_extra=label(
            "会中每隔几秒看一次设备",
            "Look at the devices in a meeting every, s",
            help_zh="0 为不看",
            help_en="0: never",
        ),
    )

    acoustics: AcousticsConfig = Field(
        default_factory=AcousticsConfig,
        json_schema_extra=label(
            "声学实测",
            "Acoustic proof",
            help_zh="TOML：speaker 扬声器，scheduled 会前自动，各项门限见手册",
            help_en="TOML: speaker, scheduled, and limits; see the guide",
        ),
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.memory_crit > self.memory_warn:
            raise ValueError(tr("memory_crit 不能大于 memory_warn", "memory_crit must not be above memory_warn"))
        return self

    def sound_bytes(self, minutes: float) -> int:
        """Tracks × rate × bytes a sample × seconds × copies: the sound of a meeting at the largest.

        FLAC of noise is as large as raw sound, so nothing is taken off for it.
        """
        return round(self.tracks * self.sample_rate * self.bytes_per_sample * minutes * 60 * self.copies)
