"""Services that announce themselves: one question by multicast DNS (RFC 6762, 5.1) for each kind (RFC 6763)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from roomctl.api import MissingPart, tr
from roomctl.api.devices import Emission, Found
from roomctl_av_check.talks.search import Answer, ask

GROUP, PORT = "224.0.0.251", 5353
CASTING = Emission.CASTING


@dataclass(frozen=True, slots=True)
class Service:
    """What a service is in the inventory; its port is taken where the kind has it too."""

    kind: str
    port: bool = True
    emission: Emission = Emission.NONE


SERVICES: Mapping[str, Service] = {
    "_rtsp._tcp.local.": Service("rtsp"),
    "_axis-video._tcp.local.": Service("rtsp", port=False),
    "_nut._tcp.local.": Service("ups"),
    "_sip._tcp.local.": Service("sip"),
    "_sip._udp.local.": Service("sip"),
    "_mqtt._tcp.local.": Service("mqtt"),
    "_ntp._udp.local.": Service("ntp"),
    "_netaudio-arc._udp.local.": Service("host", port=False),
    "_ndi._tcp.local.": Service("host"),
    "_airplay._tcp.local.": Service("host", emission=CASTING),
    "_googlecast._tcp.local.": Service("host", emission=CASTING),
    "_display._tcp.local.": Service("host", emission=CASTING),
}
"""What stands in rooms (IANA, Service Name Registry); casting is told, since a 涉密 meeting forbids it."""
_POINTER, _SERVICE, _ADDRESS, _IN = 12, 33, 1, 1
"""Types PTR, SRV and A, and the class of the internet (RFC 1035, 3.2; RFC 2782)."""


async def search(seconds: float, where: str = "") -> Sequence[Found]:
    """Raises: MissingPart: no zeroconf. As `search.ask` does."""
    told = await ask([question()], where, (GROUP, PORT), seconds)
    found = {(one.kind, one.address, one.port): one for answer in told for one in services(answer)}
    return [found[key] for key in sorted(found, key=str)]


def question() -> bytes:
    """For all services at once, from a port of our own, so that the answer comes to it (RFC 6762, 6.7)."""
    try:
        from zeroconf import DNSOutgoing, DNSQuestion  # noqa: PLC0415 - read by a search alone
    except ImportError:
        raise MissingPart(
            tr("不能搜索 mDNS", "cannot search by mDNS"),
            tr("缺 Python 包 zeroconf", "the Python package zeroconf is missing"),
            "pip install 'roomctl[devices]'",
        ) from None
    asked = DNSOutgoing(0, multicast=False, id_=1)
    for name in SERVICES:
        asked.add_question(DNSQuestion(name, _POINTER, _IN))
    (packet,) = asked.packets()
    return packet


def services(answer: Answer) -> Iterator[Found]:
    """Of one packet; nothing of what is none. The address is its sender's, where it names no other."""
    from zeroconf import DNSAddress, DNSIncoming, DNSPointer, DNSService  # noqa: PLC0415

    told = DNSIncoming(answer.data)
    if not told.valid or not told.is_response():
        return
    records = told.answers()
    places = {one.key: one for one in records if isinstance(one, DNSService)}
    addresses = {
        one.key: ".".join(map(str, one.address))
        for one in records
        if isinstance(one, DNSAddress) and one.type == _ADDRESS
    }
    for one in records:
        if not isinstance(one, DNSPointer) or one.key not in SERVICES:
            continue
        service, place = SERVICES[one.key], places.get(one.alias.lower())
        name = one.alias.removesuffix(f".{one.name}")
        yield Found(
            kind=service.kind,
            address=addresses.get(place.server_key, answer.address) if place else answer.address,
            port=place.port if place and service.port else None,
            says=" ".join(f"{name} ({one.name.removesuffix('.local.')})".split()),
            emission=service.emission,
        )
