"""`roomctl devices`: the inventory of the room, and orders to one of its devices."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import BadInput, NotFound, RoomctlError
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("会议室的设备清单", "The devices of the room"))

_ID = typer.Argument(help=tr("设备编号", "id of the device"))
_YES = typer.Option(False, "--yes", "-y", help=tr("不再询问", "do not ask"))


def _application(*, make: bool = False) -> Any:
    from roomctl.app import open_application  # noqa: PLC0415

    return open_application(make=make)


def _entry(device: Any) -> dict[str, Any]:
    from roomctl.storage.inventory import as_entry  # noqa: PLC0415

    return as_entry(device)


@app.command("list", help=tr("清单", "The inventory"))
def list_(*, as_json: bool = JSON) -> None:
    """In the order of devices.toml; those of a virtual room that runs now are among them."""
    devices = _application().usecases.devices()
    if as_json:
        answer({"devices": [_entry(device) for device in devices]})
        return
    if not devices:
        console().print(
            tr(
                "清单是空的：roomctl devices template，或 roomctl devices add；没有设备可试 roomctl emulate room",
                "it is empty: roomctl devices template, or roomctl devices add; or try roomctl emulate room",
            )
        )
        return
    heads = (tr("编号", "id"), tr("名称", "name"), tr("组", "group"), tr("种类", "kind"), tr("地址", "address"))
    table = Table(*heads, tr("依赖", "depends on"), box=None, pad_edge=False)
    for device in devices:
        cells = (device.id, device.name, device.group, device.kind, device.place, " ".join(device.depends_on))
        table.add_row(*(escape(cell) for cell in cells))
    console().print(table)


@app.command(help=tr("一台设备，和能让它做的事", "One device, and what it can be told to do"))
def show(device: str = _ID, *, as_json: bool = JSON) -> None:
    """Its entry; the actions of its driver."""
    use = _application().usecases
    found = use.device(device)
    offer = use.drivers().get(found.kind)
    actions = {name: tr(*action.title) for name, action in offer.actions.items()} if offer else {}
    if as_json:
        answer({"device": _entry(found), "actions": actions})
        return
    for key, value in _entry(found).items():
        console().print(escape(f"{key:<12} {value}"))
    for name, title in actions.items():
        console().print(escape(f"roomctl devices do {device} {name}  {title}"))


def _default(field: Any) -> Any:
    """Of an option; a model as the table that it is."""
    value = field.get_default(call_default_factory=True)
    return value.model_dump() if hasattr(value, "model_dump") else value


@app.command(help=tr("设备种类及其选项", "Kinds of device and their options"))
def kinds(*, as_json: bool = JSON) -> None:
    """What `kind =` may say, and what stands under `[devices.options]`."""
    offers = sorted(_application(make=True).usecases.drivers().items())
    if as_json:
        answer(
            {
                "kinds": [
                    {
                        "kind": kind,
                        "title": tr(*offer.title),
                        "port": offer.port,
                        "options": {name: _default(field) for name, field in offer.options.model_fields.items()},
                        "actions": list(offer.actions),
                    }
                    for kind, offer in offers
                ]
            }
        )
        return
    for kind, offer in offers:
        port = f":{offer.port}" if offer.port else ""
        console().print(escape(f"{kind}{port}  {tr(*offer.title)}"))
        for name, field in offer.options.model_fields.items():
            told = (field.json_schema_extra or {}) if not callable(field.json_schema_extra) else {}
            console().print(
                escape(f"    {name} = {_default(field)!r}  {tr(str(told.get('zh', '')), str(told.get('en', '')))}")
            )


@app.command(help=tr("加一台设备，或改同编号的；没写的保持不变", "Add a device, or change the one of that id"))
def add(
    device: str = _ID,
    *,
    kind: str = typer.Option(..., "--kind", "-k", help=tr("种类，见 devices kinds", "kind, see devices kinds")),
    address: str = typer.Option(None, "--address", "-a", help=tr("地址", "address")),
    port: int = typer.Option(None, "--port", help=tr("端口", "port")),
    title: str = typer.Option(None, "--title", "-t", help=tr("名称", "name")),
    title_en: str = typer.Option(None, "--title-en", help=tr("英文名称", "name in English")),
    group: str = typer.Option(None, "--group", "-g", help=tr("组", "group")),
    room: str = typer.Option(None, "--room", help=tr("在哪个会议室，不写为本室", "which room, if not this one")),
    depends_on: list[str] = typer.Option([], "--depends-on", help=tr("依赖哪台", "what it hangs on")),
    secret: str = typer.Option(None, "--secret", help=tr("口令的名字", "name of its secret")),
    model: str = typer.Option(None, "--model", help=tr("型号", "maker and model")),
    warm_up: float = typer.Option(None, "--warm-up", help=tr("开机预热，秒", "seconds to warm up")),
    cool_down: float = typer.Option(None, "--cool-down", help=tr("关机散热，秒", "seconds to cool down")),
    emission: str = typer.Option(
        None,
        "--emission",
        help=tr("可能外泄：wireless_microphone、casting、live", "may emit: wireless_microphone, casting or live"),
    ),
    option: list[str] = typer.Option([], "--option", "-o", help=tr("选项=值，按 TOML 写", "KEY=VALUE, as in TOML")),
) -> None:
    """Checked like the file; what is not given stays as it is, but for the options of another kind."""
    from dataclasses import replace  # noqa: PLC0415

    from roomctl.storage.inventory import parse  # noqa: PLC0415

    application = _application(make=True)
    before = next((one for one in application.usecases.own_devices() if one.id == device), None)
    told: dict[str, Any] = _entry(replace(before, depends_on=())) if before else {"id": device}
    zh, en = before.title if before else ("", "")
    typed = {
        "address": address,
        "port": port,
        "group": group,
        "room": room,
        "secret": secret,
        "model": model,
        "warm_up": warm_up,
        "cool_down": cool_down,
        "emission": emission,
    }
    told |= {key: value for key, value in typed.items() if value is not None}
    told["title"] = {"zh": zh if title is None else title, "en": en if title_en is None else title_en}
    kept = told.get("options", {}) if told.get("kind") == kind else {}
    told |= {"kind": kind, "options": {**kept, **_options(option)}}
    (made,) = parse([told], Path("--"))
    hangs_on = tuple(depends_on) or (before.depends_on if before else ())
    application.usecases.put_devices([replace(made, depends_on=hangs_on)])
    console().print(tr(f"{device} 已写入 {application.data / 'devices.toml'}", f"{device} is in the inventory"))


def _options(told: Sequence[str]) -> dict[str, Any]:
    """`KEY=VALUE` as TOML has it; a value without quotes that is no number, truth or list is a text."""
    import tomllib  # noqa: PLC0415

    found: dict[str, Any] = {}
    for one in told:
        key, equals, value = one.partition("=")
        if not equals:
            raise BadInput(tr(f"选项 {one!r} 缺少等号", f"option {one!r} has no ="), mend="--option lamp_warn=4000")
        try:
            found[key.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            found[key.strip()] = value
    return found


@app.command(help=tr("从清单里删掉", "Take a device out"))
def remove(device: str = _ID, *, yes: bool = _YES) -> None:
    """Asked first; refused where another device hangs on it."""
    use = _application().usecases
    use.device(device)
    _sure(tr(f"删除设备 {device}？", f"take {device} out?"), yes=yes)
    use.remove_device(device)


@app.command(help=tr("记下一台设备的口令；从键盘或标准输入读", "Keep a device's password; typed or piped"))
def secret(
    name: str = typer.Argument(help=tr("清单里 secret 写的名字", "the name that the inventory gives")),
    *,
    user: str = typer.Option("", "--user", "-u", help=tr("用户名", "user")),
    also: list[str] = typer.Option(
        [], "--also", help=tr("另外要记的，如 SNMPv3 的 privacy", "what else is asked for, such as privacy of SNMPv3")
    ),
) -> None:
    """Into secrets.toml, which its owner alone can read."""
    from roomctl.domain.devices import Secret  # noqa: PLC0415

    password, *more = [_typed(one) for one in (tr("口令", "Password"), *also)]
    _application(make=True).usecases.keep_secret(name, Secret(user, password, dict(zip(also, more, strict=True))))


def _typed(what: str) -> str:
    """Unseen at a terminal; else the next line that is piped."""
    if sys.stdin.isatty():
        return str(typer.prompt(what, hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


@app.command(help=tr("让设备做一件事", "Tell a device to do something"))
def do(
    device: str = _ID,
    action: str = typer.Argument(help=tr("动作，见 devices show", "action, see devices show")),
    argument: str = typer.Argument("", help=tr("参数", "argument")),
    *,
    yes: bool = _YES,
    as_json: bool = JSON,
) -> None:
    """Asked first; what was asked and what the device confirms. Exit code 1 where it does not."""
    use = _application().usecases
    found = use.device(device)
    _sure(tr(f"对 {found.name} 执行 {action} {argument}？", f"{action} {argument} on {found.name}?"), yes=yes)
    deed = use.order_device(device, action, argument)
    if as_json:
        answer({"asked": deed.asked, "confirmed": deed.confirmed, "done": deed.done})
    else:
        console().print(escape(deed.said))
    if not deed.done:
        raise typer.Exit(1)


@app.command("import", help=tr("从 TOML 文件读入设备", "Read devices from a TOML file"))
def import_(path: Path = typer.Argument(help=tr("文件", "file"))) -> None:
    """All of it or nothing; those of the same id are replaced."""
    from roomctl.storage.inventory import read_devices  # noqa: PLC0415

    if not path.is_file():
        raise NotFound(tr(f"没有文件 {path}", f"there is no file {path}"))
    devices = read_devices(path)
    _application(make=True).usecases.put_devices(devices)
    console().print(tr(f"读入 {len(devices)} 台", f"{len(devices)} devices"))


@app.command(help=tr("写出清单，不含口令", "Write the inventory, without passwords"))
def export(path: Path = typer.Argument(None, help=tr("文件；不写则到标准输出", "file; stdout without"))) -> None:
    """As `import` reads it; a virtual room's devices are no part of it."""
    from roomctl.storage.inventory import as_text  # noqa: PLC0415

    text = as_text(_application().usecases.own_devices())
    if path is None:
        print(text, end="")
        return
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(tr(f"不能写 {path}", f"cannot write {path}"), error.strerror or str(error)) from None


