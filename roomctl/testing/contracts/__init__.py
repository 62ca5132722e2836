"""What every plugin of a kind must do: subclass the suite, give it a fixture, get the tests.

class TestFolderTarget(ArchiveTargetContract):
    @pytest.fixture
    def target(self, tmp_path):
        return FolderTarget(tmp_path / "nas")
"""

import pytest

_SUITES = ("archive_target", "card_reader", "device_check", "device_driver", "recorder", "streaming", "transcriber")
for _name in _SUITES:
    pytest.register_assert_rewrite(f"{__name__}.{_name}")

from roomctl.testing.contracts.archive_target import ArchiveTargetContract  # noqa: E402 - after the line above
from roomctl.testing.contracts.card_reader import CardReaderContract  # noqa: E402
from roomctl.testing.contracts.device_check import DeviceCheckContract  # noqa: E402
from roomctl.testing.contracts.device_driver import DeviceDriverContract  # noqa: E402
from roomctl.testing.contracts.recorder import RecorderContract  # noqa: E402
from roomctl.testing.contracts.streaming import StreamingTranscriberContract  # noqa: E402
from roomctl.testing.contracts.transcriber import TranscriberContract  # noqa: E402

__all__ = [
    "ArchiveTargetContract", "CardReaderContract", "DeviceCheckContract", "DeviceDriverContract", "RecorderContract",
    "StreamingTranscriberContract", "TranscriberContract",
]  # fmt: skip
