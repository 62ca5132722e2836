"""What every card reader must do."""

import re
import time
from collections.abc import Callable

import pytest

from roomctl.api.cards import CardReader

NUMBER = re.compile(r"[0-9A-Z]{4,40}")
PATIENCE = 0.3
SLACK = 20.0  # seconds over its patience: a machine under test is busy with more than this


class CardReaderContract:
    """Give it fixtures `reader`, and `hold`: what holds a card to it and gives the number that the card has."""

    @pytest.fixture
    def reader(self) -> CardReader:
        raise LookupError("give a fixture `reader`")

    @pytest.fixture
    def hold(self) -> Callable[[], str]:
        raise LookupError("give a fixture `hold`")

    def test_without_a_card_it_waits_as_long_as_it_may(self, reader: CardReader) -> None:
        began = time.monotonic()
        assert reader.read(PATIENCE) is None
        assert time.monotonic() - began < PATIENCE + SLACK

    def test_a_card_is_read_once_while_it_lies_there(self, reader: CardReader, hold: Callable[[], str]) -> None:
        number = hold()
        assert self._read(reader) == number
        assert NUMBER.fullmatch(number), f"{number!r} is no number of a card"
        assert reader.read(PATIENCE) is None, "the same card was read twice"

    def test_the_next_card_is_read_too(self, reader: CardReader, hold: Callable[[], str]) -> None:
        assert [self._number(reader, hold) for _ in range(2)] == [True, True]

    def test_it_is_closed_twice_without_harm(self, reader: CardReader) -> None:
        reader.close()
        reader.close()

    def _number(self, reader: CardReader, hold: Callable[[], str]) -> bool:
        number = hold()
        return self._read(reader) == number

    def _read(self, reader: CardReader) -> str | None:
        until = time.monotonic() + SLACK
        while time.monotonic() < until:
            if (number := reader.read(PATIENCE)) is not None:
                return number
        return None
