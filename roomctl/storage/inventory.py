"""The inventory: `devices.toml` as people write it, `secrets.toml` apart, `emulated.toml` while that room lives."""

import os
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import psutil
import tomlkit
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import AoT

from roomctl import toml_text
from roomctl.domain.checks import Title
from roomctl.domain.devices import NO_SECRET, Device, Emission, Secret, dependency_fault
from roomctl.durable import atomic_write, changing
from roomctl.errors import BadInput, NotFound, Refused, writing
from roomctl.fields import either, wrong
from roomctl.i18n import tr

FILE = "devices.toml"
SECRETS = "secrets.toml"
EMULATED = "emulated.toml"
TABLE = "devices"

HEAD = """\
# 会议室的设备 / the devices of the room. 口令不写在这里，写在 secrets.toml / passwords stand in secrets.toml.
# roomctl devices kinds 列出种类和选项 / lists kinds and their options.
"""


_Text = Annotated[str, StringConstraints(max_length=200)]


class Entry(BaseModel):
    """One `[[devices]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")
    kind: str = Field(min_length=1)
    title: tuple[_Text, _Text] = ("", "")
    group: _Text = ""
    address: str = Field(default="", max_length=253)  # a host name's longest (RFC 1035, 2.3.4)
    port: int | None = Field(default=None, ge=1, le=65535)
    room: _Text = ""
    depends_on: tuple[_Text, ...] = Field(default=(), max_length=64)
    secret: _Text = ""
    model: _Text = ""
    warm_up: float = Field(default=0, ge=0, le=3600)
    cool_down: float = Field(default=0, ge=0, le=3600)
    emission: Emission = Emission.NONE
    options: dict[str, Any] = Field(default_factory=dict)

    _either = field_validator("title", mode="before")(either)

    def device(self) -> Device:
        return Device(**dict(self))


def as_entry(device: Device) -> dict[str, Any]:
    """What stands in the file: what differs from the default."""
    title: Title = device.title
    told: dict[str, Any] = {
        "id": device.id,
        "kind": device.kind,
        "title": {"zh": title[0], "en": title[1]} if title[1] else title[0],
        "group": device.group,
        "address": device.address,
        "port": device.port,
        "room": device.room,
        "depends_on": list(device.depends_on),
        "secret": device.secret,
        "model": device.model,
        "warm_up": device.warm_up,
        "cool_down": device.cool_down,
        "emission": device.emission.value,
        "options": dict(device.options),
    }
    return {key: value for key, value in told.items() if value}


def parse(entries: Any, path: Path, text: str = "") -> tuple[Device, ...]:
    """Devices of `[[devices]]`.

    Args:
        path, text: where they stand, for what is told of a wrong one.

    Raises:
        BadInput: file, line, entry and key; what was expected.

    """
    if not isinstance(entries, list):
        raise BadInput(
            tr(f"{path} 里的 devices 不是列表", f"`devices` of {path} is no list"),
            mend=tr("每台设备写一段 [[devices]]", "write a [[devices]] for each"),
        )
    found: dict[str, Device] = {}
    for number, told in enumerate(entries):
        device = _device(told, path, text, number)
        if device.id in found:
            raise BadInput(
                _at(path, text, number, device.id, "id"),
                tr("这个编号用了两次", "this id is used twice"),
                tr("请改一个", "change one of them"),
            )
        found[device.id] = device
    if fault := dependency_fault(found.values()):
        name, on = fault
        number = list(found).index(name)
        why = (
            tr("绕回到自己", "comes back to itself")
            if on == name
            else tr(f"没有设备 {on}", f"there is no device {on}")
        )
        raise BadInput(
            _at(path, text, number, name, "depends_on"), why, tr("现有：", "known: ") + ", ".join(sorted(found))
        )
    return tuple(found.values())


def _device(told: Any, path: Path, text: str = "", number: int = 0) -> Device:
    try:
        return Entry.model_validate(told).device()
    except ValidationError as error:
        raise _wrong(error, path, text, number, told) from None


def as_device(told: Mapping[str, Any]) -> Device:
    """Of one entry by itself, whatever it depends on. Raises: BadInput, as `parse` does."""
    return _device(told, Path(FILE))


def read_devices(path: Path) -> tuple[Device, ...]:
    """Of any TOML file with `[[devices]]`. Raises: BadInput, as `parse` does."""
    return parse(toml_text.read(path).get(TABLE, []), path, path.read_text(encoding="utf-8") if path.exists() else "")


def parse_text(text: str, name: str) -> tuple[Device, ...]:
    """Of TOML that came from somewhere else than a file. Raises: BadInput, as `parse` does.

    Args:
        name: what it is called in what is told of a wrong one.

    """
    try:
        told = tomlkit.parse(text).unwrap()
    except (TOMLKitError, ValueError) as error:
        raise BadInput(
            tr(f"{name}不是正确的 TOML", f"{name} is not TOML"),
            str(error),
            tr("请改正这一处", "mend this place"),
        ) from None
    return parse(told.get(TABLE, []), Path(name), text)


def as_text(devices: Iterable[Device]) -> str:
    """A file with these devices, as `read_devices` reads it."""
    return HEAD + tomlkit.dumps({TABLE: [as_entry(device) for device in devices]})


@dataclass(frozen=True, slots=True)
class Template:
    """The devices of a usual room."""

    name: str
    title: Title
    devices: tuple[Device, ...]


def templates() -> dict[str, Template]:
    """One for each file of `room_templates`, by its name."""
    found = {}
    for path in sorted(Path(__file__).with_name("room_templates").glob("*.toml")):
        title = toml_text.read(path)["title"]
        found[path.stem] = Template(path.stem, (title["zh"], title["en"]), read_devices(path))
    return found


def _at(path: Path, text: str, number: int, name: str, key: str) -> str:
    where = toml_text.place(path, text, TABLE, number, key)
    return tr(f"{where}，设备 {name} 的 {key} 不对", f"{where}: {key} of device {name} is wrong")


def _wrong(error: ValidationError, path: Path, text: str, number: int, told: Any) -> BadInput:
    first = error.errors()[0]
    key = str(first["loc"][0]) if first["loc"] else "devices"
    name = str(told.get("id", f"#{number + 1}")) if isinstance(told, Mapping) else f"#{number + 1}"
    mend = tr(f"现在写的是 {first['input']!r}", f"it says {first['input']!r}")
    if first["type"] == "extra_forbidden":
        mend = tr("可用：", "known: ") + ", ".join(Entry.model_fields)
    elif first["type"] == "missing":
        mend = tr(f"补上 {key} = …", f"add {key} = …")
    return BadInput(_at(path, text, number, name, key), wrong(first), mend)


class InventoryFile:
    """`device_ports.Inventory` on the files of a data folder."""

    def __init__(self, data: Path) -> None:
        self.path, self._secrets, self._emulated = data / FILE, data / SECRETS, data / EMULATED

    def devices(self) -> Sequence[Device]:
        """Those of the file; those of a virtual room that runs now stand in place of any of the same id."""
        emulated, _ = self._virtual()
        own = self.own()
        shadowed = {device.id for device in emulated}
        return (*(device for device in own if device.id not in shadowed), *emulated)

    def own(self) -> Sequence[Device]:
        """Those of `devices.toml`. Raises: BadInput."""
        return read_devices(self.path)

    def where(self, device_id: str, key: str) -> str:
        """File and line of a key of a device, for what is told of a wrong one."""
        text = self._text()
        ids = [device.id for device in self.own()]
        return _at(self.path, text, ids.index(device_id), device_id, key) if device_id in ids else device_id

    def _text(self) -> str:
        return self.path.read_text(encoding="utf-8", errors="replace") if self.path.exists() else ""

    def _virtual(self) -> tuple[Sequence[Device], Mapping[str, Any]]:
        """What `roomctl emulate` left, where it still runs."""
        try:
            told = toml_text.read(self._emulated)
        except BadInput:
            return (), {}  # being written just now, or left by a crash
        if not _runs(told.get("emulated", {})):
            return (), {}
        return parse(told.get(TABLE, []), self._emulated), told.get("secrets", {})

    def keep_virtual(self, devices: Iterable[Device], secrets: Mapping[str, Secret]) -> Path:
        """From now on, while this process lives, these devices are in the room; where that stands."""
        process = psutil.Process()
        told = {
            "emulated": {"pid": process.pid, "began": process.create_time()},
            TABLE: [as_entry(device) for device in devices],
            "secrets": {name: _plain(secret) for name, secret in secrets.items()},
        }
        with writing(self._emulated):
            atomic_write(self._emulated, tomlkit.dumps(told), mode=0o600)
        return self._emulated

    def end_virtual(self) -> None:
        """The virtual room is gone."""
        self._emulated.unlink(missing_ok=True)

    # --- changes

    def put(self, devices: Iterable[Device], *, new: bool = False) -> None:
        """Adds them, or replaces those of the same id; comments and order stay.

        Raises:
            BadInput: what `parse` says of the whole. Refused: one that is to be `new` has the id of another.

        """
        with changing(self.path):
            self._put(tuple(devices), new=new)

    def _put(self, devices: Sequence[Device], *, new: bool) -> None:
        document = self._document()
        entries = document.get(TABLE)
        if not isinstance(entries, AoT):  # none yet, or `devices = []`
            told = document.pop(TABLE, [])
            entries = tomlkit.aot()
            document.append(TABLE, entries)
            for one in told:
                entries.append(tomlkit.item(one.unwrap()))
        places = {str(entry.get("id")): place for place, entry in enumerate(entries)}
        if new and (taken := sorted(places.keys() & {device.id for device in devices})):
            raise Refused(
                tr("清单里已有这些编号", "these ids are in the inventory already"),
                ", ".join(taken),
                tr("改用别的编号，或修改原来那台", "choose another, or change the one that is there"),
            )
        for device in devices:
            told = tomlkit.item(as_entry(device))
            if device.id in places:
                entries[places[device.id]] = told
            else:
                places[device.id] = len(entries)
                entries.append(told)
        self._write(document)

    def remove(self, device_id: str) -> None:
        """Raises: NotFound; BadInput, where another depends on it."""
        with changing(self.path):
            self._remove(device_id)

    def _remove(self, device_id: str) -> None:
        document = self._document()
        entries = document.get(TABLE, [])
        place = next((at for at, entry in enumerate(entries) if str(entry.get("id")) == device_id), None)
        if place is None:
            raise NotFound(
                tr(f"没有设备 {device_id}", f"there is no device {device_id}"), mend="roomctl devices list"
            )
        del entries[place]
        if not entries:  # an empty one would be written as `devices = []`
            del document[TABLE]
        self._write(document)

    def _document(self) -> Any:
        toml_text.read(self.path)  # says what is wrong with it, and where
        return tomlkit.parse(self._text() or HEAD)

    def _write(self, document: Any) -> None:
        text = tomlkit.dumps(document)
        parse(tomlkit.parse(text).unwrap().get(TABLE, []), self.path, text)
        with writing(self.path):
            atomic_write(self.path, text)

    # --- secrets

    def secret(self, device: Device) -> Secret:
        """Credentials of a device: from the virtual room, the environment, or secrets.toml.

        Raises:
            BadInput: no entry of that name; a file that others may read.

        """
        if not device.secret:
            return NO_SECRET
        emulated, virtual = self._virtual()
        if any(device == one for one in emulated):
            return _secret(virtual.get(device.secret, {}))
        return self._credentials(device.secret, tr(f"设备 {device.id} 要用它", f"device {device.id} names it"))

    def credentials(self, name: str) -> Secret:
        """Those of a name, from the environment or secrets.toml.

        Raises:
            BadInput: no entry of that name; a file that others may read.

        """
        return self._credentials(name, tr("roomctl.toml 里写了它", "roomctl.toml names it"))

    def _credentials(self, name: str, who: str) -> Secret:
        stem = "ROOMCTL_SECRET_" + name.upper().replace("-", "_").replace(".", "_")
        if f"{stem}_PASSWORD" in os.environ or f"{stem}_USER" in os.environ:
            return Secret(os.environ.get(f"{stem}_USER", ""), os.environ.get(f"{stem}_PASSWORD", ""))
        self._guarded()
        told = toml_text.read(self._secrets).get(name)
        if not isinstance(told, Mapping):
            raise BadInput(
                tr(f"没有名为 {name} 的口令", f"there is no secret {name}"),
                who,
                f"roomctl devices secret {name}",
            )
        return _secret(told)

    def keep_secret(self, name: str, secret: Secret) -> None:
        """Writes it; the file is readable for its owner alone from its first byte on."""
        with changing(self._secrets):
            self._guarded()
            toml_text.read(self._secrets)
            text = self._secrets.read_text(encoding="utf-8") if self._secrets.exists() else ""
            document = tomlkit.parse(text)
            document[name] = tomlkit.item(_plain(secret))
            with writing(self._secrets):
                atomic_write(self._secrets, tomlkit.dumps(document), mode=0o600)

    def stamp(self) -> str:
        """Changes whenever the secrets do."""
        try:
            told = self._secrets.stat()
        except OSError:
            return ""
        return f"{told.st_mtime_ns}.{told.st_size}"

    def _guarded(self) -> None:
        if sys.platform == "win32" or not self._secrets.exists():
            return
        mode = stat.S_IMODE(self._secrets.stat().st_mode)
        if mode & 0o077:
            raise BadInput(
                tr(f"{self._secrets} 别人也能读", f"others may read {self._secrets}"),
                tr(f"权限是 {mode:o}", f"its mode is {mode:o}"),
                f"chmod 600 {self._secrets}",
            )


def _plain(secret: Secret) -> dict[str, str]:
    told = {"user": secret.user, "password": secret.password, **secret.more}
    return {key: value for key, value in told.items() if value}


def _secret(told: Mapping[str, Any]) -> Secret:
    plain = {str(key): str(value) for key, value in told.items()}
    return Secret(plain.pop("user", ""), plain.pop("password", ""), plain)


def _runs(told: Any) -> bool:
    """Whether the process that wrote it still lives: its pid and the second it began."""
    try:
        began = psutil.Process(int(told["pid"])).create_time()
        return abs(began - float(told["began"])) < 1.0
    except (psutil.Error, KeyError, TypeError, ValueError):
        return False
