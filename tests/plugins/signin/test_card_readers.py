"""Readers of the host: a keyboard by evdev, a chip by PC/SC, one of somebody else; and the service that listens."""

import importlib.util
import queue
import shutil
import socket
import subprocess
import threading
import time
from datetime import datetime
from pathlib import Path

import pytest
from roomctl_signin import evidence, roomctl_self_check, roomctl_services
from roomctl_signin.cards import pcsc, reading, service, wedge
from roomctl_signin.config import Config, Reader

from roomctl.api import Meeting, MeetingId, Person, State
from roomctl.testing.contracts import CardReaderContract
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.waiting import PATIENCE, until

UINPUT = Path("/dev/uinput")
VPCD_PORT = 35963
"""At which the virtual reader of vsmartcard waits for its card."""

needs_uinput = pytest.mark.skipif(
    importlib.util.find_spec("evdev") is None or not UINPUT.exists(),
    reason="needs evdev (extra `cards`) and /dev/uinput, which this machine does not allow",
)
needs_vpcd = pytest.mark.skipif(
    importlib.util.find_spec("smartcard") is None
    or shutil.which("pcscd") is None
    or not Path("/etc/reader.conf.d/vpcd").exists(),
    reason="needs pyscard (extra `cards`), pcscd and vsmartcard-vpcd",
)


# --- a keyboard


def keys(text, at=0.0):
    return [(f"KEY_{char}", at + n / 100) for n, char in enumerate(text)]


def numbers(typed, pressed):
    return [number for name, at in pressed if (number := typed.key(name, at))]


def test_keys_become_the_number_of_a_card():
    pressed = [*keys("0012AB"), ("KEY_KP7", 0.1), ("KEY_LEFTSHIFT", 0.1), ("KEY_ENTER", 0.2), ("KEY_ENTER", 0.3)]
    assert numbers(wedge.Typed(), pressed) == ["0012AB7"]


def test_what_was_left_without_enter_is_no_part_of_the_next_card():
    pressed = [*keys("99"), *keys("1234", at=5.0), ("KEY_KPENTER", 5.1)]
    assert numbers(wedge.Typed(), pressed) == ["1234"]


def test_a_jammed_key_fills_no_memory():
    typed = wedge.Typed()
    (number,) = numbers(typed, [*(("KEY_1", n / 1000) for n in range(5000)), ("KEY_ENTER", 5.0)])
    assert len(number) <= wedge.MOST + 1


@needs_uinput
class TestWedge(CardReaderContract):
    @pytest.fixture
    def keyboard(self):
        import evdev  # noqa: PLC0415 - not everywhere

        with evdev.UInput(name="roomctl test reader") as made:
            until(Path(made.device.path).exists)
            yield made

    @pytest.fixture
    def reader(self, keyboard):
        made = wedge.WedgeReader(keyboard.device.path)
        yield made
        made.close()

    @pytest.fixture
    def hold(self, keyboard):
        import evdev  # noqa: PLC0415 - not everywhere

        drawn = iter(["0012345678", "00A1B2C3"])

        def type_() -> str:
            number = next(drawn)
            for char in [*number, "ENTER"]:
                for value in (1, 0):
                    keyboard.write(evdev.ecodes.EV_KEY, evdev.ecodes.ecodes[f"KEY_{char}"], value)
            keyboard.syn()
            return number

        return type_


# --- a chip


class Chip(threading.Thread):
    """A card in the virtual reader: answers over a socket as vpcd asks (two bytes of length, then the message)."""

    ATR = bytes.fromhex("3B8F8001804F0CA0000003060300030000000068")  # of a MIFARE Classic, PC/SC part 3, 3.1.3.2.3

    def __init__(self):
        super().__init__(daemon=True)
        self.uids: queue.Queue[bytes] = queue.Queue()
        self.line: socket.socket | None = None

    def hold(self, uid: bytes) -> None:
        self.away()
        line = socket.create_connection(("127.0.0.1", VPCD_PORT), timeout=PATIENCE)
        line.settimeout(None)
        self.line = line
        threading.Thread(target=self._answer, args=(line, uid), daemon=True).start()

    def away(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def _answer(self, line: socket.socket, uid: bytes) -> None:
        try:
            while head := line.recv(2, socket.MSG_WAITALL):
                asked = line.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL)
                if asked == b"\x04":
                    said = self.ATR
                elif len(asked) == 1:
                    continue  # power, reset
                else:
                    said = uid + b"\x90\x00" if asked == bytes(pcsc.GET_UID) else b"\x6d\x00"
                line.sendall(len(said).to_bytes(2, "big") + said)
        except OSError:
            return  # taken away


