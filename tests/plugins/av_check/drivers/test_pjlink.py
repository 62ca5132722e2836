"""Projectors, against an emulated one of class 2 with a password."""

from typing import ClassVar

import pytest
from roomctl_av_check.drivers.pjlink import OFFER

from roomctl.testing.contracts import DeviceDriverContract
from roomctl.testing.emulators.pjlink import PjlinkEmulator


class TestPjlink(DeviceDriverContract):
    says: ClassVar = {"input": "32"}

    @pytest.fixture
    def offer(self):
        return OFFER

    @pytest.fixture
    def emulator(self):
        return PjlinkEmulator()


class TestClassOneWithoutPassword(TestPjlink):
    @pytest.fixture
    def emulator(self):
        return PjlinkEmulator(password="", version=1)
