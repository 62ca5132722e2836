"""Cameras by WS-Discovery: a probe for ONVIF devices (OASIS WS-Discovery 1.0 of April 2005; ONVIF Core, 7.3)."""

import contextlib
import uuid
from collections.abc import Iterator, Sequence
from urllib.parse import unquote, urlsplit

from lxml import etree

from roomctl.api.devices import Found
from roomctl_av_check.talks.search import Answer, ask

GROUP, PORT = "239.255.255.250", 3702
USUAL = 80
"""Of HTTP, which a camera's services are asked by."""
TYPES = (
    'xmlns:t="http://www.onvif.org/ver10/network/wsdl">t:NetworkVideoTransmitter',
    'xmlns:t="http://www.onvif.org/ver10/device/wsdl">t:Device',
)
"""Cameras of profile S, and any device of later profiles (ONVIF Core, 7.3.2.2)."""
_PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><e:Header>'
    "<w:MessageID>urn:uuid:{id}</w:MessageID>"
    '<w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>'
    '<w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action>'
    "</e:Header><e:Body><d:Probe><d:Types {types}</d:Types></d:Probe></e:Body></e:Envelope>"
)
_NAMES = {
    "w": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "d": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
}
_SCOPE = "onvif://www.onvif.org/"


def probes() -> tuple[Sequence[bytes], frozenset[str]]:
    """One for each of `TYPES`, and their ids."""
    ids = [str(uuid.uuid4()) for _ in TYPES]
    packets = [_PROBE.format(id=one, types=types).encode() for one, types in zip(ids, TYPES, strict=True)]
    return packets, frozenset(f"urn:uuid:{one}" for one in ids)


async def search(seconds: float, where: str = "") -> Sequence[Found]:
    """A camera each, with what it says of itself. Raises: as `search.ask` does."""
    packets, ids = probes()
    told = await ask(packets, where, (GROUP, PORT), seconds)
    says = {one.address: said for one in told for said in matches(one, ids)}
    return [
        Found(kind="onvif", address=address, port=_port(said), says=said) for address, said in sorted(says.items())
    ]


def _port(said: str) -> int | None:
    """Of the service that is named last; None where it is the usual one, or cannot be read."""
    with contextlib.suppress(ValueError):
        port = urlsplit(said.rpartition(" ")[2]).port
        return port if port != USUAL else None
    return None


def matches(answer: Answer, ids: frozenset[str]) -> Iterator[str]:
    """What each match of an answer says: name, hardware, and where its services are; none of what is no answer."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        document = etree.fromstring(answer.data, parser)
    except (etree.XMLSyntaxError, ValueError):
        return
    if document is None or document.findtext(".//w:RelatesTo", "", _NAMES).strip() not in ids:
        return
    for match in document.iterfind(".//d:ProbeMatch", _NAMES):
        scopes = match.findtext("d:Scopes", "", _NAMES).split()
        named = [
            unquote(one.removeprefix(f"{_SCOPE}{part}/"))
            for part in ("name", "hardware")
            for one in scopes
            if one.startswith(f"{_SCOPE}{part}/")
        ]
        services = match.findtext("d:XAddrs", "", _NAMES).split()
        yield " ".join(" ".join(dict.fromkeys([*named, *services[:1]])).split())
