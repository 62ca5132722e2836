"""A camera by ONVIF: SOAP 1.2 over HTTP (ONVIF Core, Media and PTZ Service Specifications), with httpx and lxml."""

import base64
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

import httpx
from lxml import etree

from roomctl.api import RoomctlError, tr
from roomctl.api.devices import Device, LoginRefused, Secret, Unreachable, garbled
from roomctl_av_check.talks.places import authority
from roomctl_av_check.talks.troubles import broken_off, no_answer, refused

STEP = 3.0
"""Seconds for one answer."""
LONGEST = 1 << 20
"""Bytes of an answer; that of a camera with many profiles and presets has some tens of thousands."""
DEVICE = "/onvif/device_service"
"""Where the first question goes (Core, 5.1.1)."""
NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tptz": "http://www.onvif.org/ver20/ptz/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "ter": "http://www.onvif.org/ver10/error",
    "wsse": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd",
    "wsu": "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd",
}
RTSP = 554
_TYPES = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_UNAUTHORIZED = 401


@dataclass(frozen=True, slots=True)
class Preset:
    """A taught position; `place` is pan, tilt and zoom, as far as the camera tells them."""

    token: str
    name: str
    place: tuple[float, ...] = ()


@dataclass(slots=True)
class Camera:
    """One talk with a camera.

    Attributes:
        ahead: seconds by which its clock is ahead of ours; what it is told as the time of a login is in its own.
        addresses: of its services, by the name in its capabilities.

    """

    client: httpx.AsyncClient
    secret: Secret
    ahead: float = 0.0
    addresses: dict[str, str] = field(default_factory=dict)

    async def clock(self) -> float:
        """Seconds ahead of ours. Needs no login (Core, 5.9.4.3)."""
        told = await self._ask(DEVICE, "<tds:GetSystemDateAndTime/>", signed=False)
        at = told.find(".//tt:UTCDateTime", NAMES)
        if at is None:
            return 0.0  # it is optional (Core, 8.3.5)
        names = ("tt:Date/tt:Year", "tt:Date/tt:Month", "tt:Date/tt:Day",
                 "tt:Time/tt:Hour", "tt:Time/tt:Minute", "tt:Time/tt:Second")  # fmt: skip
        try:
            theirs = datetime(*(int(at.findtext(name, "", NAMES)) for name in names), tzinfo=UTC)  # type: ignore[arg-type, misc]
        except (ValueError, OverflowError):
            raise garbled(etree.tostring(at), "ONVIF") from None
        self.ahead = round((theirs - datetime.now(UTC)).total_seconds(), 1)
        return self.ahead

    async def information(self) -> Mapping[str, str]:
        """Maker, model and firmware (Core, 8.1.5)."""
        told = await self._ask(DEVICE, "<tds:GetDeviceInformation/>")
        names = {"maker": "Manufacturer", "model": "Model", "firmware": "FirmwareVersion"}
        return {key: _line(told.findtext(f".//tds:{name}", "", NAMES)) for key, name in names.items()}

    async def capabilities(self) -> None:
        """Learns where its other services are (Core, 8.1.2.3)."""
        told = await self._ask(DEVICE, "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>")
        for name in ("Media", "PTZ"):
            address = told.findtext(f".//tt:{name}/tt:XAddr", "", NAMES).strip()
            if address:
                with contextlib.suppress(ValueError):
                    self.addresses[name] = (
                        urlsplit(address).path or "/"
                    )  # the host it believes to have may be another

    async def profiles(self) -> Sequence[str]:
        """Tokens (Media, 5.2.2)."""
        told = await self._ask(self._service("Media"), "<trt:GetProfiles/>")
        return [token for one in told.iterfind(".//trt:Profiles", NAMES) if (token := one.get("token"))]

    async def stream(self, profile: str) -> tuple[str, int]:
        """Path with query, and port, of its RTSP stream (Media, 5.15.1)."""
        told = await self._ask(
            self._service("Media"),
            "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>"
            "<tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>"
            f"<trt:ProfileToken>{escape(profile)}</trt:ProfileToken></trt:GetStreamUri>",
        )
        try:
            parts = urlsplit(told.findtext(".//tt:Uri", "", NAMES).strip())
            port = parts.port or RTSP
        except ValueError:
            return "", RTSP
        return _line(parts.path.lstrip("/") + (f"?{parts.query}" if parts.query else "")), port

    async def presets(self, profile: str) -> Sequence[Preset]:
        """Empty where it cannot turn (PTZ, 5.4.1)."""
        if "PTZ" not in self.addresses:
            return ()
        told = await self._ask(self._service("PTZ"), f"<tptz:GetPresets>{_of(profile)}</tptz:GetPresets>")
        return [
            Preset(
                token, _line(one.findtext("tt:Name", "", NAMES)) or token, _place(one.find("tt:PTZPosition", NAMES))
            )
            for one in told.iterfind(".//tptz:Preset", NAMES)
            if (token := one.get("token"))
        ]

    async def recall(self, profile: str, preset: Preset) -> None:
        """Answers before it is there (PTZ, 5.4.3)."""
        token = f"<tptz:PresetToken>{escape(preset.token)}</tptz:PresetToken>"
        await self._ask(self._service("PTZ"), f"<tptz:GotoPreset>{_of(profile)}{token}</tptz:GotoPreset>")

    async def place(self, profile: str) -> tuple[tuple[float, ...], bool]:
        """Pan, tilt and zoom, and whether it moves (PTZ, 5.3.5)."""
        told = await self._ask(self._service("PTZ"), f"<tptz:GetStatus>{_of(profile)}</tptz:GetStatus>")
        moves = [one.text for one in told.iterfind(".//tt:MoveStatus/*", NAMES)]
        return _place(told.find(".//tt:Position", NAMES)), "MOVING" in moves

    def _service(self, name: str) -> str:
        if name not in self.addresses:
            raise RoomctlError(
                tr(f"摄像机没有 {name} 服务", f"the camera has no {name} service"),
                mend=tr("在摄像机网页里打开 ONVIF", "switch ONVIF on in the camera's own pages"),
            )
        return self.addresses[name]

    async def _ask(self, path: str, body: str, *, signed: bool = True) -> Any:
        """The answer's body. Raises: LoginRefused, Silent, Garbled, RoomctlError; OSError."""
        head = token(self.secret, datetime.now(UTC) + timedelta(seconds=self.ahead)) if signed else ""
        spaces = " ".join(f'xmlns:{name}="{space}"' for name, space in NAMES.items())
        said = f"<s:Envelope {spaces}><s:Header>{head}</s:Header><s:Body>{body}</s:Body></s:Envelope>"
        auth = httpx.DigestAuth(self.secret.user, self.secret.password) if signed and self.secret.user else None
        try:
            async with self.client.stream("POST", path, content=said.encode(), auth=auth) as answer:
                came = b""
                async for piece in answer.aiter_bytes():
                    came += piece
                    if len(came) > LONGEST:
                        raise garbled(came, "ONVIF")
        except httpx.ConnectError as error:
            raise Unreachable(tr("没有应答", "nobody answers"), str(error)) from None
        except httpx.TimeoutException:
            raise no_answer() from None
        except (httpx.RemoteProtocolError, httpx.DecodingError) as error:
            raise garbled(str(error), "HTTP") from None
        except httpx.HTTPError as error:
            raise broken_off(type(error).__name__) from None
        told = accepted(answer.status_code, came, self.secret)
        question = body.partition(":")[2].partition(">")[0].rstrip("/")
        if all(etree.QName(one).localname != f"{question}Response" for one in told.iterchildren("{*}*")):
            raise garbled(came, tr(f"{question} 的回答", f"an answer to {question}"))
        return told


