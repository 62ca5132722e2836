"""`[plugins.records]` of roomctl.toml."""

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label


class RecordsConfig(BaseModel):
    """How records look.

    Attributes:
        template: a TOML file of the office's own values, laid over the shipped `template.toml`; a relative path
            lies in the data folder. Empty: as shipped.

    """

    model_config = ConfigDict(extra="forbid")

    template: str = Field(
        default="",
        json_schema_extra=label(
            "本单位模板",
            "Own template",
            help_zh="TOML 文件；空着用自带的",
            help_en="a TOML file; empty: as shipped",
        ),
    )
