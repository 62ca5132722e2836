"""The systemd unit of roomctl, as text. Pure: facts in, text out.

Three of its lines keep sound from being lost. `KillMode=process`: a stop or a restart ends the launcher alone, and a
capture, which lives in the same control group, records on until the next host adopts it. `OOMPolicy=continue`: a
transcriber that the kernel kills for its memory takes nothing else along. `RuntimeDirectoryPreserve=yes`: the
socket over which the next host reaches that capture is still there.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

NAME = "roomctl"
FILE = f"{NAME}.service"
SILENCE = 60
"""Seconds without a sign of the launcher after which systemd starts it again; its own pauses take half of it."""

CLOSED = tuple(map(PurePosixPath, ("/home", "/root", "/run/user", "/tmp", "/var/tmp")))  # noqa: S108 - named, not used
"""What a machine's service sees nothing of: ProtectHome and PrivateTmp, systemd.exec(5)."""

_DEVICES = ("char-alsa", "char-input", "char-ttyS", "char-ttyUSB", "char-ttyACM", "char-usb_device")
"""What a room has: sound cards, card readers, serial lines."""


@dataclass(frozen=True, slots=True)
class Service:
    """What a unit is made from.

    Attributes:
        argv: starts the launcher in the foreground.
        data: the data folder.
        environment: variables of the service.
        account: who it runs as; empty for a unit of the user's own manager.
        writable: further folders that it writes to, such as a mounted archive.

    """

    argv: Sequence[str]
    data: PurePosixPath
    environment: Mapping[str, str]
    account: str = ""
    writable: Sequence[PurePosixPath] = ()


def unit(service: Service) -> str:
    """The unit file: systemd.service(5), systemd.exec(5)."""
    return "\n".join(
        [
            "# Written by `roomctl service install`, which writes it anew. Own settings belong into a drop-in:",
            f"#   systemctl {'' if service.account else '--user '}edit {NAME}",
            "[Unit]",
            "Description=roomctl: conference-room control and session recorder",
            "After=network.target sound.target time-sync.target",
            f"RequiresMountsFor={_all([service.data, *service.writable])}",
            "StartLimitIntervalSec=0",
            "",
            "[Service]",
            "Type=notify",
            f"ExecStart={' '.join(_quoted(part, command=True) for part in service.argv)}",
            *(f"Environment={_quoted(f'{name}={value}')}" for name, value in service.environment.items()),
            f"WatchdogSec={SILENCE}",
            "TimeoutStartSec=600",
            "TimeoutStopSec=20",
            "Restart=always",
            "RestartSec=2",
            "KillMode=process",
            "OOMPolicy=continue",
            "UMask=0077",
            *(_confined(service) if service.account else _own()),
            "",
            "[Install]",
            f"WantedBy={'multi-user' if service.account else 'default'}.target",
            "",
        ]
    )


def account(name: str, home: PurePosixPath) -> str:
    """The service's account with its groups, for systemd-sysusers: sysusers.d(5)."""
    groups = [f"m {name} {group}" for group in ("audio", "input", "dialout")]
    return "\n".join([f'u {name} - "roomctl" {home}', *groups, ""])


def folders_of(settings: str) -> list[Path]:
    """Absolute paths that the settings name, devices left out: what a confined service must be able to write to.

    Raises:
        tomllib.TOMLDecodeError: they are no TOML.

    """
    found = (Path(text) for text in _texts(tomllib.loads(settings)) if text.startswith("/"))
    return sorted({path for path in found if path.parts[1:2] not in {(), ("dev",)}})


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Mapping():
            for part in value.values():
                yield from _texts(part)
        case list():
            for part in value:
                yield from _texts(part)


def _own() -> list[str]:
    """What a user's own manager can hold a service to: it may set up no other view of the files."""
    return [
        "NoNewPrivileges=yes",
        "LockPersonality=yes",
        "RestrictSUIDSGID=yes",
        "SystemCallArchitectures=native",
    ]


def _confined(service: Service) -> list[str]:
    return [
        f"User={service.account}",
        f"Environment=XDG_RUNTIME_DIR=/run/{NAME}",
        f"RuntimeDirectory={NAME}",
        "RuntimeDirectoryMode=0700",
        "RuntimeDirectoryPreserve=yes",
        "ProtectSystem=strict",
        f"ReadWritePaths={_all([service.data, *service.writable], optional=True)}",
        "ProtectHome=yes",
        "PrivateTmp=yes",
        "DevicePolicy=closed",
        *(f"DeviceAllow={device} rw" for device in _DEVICES),
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        "ProtectClock=yes",
        "ProtectControlGroups=yes",
        "ProtectHostname=yes",
        "ProtectKernelLogs=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelTunables=yes",
        "ProtectProc=invisible",
        "LockPersonality=yes",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
        "RestrictNamespaces=yes",
        "RestrictSUIDSGID=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
    ]


def _all(paths: Sequence[PurePosixPath], *, optional: bool = False) -> str:
    return " ".join(_quoted(f"{'-' if optional else ''}{path}") for path in paths)


def _quoted(text: str, *, command: bool = False) -> str:
    """As one word of a unit: systemd.syntax(7), and of ExecStart also systemd.service(5), COMMAND LINES."""
    text = text.replace("%", "%%")
    if command:
        text = text.replace("$", "$$")
    if re.fullmatch(r"[\w@%$+=:,./-]+", text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
