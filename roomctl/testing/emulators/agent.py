"""An SNMP agent, version 2c or 3, with whatever objects a kind has; not a kind of its own."""

import bisect
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, UdpEmulator

COMMUNITY = "room"
USER, AUTH, PRIVACY = "technician", "authentic-phrase", "private-phrase"
_PEER = ("127.0.0.1", 161)
Oid = tuple[int, ...]


def oid(dotted: str) -> Oid:
    return tuple(int(part) for part in dotted.split("."))


class SnmpEmulator(UdpEmulator):
    """Answers GET, GETNEXT, GETBULK and SET of what `objects` gives; a wrong community is not answered.

    Attributes:
        version: 2c or 3. community: of version 2c. logins: messages that name the user of version 3.

    """

    faults: ClassVar[frozenset[Fault]] = UdpEmulator.faults | {Fault.OTHER, Fault.VERSION}

    def __init__(self, *, version: str = "2c") -> None:
        super().__init__()
        self.version, self.community = version, COMMUNITY
        if version == "3":
            self.faults = type(self).faults - {Fault.VERSION} | {Fault.PASSWORD}  # type: ignore[misc]
        self._engine: Any = None
        self._sent: list[bytes] = []
        self._wants = ""

    @abstractmethod
    def objects(self) -> Mapping[str, Any]:
        """Dotted OID → pysnmp value, text, bytes or integer."""

    def write(self, name: str, value: int) -> bool:
        """Whether it took it."""
        del name, value
        return False

    def options(self) -> Mapping[str, Any]:
        return {"version": self.version}

    def secret(self) -> Secret | None:
        if self.version == "3":
            return Secret(USER, AUTH, {"privacy": PRIVACY})
        return Secret(password=self.community)

    async def listen(self) -> None:
        if self.version == "3":
            self._engine = self._made()
        else:
            from pysnmp.proto.api import v2c  # noqa: F401, PLC0415 - who has not got it is told at the start
        await super().listen()

    def answer(self, packet: bytes) -> bytes | Sequence[bytes] | None:
        return self._by_engine(packet) if self.version == "3" else self._by_community(packet)

    # --- version 2c

    def _by_community(self, packet: bytes) -> bytes | None:
        from pyasn1.codec.ber import decoder, encoder  # noqa: PLC0415
        from pyasn1.error import PyAsn1Error  # noqa: PLC0415
        from pysnmp.proto.api import v2c  # noqa: PLC0415

        try:
            message, _ = decoder.decode(packet, asn1Spec=v2c.Message())
        except PyAsn1Error:
            return None
        if bytes(v2c.apiMessage.get_community(message)) != self.community.encode():
            return None
        asked = v2c.apiMessage.get_pdu(message)
        answer = v2c.apiMessage.get_response(message)
        told = v2c.apiMessage.get_pdu(answer)
        status, binds = self._handled(asked)
        v2c.apiPDU.set_error_status(told, status)
        v2c.apiPDU.set_error_index(told, 1 if status else 0)
        v2c.apiPDU.set_varbinds(told, binds)
        if self.fault is Fault.OTHER:
            v2c.apiPDU.set_request_id(told, 0)
        if self.fault is Fault.VERSION:
            v2c.apiMessage.set_version(answer, 0)  # 1, which has neither GETBULK nor 64 bit counters (RFC 3584, 4)
        made: bytes = encoder.encode(answer)
        return made

    # --- version 3

    def _made(self) -> Any:
        """The library's engine, with one responder for all requests; what it sends is kept for `answer`."""
        from pysnmp.carrier.base import AbstractTransportDispatcher  # noqa: PLC0415
        from pysnmp.entity.engine import SnmpEngine  # noqa: PLC0415
        from pysnmp.entity.rfc3413 import cmdrsp, context  # noqa: PLC0415

        emulator = self

        class Pipe(AbstractTransportDispatcher):  # type: ignore[misc]  # the library has no types
            def send_message(self, message: bytes, *_: Any) -> None:
                emulator._sent.append(message)

        class Responder(cmdrsp.CommandResponderBase):  # type: ignore[misc]
            SUPPORTED_PDU_TYPES = (
                *cmdrsp.GetCommandResponder.SUPPORTED_PDU_TYPES,
                *cmdrsp.NextCommandResponder.SUPPORTED_PDU_TYPES,
                *cmdrsp.BulkCommandResponder.SUPPORTED_PDU_TYPES,
                *cmdrsp.SetCommandResponder.SUPPORTED_PDU_TYPES,
            )

            def handle_management_operation(self, engine: Any, reference: Any, _context: Any, asked: Any) -> None:
                status, binds = emulator._handled(asked)
                self.send_varbinds(engine, reference, status, 1 if status else 0, binds)

        engine = SnmpEngine()
        engine.register_transport_dispatcher(Pipe())
        Responder(engine, context.SnmpContext(engine))
        self._wants = ""
        return engine

    def _by_engine(self, packet: bytes) -> Sequence[bytes]:
        from pysnmp.entity import config  # noqa: PLC0415

        wanted = AUTH + ("!" if self.fault is Fault.PASSWORD else "")
        if wanted != self._wants:
            self._wants = wanted
            algorithms = (config.USM_AUTH_HMAC96_SHA, wanted, config.USM_PRIV_CFB128_AES, PRIVACY)
            config.add_v3_user(self._engine, USER, *algorithms)
        self.logins += USER.encode() in packet
        self._sent = []
        self._engine.message_dispatcher.receive_message(self._engine, config.SNMP_UDP_DOMAIN, _PEER, packet)
        if self.fault is Fault.OTHER:
            return [bytes(reversed(one)) for one in self._sent]
        return self._sent

    # --- what is asked

    def _handled(self, asked: Any) -> tuple[int, list[tuple[Oid, Any]]]:
        """Error state and variables (RFC 3416, 4.2)."""
        from pysnmp.proto import rfc1905  # noqa: PLC0415
        from pysnmp.proto.api import v2c  # noqa: PLC0415

        known = sorted((oid(dotted), _typed(value)) for dotted, value in self.objects().items())
        names = [name for name, _ in known]
        binds = [(tuple(name), value) for name, value in v2c.apiPDU.get_varbinds(asked)]
        here = dict(known)
        if asked.isSameTypeWith(v2c.SetRequestPDU()):
            took = all(self.write(".".join(map(str, name)), int(value)) for name, value in binds)
            return (0 if took else 17), binds  # notWritable
        if asked.isSameTypeWith(v2c.GetRequestPDU()):
            return 0, [(name, here.get(name, rfc1905.noSuchInstance)) for name, _ in binds]
        rounds = 1
        if asked.isSameTypeWith(v2c.GetBulkRequestPDU()):
            rounds = min(int(v2c.apiBulkPDU.get_max_repetitions(asked)), 100)
        told, at = [], [name for name, _ in binds]
        for _ in range(rounds):
            for column, name in enumerate(at):
                place = bisect.bisect_right(names, name)
                told.append(known[place] if place < len(known) else (name, rfc1905.endOfMibView))
                at[column] = told[-1][0]
        return 0, told


def _typed(value: Any) -> Any:
    from pysnmp.proto.api import v2c  # noqa: PLC0415

    if isinstance(value, str | bytes):
        return v2c.OctetString(value)
    return v2c.Integer32(value) if isinstance(value, int) else value
