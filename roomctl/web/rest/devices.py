"""The devices of the room over REST: the inventory, how the watched ones stand, and orders."""

from datetime import datetime
from typing import Annotated, Any, Self

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, Field

from roomctl.domain.access import Right, User
from roomctl.domain.checks import DeviceWatch
from roomctl.domain.devices import Device, Emission
from roomctl.i18n import tr
from roomctl.services.drivers import DriverOffer
from roomctl.storage.inventory import as_text
from roomctl.web.rest.desk import Desk, router
from roomctl.web.rest.shapes import Id, Line, Shape
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
    group: str
    address: str
    port: int | None
    depends_on: list[str]
    model: str
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
            group=device.group,
            address=device.address,
            port=device.port,
            depends_on=list(device.depends_on),
            model=device.model,
            emission=device.emission,
            options=dict(device.options),
            actions=actions,
            up=watch.up if watch else None,
            since=watch.since if watch else None,
        )


class Order(Shape):
    """What the device is told, and for which meeting it is logged."""

    argument: Line = ""
    meeting: Id | None = None


class DeedShape(BaseModel):
    """What was asked, and what the device says when read back; null where it cannot be asked."""

    asked: str
    confirmed: str | None
    done: bool


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


@routes.post("/devices/{device}/actions/{action}", summary="Tell a device to do something")
def order(
    request: Request,
    user: Annotated[User, Depends(Needs(Right.RUN_CHECKS))],
    device: DevicePath,
    action: ActionPath,
    told: Order,
) -> DeedShape:
    """It is waited for until the device says that it has done it; asked and confirmed are in the log."""
    desk = Desk(request, user)
    if told.meeting:
        desk.meeting(told.meeting)
    deed = desk.use.order_device(device, action, told.argument, meeting_id=told.meeting)
    return DeedShape(asked=deed.asked, confirmed=deed.confirmed, done=deed.done)