@pytest.fixture(scope="module")
def pcscd():
    """The daemon of PC/SC, with the virtual reader."""
    with subprocess.Popen(["pcscd", "--foreground"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            until = time.monotonic() + 30
            while True:
                try:
                    socket.create_connection(("127.0.0.1", VPCD_PORT), timeout=1).close()
                    break
                except OSError:
                    if running.poll() is not None or time.monotonic() > until:
                        pytest.skip("pcscd does not start here: another one runs, or this user may not")
                    time.sleep(0.1)
            yield
        finally:
            running.terminate()


@needs_vpcd
class TestPcsc(CardReaderContract):
    @pytest.fixture
    def chip(self, pcscd):
        del pcscd
        made = Chip()
        yield made
        made.away()

    @pytest.fixture
    def reader(self, chip):
        del chip
        made = pcsc.PcscReader("Virtual PCD 00 00")
        yield made
        made.close()

    @pytest.fixture
    def hold(self, chip):
        drawn = iter([bytes.fromhex("04A1B2C3"), bytes.fromhex("04112233445566")])

        def lay() -> str:
            uid = next(drawn)
            chip.hold(uid)
            return uid.hex().upper()

        return lay


# --- the service


class Reads:
    """A reader of a test: numbers and faults that it is given, in their order. It stands for none of the kinds."""

    def __init__(self):
        self.given: queue.Queue[str | OSError] = queue.Queue()
        self.opened = self.closed = 0

    def open(self, _reader):
        self.opened += 1
        return self

    def read(self, patience):
        try:
            found = self.given.get(timeout=min(patience, 0.05))
        except queue.Empty:
            return None
        if isinstance(found, OSError):
            raise found
        return found

    def close(self):
        self.closed += 1


MEETING = Meeting(
    id=MeetingId("m1"), room="r", title="专题会议", starts=datetime(2026, 11, 12, 10, 0), state=State.OPEN
)
NORTH = Reader(kind="wedge", device="/dev/input/none", at="北门")


@pytest.fixture
def ctx(tmp_path):
    services = FakeServices(tmp_path)
    services.hold(MEETING, [Person(id="1", name="张建国", rank=1, seat="1")])
    made = FakeContext("signin", tmp_path, Config(readers=(NORTH,)), services=services)
    evidence.remember(made, "m1", {"0012345678": "1"})
    return made


@pytest.fixture
def listening(ctx, monkeypatch):
    monkeypatch.setattr(service, "AGAIN", 0.02)
    reads = Reads()
    made = service.CardReaders(ctx, reading.shared(ctx), ctx.config.readers, reads.open)
    made.start()
    yield made, reads
    made.stop(10)


def test_a_card_at_the_host_signs_in_and_the_terminal_is_told(ctx, listening, web):
    _service, reads = listening
    start = web.get("/terminal/m1/reads").json()["last"]
    reads.given.put("0012345678")
    until(lambda: ctx.services.attendance("m1").counts.present == 1)
    until(lambda: web.get(f"/terminal/m1/reads?after={start}").json()["reads"])
    (read,) = web.get(f"/terminal/m1/reads?after={start}").json()["reads"]
    assert (read["ok"], read["name"], read["seat"]) == (True, "张建国", "1")
    assert web.get("/terminal/m1").json()["readers"] is True
    (fact,) = ctx.services.attendance_events("m1")
    assert (fact.data["method"], fact.data["device"]) == ("card", "北门")
    assert web.get("/terminal/m1/reads").json()["reads"] == []


def test_a_reader_that_goes_is_told_and_comes_back_by_itself(listening):
    made, reads = listening
    until(lambda: reads.opened == 1)
    reads.given.put(OSError("No such device"))
    until(lambda: reads.opened >= 2)
    assert reads.closed >= 1
    until(lambda: made.health().ok)


def test_what_no_reader_may_say_ends_nothing(ctx, listening):
    _service, reads = listening
    for number in ("x", "<script>", "1" * 60, "0012345678"):
        reads.given.put(number)
    until(lambda: ctx.services.attendance("m1").counts.present == 1)


def test_a_library_that_is_missing_is_told_and_costs_nothing_else(ctx):
    told = roomctl_self_check(ctx)
    assert [one.fatal for one in told] == ([] if importlib.util.find_spec("evdev") else [False])
    assert [one.name for one in roomctl_services(ctx)] == ["report", "cards"]
    ctx.config = Config()
    assert not roomctl_self_check(ctx)
    assert [one.name for one in roomctl_services(ctx)] == ["report"]


@pytest.mark.parametrize("kind", ["no_such_module:Reader", "roomctl_signin.cards.service:NoSuchReader"])
def test_a_reader_that_cannot_be_had_is_a_fault_of_that_reader(ctx, kind):
    made = service.CardReaders(ctx, reading.shared(ctx), [Reader(kind=kind, at="东门")])
    made.start()
    try:
        until(lambda: not made.health().ok)
        assert "东门" in made.health().why
    finally:
        made.stop(10)
