"""`plugins install` and `remove`: a wheel into a folder of its own, under the host's exact versions.

Only wheels: a source archive would run its author's code before anybody has enabled it.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as NoConfig
from dataclasses import dataclass
from email.parser import HeaderParser
from importlib.machinery import PathFinder
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from roomctl.errors import BadInput, MissingPart, NotFound, Refused, RoomctlError
from roomctl.host import manifest, site
from roomctl.host.manifest import GROUP, SITE, BadManifest, discover
from roomctl.host.status import PluginState, StatesFile
from roomctl.i18n import tr

_WHEELS = ["--only-binary", ":all:"]
_QUIET = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
_NEEDS = re.compile(r"^ {4}(?:(?P<who>\S+) (?P<version>\S+) depends on )(?P<what>.+)$", re.MULTILINE)
_PINNED = re.compile(r"\(constraint\) (?P<name>[A-Za-z0-9._-]+)==(?P<version>\S+)")


@dataclass(frozen=True, slots=True)
class Wheel:
    """What a wheel says of itself.

    Attributes:
        plugins: name → module, of its entry points.

    """

    path: Path
    distribution: str
    version: str
    plugins: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Installed:
    """A plugin that is there from the next start on.

    Attributes:
        packages: `name version` of all that went into its folder, itself included.

    """

    name: str
    version: str
    folder: Path
    packages: tuple[str, ...]


def install(source: Path, data: Path) -> Installed:
    """From a wheel, whose needs pip fetches as it is set up; or from a folder of wheels, without a network.

    Raises:
        BadInput: no wheel, or not one plugin. Refused: its name is taken, its manifest is no good, or it wants other
            versions than the host has: both are named. MissingPart: pip, or a package that it needs.

    """
    wheel, offline = _chosen(source.expanduser().absolute())
    (name, module), *_ = wheel.plugins.items()
    _refuse_taken(name, module, data)
    where = ["--no-index", "--find-links", str(wheel.path.parent)] if offline else []
    folder = data / site.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{name}-", dir=folder) as scratch:
        limits = Path(scratch, "constraints.txt")
        limits.write_text("\n".join(_present(data)) + "\n", encoding="utf-8")
        report = Path(scratch, "report.json")
        common = [*_QUIET, *_WHEELS, *where]
        _pip(
            wheel,
            ["install", "--dry-run", "--report", str(report), "-c", str(limits), *common, str(wheel.path)],
        )
        planned = json.loads(report.read_text(encoding="utf-8"))["install"]
        made = Path(scratch, "made")
        _pip(wheel, ["install", "--no-deps", "--target", str(made), *common, *map(_exactly, planned)])
        found = manifest.read(
            made.joinpath(*module.split(".")), module=module, source=SITE, version=wheel.version, expected=name
        )
        if isinstance(found, BadManifest):
            raise Refused(
                tr(f"插件 {name} 不能用", f"plugin {name} cannot be used"),
                found.reason.replace(str(made), wheel.path.name),
                found.mend,
            )
        made.rename(folder / name)
    StatesFile(data / "plugins.json").save(name, PluginState())  # what an earlier one did is not its fault
    packages = tuple(sorted(f"{one['metadata']['name']} {one['metadata']['version']}" for one in planned))
    return Installed(name, wheel.version, folder / name, packages)


def remove(name: str, data: Path) -> None:
    """Deletes what `install` made.

    Raises:
        NotFound: no such plugin. Refused: it came another way; how to be rid of it.

    """
    folder = data / site.FOLDER / name
    if folder.parent != data / site.FOLDER or folder not in site.folders(data):
        raise _not_ours(name, data)
    going = folder.with_name(f".{name}-removed-{os.getpid()}")
    folder.rename(going)  # in one step, so that no start meets half of it
    shutil.rmtree(going)


def _not_ours(name: str, data: Path) -> RoomctlError:
    found = {one.name: one for one in discover(data)}
    if name not in found:
        known = ", ".join(path.name for path in site.folders(data)) or tr("无", "none")
        return NotFound(
            tr(f"没有插件 {name}", f"no plugin {name}"),
            mend=tr(f"可以删除的：{known}", f"can be removed: {known}"),
        )
    mend = {
        manifest.BUILTIN: f"roomctl plugins disable {name}",
        manifest.DISTRIBUTION: tr("请用 pip uninstall 卸载它的软件包", "uninstall its package with pip uninstall"),
    }.get(found[name].source, tr(f"请删除目录 {found[name].path}", f"delete the folder {found[name].path}"))
    return Refused(
        tr(f"不能删除插件 {name}", f"cannot remove plugin {name}"),
        tr("它不是用 plugins install 安装的", "it was not installed by plugins install"),
        mend,
    )


# --- what is asked for ---------------------------------------------------------------------------------------------


def _chosen(source: Path) -> tuple[Wheel, bool]:
    """The wheel of the plugin, and whether all that it needs lies beside it."""
    if source.is_dir():
        wheels = [_read(path) for path in sorted(source.glob("*.whl"))]
        plugins = [wheel for wheel in wheels if wheel.plugins]
        if len(plugins) != 1:
            names = ", ".join(wheel.path.name for wheel in plugins) or tr("没有", "none")
            raise BadInput(
                tr(f"{source} 里应当正好有一个插件", f"{source} should hold one plugin"),
                tr(f"里面的插件：{names}", f"plugins in it: {names}"),
                tr("每个插件连同它的依赖放一个目录", "give each plugin, with what it needs, a folder of its own"),
            )
        return _alone(plugins[0]), True
    if not source.is_file():
        raise BadInput(
            tr(f"没有文件 {source}", f"there is no file {source}"),
            mend=tr(
                "请核对路径；可给 .whl 文件，或放 wheel 的目录", "check the path: a .whl file, or a folder of wheels"
            ),
        )
    return _alone(_read(source)), False


def _alone(wheel: Wheel) -> Wheel:
    if len(wheel.plugins) != 1:
        why = (
            tr("没有入口点 roomctl.plugins", "it has no entry point roomctl.plugins")
            if not wheel.plugins
            else tr("含有多个插件：", "it holds several: ") + ", ".join(wheel.plugins)
        )
        raise BadInput(
            tr(f"{wheel.path.name} 不是一个插件", f"{wheel.path.name} is not one plugin"),
            why,
            tr("写法见 docs/guide/plugin-author.zh-CN.md", "see docs/guide/plugin-author.md for its form"),
        )
    return wheel


def _read(path: Path) -> Wheel:
    """Raises: BadInput."""
    try:
        with zipfile.ZipFile(path) as file:
            info = next(name for name in file.namelist() if re.fullmatch(r"[^/]+\.dist-info/METADATA", name))
            told = HeaderParser().parsestr(file.read(info).decode())
            entries = info.replace("METADATA", "entry_points.txt")
            points = ConfigParser(delimiters=("=",), interpolation=None)
            points.optionxform = str  # type: ignore[assignment,method-assign]  # names keep their case
            points.read_string(file.read(entries).decode() if entries in file.namelist() else "")
    except (OSError, ValueError, StopIteration, zipfile.BadZipFile, NoConfig) as error:
        raise BadInput(
            tr(f"{path} 不是 wheel", f"{path} is no wheel"),
            " ".join(str(error).split()),
            tr("请给出 .whl 文件", "give a .whl file"),
        ) from None
    plugins = {
        name: target.partition(":")[0].strip()
        for name, target in (points[GROUP].items() if points.has_section(GROUP) else ())
    }
    return Wheel(path, str(told["Name"]), str(told["Version"]), plugins)


def _refuse_taken(name: str, module: str, data: Path) -> None:
    for one in discover(data):
        if one.name == name:
            again = one.source == SITE
            raise Refused(
                tr(f"名称 {name} 已被占用", f"the name {name} is taken"),
                tr(f"插件 {name} {one.version} 在 {one.path}", f"plugin {name} {one.version} lies in {one.path}"),
                f"roomctl plugins remove {name}"
                if again
                else tr("请让作者换个名称", "ask its author for another name"),
            )
    top = module.partition(".")[0]
    if top in sys.stdlib_module_names or PathFinder.find_spec(top) is not None:
        raise Refused(
            tr(f"插件 {name} 的模块名 {module} 已被占用", f"the module {module} of plugin {name} is taken"),
            tr("主程序自己的软件包总是优先", "the host's own packages always win"),
            tr("请让作者换个模块名", "ask its author for another one"),
        )


def _present(data: Path) -> Iterable[str]:
    """`name==version` of all that is importable here, other plugins' folders included."""
    apart = [str(path) for path in site.folders(data)]
    paths = [*(path for path in sys.path if path not in apart), *apart]
    seen: dict[str, str] = {}
    for one in distributions(path=paths):
        if one.name:
            seen.setdefault(re.sub(r"[-_.]+", "-", one.name).lower(), one.version)
    return [f"{name}=={version}" for name, version in sorted(seen.items())]


