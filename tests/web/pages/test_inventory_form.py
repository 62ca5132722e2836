"""The inventory as a form: what is wrong stands at its field, a secret is never shown, every change can be undone."""

from dataclasses import dataclass, field

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.domain.access import Role, User
from roomctl.domain.devices import Device
from roomctl.errors import BadInput, NotFound
from roomctl.i18n import speaking
from roomctl.services.time import SystemClock
from roomctl.testing.emulators import Running
from roomctl.testing.emulators.pjlink import PASSWORD, PjlinkEmulator
from roomctl.web.pages.board import Board
from roomctl.web.pages.inventory import entry
from roomctl.web.pages.inventory.desk import Desk
from roomctl.web.pages.visitor import Visitor


@dataclass
class Seat:
    """Somebody at the form."""

    rest: object
    desk: Desk = field(init=False)

    def __post_init__(self):
        user = User("周强", frozenset({Role.TECHNICIAN}))
        self.desk = Desk(Visitor(user, "zh", False, Board(self.rest.host), None, ""))  # noqa: FBT003

    def page(self):
        parts = (self.desk.head(), self.desk.left(), self.desk.right())
        return "".join(part.html for part in parts), {k: v for part in parts for k, v in part.presses.items()}

    def html(self):
        return self.page()[0]

    def press(self, name, **typed):
        self.page()[1][name]({key.replace("__", "-"): value for key, value in typed.items()})

    def ids(self):
        return [one.id for one in self.rest.use.own_devices()]


@pytest.fixture
def seat(rest):
    rest.application.plugins.device_drivers["pjlink"] = OFFER
    rest.application.usecases._clock = SystemClock()
    with speaking("zh"):
        yield Seat(rest)
    rest.application.rack.prober.close()


@pytest.fixture
def left(seat):
    seat.press("new", kind="pjlink")
    seat.press("save", id="left", title="左投影机", address="192.0.2.7", group="显示")
    return seat


def test_a_device_is_added_and_stands_in_the_file(left):
    assert left.ids() == ["left"]
    text = (left.rest.application.data / "devices.toml").read_text(encoding="utf-8")
    assert 'address = "192.0.2.7"' in text
    assert "左投影机" in left.html()


def test_what_is_wrong_stands_at_its_field_and_what_was_typed_stays(left):
    left.press("new", kind="pjlink")
    left.press("save", id="Left!", title="右", port="70000", depends_on="left", option__lamp_warn="viel")
    html = left.html()
    for name in ("id", "port", "option-lamp_warn"):
        assert f'id="e-{name}"' in html, name
    assert 'value="右"' in html
    left.press("save", id="left", address="192.0.2.8")
    assert "这个编号用了两次" in left.html()
    left.press("save", id="right", address="", depends_on="swich")
    html = left.html()
    assert "没有设备 swich" in html
    assert "这种设备要写地址" in html
    assert left.ids() == ["left"]


def test_a_secret_is_kept_apart_and_never_shown(left):
    left.press("device left")
    typed = {"title": "左投影机", "address": "192.0.2.7", "user": "admin", "password": "s3cret-of-it"}
    left.press("save", **typed)
    assert left.rest.use.device("left").secret == "left"  # noqa: S105 - a name
    secret = left.rest.application.rack.inventory.secret(left.rest.use.device("left"))
    assert (secret.user, secret.password) == ("admin", "s3cret-of-it")
    left.press("device left")
    left.press("save", **(typed | {"user": "", "password": "", "secret": "left", "title": "改名"}))
    assert left.rest.application.rack.inventory.secret(left.rest.use.device("left")) == secret
    left.press("save", **(typed | {"port": "x"}))
    html = left.html()
    assert "s3cret-of-it" not in html
    assert "已设置" in html
    assert "s3cret-of-it" not in left.rest.as_(Role.TECHNICIAN).get("/api/v1/devices/export").text


def test_every_change_can_be_undone(left):
    left.press("device left")
    left.press("save", title="新名字", address="192.0.2.9")
    left.press("device left")
    left.press("remove")
    assert left.ids() == []
    left.press("undo")
    assert left.rest.use.device("left").title[0] == "新名字"
    left.press("undo")
    assert left.rest.use.device("left").address == "192.0.2.7"
    left.press("undo")
    assert left.ids() == []
    assert "undo" not in left.page()[1]


def test_a_device_is_tried_before_it_is_saved(seat):
    emulator = PjlinkEmulator()
    with Running(emulator):
        device = emulator.device(id="x")
        seat.rest.use.keep_secret("pj", emulator.secret())
        seat.press("new", kind="pjlink")
        seat.press("try", id="x", address=device.address, port=str(device.port), secret="pj")  # noqa: S106 - a name
        assert "秒应答" in seat.html()
        assert PASSWORD not in seat.html()
    seat.press("try", id="x", address=device.address, port=str(device.port))
    assert "没有应答" in seat.html()
    assert seat.ids() == []


def test_many_come_at_once_by_template_and_import(left):
    left.press("many")
    with pytest.raises(BadInput, match="TOML"):
        left.press("import", toml="devices = [\n")
    with pytest.raises(BadInput, match="kind"):
        left.press("import", toml='[[devices]]\nid = "a"\n')
    left.press("import", toml='[[devices]]\nid = "a"\nkind = "pjlink"\naddress = "192.0.2.1"\n')
    assert left.ids() == ["left", "a"]
    exported = left.rest.as_(Role.TECHNICIAN).get("/api/v1/devices/export").text
    left.press("undo")
    assert left.ids() == ["left"]
    left.press("import", toml=exported)
    assert left.ids() == ["left", "a"]
    with pytest.raises(NotFound):
        left.press("template", template="none")


def test_who_may_not_edit_gets_no_export_without_the_right(rest):
    assert rest.as_(Role.USHER).get("/api/v1/devices/export").status_code == 403


def test_ids_are_typed_one_after_the_other():
    assert entry.names("switch、pdu, ups") == ["switch", "pdu", "ups"]
    assert entry.blank("x") == Device(id="", kind="x", title=("", ""))
