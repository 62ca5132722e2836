"""`[plugins.records]` of roomctl.toml."""

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label


class RecordsConfig(BaseModel):
    """How records look.

    Attributes:
        template: a TOML file of the office's own values, laid over the shipped `template.toml`; a relative path
            lies in the data folder. Empty: `record-template.toml` there, where there is one.
        tables: a TOML file of what the office writes in one way only, laid over `proof/tables.toml`. Empty:
            `record-tables.toml` in the data folder, where there is one.
        place_card: the form of 座签: of the shipped `seats/cards.toml`, or of `place-cards.toml` in the data folder.
        office: 印发机关 of a 纪要, as it is written in full.
        summary_days: from the end of a meeting to the 印发 of its 纪要.
        by_hand: a 会议记录 counts as signed only where its scan was handed in.
        summary_mark: what stands in red above a 纪要; empty: the office and the kind of the meeting.

    """

    model_config = ConfigDict(extra="forbid")

    template: str = Field(
        default="",
        json_schema_extra=label(
            "本单位模板",
            "Own template",
            help_zh="TOML 文件；空着用数据目录里的 record-template.toml",
            help_en="a TOML file; empty: record-template.toml in the data folder",
        ),
    )
    tables: str = Field(
        default="",
        json_schema_extra=label(
            "本单位用语表",
            "Own written forms",
            help_zh="单位规范名称和固定用语；空着用数据目录里的 record-tables.toml",
            help_en="names of units and phrases; empty: record-tables.toml in the data folder",
        ),
    )
    place_card: str = Field(
        default="a4-half",
        max_length=40,
        json_schema_extra=label(
            "座签规格",
            "Form of place cards",
            help_zh="a4-half、a4-third、200x100，或数据目录 place-cards.toml 里自己的规格",
            help_en="a4-half, a4-third, 200x100, or one of place-cards.toml in the data folder",
        ),
    )
    office: str = Field(
        default="",
        max_length=60,
        json_schema_extra=label(
            "印发机关",
            "Issuing office",
            help_zh="纪要的版记和红头用，写全称",
            help_en="of a summary, in full",
        ),
    )
    summary_mark: str = Field(
        default="",
        max_length=40,
        json_schema_extra=label(
            "纪要标志",
            "Mark of a summary",
            help_zh="如“滨江市人民政府专题会议纪要”；空着由印发机关和会议类型组成",
            help_en="in red above it; empty: the office and the kind of the meeting",
        ),
    )
    by_hand: bool = Field(
        default=False,
        json_schema_extra=label(
            "会议记录只认签字扫描件",
            "Only a scan is a signed record",
            help_zh="不能在系统里签字；打印签字后上传扫描件",
            help_en="nobody signs it here: it is printed, signed by hand, and its scan handed in",
        ),
    )
    summary_days: int = Field(
        default=3,
        ge=1,
        le=90,
        json_schema_extra=label(
            "纪要印发期限（天）",
            "Days to a summary's issue",
            help_zh="从散会算起",
            help_en="from the end of the meeting",
        ),
    )
