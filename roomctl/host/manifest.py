"""plugin.toml: what is known of a plugin before it is imported.

`roomctl --help` reads this for its list of commands, so nothing here imports a plugin or a heavy library.
"""

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from roomctl.host import site
from roomctl.host.installed import Entry, entries
from roomctl.i18n import tr

GROUP = "roomctl.plugins"
DROPIN = "roomctl_dropin"
API = 1
"""Version of the plugin API that this host speaks; a plugin names the one that it was written for."""

BUILTIN, DISTRIBUTION, SITE, DROP_IN = "builtin", "distribution", "site", "dropin"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_COMMAND = re.compile(r"[a-z][a-z0-9-]{0,39}")
_FOLDER = re.compile(r"[a-z][a-z0-9_-]{0,39}")
_REQUIREMENT = re.compile(r"(system|python|model):\S.*")
_EVENT = re.compile(r"[a-z][a-z0-9_.]{0,79}")
_KEYS = frozenset({"name", "title", "api", "requires", "commands", "folder", "version", "events"})


class Text(NamedTuple):
    """In both languages."""

    zh: str
    en: str

    def __str__(self) -> str:
        return tr(self.zh, self.en)


class Command(NamedTuple):
    """A command as `roomctl --help` lists it."""

    name: str
    help: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A plugin that could be loaded.

    Attributes:
        api: version of the plugin API it was written for.
        requires: `system:LIB`, `python:REQUIREMENT`, `model:NAME`.
        folder: name of its folder in a meeting.
        events: kind of an event that it publishes → what the log calls it.
        path: where its code lies; module: what is imported.
        source: builtin, distribution, site (installed by `roomctl plugins install`) or dropin.

    """

    name: str
    title: Text
    api: int
    path: Path
    module: str
    source: str
    version: str
    folder: str
    requires: tuple[str, ...] = ()
    commands: tuple[Command, ...] = ()
    events: Mapping[str, Text] = field(default_factory=dict)


class BadManifest(NamedTuple):
    """Something that wants to be a plugin and cannot be one; the others go on."""

    name: str
    path: Path
    reason: str
    mend: str
    version: str = ""
    source: str = DROP_IN


Found = Manifest | BadManifest


class _Wrong(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.reason, self.mend = reason, mend


def discover(data: Path | None = None, *, safe: bool = False, keep: Collection[str] = ()) -> tuple[Found, ...]:
    """All plugins: the built-in ones first, then other distributions, then the drop-in folder, each by name.

    Args:
        data: the data folder, whose `site/` holds installed plugins and `plugins/` the drop-ins; None looks at the
            host's own environment only.
        safe: built-in plugins only, and those named in `keep`.

    """
    refused = site.join(data) if data is not None else {}
    found = [*_installed(data / site.FOLDER if data else None)]
    found += [_open_to_others(folder, path, SITE) for folder, path in refused.items()]
    if data is not None:
        found += _dropped_in(data / "plugins")
    if safe:
        found = [one for one in found if isinstance(one, Manifest) and (one.source == BUILTIN or one.name in keep)]
    return tuple(_without_doubles(found))


def _without_doubles(found: Iterable[Found]) -> Iterator[Found]:
    taken: dict[str, Path] = {}
    for one in found:
        if isinstance(one, Manifest) and one.name in taken:
            yield BadManifest(
                one.name,
                one.path,
                tr(
                    f"名称“{one.name}”已被 {taken[one.name]} 占用",
                    f"the name {one.name!r} is taken by {taken[one.name]}",
                ),
                tr(
                    "请在 plugin.toml 里换一个 name，或删掉其中一个",
                    "give it another name in plugin.toml, or remove one",
                ),
                one.version,
                one.source,
            )
            continue
        if isinstance(one, Manifest):
            taken[one.name] = one.path
        yield one


# --- where they are ----------------------------------------------------------------------------------------------


def _installed(apart: Path | None) -> list[Found]:
    found = [_from_entry(entry, apart) for entry in entries(GROUP)]
    return sorted(found, key=lambda one: (isinstance(one, Manifest) and one.source != BUILTIN, one.name))


def _from_entry(entry: Entry, apart: Path | None) -> Found:
    top, _, rest = entry.module.partition(".")
    try:
        spec = find_spec(top)  # of a top-level package; does not import it
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        return BadManifest(
            entry.name,
            Path(entry.module),
            tr(f"找不到软件包 {entry.module}", f"no package {entry.module}"),
            tr(f"请重新安装 {entry.distribution}", f"install {entry.distribution} again"),
            entry.version,
        )
    path = (
        Path(spec.submodule_search_locations[0], *rest.split("."))
        if rest
        else Path(spec.submodule_search_locations[0])
    )
    source = BUILTIN if entry.distribution == "roomctl" else DISTRIBUTION
    if apart is not None and path.is_relative_to(apart):
        source = SITE
    return read(path, module=entry.module, source=source, version=entry.version, expected=entry.name)


def _dropped_in(folder: Path) -> Iterator[Found]:
    try:
        candidates = sorted(path.parent for path in folder.glob("*/plugin.toml"))
    except OSError:
        return
    if candidates:
        from roomctl.host.platform import writable_by_others  # noqa: PLC0415 - most data folders have no drop-ins
    for path in candidates:
        try:
            open_to_others = writable_by_others(path)
        except OSError as error:
            yield BadManifest(path.name, path, str(error), "")
            continue
        if open_to_others:
            yield _open_to_others(path, open_to_others, DROP_IN)
            continue
        yield read(path, module="", source=DROP_IN, version="")


def _open_to_others(folder: Path, path: Path, source: str) -> BadManifest:
    """Nothing of it is imported: whoever may write there would run their code as the host."""
    from roomctl.host.platform import how_to_close  # noqa: PLC0415 - rarely needed

    why = tr(f"其他用户可以改写 {path}", f"other users may change {path}")
    return BadManifest(folder.name, folder, why, how_to_close(folder, path), source=source)


# --- what it says -------------------------------------------------------------------------------------------------


def read(path: Path, *, module: str, source: str, version: str, expected: str = "") -> Found:
    """The manifest in a plugin's folder. What is wrong with it is the answer, not an error.

    Args:
        module: empty for a drop-in, which is imported as `roomctl_dropin.NAME`.
        expected: the name that its entry point goes by.

    """
    file = path / "plugin.toml"
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
        return _parse(raw, path, module, source, version, expected)
    except FileNotFoundError:
        return _bad(path, expected, version, tr(f"没有 {file}", f"there is no {file}"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return _bad(path, expected, version, tr(f"{file} 无法读取：{error}", f"cannot read {file}: {error}"))
    except _Wrong as wrong:
        return _bad(path, expected, version, tr(f"{file}：{wrong.reason}", f"{file}: {wrong.reason}"), wrong.mend)


def _bad(path: Path, expected: str, version: str, reason: str, mend: str = "") -> BadManifest:
    mend = mend or tr("请对照 docs/guide/plugin-author.zh-CN.md 改正", "see docs/guide/plugin-author.md for its form")
    return BadManifest(expected or path.name, path, " ".join(reason.split()), mend, version)


def _parse(raw: Mapping[str, Any], path: Path, module: str, source: str, version: str, expected: str) -> Manifest:
    if unknown := sorted(set(raw) - _KEYS):
        known = ", ".join(sorted(_KEYS))
        raise _Wrong(tr(f"不认识的键 {unknown[0]}（可用：{known}）", f"unknown key {unknown[0]} (known: {known})"))
    name = _text(raw, "name", _NAME)
    if expected and name != expected:
        raise _Wrong(
            tr(f"name 是“{name}”，入口点却是“{expected}”", f"name is {name!r}, its entry point says {expected!r}")
        )
    return Manifest(
        name=name,
        title=_both(raw.get("title"), "title"),
        api=_api(raw),
        path=path,
        module=module or f"{DROPIN}.{name}",
        source=source,
        version=version or str(raw.get("version", "")),
        folder=_text(raw, "folder", _FOLDER) if "folder" in raw else name,
        requires=tuple(_requirement(one) for one in _list(raw, "requires")),
        commands=tuple(_command(one) for one in _list(raw, "commands")),
        events=_events(raw.get("events", {})),
    )


def _text(table: Mapping[str, Any], key: str, form: re.Pattern[str]) -> str:
    if key not in table:
        raise _Wrong(tr(f"缺少 {key}", f"{key} is missing"))
    value = table[key]
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _Wrong(
            tr(f"{key} = {value!r} 应符合 {form.pattern}", f"{key} = {value!r} does not match {form.pattern}")
        )
    return value


def _both(value: object, key: str) -> Text:
    match value:
        case {"zh": str(zh), "en": str(en), **rest} if not rest:
            return Text(zh, en)
        case _:
            raise _Wrong(tr(f'{key} 应写成 {{ zh = "…", en = "…" }}', f'{key} is written {{ zh = "…", en = "…" }}'))


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key, [])
    if not isinstance(value, list):
        raise _Wrong(tr(f"{key} 应是列表", f"{key} is a list"))
    return value


def _events(value: object) -> Mapping[str, Text]:
    if not isinstance(value, dict):
        raise _Wrong(tr("events 应是一个表", "events is a table"))
    for kind in value:
        if not _EVENT.fullmatch(kind):
            raise _Wrong(
                tr(
                    f"events 里的 {kind!r} 应符合 {_EVENT.pattern}",
                    f"{kind!r} in events does not match {_EVENT.pattern}",
                )
            )
    return {kind: _both(words, f"events.{kind}") for kind, words in value.items()}


def _api(raw: Mapping[str, Any]) -> int:
    text = _text(raw, "api", re.compile(r"\d{1,4}"))
    if int(text) != API:
        raise _Wrong(
            tr(f"为插件接口 {text} 编写，本机是 {API}", f"written for plugin API {text}, this host speaks {API}"),
            tr("请升级 roomctl，或安装适合本机的版本", "upgrade roomctl, or install a version of it for this host"),
        )
    return int(text)


def _requirement(one: object) -> str:
    if not isinstance(one, str) or not _REQUIREMENT.fullmatch(one):
        form = "system:…, python:…, model:…"
        raise _Wrong(tr(f"requires 里的 {one!r} 应写成 {form}", f"{one!r} in requires is written {form}"))
    return one


def _command(one: object) -> Command:
    if not isinstance(one, dict):
        raise _Wrong(tr("commands 里每项是一个表", "each of commands is a table"))
    return Command(_text(one, "name", _COMMAND), _both(one.get("help"), "help"))