@app.command(help=tr("会议室模板：不写名字则列出", "Room templates: lists them without a name"))
def template(
    name: str = typer.Argument("", help=tr("模板", "template")),
    *,
    as_json: bool = JSON,
) -> None:
    """Puts the devices of a usual room into the inventory; addresses are then to be written."""
    from roomctl.storage.inventory import templates  # noqa: PLC0415

    known = templates()
    if not name:
        if as_json:
            answer({"templates": [{"name": one.name, "title": tr(*one.title)} for one in known.values()]})
        for one in () if as_json else known.values():
            console().print(escape(f"{one.name:<18} {tr(*one.title)}"))
        return
    if name not in known:
        raise NotFound(
            tr(f"没有模板 {name}", f"there is no template {name}"), mend=tr("可用：", "known: ") + ", ".join(known)
        )
    application = _application(make=True)
    taken = {device.id for device in application.usecases.devices()} & {one.id for one in known[name].devices}
    if taken:
        raise BadInput(
            tr("清单里已有这些编号", "these ids are in the inventory already"),
            ", ".join(sorted(taken)),
            tr("先删除，或手工合并", "remove them first, or merge by hand"),
        )
    application.usecases.put_devices(known[name].devices)
    console().print(tr("请在 devices.toml 里改成真实地址", "now write the real addresses into devices.toml"))


