"""Matrix switchers at a serial port, in two protocols, and one over TCP."""

import asyncio
import contextlib
from dataclasses import replace
from functools import partial
from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from roomctl_av_check.drivers.matrix import OFFER, MatrixOptions
from roomctl_av_check.talks import matrix as talk

from roomctl.api.devices import CheckState, Fact, Garbled, Reading, Silent
from roomctl.domain.devices import NO_SECRET, Device
from roomctl.errors import BadInput, Refused, RoomctlError
from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.base import Line, TcpEmulator
from roomctl.testing.emulators.matrix import MODEL, MatrixEmulator, SisEmulator
from tests.plugins.av_check.drivers.listening import work_on


class TestKramer(DeviceDriverContract):
    says: ClassVar = {"route": "2=5"}
    rounds = 10
    patience = 0.4

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return MatrixEmulator()


with_matrix = partial(work_on, OFFER)


def test_routes_are_read_and_one_that_is_wrong_says_how_to_switch_it():
    async def work(device):
        reading = await OFFER.read(device, NO_SECRET)
        return reading, {row.check: row for row in OFFER.judge(device, reading)}

    reading, rows = with_matrix(MatrixEmulator(), work, outputs=(1, 3), routes={2: 7})
    assert (reading["model"], reading["routes"]) == (MODEL, "1←1 2←2 3←3")
    assert rows["routes"].state is CheckState.WARN
    assert "route 2=7" in rows["routes"].hint


def test_another_matrix_is_another_table():
    async def work(device):
        deed = await OFFER.actions["route"].act(device, NO_SECRET, "2=5")
        return deed, await OFFER.read(device, NO_SECRET)

    deed, reading = with_matrix(SisEmulator(), work, protocol="extron-sis")
    assert (deed.asked, deed.confirmed) == ("2←5", "2←5")
    assert (reading["model"], reading["routes"]) == ("60-882-01", "1←1 2←5")
    with pytest.raises(Refused, match="E10"):
        with_matrix(SisEmulator(), work, protocol="extron-sis", outputs=(9,))


def test_an_order_that_the_matrix_does_not_take_is_told_with_its_answer():
    async def work(device):
        return await OFFER.actions["route"].act(device, NO_SECRET, "2=99")

    with pytest.raises(Refused, match="ERR 003"):
        with_matrix(MatrixEmulator(), work)


@pytest.mark.parametrize("told", ["", "2", "a=b", "0=1", "1=2=3", "1=9999"])
def test_a_route_is_two_numbers(told):
    device = Device(id="m", kind="matrix", title=("", ""), address="/dev/null", options=MatrixOptions())
    with pytest.raises(BadInput, match="2=1"):
        asyncio.run(OFFER.actions["route"].act(device, NO_SECRET, told))


def test_an_unknown_protocol_lists_the_known():
    device = Device(id="m", kind="matrix", title=("", ""), address="/dev/null", options=MatrixOptions(protocol="x"))
    with pytest.raises(BadInput, match="extron-sis"):
        asyncio.run(OFFER.read(device, NO_SECRET))


class NetworkMatrix(TcpEmulator):
    """The same strings over TCP, after a greeting."""

    kind = "matrix"
    title = ("", "")

    async def talk(self, line: Line) -> None:
        brain = MatrixEmulator()
        await line.send(b"Welcome\r\n\r\n")
        while heard := await line.reader.readuntil(b"\r"):
            await line.send(brain.answer(heard)[0] or b"")


def test_the_same_strings_go_over_tcp_and_greetings_are_passed_over():
    async def work(device):
        return (await OFFER.read(device, NO_SECRET))["routes"]

    assert with_matrix(NetworkMatrix(), work) == "1←1 2←2"


# --- tables and codec

OWN = talk.tables()["kramer-p3000"].model_dump()


def test_a_table_of_ones_own_is_taken_and_a_wrong_one_is_pointed_at():
    assert MatrixOptions(table=OWN).table.baud == 115200
    for wrong in ({"tie": "X{in}"}, {"route_is": r"(\d+)"}, {"tied": "("}, {"route": "输出{output}"}, {"speed": 1}):
        with pytest.raises(ValidationError, match=next(iter(wrong))):
            MatrixOptions(table={**OWN, **wrong})


@given(st.integers(1, 999), st.integers(0, 999))
def test_what_a_matrix_says_of_a_route_is_read_back_in_each_protocol(output, shown):
    for table, said in (("kramer-p3000", f"~01@ROUTE 1,{output},{shown}"), ("extron-sis", f"{shown}")):
        match = talk.re.fullmatch(talk.tables()[table].route_is, said)
        assert int(match["input"]) == shown
        assert match["output"] in {None, str(output)}


@settings(max_examples=50)
@given(st.lists(st.binary(max_size=40), max_size=6), st.sampled_from(sorted(talk.tables())))
def test_any_bytes_are_an_answer_or_told(pieces, name):
    table = talk.tables()[name]

    class Deaf:
        def write(self, _):
            pass

    async def asked():
        reader = asyncio.StreamReader()
        for piece in pieces:
            reader.feed_data(piece)
        reader.feed_eof()
        line = talk._Line(reader, Deaf(), table)
        with contextlib.suppress(Garbled, Silent, Refused):
            assert (await line.ask(table.model, table.model_is))["model"]

    asyncio.run(asked())


def test_a_reading_of_no_route_is_no_crash():
    device = replace(MatrixEmulator().device(), options=MatrixOptions(routes={1: 1}))
    rows = list(OFFER.judge(device, Reading(facts=(Fact("model", "x"), Fact("routes", "")))))
    assert rows[1].state is CheckState.WARN
    assert issubclass(Refused, RoomctlError)
