"""How the plugins stand, in one line of the home page and of their own."""

import pytest

from roomctl.api import Missing
from roomctl.host.status import PluginStatus, Status
from roomctl.i18n import speaking
from roomctl.web.pages.plugins import tally

LACKS = (Missing("portaudio", "没有装", "apt-get install libportaudio2"),)


def row(status: Status, **more: object) -> PluginStatus:
    return PluginStatus(name="p", version="1", source="built-in", status=status, **more)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([row(Status.ENABLED), row(Status.DISABLED)], "1 个正常"),
        ([row(Status.ENABLED), row(Status.ENABLED, missing=LACKS)], "1 个正常，1 个缺东西"),
        ([row(Status.SETUP_ERROR), row(Status.ENABLED)], "1 个正常，1 个要修"),
    ],
)
def test_what_lacks_something_is_not_counted_as_good(rows, said):
    with speaking("zh"):
        assert tally(rows) == said
