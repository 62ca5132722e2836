"""Between an entry of the inventory and its form: a field for each key, and what is wrong with it told there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from roomctl.domain.devices import Device, Emission, dependency_fault
from roomctl.fields import wrong
from roomctl.i18n import tr
from roomctl.services.device_checks import address_fault
from roomctl.services.drivers import DriverOffer
from roomctl.storage.inventory import Entry
from roomctl.web.pages import forms
from roomctl.web.ui import Part, Values, field, text_of

OPTION = "option-"
"""Before the name of an option of the driver, so that it is told apart from a key of the entry."""
_APART = "、，,;；\n "
_NUMBERS = ("port", "warm_up", "cool_down")


def blank(kind: str) -> Device:
    """What a new form begins with."""
    return Device(id="", kind=kind, title=("", ""))


def fields(
    device: Device, offer: DriverOffer, typed: Values | None, errors: Mapping[str, str], *, new: bool, secret: bool
) -> Sequence[Part]:
    """The whole form.

    Args:
        typed: what was sent and not taken; None shows the entry.
        new: its id may still be chosen.
        secret: whether its password is kept; the password itself is never shown.

    """

    def text(name: str, label: str, value: object, *, hint: str = "", kind: str = "text", **more: Any) -> Part:
        shown = str(typed.get(name, "")) if typed is not None else str(value)
        return field(name, label, shown, hint=hint, error=errors.get(name, ""), kind=kind, **more)

    emissions = {one.value: one.label or tr("没有", "none") for one in Emission}
    port = tr(f"空着用 {offer.port}", f"empty: {offer.port}") if offer.port else tr("可空", "may be empty")
    kept = tr("已设置；空着不变", "is set; empty: unchanged") if secret else tr("没有设置", "not set")
    ids = tr("小写字母、数字、-；定了不改", "lower case, figures, -; it stays")
    options = {f"{OPTION}{name}": value for name, value in dict(device.options).items()}
    known = offer.options.model_fields
    rows = [forms.row(f"{OPTION}{name}", info, options, typed, errors) for name, info in known.items()]
    own = text("id", tr("编号", "Id"), device.id, hint=ids) if new else None
    made = [
        own,
        text("title", tr("名称", "Name"), device.title[0]),
        text("title_en", tr("英文名称", "Name in English"), device.title[1]),
        text("group", tr("组", "Group"), device.group, hint=tr("如 显示、话筒、网络", "as display, sound, network")),
        text("address", tr("地址", "Address"), device.address, hint=tr("IP 或主机名", "IP or host name")),
        text("port", tr("端口", "Port"), device.port or "", hint=port, kind="number"),
        text("model", tr("型号", "Maker and model"), device.model),
        text(
            "depends_on",
            tr("依赖", "Hangs on"),
            "、".join(device.depends_on),
            hint=tr("交换机等的编号；它坏了，这台就查不到", "ids, such as its switch's"),
        ),
        text("warm_up", tr("预热（秒）", "Warm-up, s"), f"{device.warm_up:g}", kind="number"),
        text("cool_down", tr("冷却（秒）", "Cool-down, s"), f"{device.cool_down:g}", kind="number"),
        text(
            "emission",
            tr("会向外传", "May carry out"),
            device.emission.value,
            hint=tr("涉密会议前必须关闭", "must be off before a meeting on state secrets"),
            choices=emissions,
        ),
        text("secret", tr("口令名", "Name of its secret"), device.secret, hint=tr("可共用", "may be shared")),
        text("user", tr("用户名", "User"), "", hint=kept),
        field("password", tr("口令", "Password"), "", hint=kept, error=errors.get("password", ""), kind="password"),
        *rows,
    ]
    return [one for one in made if one is not None]


def read(
    typed: Values, offer: DriverOffer, before: Device | None, others: Sequence[Device]
) -> tuple[Device | None, Mapping[str, str]]:
    """What was typed, checked as the file is.

    Args:
        before: as it stands; None: a new one. others: the rest of the inventory.

    Returns:
        The entry, or what is wrong, by field.

    """
    told: dict[str, Any] = {
        name: text_of(typed, name) for name in ("group", "address", "model", "secret", "emission")
    }
    told |= {"id": before.id if before else text_of(typed, "id"), "kind": offer.kind}
    told |= {"title": {"zh": text_of(typed, "title"), "en": text_of(typed, "title_en")}}
    told |= {name: text for name in _NUMBERS if (text := text_of(typed, name))}
    told["depends_on"] = names(text_of(typed, "depends_on"))
    told["room"] = before.room if before else ""
    if typed.get("password") and not told["secret"]:
        told["secret"] = told["id"]
    errors: dict[str, str] = {}
    given = {name.removeprefix(OPTION): value for name, value in typed.items() if name.startswith(OPTION)}
    options, wrongs = forms.read(offer.options, given, dict(before.options) if before else {})
    errors |= {f"{OPTION}{name}": said for name, said in wrongs.items()}
    try:
        device = Entry.model_validate(told).device()
    except ValidationError as error:
        for one in error.errors():
            errors.setdefault(str(one["loc"][0]) if one["loc"] else "id", wrong(one))
        return None, errors
    errors |= _among(device, others, new=before is None)
    if fault := address_fault(device, offer):
        errors["address"] = tr("，", "; ").join(fault)
    return (None, errors) if errors else (replace(device, options=options), {})


def _among(device: Device, others: Sequence[Device], *, new: bool) -> dict[str, str]:
    """What does not go together with the other entries."""
    if new and device.id in {one.id for one in others}:
        return {"id": tr("这个编号用了两次", "this id is used twice")}
    fault = dependency_fault([*(one for one in others if one.id != device.id), device])
    if fault is None:
        return {}
    name, on = fault
    if name == on:
        return {"depends_on": tr("绕回到自己", "comes back to itself")}
    return {"depends_on": tr(f"没有设备 {on}", f"there is no device {on}")}


def names(text: str) -> list[str]:
    """Ids one after the other, however they are kept apart."""
    for mark in _APART:
        text = text.replace(mark, "\n")
    return [one for one in text.split("\n") if one]
