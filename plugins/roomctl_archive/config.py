"""`[plugins.archive]` of roomctl.toml."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from roomctl.api import label


class TargetConfig(BaseModel):
    """One place that packages go to. What else it needs depends on its kind, which checks it itself.

    Attributes:
        kind: a kind of target that a plugin brings, such as `folder`.
        required: a meeting counts as deposited only when this target has read everything back.
        office: whether it is the office's own storage; nothing of an 内部 meeting goes to another. Where it is not
            said, a folder and a private address are.

    """

    model_config = ConfigDict(extra="allow")

    kind: str = "folder"
    required: bool = True
    office: bool | None = None


def _local() -> dict[str, TargetConfig]:
    return {"local": TargetConfig.model_validate({"kind": "folder", "path": "archive"})}


class ArchiveConfig(BaseModel):
    """Where packages go, and who sends them.

    Attributes:
        targets: by name. The default is one folder, `<data>/archive`.
        source_organization: 立档单位, for bag-info.txt and the metadata; 不详 there where it is empty.
        retention: a table of 保管期限 in TOML, relative to the data folder; empty for the shipped one alone.
        fonds, office_code, archival_code: 全宗号 and 机构（问题）代码 of a 档号, and the rule that puts it together.
        send_ahead: sealed segments go to the targets during the meeting; they count only if unchanged at close.
        verify_every_days, verify_bytes_per_second: when, and how fast, each copy is read again.
        keep_local_days: after which the package on this machine may go, once it is archived; 0: never.
        bytes_per_second: of sound, to hold the free space of a target against the planned length.

    """

    model_config = ConfigDict(extra="forbid")

    targets: dict[Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")], TargetConfig] = Field(
        default_factory=_local,
        min_length=1,
        json_schema_extra=label(
            "存储目标",
            "Targets",
            help_zh="TOML：每处一节，kind 种类，required 必需",
            help_en="TOML: a table each, with kind and required",
        ),
    )
    source_organization: str = Field(
        default="",
        json_schema_extra=label(
            "移交单位", "Source organization", help_zh="写进档案包", help_en="stands in the package"
        ),
    )
    retention: str = Field(
        default="",
        json_schema_extra=label(
            "保管期限表",
            "Table of retention",
            help_zh="本单位的 TOML 文件，先于内置的表；留空只用内置的",
            help_en="a TOML file of the office, asked before the shipped one; empty for none",
        ),
    )
    fonds: str = Field(
        default="",
        max_length=32,
        json_schema_extra=label(
            "全宗号",
            "Fonds number",
            help_zh="有它才编档号；留空由档案系统编",
            help_en="without it no 档号 is given here",
        ),
    )
    office_code: str = Field(
        default="",
        max_length=32,
        json_schema_extra=label(
            "机构（问题）代码", "Office code", help_zh="档号的一段，可空", help_en="a part of the 档号, may be empty"
        ),
    )
    archival_code: str = Field(
        default="",
        json_schema_extra=label(
            "档号规则",
            "Rule of archival codes",
            help_zh="本单位的 TOML 文件；留空用内置的",
            help_en="a TOML file of the office; empty for the shipped one",
        ),
    )
    send_ahead: bool = Field(
        default=False,
        json_schema_extra=label(
            "会中先送录音",
            "Send during the meeting",
            help_zh="封好的录音段在会中就送往存储目标，散会后更快；关闭时只在送存时送",
            help_en="sealed segments go to the targets while the meeting goes on, so that closing is short",
        ),
    )
    verify_every_days: int = Field(
        default=90,
        ge=0,
        json_schema_extra=label(
            "复核间隔（天）",
            "Days between two readings",
            help_zh="定期把每份存档重新读一遍；0 为不读",
            help_en="each copy is read again so often; 0 for never",
        ),
    )
    verify_bytes_per_second: int = Field(
        default=20_000_000,
        gt=0,
        json_schema_extra=label(
            "复核速率（字节/秒）",
            "Bytes a second of a reading",
            help_zh="复核不占满网络和磁盘",
            help_en="so that it fills neither line nor disk",
        ),
    )
    keep_local_days: int = Field(
        default=0,
        ge=0,
        json_schema_extra=label(
            "本机保留天数",
            "Days that the local package is kept",
            help_zh="归档后过这么多天清理本机存档包；0 为永久保留",
            help_en="after it was archived; 0 keeps it for ever",
        ),
    )
    bytes_per_second: int = Field(
        default=2 * 48_000 * 3,
        gt=0,
        json_schema_extra=label(
            "每秒声音字节数",
            "Bytes of sound a second",
            help_zh="用来估算要多大空间",
            help_en="to tell how much room is needed",
        ),
    )  # two tracks, 48 kHz, 24 bit, not compressed
