"""A plugin under the real host, alone: found by its manifest, loaded, checked and asked as a room does it.

with hosted(Path(roomctl_hello.__file__).parent, tmp_path) as host:
    (row,) = host.status()
    assert row.status == "enabled", row.reason
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from roomctl.api import PluginContext
from roomctl.domain.access import Role, User
from roomctl.host import manifest
from roomctl.host.plugins import PluginHost
from roomctl.host.status import StatesFile
from roomctl.testing.fakes import FakeContext


@contextmanager
def hosted(folder: Path, data: Path, settings: Mapping[str, Any] | None = None) -> Iterator[PluginHost]:
    """The host over one plugin; what the plugin asks of its context is answered by a `FakeContext`.

    Args:
        folder: its package, importable by the folder's name, with plugin.toml in it.
        data: becomes the data folder. settings: its section of roomctl.toml.

    """
    found = manifest.read(folder, module=folder.name, source=manifest.DISTRIBUTION, version="")
    host = PluginHost(
        found=[found],
        contexts=lambda one, config: cast(
            "PluginContext", FakeContext(one.name, data, config, meeting_folder=one.folder)
        ),
        states=StatesFile(data / "plugins.json"),
        settings={found.name: settings or {}},
    )
    try:
        yield host
    finally:
        host.close()


@contextmanager
def visited_by(name: str, *roles: str) -> Iterator[None]:
    """Inside, a page is drawn, or a button pressed, for this person with these roles (`secretary`, `technician`)."""
    from roomctl.web.ui.reader import drawn_for  # noqa: PLC0415 - most plugins have no page

    with drawn_for(User(name, frozenset(map(Role, roles)))):
        yield
