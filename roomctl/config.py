"""Settings: roomctl.toml of the data folder, then ROOMCTL_* variables."""

import difflib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from roomctl import toml_text
from roomctl.errors import BadInput
from roomctl.fields import first_fault
from roomctl.i18n import tr
from roomctl.labels import label

FILE = "roomctl.toml"

TEMPLATE = """\
# roomctl 设置 / settings. 每个键都可以省略；写错的键会指出来。
# Every key may be left out; a misspelt one is pointed at.

recorder = "audio"                 # 录音插件 / which plugin records

[room]
name = "第一会议室"
zone = "Asia/Shanghai"

# [web]
# hosts = ["room1.example.cn"]     # 浏览器访问本机用的名字 / names by which browsers reach this machine

# [meetings]
# buffer = 15                      # 两场会议之间留的分钟数 / minutes kept free between two meetings

# [plugins.audio]
# source = "mic:USB Audio"         # 声音来源 / where the sound comes from: mic, mic:NAME, file:PATH

# [plugins.transcript]
# engine = "auto"                  # auto, whisper, vosk

# [plugins.archive.targets.nas]
# kind = "folder"
# path = "/mnt/archive"
"""


class RoomSettings(BaseModel):
    """The one room of this machine; read when the data folder is first used."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="第一会议室", json_schema_extra=label("会议室名称", "Name of the room"))
    zone: str = Field(
        default="Asia/Shanghai",
        json_schema_extra=label("时区", "Time zone", help_zh="IANA 时区名", help_en="its name in the IANA database"),
    )


class HostSettings(BaseModel):
    """How long the host waits, and how large it may become.

    Attributes:
        heartbeat: seconds without a sign of life after which the launcher starts it again.
        answer, load: seconds that a plugin has for one call, and for its import.
        memory_mb: resident memory above which it warns, and starts again once no meeting is near.

    """

    model_config = ConfigDict(extra="forbid")

    heartbeat: float = Field(
        default=10.0,
        ge=1,
        json_schema_extra=label(
            "主程序多久没有动静就重启（秒）",
            "Restart after silence of, s",
            help_zh="重启不影响录音",
            help_en="recording goes on meanwhile",
        ),
    )
    answer: float = Field(
        default=10.0,
        gt=0,
        json_schema_extra=label(
            "等插件回答（秒）",
            "Wait for a plugin's answer, s",
            help_zh="超过就当它没有回答，三次后停用",
            help_en="longer is no answer; after three it is put out",
        ),
    )
    load: float = Field(
        default=30.0,
        gt=0,
        json_schema_extra=label(
            "等插件加载（秒）",
            "Wait for a plugin to load, s",
            help_zh="超过就不用它，其余照常",
            help_en="longer, and it is left out; the rest goes on",
        ),
    )
    memory_mb: int = Field(
        default=800,
        ge=100,
        json_schema_extra=label(
            "内存上限（MB）",
            "Memory at most, MB",
            help_zh="超过先警告，没有会议时重启主程序",
            help_en="more is warned of; with no meeting near, the host starts again",
        ),
    )


class ChecksSettings(BaseModel):
    """What a check of the devices is good for.

    Attributes:
        good_hours: hours after which a meeting is not started on it without somebody's word; 0: never.

    """

    model_config = ConfigDict(extra="forbid")

    good_hours: float = Field(
        default=12.0,
        ge=0,
        le=8760,
        json_schema_extra=label(
            "设备检查多久有效（小时）",
            "A check is good for, h",
            help_zh="过期后开会前要再查；0 是一直有效",
            help_en="after that it is asked for again before a meeting; 0: for ever",
        ),
    )


class WebSettings(BaseModel):
    """How browsers reach this machine.

    Attributes:
        hosts: names it goes by, besides localhost, its own name, and its addresses.

    """

    model_config = ConfigDict(extra="forbid")

    hosts: list[str] = Field(
        default_factory=list,
        json_schema_extra=label(
            "访问本机用的名字",
            "Names of this machine",
            help_zh="一行一个；localhost、机器名和 IP 地址不用写",
            help_en="one a line; localhost, its own name and addresses need none",
        ),
    )


class MeetingSettings(BaseModel):
    """How meetings are planned.

    Attributes:
        buffer: minutes that stay free between two meetings in one place.

    """

    model_config = ConfigDict(extra="forbid")

    buffer: int = Field(
        default=0,
        ge=0,
        le=240,
        json_schema_extra=label(
            "两场会议之间留多久（分钟）",
            "Kept free between two meetings, min",
            help_zh="清场和布置用；不足的不能排在一起",
            help_en="to clear the room and set it up; closer ones are refused",
        ),
    )


class Settings(BaseSettings):
    """What an office may set.

    Attributes:
        recorder: name of the recorder that meetings use.
        web: how browsers reach it.
        host: its time limits and its memory.
        meetings: how they are planned.
        checks: for how long a check of the devices is good.
        plugins: a section per plugin, checked by the plugin's own model.

    """

    model_config = SettingsConfigDict(extra="forbid", env_prefix="ROOMCTL_", env_nested_delimiter="__")

    room: RoomSettings = RoomSettings()
    recorder: str = "audio"
    web: WebSettings = WebSettings()
    host: HostSettings = HostSettings()
    meetings: MeetingSettings = MeetingSettings()
    checks: ChecksSettings = ChecksSettings()
    plugins: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Variables win over what `load` read from the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load(data: Path) -> Settings:
    """Reads the settings of a data folder; one without a file has the defaults.

    Raises:
        BadInput: not TOML, an unknown key, a wrong type; names the file, the key, and what was expected.

    """
    path = data / FILE
    try:
        return Settings(**toml_text.read(path, spare=lambda: _or_copy(data)))
    except ValidationError as error:
        raise BadInput(*explain(error, path, list(Settings.model_fields))) from None


def _or_copy(data: Path) -> str:
    """The newest copy of the settings that can be read, where there is one."""
    from roomctl.storage.copies import FOLDER, newest_settings  # noqa: PLC0415 - only where something is wrong

    good = newest_settings(data / FOLDER, FILE)
    return tr(f"，或换回最近的完好副本 {good}", f", or copy the newest good one back: {good}") if good else ""


def explain(error: ValidationError, path: Path, known: list[str]) -> tuple[str, str, str]:
    """What, why and mend of the first thing that is wrong in a section."""
    first = error.errors()[0]
    key, why = first_fault(error)
    what = tr(f"{path} 的设置 {key} 不对", f"setting {key} of {path} is wrong")
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), known, n=1)
        meant = tr(f"是否想写 {near[0]}？", f"did you mean {near[0]}? ") if near else ""
        return (
            what,
            tr("没有这个键", "there is no such key"),
            meant + tr("可用：", "known: ") + ", ".join(sorted(known)),
        )
    return what, why, tr(f"现在的值是 {first['input']!r}", f"its value is {first['input']!r}")
