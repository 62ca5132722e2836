"""What answers a search, and is nothing more: no kinds of their own."""

import re
from typing import ClassVar

from roomctl.testing.emulators.base import UdpEmulator


class OnvifResponder(UdpEmulator):
    """Answers a WS-Discovery probe for ONVIF devices (WS-Discovery 1.0, 5.3)."""

    kind: ClassVar[str] = "rtsp"
    title = ("摄像机", "Camera")

    def answer(self, packet: bytes) -> bytes | None:
        asked = re.search(rb"MessageID[^>]*>([^<]+)<", packet)
        if asked is None or b"onvif.org/ver10" not in packet:
            return None
        return (
            '<?xml version="1.0" encoding="utf-8"?>'
            '<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope"'
            ' xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
            ' xmlns:wsdd="http://schemas.xmlsoap.org/ws/2005/04/discovery"><SOAP-ENV:Header>'
            f"<wsa:RelatesTo>{asked[1].decode()}</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body>"
            "<wsdd:ProbeMatches><wsdd:ProbeMatch><wsdd:Scopes>onvif://www.onvif.org/type/video_encoder"
            " onvif://www.onvif.org/name/Hall%20camera onvif://www.onvif.org/hardware/EM-20</wsdd:Scopes>"
            f"<wsdd:XAddrs>http://{self.host}/onvif/device_service</wsdd:XAddrs>"
            "</wsdd:ProbeMatch></wsdd:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>"
        ).encode()


class MdnsResponder(UdpEmulator):
    """Answers questions of multicast DNS by unicast, for the services that it has (RFC 6762, 6.7).

    Attributes:
        services: service → name of the instance, and its port.

    """

    kind: ClassVar[str] = "host"
    title = ("网络服务", "Network service")

    def __init__(self, **services: tuple[str, int]) -> None:
        super().__init__()
        self.services = {name.replace("__", "._") + ".local.": told for name, told in services.items()}

    def answer(self, packet: bytes) -> bytes | None:
        from zeroconf import DNSAddress, DNSIncoming, DNSOutgoing, DNSPointer, DNSService  # noqa: PLC0415

        asked = DNSIncoming(packet)
        told = DNSOutgoing(0x8400, multicast=False, id_=asked.id)
        for question in asked.questions:
            if question.name not in self.services:
                continue
            name, port = self.services[question.name]
            instance = f"{name}.{question.name}"
            told.add_answer_at_time(DNSPointer(question.name, 12, 1, 120, instance), 0)
            told.add_additional_answer(DNSService(instance, 33, 1, 120, 0, 0, port, "box.local."))
            told.add_additional_answer(DNSAddress("box.local.", 1, 1, 120, bytes([127, 0, 0, 1])))
        packets: list[bytes] = told.packets()
        return packets[0] if told.answers else None
