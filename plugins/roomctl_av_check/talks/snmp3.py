"""SNMP version 3: users with a passphrase, and messages that are encrypted (RFC 3414), by pysnmp's engine.

The engine finds out the agent's id and clock, makes the keys, and checks what comes; the socket stays ours.
"""

import asyncio
import threading
from typing import Any, Self

from pyasn1.error import PyAsn1Error
from pysnmp.carrier.asyncio.dgram.udp import UdpAsyncioTransport
from pysnmp.carrier.base import AbstractTransportDispatcher
from pysnmp.entity import config
from pysnmp.entity.engine import SnmpEngine
from pysnmp.entity.rfc3413.cmdgen import CommandGenerator
from pysnmp.error import PySnmpError
from pysnmp.proto import errind
from pysnmp.proto.api import verdec

from roomctl.api import tr
from roomctl.api.devices import Device, LoginRefused, Secret, garbled
from roomctl_av_check.talks.snmp import Link

AUTH = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
PRIVACY = {
    "des": config.USM_PRIV_CBC56_DES,
    "aes": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES,
    "aes256": config.USM_PRIV_CFB256_AES,
    "aes256-blumenthal": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
}
REFUSED = (
    errind.wrongDigest,
    errind.unknownUserName,
    errind.unknownSecurityName,
    errind.unsupportedSecurityLevel,
    errind.authenticationFailure,
    errind.decryptionError,
    errind.unsupportedAuthProtocol,
    errind.unsupportedPrivProtocol,
)
"""What an agent reports about a user (RFC 3414, 3.2)."""
AGENT = "agent"
PEER = ("127.0.0.1", 161)
"""Stands for the agent in the engine's tables; datagrams go by our socket."""
_one_at_a_time = threading.Lock()
"""The library runs its MIB modules by `runpy`, which is not for two threads at once."""


class _Pipe(AbstractTransportDispatcher):  # type: ignore[misc]  # the library has no types
    """Hands what the engine sends to a socket."""

    def __init__(self, transport: asyncio.DatagramTransport) -> None:
        super().__init__()
        self._transport = transport

    def get_transport(self, transportDomain: Any) -> Any:  # noqa: N803 - the library's names
        del transportDomain
        return UdpAsyncioTransport  # its type of address is looked at, and nothing else

    def send_message(self, outgoingMessage: bytes, transportDomain: Any, transportAddress: Any) -> None:  # noqa: N803
        del transportDomain, transportAddress
        if not self._transport.is_closing():
            self._transport.sendto(outgoingMessage)


class Usm(Link):
    """A `snmp.Link` for one user."""

    mend = (
        "核对地址、设备是否打开 SNMPv3、加密口令和 privacy 选项（写错也可能没有回音）",
        "see address, whether SNMPv3 is on, and passphrase and option of privacy: a wrong one may not be answered",
    )

    def __init__(self, engine: SnmpEngine) -> None:
        self._engine, self._generator = engine, CommandGenerator()
        self._asked: Any = None
        self._told: tuple[Any, Any] | None = None

    @classmethod
    async def make(cls, transport: asyncio.DatagramTransport, device: Device, secret: Secret) -> Self:
        """Keys are hashed from a megabyte (RFC 3414, A.2), and the engine is built: not in the loop."""
        engine = await asyncio.to_thread(_engine, device, secret)
        engine.register_transport_dispatcher(_Pipe(transport))
        return cls(engine)

    def send(self, pdu: Any) -> None:
        self._asked, self._told = pdu, None
        self._generator.send_pdu(self._engine, AGENT, None, "", pdu, self._heard, pdu)

    def _heard(self, _engine: Any, _handle: Any, trouble: Any, pdu: Any, asked: Any) -> None:
        if asked is self._asked:
            self._told = trouble, pdu

    def opened(self, came: bytes) -> Any | None:
        try:
            verdec.decode_message_version(came)
            self._engine.message_dispatcher.receive_message(self._engine, config.SNMP_UDP_DOMAIN, PEER, came)
        except (PySnmpError, PyAsn1Error, ValueError, LookupError, TypeError, AttributeError):
            raise garbled(came, "SNMPv3") from None
        if self._told is None:
            if self._forged():
                raise _refused(str(errind.wrongDigest))
            return None
        trouble, pdu = self._told
        if trouble is None:
            return pdu
        if trouble in REFUSED:
            raise _refused(str(trouble))
        raise garbled(str(trouble), "SNMPv3")

    def _forged(self) -> bool:
        """Whether something came that is signed with another key than ours: so some agents say which they want."""
        counters = self._engine.get_mib_builder()
        (count,) = counters.import_symbols("__SNMP-USER-BASED-SM-MIB", "usmStatsWrongDigests")
        return bool(int(count.syntax))


def _refused(why: str) -> LoginRefused:
    return LoginRefused(
        tr("用户或口令不对", "user or passphrase is refused"),
        why,
        tr("核对 secrets.toml，以及 auth 和 privacy 选项", "see secrets.toml, and the options auth and privacy"),
    )


def _engine(device: Device, secret: Secret) -> SnmpEngine:
    """One that knows this user and this agent."""
    privacy = secret.more.get("privacy", "")
    level = "authPriv" if privacy else "authNoPriv" if secret.password else "noAuthNoPriv"
    with _one_at_a_time:
        engine = SnmpEngine()
        config.add_v3_user(
            engine,
            secret.user,
            AUTH[device.options.auth] if secret.password else config.USM_AUTH_NONE,
            secret.password or None,
            PRIVACY[device.options.privacy] if privacy else config.USM_PRIV_NONE,
            privacy or None,
        )
        config.add_target_parameters(engine, "user", secret.user, level)
        config.add_target_address(engine, AGENT, config.SNMP_UDP_DOMAIN, PEER, "user", timeout=0, retryCount=0)
    return engine
