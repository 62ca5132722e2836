"""A camera that turns, by ONVIF: SOAP over HTTP/1.1, login by UsernameToken (ONVIF Core, Media and PTZ)."""

import base64
import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from roomctl.domain.devices import Secret
from roomctl.testing.emulators.base import Fault, Line, TcpEmulator, digest_fits

USER, PASSWORD = "operator", "turn-to-the-chair"
SKEW = 30.0
"""Seconds between a login's time and the camera's clock, beyond which it is refused, as real ones do."""
PRESETS = {"1": ("主席台", (0.0, 0.1, 0.2)), "2": ("旁听席", (-0.5, 0.0, 0.0))}
STEPS = 2
"""Looks until it has turned."""
LONGEST = 65_536
SPACES = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tptz="http://www.onvif.org/ver20/ptz/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:ter="http://www.onvif.org/ver10/error"'
)
REFUSED = (
    "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>ter:NotAuthorized</s:Value></s:Subcode></s:Code>"
    '<s:Reason><s:Text xml:lang="en">Sender not authorized</s:Text></s:Reason></s:Fault>'
)
UNKNOWN = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode>"
    '</s:Code><s:Reason><s:Text xml:lang="en">Not supported</s:Text></s:Reason></s:Fault>'
)


class OnvifEmulator(TcpEmulator):
    """Has one profile and two presets.

    Attributes:
        ahead: seconds by which its clock is ahead. place: pan, tilt, zoom. stuck: it does not turn.
        fixed: it has presets among its abilities, and refuses to say which. tells: it says where it looks.
        http: it wants a login by HTTP's digest, and none in the message.

    """

    kind: ClassVar[str] = "onvif"
    title = ("会场摄像机（ONVIF）", "Hall camera (ONVIF)")
    group = "摄像"
    faults = TcpEmulator.faults | {Fault.OTHER, Fault.PASSWORD}

    def __init__(self, *, user: str = USER, password: str = PASSWORD, ahead: float = 0.0) -> None:
        super().__init__()
        self.user, self.password, self.ahead = user, password, ahead
        self.place = (0.3, 0.0, 0.0)
        self.stuck, self.tells, self.http, self.fixed = False, True, False, False
        self.nonce = secrets.token_hex(8)
        self._goal, self._left = self.place, 0

    def secret(self) -> Secret | None:
        return Secret(user=self.user, password=self.password) if self.user else None

    async def talk(self, line: Line) -> None:
        while head := await line.reader.readuntil(b"\r\n\r\n"):
            length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
            body = await line.reader.readexactly(min(int(length[1]), LONGEST) if length else 0)
            status, said = self._said(body.decode("utf-8", "replace"), head.decode("utf-8", "replace"))
            text = f"<?xml version='1.0' encoding='UTF-8'?><s:Envelope {SPACES}><s:Body>{said}</s:Body></s:Envelope>"
            answer = text.encode()
            top = f"HTTP/1.1 {status}\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(answer)}\r\n"
            if status.startswith("401"):
                top += f'WWW-Authenticate: Digest realm="camera", nonce="{self.nonce}", qop="auth"\r\n'
            await line.send(top.encode() + b"\r\n" + answer)

    def _said(self, body: str, head: str) -> tuple[str, str]:
        action = re.search(r"<s:Body><\w+:(\w+)", body)
        name = action[1] if action else ""
        if name != "GetSystemDateAndTime" and not self._knows(body, head):
            return "401 Unauthorized" if self.http else "400 Bad Request", REFUSED
        answers = {
            "GetSystemDateAndTime": self._clock,
            "GetDeviceInformation": self._information,
            "GetCapabilities": self._capabilities,
            "GetProfiles": lambda: self._wrapped("trt", name, "<trt:Profiles token='main'/>"),
            "GetStreamUri": lambda: self._wrapped(
                "trt", name, f"<trt:MediaUri><tt:Uri>rtsp://{self.host}:8554/main?profile=1</tt:Uri></trt:MediaUri>"
            ),
            "GetPresets": self._presets,
            "GotoPreset": lambda: self._goto(body),
            "GetStatus": self._status,
        }
        if name not in answers:
            return "500 Internal Server Error", UNKNOWN
        if self.fixed and name == "GetPresets":
            return "500 Internal Server Error", UNKNOWN
        if self.fault is Fault.OTHER:
            return "200 OK", self._wrapped("tds", "GetHostname")
        return "200 OK", answers[name]()

    def _knows(self, body: str, head: str) -> bool:
        if not self.user:
            return True
        wanted = self.password + ("!" if self.fault is Fault.PASSWORD else "")
        if self.http:
            told = re.search(r"(?i)\r\nauthorization: ([^\r]*)", head)
            self.logins += told is not None
            return told is not None and digest_fits(told[1], "POST", self.user, wanted, self.nonce)
        return self._signed(body, wanted)

    def _signed(self, body: str, wanted: str) -> bool:
        """By UsernameToken."""
        told = {name: re.search(rf"<wss?[eu]:{name}\b[^>]*>([^<]*)<", body) for name in
                ("Username", "Password", "Nonce", "Created")}  # fmt: skip
        if not all(told.values()):
            return False
        self.logins += 1
        user, proof, once, created = (match[1] if match else "" for match in told.values())
        made = hashlib.sha1(base64.b64decode(once) + created.encode() + wanted.encode()).digest()  # noqa: S324
        late = datetime.fromisoformat(created) - datetime.now(UTC) - timedelta(seconds=self.ahead)
        known = (user, proof) == (self.user, base64.b64encode(made).decode())
        return known and abs(late.total_seconds()) <= SKEW

    def _wrapped(self, space: str, name: str, inner: str = "") -> str:
        return f"<{space}:{name}Response>{inner}</{space}:{name}Response>"

    def _clock(self) -> str:
        now = datetime.now(UTC) + timedelta(seconds=self.ahead)
        time = f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second>"
        date = f"<tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day>"
        told = f"<tt:UTCDateTime><tt:Time>{time}</tt:Time><tt:Date>{date}</tt:Date></tt:UTCDateTime>"
        return self._wrapped("tds", "GetSystemDateAndTime", f"<tds:SystemDateAndTime>{told}</tds:SystemDateAndTime>")

    def _information(self) -> str:
        told = {"Manufacturer": "roomctl", "Model": "Emulated", "FirmwareVersion": "1.0", "SerialNumber": "E1"}
        inner = "".join(f"<tds:{name}>{value}</tds:{name}>" for name, value in told.items())
        return self._wrapped("tds", "GetDeviceInformation", inner)

    def _capabilities(self) -> str:
        inner = "".join(
            f"<tt:{name}><tt:XAddr>http://10.255.255.1/onvif/{name.lower()}</tt:XAddr></tt:{name}>"
            for name in ("Media", "PTZ")
        )  # an address that it believes to have, as behind a router
        return self._wrapped("tds", "GetCapabilities", f"<tds:Capabilities>{inner}</tds:Capabilities>")

    def _presets(self) -> str:
        inner = "".join(
            f"<tptz:Preset token='{token}'><tt:Name>{name}</tt:Name>"
            f"{self._position('PTZPosition', place)}</tptz:Preset>"
            for token, (name, place) in PRESETS.items()
        )
        return self._wrapped("tptz", "GetPresets", inner)

    def _position(self, name: str, place: tuple[float, ...]) -> str:
        if not self.tells:
            return ""
        pan, tilt, zoom = place
        return f"<tt:{name}><tt:PanTilt x='{pan}' y='{tilt}'/><tt:Zoom x='{zoom}'/></tt:{name}>"

    def _goto(self, body: str) -> str:
        token = re.search(r"<tptz:PresetToken>([^<]*)<", body)
        if token is None or token[1] not in PRESETS:
            return UNKNOWN
        if not self.stuck:
            self._goal, self._left = PRESETS[token[1]][1], STEPS
        return self._wrapped("tptz", "GotoPreset")

    def _status(self) -> str:
        moves = "MOVING" if self._left else "IDLE"
        if self._left:
            self._left -= 1
            self.place = self._goal if not self._left else self.place
        told = self._position("Position", self.place)
        state = f"<tt:MoveStatus><tt:PanTilt>{moves}</tt:PanTilt><tt:Zoom>IDLE</tt:Zoom></tt:MoveStatus>"
        return self._wrapped("tptz", "GetStatus", f"<tptz:PTZStatus>{told}{state}</tptz:PTZStatus>")


EMULATOR = OnvifEmulator