def accepted(status: int, came: bytes, secret: Secret) -> Any:
    """The body of an answer. Raises: LoginRefused, Garbled, RoomctlError."""
    if status == _UNAUTHORIZED:
        raise _refused(secret)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        document = etree.fromstring(came, parser)
    except (etree.XMLSyntaxError, ValueError):
        document = None
    body = None if document is None else document.find("s:Body", NAMES)
    if body is None:
        raise garbled(came, "ONVIF")
    fault = body.find("s:Fault", NAMES)
    if fault is None:
        return body
    codes = [(one.text or "").rpartition(":")[2] for one in fault.iter(f"{{{NAMES['s']}}}Value")]
    if {"NotAuthorized", "FailedAuthentication"} & set(codes):
        raise _refused(secret)
    why = _line(fault.findtext(".//s:Text", "", NAMES)) or " ".join(codes)
    raise RoomctlError(tr("摄像机不接受", "the camera does not take it"), why)


def token(secret: Secret, at: datetime) -> str:
    """UsernameToken with a digest (WS-Security UsernameToken Profile 1.0, 3.1); empty where nobody signs on."""
    if not secret.user:
        return ""
    once, created = secrets.token_bytes(16), at.strftime("%Y-%m-%dT%H:%M:%S.000Z")
    return (
        "<wsse:Security s:mustUnderstand='1'><wsse:UsernameToken>"
        f"<wsse:Username>{escape(secret.user)}</wsse:Username>"
        f"<wsse:Password Type='{_TYPES}username-token-profile-1.0#PasswordDigest'>"
        f"{digest(once, created, secret.password)}</wsse:Password>"
        f"<wsse:Nonce EncodingType='{_TYPES}soap-message-security-1.0#Base64Binary'>"
        f"{base64.b64encode(once).decode()}</wsse:Nonce><wsu:Created>{created}</wsu:Created>"
        "</wsse:UsernameToken></wsse:Security>"
    )


def digest(once: bytes, created: str, password: str) -> str:
    """Base64 of SHA-1 of nonce, time and password, one after the other."""
    return base64.b64encode(hashlib.sha1(once + created.encode() + password.encode()).digest()).decode()  # noqa: S324


def _refused(secret: Secret) -> LoginRefused:
    mend = tr(
        "请核对 secrets.toml；ONVIF 用户常要在摄像机里另建",
        "see secrets.toml; many cameras have users of ONVIF apart",
    )
    return refused(secret, mend)


def _of(profile: str) -> str:
    return f"<tptz:ProfileToken>{escape(profile)}</tptz:ProfileToken>"


def _place(told: Any) -> tuple[float, ...]:
    """Empty where the camera does not tell all of it."""
    if told is None:
        return ()
    turn, zoom = told.find("tt:PanTilt", NAMES), told.find("tt:Zoom", NAMES)
    try:
        place = (float(turn.get("x")), float(turn.get("y")), float(zoom.get("x")))
    except (AttributeError, TypeError, ValueError):
        return ()
    return place


def _line(told: str) -> str:
    """As one line, however the device broke it; not longer than anybody reads."""
    return " ".join(told.split())[:200]


@contextlib.asynccontextmanager
async def camera(device: Device, secret: Secret) -> AsyncIterator[Camera]:
    """Closed when it is done with."""
    base = f"http://{authority(device.address, device.port or 80)}"
    headers = {"Content-Type": "application/soap+xml; charset=utf-8", "User-Agent": "roomctl"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=STEP, trust_env=False) as client:
        yield Camera(client, secret)
