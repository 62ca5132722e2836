"""What a plugin's manifest requires, and the command that mends what is missing."""

import re
from collections.abc import Callable, Iterable
from ctypes.util import find_library
from importlib.metadata import PackageNotFoundError, version

from roomctl.api import Missing
from roomctl.i18n import tr

APT = {
    "libportaudio2": "portaudio",
    "libsndfile1": "sndfile",
    "libgomp1": "gomp",
    "libatomic1": "atomic",
    "libpulse0": "pulse",
    "libasound2": "asound",
}
"""Debian's package → the name that the dynamic loader's search knows the library by."""

_REQUIREMENT = re.compile(r"([A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?\s*(.*)")
_BOUND = re.compile(r"(>=|<=|==|!=|~=|>|<)\s*([\w.*+!-]+)")


def missing(name: str, requires: Iterable[str], model: Callable[[str], bool]) -> tuple[Missing, ...]:
    """What of a plugin's `requires` this machine lacks.

    Args:
        name: the plugin's.
        model: whether the model of this name is installed and complete.

    """
    return tuple(lack for one in requires if (lack := _lack(name, one, model)))


def _lack(plugin: str, requirement: str, model: Callable[[str], bool]) -> Missing | None:
    kind, _, what = requirement.partition(":")
    why = tr(f"插件 {plugin} 没有它不能工作", f"plugin {plugin} cannot work without it")
    match kind:
        case "system":
            return None if _library(what) else Missing(what, why, _apt(what))
        case "python":
            return None if _installed(what) else Missing(what, why, f"pip install '{what}'")
        case _:
            return (
                None
                if model(what)
                else Missing(tr(f"模型 {what}", f"model {what}"), why, f"roomctl models pull {what}")
            )


def _library(package: str) -> bool:
    """By Debian's name or the plain one: `libportaudio2`, `portaudio`."""
    plain = APT.get(package) or re.sub(r"^lib|[\d.-]*$", "", package)
    return find_library(plain) is not None


def _apt(package: str) -> str:
    by_library = {library: name for name, library in APT.items()}
    return f"sudo apt-get install {by_library.get(package, package)}"


def _installed(requirement: str) -> bool:
    match = _REQUIREMENT.fullmatch(requirement.strip())
    if match is None:
        return False
    try:
        have = version(match[1])
    except PackageNotFoundError:
        return False
    return all(_holds(have, sign, wanted) for sign, wanted in _BOUND.findall(match[2]))


def _holds(have: str, sign: str, wanted: str) -> bool:
    """One bound of PEP 440, by the release numbers alone: enough for the bounds that a manifest names."""
    given, bound = _release(have), _release(wanted.removesuffix(".*"))
    width = max(len(given), len(bound))
    a, b = (one + (0,) * (width - len(one)) for one in (given, bound))
    if wanted.endswith(".*") or sign == "~=":
        same = bound if wanted.endswith(".*") else bound[:-1]
        prefix = a[: len(same)] == same
        return {"==": prefix, "!=": not prefix, "~=": prefix and a >= b}.get(sign, False)
    return {">=": a >= b, "<=": a <= b, "==": a == b, "!=": a != b, ">": a > b, "<": a < b}[sign]


def _release(text: str) -> tuple[int, ...]:
    match = re.match(r"(?:\d+!)?(\d+(?:\.\d+)*)", text)
    return tuple(int(part) for part in match[1].split(".")) if match else (0,)
