"""The devices of the room over REST: the inventory and its changes, how the watched ones stand, and orders."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.checks import DeviceWatch
from roomctl.domain.devices import Device, Emission
from roomctl.i18n import tr
from roomctl.inputs import Line, Shape
from roomctl.services.devices import among
from roomctl.services.drivers import DriverOffer
from roomctl.storage.inventory import as_device, as_text, parse_text
from roomctl.web.rest.desk import Desk, router
from roomctl.web.rest.shapes import Id
from roomctl.web.session import Needs

routes = router("devices")

DevicePath = Annotated[str, Path(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", examples=["projector-left"])]
ActionPath = Annotated[str, Path(pattern=r"^[a-z0-9_]{1,64}$", examples=["power_on"])]


class ActionShape(BaseModel):
    """Something that a device can be told to do."""

    name: str
    title: str
    arguments: dict[str, str] = Field(description="what it takes, with titles; empty: nothing, or `takes`")
    takes: str = Field(description="what a free argument is; empty: none")


class DeviceShape(BaseModel):
    """An entry of the inventory, without its secret; how it stood at the last look of the watch."""

    id: str
    kind: str
    title: str
    names: dict[str, str] = Field(description="the title in `zh` and `en`")
    group: str
    address: str
    port: int | None
    depends_on: list[str]
    model: str
    secret: str = Field(description="name of its entry in secrets.toml; what stands there is never told")
    warm_up: float = Field(description="seconds")
    cool_down: float = Field(description="seconds")
    emission: Emission
    options: dict[str, Any]
    actions: list[ActionShape]
    up: bool | None = Field(description="null before the first look")
    since: datetime | None

    @classmethod
    def of(cls, device: Device, offer: DriverOffer | None, watch: DeviceWatch | None) -> Self:
        actions = [
            ActionShape(
                name=name,
                title=tr(*action.title),
                arguments={key: tr(*title) for key, title in action.arguments.items()},
                takes=tr(*action.takes) if any(action.takes) else "",
            )
            for name, action in (offer.actions if offer else {}).items()
        ]
        return cls(
            id=device.id,
            kind=device.kind,
            title=device.name,
            names={"zh": device.title[0], "en": device.title[1]},
            group=device.group,
            address=device.address,
            port=device.port,
            depends_on=list(device.depends_on),
            model=device.model,
            secret=device.secret,
            warm_up=device.warm_up,
            cool_down=device.cool_down,
            emission=device.emission,
            options=dict(device.options),
            actions=actions,
            up=watch.up if watch else None,
            since=watch.since if watch else None,
        )


class DeviceFacts(Shape):
    """An entry of the inventory without its id; as a `[[devices]]` of devices.toml is checked, so is this."""

    kind: Line = Field(examples=["pjlink"], description="of a driver")
    title: Line = Field(default="", description="in Chinese")
    title_en: Line = ""
    group: Line = Field(default="", description="the heading under which it stands", examples=["显示"])
    address: Line = Field(default="", examples=["192.168.10.21"])
    port: int | None = Field(default=None, ge=1, le=65535, description="null is the driver's own")
    depends_on: list[Line] = Field(default_factory=list, max_length=64, description="ids")
    secret: Line = Field(default="", description="name of its entry in secrets.toml; may be shared")
    model: Line = Field(default="", description="maker and model, as on the label")
    warm_up: float = Field(default=0, ge=0, le=3600, description="seconds")
    cool_down: float = Field(default=0, ge=0, le=3600, description="seconds")
    emission: Emission = Field(default=Emission.NONE, description="must be off in a 涉密 meeting")
    options: dict[str, Any] = Field(default_factory=dict, max_length=64, description="of the driver")

    def device(self, id_: str, before: Device | None = None) -> Device:
        """Raises: BadInput."""
        told = self.model_dump(exclude={"id", "title", "title_en"})
        title = {"zh": self.title, "en": self.title_en}
        room = before.room if before else ""
        return as_device({**told, "id": id_, "title": title, "room": room})


class NewDevice(DeviceFacts):
    """An entry of the inventory."""

    id: Line = Field(examples=["projector-left"], description="lower case, figures, `-`; it stays")

    def made(self) -> Device:
        """Raises: BadInput."""
        return self.device(self.id)


class NewInventory(Shape):
    """Text of a devices.toml."""

    toml: str = Field(max_length=500_000)


class PutShape(BaseModel):
    """Which entries were added, or replaced."""

    devices: list[str]


class Credentials(Shape):
    """What the device asks for; it is written and never shown."""

    user: Line = ""
    password: Annotated[str, Field(max_length=200)] = ""


class Order(Shape):
    """What the device is told, and for which meeting it is logged."""

    argument: Line = ""
    meeting: Id | None = None
    confirm: bool = Field(default=False, description="do it; without, it is only said what would be done")


class DeedShape(BaseModel):
    """What an order does, and once it is confirmed what was asked, and what the device says when read back."""

    what: str = Field(description="device, action and argument, for whoever has to confirm it")
    waits: float = Field(description="seconds that it may take")
    asked: str | None = Field(
        default=None, description="null: the device was not told, nobody has confirmed the order"
    )
    confirmed: str | None = Field(default=None, description="null where the device cannot be asked")
    done: bool = False


@routes.get("/devices", summary="The inventory")
def devices(request: Request, user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))]) -> list[DeviceShape]:
    """In the order of devices.toml; 422, with file, line and key, where that cannot be read."""
    use = Desk(request, user).use
    found = use.devices()
    offers, watches = use.drivers() if found else {}, use.device_watches()
    return [DeviceShape.of(one, offers.get(one.kind), watches.get(one.id)) for one in found]


@routes.get("/devices/export", summary="The inventory as devices.toml", response_class=Response)
def export(request: Request, user: Annotated[User, Depends(Needs(Right.SEE_CHECKS))]) -> Response:
    """As `roomctl devices import` reads it; secrets stand apart and are never in it."""
    text = as_text(Desk(request, user).use.own_devices())
    headers = {"Content-Disposition": 'attachment; filename="devices.toml"'}
    return Response(text, media_type="application/toml", headers=headers)


@routes.post("/devices", status_code=201, summary="Add a device")
def add(request: Request, user: Annotated[User, Depends(Needs(Right.EDIT_SETTINGS))], told: NewDevice) -> DeviceShape:
    """409 where its id is taken; 422, with the key, where the entry or an option of its driver is wrong."""
    use = Desk(request, user).use
    made = told.made()
    use.put_devices([made], new=True)
    return DeviceShape.of(made, use.drivers().get(made.kind), None)


@routes.post("/devices/import", summary="Put a devices.toml in")
def put_all(
    request: Request, user: Annotated[User, Depends(Needs(Right.EDIT_SETTINGS))], told: NewInventory
) -> PutShape:
    """Those of the same id are replaced, the others stay; all, or, where anything is wrong, none."""
    devices = parse_text(told.toml, tr("导入的内容", "what was imported"))
    Desk(request, user).use.put_devices(devices)
    return PutShape(devices=[one.id for one in devices])


@routes.put("/devices/{device}", summary="Change a device")
def change(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.EDIT_SETTINGS))],
    device: DevicePath,
    told: DeviceFacts,
) -> DeviceShape:
    """The whole entry; 404 where there is none. What is left out has its default."""
    use = Desk(request, user).use
    before = among(use.own_devices(), device)
    made = told.device(device, before)
    use.put_devices([made])
    return DeviceShape.of(made, use.drivers().get(made.kind), use.device_watches().get(device))


@routes.delete("/devices/{device}", status_code=204, summary="Take a device out")
def remove(request: Request, user: Annotated[User, Depends(Needs(Right.EDIT_SETTINGS))], device: DevicePath) -> None:
    """404 where there is none; 422 where another hangs on it."""
    Desk(request, user).use.remove_device(device)


@routes.put("/devices/{device}/secret", status_code=204, summary="Write the password of a device")
def keep_secret(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.EDIT_SETTINGS))],
    device: DevicePath,
    told: Credentials,
) -> None:
    """Under the name that the entry gives, else under the device's id; what is empty stays as it is."""
    use = Desk(request, user).use
    entry = among(use.own_devices(), device)
    name = entry.secret or entry.id
    use.change_secret(name, user=told.user, password=told.password)
    if not entry.secret:
        use.put_devices([replace(entry, secret=name)])


@routes.post("/devices/{device}/actions/{action}", summary="Tell a device to do something")
def order(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))],
    device: DevicePath,
    action: ActionPath,
    told: Order,
) -> DeedShape:
    """Without `confirm` it is only said what would be done, and no device is talked to.

    With it, it is waited for until the device says that it has done it; asked and confirmed are in the log.
    """
    desk = Desk(request, user)
    if told.meeting:
        desk.meeting(told.meeting)
    planned = desk.use.plan_order(device, action, told.argument)
    if not told.confirm:
        return DeedShape(what=planned.what, waits=planned.waits)
    deed = desk.use.order_device(device, action, told.argument, meeting_id=told.meeting)
    return DeedShape(
        what=planned.what, waits=planned.waits, asked=deed.asked, confirmed=deed.confirmed, done=deed.done
    )