def _exactly(planned: Mapping[str, Any]) -> str:
    url = str(planned["download_info"]["url"])
    return url if url.startswith("file:") else f"{planned['metadata']['name']}=={planned['metadata']['version']}"


# --- pip ---------------------------------------------------------------------------------------------------------


def _pip(wheel: Wheel, argv: Sequence[str]) -> None:
    """Raises: Refused for a conflict, MissingPart for what is not to be had, else pip's own last word."""
    if find_spec("pip") is None:
        raise MissingPart(
            tr("没有 pip，不能安装插件", "no pip, so no plugin can be installed"),
            mend=f"{sys.executable} -m ensurepip",
        )
    done = subprocess.run(
        [sys.executable, "-m", "pip", *argv],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    if done.returncode:
        raise _told(wheel, done.stdout + done.stderr)


def _told(wheel: Wheel, said: str) -> RoomctlError:
    what = tr(f"不能安装 {wheel.path.name}", f"cannot install {wheel.path.name}")
    pinned = {_plain(one["name"]): one["version"] for one in _PINNED.finditer(said)}
    for need in _NEEDS.finditer(said):
        wanted = re.match(r"[A-Za-z0-9._-]+", need["what"])
        have = pinned.get(_plain(wanted[0])) if wanted else None
        if have:
            who = f"{need['who']} {need['version']}"
            return Refused(
                what,
                tr(
                    f"{who} 需要 {need['what']}，这里已装的是 {wanted[0] if wanted else ''} {have}",
                    f"{who} needs {need['what']}, here is already {wanted[0] if wanted else ''} {have}",
                ),
                tr("请换用适合本机版本的插件", "take a version of the plugin that suits this host"),
            )
    errors = re.findall(r"^ERROR: (.+)$", said, re.MULTILINE)
    last = errors[-1] if errors else (said.strip().splitlines() or ["pip"])[-1]
    if "No matching distribution" in last:
        return MissingPart(
            what,
            last,
            tr("请把缺的 wheel 放进同一目录", "put the wheel that is missing into the same folder"),
        )
    mend = tr("请把 pip 的这句话告诉插件作者", "tell the plugin's author what pip said")
    return RoomctlError(what, last, mend)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
