"""The terminal of a multi-point conference, by SIP: whether it answers, as what, and whether it is registered."""

from collections.abc import Iterator
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from roomctl.api import label, tr
from roomctl.api.devices import CheckState, Device, DriverOffer, Fact, Quantity, Reading, Result, Secret
from roomctl_av_check.talks.places import authority

NOT_THERE = {404: ("没有这个号码", "no such number"), 480: ("未注册", "not registered"),
             410: ("号码已停用", "the number is gone")}  # fmt: skip
"""What a registrar answers for a number under which nobody is registered (RFC 3261, 21.4.5, 21.4.11 and 21.4.18)."""
LOGIN = {401, 407}
UNKNOWN_METHOD = {405, 501}
"""It does not know OPTIONS (21.4.6, 21.5.2), and that is an answer."""
BUSY = {486, 600}
FINE = range(200, 300)
OWN_FAULT = range(500, 600)
CALL = "INVITE"
PORT = 5060


class SipTransport(StrEnum):
    """How it is talked to."""

    UDP = "udp"
    TCP = "tcp"


class SipOptions(BaseModel):
    """`[devices.options]` of a terminal.

    Attributes:
        transport: udp or tcp.
        number: the terminal's own, such as `8001`. Where the address is that of the registrar or MCU, its answer says
            whether the terminal is registered there; empty: the terminal itself is asked.
        domain: of that number; empty: the address.

    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    transport: SipTransport = Field(default=SipTransport.UDP, json_schema_extra=label("传输", "Transport"))
    number: str = Field(
        default="", pattern=r"^[A-Za-z0-9.+~*#_-]*$", max_length=64, json_schema_extra=label("号码", "Number")
    )
    domain: str = Field(
        default="", pattern=r"^[A-Za-z0-9.:-]*$", max_length=253, json_schema_extra=label("域", "Domain")
    )


async def read(device: Device, secret: Secret) -> Reading:
    """One question, and once more where it wants a password."""
    from roomctl_av_check.talks import sip  # noqa: PLC0415 - with the first read

    options: SipOptions = device.options
    domain = options.domain or authority(device.address, device.port or PORT)
    uri = f"sip:{options.number}@{domain}" if options.number else f"sip:{domain}"
    answer = await sip.options(device, secret, uri, tcp=options.transport is SipTransport.TCP)
    facts: dict[str, str | int | bool] = {"status": answer.status, "reason": answer.reason}
    if options.number and answer.status not in LOGIN:
        facts["registered"] = answer.status not in NOT_THERE and answer.status not in OWN_FAULT
    if agent := answer.first("user-agent") or answer.first("server"):
        facts["agent"] = agent
    if methods := answer.listed("allow"):
        facts["methods"] = " ".join(methods)
    return Reading(facts=tuple(Fact(name, value) for name, value in facts.items()))


def judge(device: Device, reading: Reading) -> Iterator[Result]:
    """What the answer means. Any at all says that somebody is there."""
    status = int(reading["status"] or 0)
    said = f"{status} {reading['reason']}".strip()
    state, meant, hint = _meaning(status, asked_of_registrar=bool(device.options.number))
    yield Result(
        device=device.id,
        check="status",
        state=state,
        value=status,
        message=f"{meant} ({said})" if meant else said,
        hint=hint or None,
    )
    if (registered := reading.get("registered")) is not None and status not in OWN_FAULT:
        number = device.options.number
        yield Result(
            device=device.id,
            check="registered",
            state=CheckState.OK if registered else CheckState.CRIT,
            value=registered,
            message=tr(f"{number} 已注册", f"{number} is registered")
            if registered
            else tr(f"{number}：{NOT_THERE[status][0]}", f"{number}: {NOT_THERE[status][1]}"),
            hint=tr("看看终端的注册状态、号码和口令", "see the terminal's registration, number and password"),
        )
    if agent := reading.get("agent"):
        yield Result(device=device.id, check="agent", state=CheckState.OK, value=agent, message=str(agent))
    if methods := reading.get("methods"):
        calls = CALL in str(methods).split()
        yield Result(
            device=device.id,
            check="methods",
            state=CheckState.OK if calls else CheckState.WARN,
            value=methods,
            message=str(methods) if calls else tr("不接受呼叫（INVITE）", "it takes no calls (INVITE)"),
            hint=tr("看看终端的呼叫设置", "see the terminal's settings for calls"),
        )


def _meaning(status: int, *, asked_of_registrar: bool) -> tuple[CheckState, str, str]:
    if status in FINE or status in UNKNOWN_METHOD:
        return CheckState.OK, tr("应答", "answers"), ""
    if status in LOGIN:
        return (
            CheckState.WARN,
            tr("需要用户名和口令", "user and password are wanted"),
            tr("在清单里写 secret", "name a `secret` in the inventory"),
        )
    if status in NOT_THERE and asked_of_registrar:
        return CheckState.OK, tr("注册服务器应答", "the registrar answers"), ""  # the number has a row of its own
    if status in BUSY:
        return CheckState.WARN, tr("占线", "busy"), tr("看看是否还在通话中", "see whether a call is still on")
    if status in OWN_FAULT:
        return (
            CheckState.CRIT,
            tr("自报故障", "it says it is out of order"),
            tr("重启终端；仍如此请报修", "restart it; if it stays, have it repaired"),
        )
    return (
        CheckState.WARN,
        tr("拒绝", "refuses"),
        tr("核对地址、号码和访问控制", "see address, number, access control"),
    )


OFFER = DriverOffer(
    kind="sip",
    title=("视频会议终端（SIP）", "Conference terminal (SIP)"),
    asked_as=("h323", "h.323", "terminal", "mcu"),
    values={
        "status": Quantity(("应答", "Answer")),
        "registered": Quantity(("注册", "Registered")),
        "agent": Quantity(("型号", "Model")),
        "methods": Quantity(("能力", "Methods")),
        "reason": Quantity(("原因", "Reason")),
    },
    read=read,
    judge=judge,
    options=SipOptions,
    port=PORT,
    deadline=9.0,
    loads=("roomctl_av_check.talks.sip",),
    lossy=True,
)