@app.command(help=tr("在网上找设备", "Look for devices on the network"))
def discover(
    *,
    kind: str = typer.Option("", "--kind", "-k", help=tr("只用这一种的搜索", "by this kind's search alone")),
    where: str = typer.Option(
        "", "--at", help=tr("在哪里找：地址或网段，如 192.168.10.0/24", "address or network, such as 192.168.10.0/24")
    ),
    seconds: float = typer.Option(4.0, "--seconds", min=0.5, max=60, help=tr("找多少秒", "for how many seconds")),
    take: bool = typer.Option(False, "--take", help=tr("逐台询问，写进清单", "ask for each, and put it in")),
    yes: bool = _YES,
    as_json: bool = JSON,
) -> None:
    """All searches at once; nothing is written unless it is taken."""
    use = _application(make=True).usecases
    rows, failed = use.search_devices(seconds, where, kind)
    if as_json:
        told = [
            {"kind": f.kind, "address": f.address, "port": f.port, "says": f.says, "known": entry is None}
            for f, entry in rows
        ]
        answer({"found": told, "failed": {name: str(why) for name, why in failed.items()}})
    else:
        _say_found(rows, failed)
    taken = [entry for one, entry in rows if entry and take and _wanted(one, entry.id, yes=yes)]
    if taken:
        use.put_devices(taken)
        console().print(tr(f"已写入 {len(taken)} 台", f"{len(taken)} devices are in the inventory"))


def _say_found(rows: Sequence[tuple[Any, Any]], failed: Mapping[str, Exception]) -> None:
    for one, entry in rows:
        place = f"{one.address}:{one.port}" if one.port else one.address
        mark = "" if entry else tr("（已在清单）", " (in the inventory)")
        casts = f"  {one.emission.label}" if one.emission else ""
        console().print(escape(f"{one.kind:<12} {place}  {one.says}{casts}{mark}"))
    for name, why in failed.items():
        console().print(f"[warn]{escape(name)}: {escape(str(why))}[/]")
    if not rows:
        console().print(tr("没有找到", "nothing was found"))


def _wanted(found: Any, device_id: str, *, yes: bool) -> bool:
    if yes:
        return True
    question = tr(
        f"把 {found.address} {found.says} 作为 {device_id} 写进清单？",
        f"put {found.address} {found.says} into the inventory as {device_id}?",
    )
    if not sys.stdin.isatty():
        raise RoomctlError(question, tr("无法交互确认", "nobody is here to be asked"), tr("加 --yes", "add --yes"))
    return typer.confirm(question, err=True)


def _sure(question: str, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise RoomctlError(question, tr("无法交互确认", "nobody is here to be asked"), tr("加 --yes", "add --yes"))
    if not typer.confirm(question, err=True):
        raise typer.Exit(2)
