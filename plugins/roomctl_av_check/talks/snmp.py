"""SNMP, version 2c (RFC 3416, with the community of RFC 1901) and 3 (RFC 3412, 3414), by pysnmp's messages.

The socket is our own: it is closed whatever happens, tells at once where nobody listens, and a message that is lost
is sent once more.
"""

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any, ClassVar

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pysnmp.proto.api import v2c

from roomctl.api import BadInput, Refused, tr
from roomctl.api.devices import Device, Garbled, Secret, Silent, Title, Unreachable, garbled
from roomctl_av_check.talks.datagrams import Inbox, open_to

STEP = 0.8
"""Seconds for one answer; a small switch computes a large one in half of that."""
TRIES = 2
ROWS = 10
"""Rows that are asked for at once: with nine columns their answer nearly fills two packets of 1500 bytes, and is read
in some hundredths of a second."""
MOST = 2000
"""Rows of a table; a stack of switches has some 500 ports."""
V2C = 1
"""As messages number it (RFC 1901, 3); 0 is version 1, which has neither GETBULK nor 64 bit counters."""
PUBLIC = "public"
"""The community that most agents read with, as they are delivered."""
DENIED = frozenset({"noAccess", "authorizationError", "notWritable", "readOnly"})
"""Error states (RFC 3416, 3) of a login that may read and not write."""

Oid = tuple[int, ...]
Told = int | str | bytes | None
"""A value; None where the agent has none at that place."""
_ids = itertools.count(1)


def oid(dotted: str) -> Oid:
    """From dotted decimals."""
    return tuple(int(part) for part in dotted.split("."))


class Link(ABC):
    """Wraps what is asked, and opens what comes.

    Attributes:
        mend: what to see to where no answer comes: an agent may pass over what it does not like.

    """

    mend: ClassVar[Title]

    @abstractmethod
    def send(self, pdu: Any) -> None: ...

    @abstractmethod
    def opened(self, came: bytes) -> Any | None:
        """The answer's PDU; None where it is none to what was sent last. Raises: Garbled, LoginRefused."""


_NO_ASN = (PyAsn1Error, ValueError, LookupError, TypeError, AttributeError)
"""What the library raises for bytes that it does not understand; most of them not on purpose."""


def request(*oids: str) -> Any:
    """A GET for these."""
    pdu = v2c.GetRequestPDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_varbinds(pdu, [(one, v2c.Null("")) for one in oids])
    return pdu


def wrapped(pdu: Any, community: str) -> bytes:
    """A message of version 2c."""
    message = v2c.Message()
    v2c.apiMessage.set_defaults(message)
    v2c.apiMessage.set_community(message, community)
    v2c.apiMessage.set_pdu(message, pdu)
    told: bytes = encoder.encode(message)
    return told


def opened(came: bytes) -> tuple[int, Any]:
    """Number of the question, and PDU, of a message of version 2c. Raises: Garbled."""
    try:
        message, _ = decoder.decode(came, asn1Spec=v2c.Message())
        version, pdu = int(message["version"]), v2c.apiMessage.get_pdu(message)
        number = int(v2c.apiPDU.get_request_id(pdu))
    except _NO_ASN:
        raise garbled(came, "SNMP") from None
    if version != V2C:
        raise Garbled(
            tr("设备用 SNMPv1 回答", "it answers in SNMPv1"),
            tr("这里只用 2c 和 3", "2c and 3 are spoken here"),
            tr("请在设备上打开 SNMP 2c 或 3", "switch SNMP 2c or 3 on in the device"),
        )
    return number, pdu


class _Community(Link):
    """Version 2c: the community stands in the message, and nobody says that it is wrong."""

    mend = (
        "核对地址、设备是否打开 SNMP、共同体名（写错也不会有回音）",
        "see address, whether SNMP is on, and the community: a wrong one is not answered either",
    )

    def __init__(self, transport: asyncio.DatagramTransport, secret: Secret) -> None:
        self._transport, self._community = transport, secret.password or PUBLIC
        self._id = 0

    def send(self, pdu: Any) -> None:
        self._id = next(_ids)
        v2c.apiPDU.set_request_id(pdu, self._id)
        self._transport.sendto(wrapped(pdu, self._community))

    def opened(self, came: bytes) -> Any | None:
        number, pdu = opened(came)
        return pdu if number == self._id else None


