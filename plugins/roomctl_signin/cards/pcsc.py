"""A reader of contactless cards by PC/SC. The number is the card's UID (PC/SC part 3, 3.2.2.1.3: Get Data)."""

import time
from typing import Any

GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]
"""Get Data with P1 = 0: the UID of ISO/IEC 14443 (PC/SC part 3, 3.2.2.1.3)."""
DONE = (0x90, 0x00)
LOOK = 0.1
"""Seconds between two looks at whether a card lies there."""
LEAST = 2  # bytes


class PcscReader:
    """`roomctl.api.cards.CardReader`. Args: device: part of the reader's name; empty is the only one."""

    def __init__(self, device: str) -> None:
        from smartcard.Exceptions import CardConnectionException, NoCardException  # noqa: PLC0415 - the extra `cards`
        from smartcard.pcsc.PCSCExceptions import BaseSCardException  # noqa: PLC0415
        from smartcard.System import readers  # noqa: PLC0415

        self._no_card, self._lost = NoCardException, (CardConnectionException, BaseSCardException)
        try:
            found = [one for one in readers() if device in str(one)]
        except self._lost as error:
            raise OSError(f"pcscd: {error}") from error
        if len(found) != 1:
            raise OSError(f"{len(found)} PC/SC readers are named {device!r}")
        self._reader: Any = found[0]
        self._lies = ""
        self._closed = False

    def read(self, patience: float) -> str | None:
        until = time.monotonic() + patience
        while True:
            if self._closed:
                raise OSError("closed")
            number = self._number()
            if number != self._lies:
                self._lies = number
                if number:
                    return number
            if (left := until - time.monotonic()) <= 0:
                return None
            time.sleep(min(LOOK, left))

    def _number(self) -> str:
        """Of the card that lies there; empty where none does, or it has no UID."""
        connection = self._reader.createConnection()
        try:
            connection.connect()
            data, *status = connection.transmit(GET_UID)
        except self._no_card:
            return ""
        except self._lost as error:
            if self._there():
                return ""  # it was taken away meanwhile
            raise OSError(f"{self._reader}: {error}") from error
        finally:
            connection.disconnect()
            connection.release()
        return bytes(data).hex().upper() if tuple(status) == DONE and len(data) >= LEAST else ""

    def _there(self) -> bool:
        from smartcard.System import readers  # noqa: PLC0415

        try:
            return self._reader in readers()
        except self._lost:
            return False

    def close(self) -> None:
        self._closed = True
