"""A matrix switcher that is talked to in lines of text, over a serial port or TCP: presence, routes."""

import re
from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field, field_validator

from roomctl.api import BadInput, label, tr
from roomctl.api.devices import ActionOffer, CheckState, Deed, Device, DriverOffer, Quantity, Reading, Result, Secret
from roomctl_av_check.matrix_table import Table

ROUTE = re.compile(r"(\d{1,3})\s*(?:←|<|<-|=)\s*(\d{1,3})")
OUTPUTS = 64
MOST = 999
"""Inputs or outputs of the largest."""


class MatrixOptions(BaseModel):
    """`[devices.options]` of a matrix.

    Attributes:
        protocol: a table of matrix.toml; where `table` is given, that.
        table: the strings of another matrix.
        outputs: which are read.
        routes: output → input, as they have to be at a check: `{ 1 = 2 }`.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: str = Field(default="kramer-p3000", json_schema_extra=label("协议", "Protocol"))
    table: Table | None = Field(default=None, json_schema_extra=label("自定义协议表", "Table of its own"))
    outputs: tuple[int, ...] = Field(
        default=(1, 2), min_length=1, max_length=OUTPUTS, json_schema_extra=label("读哪些输出", "Outputs")
    )
    routes: dict[int, int] = Field(default_factory=dict, json_schema_extra=label("应有路由", "Routes wanted"))

    @field_validator("outputs")
    @classmethod
    def _numbers(cls, told: tuple[int, ...]) -> tuple[int, ...]:
        if not all(1 <= one <= MOST for one in told) or len(set(told)) < len(told):
            raise ValueError(tr("应为不重复的编号，从 1 起", "numbers from 1 on, each once"))
        return told


def _table(device: Device) -> Table:
    """Raises: BadInput, with the known ones."""
    from roomctl_av_check.talks import matrix  # noqa: PLC0415 - a library's

    options: MatrixOptions = device.options
    known = matrix.tables()
    table = options.table or known.get(options.protocol)
    if table is None:
        raise BadInput(
            tr(f"没有矩阵协议 {options.protocol}", f"there is no protocol {options.protocol}"),
            mend=tr("可用：", "known: ") + ", ".join(known),
        )
    return table


async def read(device: Device, _: Secret) -> Reading:
    """Its model, and the input of each output."""
    from roomctl_av_check.talks import matrix  # noqa: PLC0415

    options: MatrixOptions = device.options
    outputs = sorted({*options.outputs, *options.routes})
    return await matrix.read(device, _table(device), outputs)


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """Routes against those that are wanted."""
    yield Result(
        device=device.id,
        check="model",
        state=CheckState.OK,
        value=reading["model"],
        message=str(reading["model"]),
    )
    told = str(reading["routes"])
    shown = {int(output): int(one) for output, one in ROUTE.findall(told)}
    wanted: dict[int, int] = device.options.routes
    wrong = {output: one for output, one in wanted.items() if shown.get(output) != one}
    yield Result(
        device=device.id,
        check="routes",
        state=CheckState.WARN if wrong else CheckState.OK,
        value=told,
        threshold=" ".join(f"{output}←{one}" for output, one in sorted(wanted.items())) or None,
        message=told,
        hint=tr("切换：", "switch: ")
        + " ".join(f"roomctl devices do {device.id} route {output}={one};" for output, one in sorted(wrong.items()))
        if wrong
        else None,
    )


async def route(device: Device, _: Secret, told: str) -> Deed:
    """`2=1` puts input 1 on output 2."""
    from roomctl_av_check.talks import matrix  # noqa: PLC0415

    match = ROUTE.fullmatch(told.strip())
    if match is None or not (1 <= int(match[1]) <= MOST and int(match[2]) <= MOST):
        raise BadInput(
            tr(f"路由 {told!r} 不对", f"{told!r} is no route"),
            mend=tr("写“输出=输入”，如 2=1", "write OUTPUT=INPUT, such as 2=1"),
        )
    return await matrix.tie(device, _table(device), (int(match[1]), int(match[2])))


OFFER = DriverOffer(
    kind="matrix",
    title=("矩阵切换器（串口或网络文本协议）", "Matrix switcher (text protocol, serial or network)"),
    values={"model": Quantity(("型号", "Model")), "routes": Quantity(("路由", "Routes"))},
    read=read,
    judge=judge,
    options=MatrixOptions,
    deadline=8.0,
    lossy=True,
    requires=("serialx",),
    loads=("roomctl_av_check.talks.matrix",),
    actions={
        "route": ActionOffer(title=("切换路由", "Switch a route"), act=route, takes=("输出=输入", "OUTPUT=INPUT"))
    },
)
