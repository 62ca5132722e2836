"""How a device is asked by SNMP: the options that all such kinds have in common."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label


class SnmpOptions(BaseModel):
    """`[devices.options]` of any kind that is asked by SNMP.

    The secret's `password` is the community of version 2c (`public` where there is none), or the passphrase that
    proves the `user` of version 3; the passphrase that encrypts is its entry `privacy` in secrets.toml.

    Attributes:
        version: 2c or 3.
        auth, privacy: of version 3 (RFC 3414, RFC 7860, RFC 3826). `aes256` is what most makers call so; the key of
            `aes256-blumenthal` is made in another way.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Literal["2c", "3"] = Field(default="2c", json_schema_extra=label("SNMP 版本", "SNMP version"))
    auth: Literal["md5", "sha", "sha224", "sha256", "sha384", "sha512"] = Field(
        default="sha", json_schema_extra=label("认证算法（v3）", "Authentication, v3")
    )
    privacy: Literal["des", "aes", "aes192", "aes256", "aes256-blumenthal"] = Field(
        default="aes", json_schema_extra=label("加密算法（v3）", "Encryption, v3")
    )
