"""Which targets a meeting of its 密级 may go to: the one table, asked before anything is sent."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from roomctl.api import Meeting, Package
from roomctl.api.custody import MEDIUM, Way, is_stub, may
from roomctl_archive.config import ArchiveConfig, TargetConfig

_NEAR = (".local", ".lan", ".internal", ".intranet", ".localdomain", ".home.arpa")
"""Ends of names that no public server has (RFC 6762 section 3, RFC 8375, and custom)."""


def way_of(target: TargetConfig) -> Way:
    """Whether a storage is the office's own.

    Where the settings do not say, a folder is, and a server on this machine or on a private address (RFC 1918,
    RFC 4193), or whose name is no public one. Nobody is asked over the network.
    """
    office = target.office
    if office is None:
        office = target.kind == "folder" or _near(_host(target))
    return Way.TARGET if office else Way.OUTSIDE_TARGET


def _host(target: TargetConfig) -> str:
    """Of a server: `host`, or that of `endpoint`."""
    told = target.model_dump()
    text = str(told.get("host") or told.get("endpoint") or "")
    return (urlsplit(text).hostname or "") if "://" in text else text


def _near(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        name = host.rstrip(".").lower()
        return bool(name) and ("." not in name or name.endswith(_NEAR))
    return address.is_private or address.is_loopback


def open_to(meeting: Meeting, target: TargetConfig, package: Package | None = None) -> bool:
    """Whether a target may have it.

    Args:
        package: None is the sound that is sent before there is one. The stub of a state secret may go anywhere.

    """
    if package is not None and is_stub(meeting, package):
        return way_of(target) is Way.TARGET
    return may(meeting.highest_secrecy.level, way_of(target))


def required(config: ArchiveConfig, meeting: Meeting, *, stub: bool = False) -> tuple[str, ...]:
    """Names of the targets that the deposit of a package waits for; a state secret waits for its medium alone."""
    if meeting.highest_secrecy.state_secret and not stub:
        return (MEDIUM,)
    return tuple(
        name
        for name, target in config.targets.items()
        if target.required and (way_of(target) is Way.TARGET or (not stub and open_to(meeting, target)))
    )