class Session:
    """A talk with one agent."""

    def __init__(self, link: Link, inbox: Inbox) -> None:
        self._link, self._inbox = link, inbox

    async def get(self, *oids: str) -> list[Told]:
        """Values, in the order that was asked for."""
        told = dict(await self._exchange(request(*oids)))
        return [told.get(oid(one)) for one in oids]

    async def put(self, name: str, value: int) -> None:
        """Raises: Refused, where this login may read alone; it is not sent away, and reads on."""
        pdu = v2c.SetRequestPDU()
        v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_varbinds(pdu, [(name, v2c.Integer32(value))])
        await self._exchange(pdu)

    async def table(self, **columns: str) -> Mapping[Oid, Mapping[str, Told]]:
        """Rows by index, each with the columns that the agent has; by GETBULK (RFC 3416, 4.2.3).

        Raises: Garbled: an agent whose rows are not in order, or do not end.
        """
        rows: dict[Oid, dict[str, Told]] = {}
        at = {name: oid(dotted) for name, dotted in columns.items()}
        begin = dict(at)
        while at:
            for number, (name, value) in enumerate(await self._bulk(list(at.values()))):
                column = list(at)[number % len(at)]
                if at[column] is _OVER:
                    continue
                if name[: len(begin[column])] != begin[column] or value is None:
                    at[column] = _OVER
                    continue
                if name <= at[column] or len(rows) > MOST:
                    raise garbled(".".join(map(str, name)), "SNMP GETBULK")
                at[column] = name
                rows.setdefault(name[len(begin[column]) :], {})[column] = value
            at = {name: where for name, where in at.items() if where is not _OVER}
        return rows

    async def _bulk(self, after: Sequence[Oid]) -> list[tuple[Oid, Told]]:
        pdu = v2c.GetBulkRequestPDU()
        v2c.apiBulkPDU.set_defaults(pdu)
        v2c.apiBulkPDU.set_non_repeaters(pdu, 0)
        v2c.apiBulkPDU.set_max_repetitions(pdu, ROWS)
        v2c.apiBulkPDU.set_varbinds(pdu, [(one, v2c.Null("")) for one in after])
        told = await self._exchange(pdu)
        if len(told) < len(after):
            raise garbled(repr(told), "SNMP GETBULK")
        return told

    async def _exchange(self, pdu: Any) -> list[tuple[Oid, Told]]:
        for _ in range(TRIES):
            self._link.send(pdu)
            with suppress(TimeoutError):
                async with asyncio.timeout(STEP):
                    while True:
                        came = await self._inbox.next()
                        answer = self._link.opened(came)
                        if answer is not None:
                            return values(answer, came)
        mend = tr(*self._link.mend)
        if self._inbox.heard:
            raise Silent(tr("不再回答", "it does not answer any more"), mend=mend)
        raise Unreachable(tr("没有应答", "nobody answers"), mend=mend)


_OVER: Oid = ()


def values(pdu: Any, came: bytes) -> list[tuple[Oid, Told]]:
    """What a PDU tells. Raises: Refused, Garbled."""
    try:
        status = v2c.apiPDU.get_error_status(pdu)
        word = status.prettyPrint() if int(status) else ""
        told = [(tuple(name), _plain(value)) for name, value in v2c.apiPDU.get_varbinds(pdu)]
    except _NO_ASN:
        raise garbled(came, "SNMP") from None
    if word in DENIED:
        raise Refused(
            tr("无权这样做", "this login may not do that"),
            word,
            tr("换一个有权的共同体名或用户", "use a community or user that may"),
        )
    if word:
        raise garbled(word, "SNMP")
    return told


def _plain(value: Any) -> Told:
    if isinstance(value, v2c.ObjectIdentifier):
        return ".".join(map(str, value))
    if isinstance(value, v2c.OctetString):
        return bytes(value)
    if isinstance(value, v2c.Null):  # also noSuchObject, noSuchInstance and endOfMibView (RFC 3416, 3)
        return None
    return int(value)


def text(told: Told) -> str:
    """A DisplayString or SnmpAdminString on one line; empty where there is none."""
    plain = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told or "")
    return " ".join(plain.replace("\0", "").split())


def number(told: Told) -> int | None:
    """None where there is none."""
    return told if isinstance(told, int) else None


@asynccontextmanager
async def talk(device: Device, secret: Secret) -> AsyncIterator[Session]:
    """Raises: OSError; BadInput, where version 3 has no user."""
    link: Link
    transport, inbox = await open_to(device.address, device.port)
    try:
        if device.options.version == "3":
            if not secret.user:
                raise BadInput(
                    tr(f"{device.id} 用 SNMPv3，缺用户名", f"{device.id} talks SNMPv3 and has no user"),
                    mend=f"roomctl devices secret {device.secret or device.id} --user …",
                )
            snmp3 = await asyncio.to_thread(import_module, "roomctl_av_check.talks.snmp3")  # its engine is not small
            link = await snmp3.Usm.make(transport, device, secret)
        else:
            link = _Community(transport, secret)
        yield Session(link, inbox)
    finally:
        transport.abort()
