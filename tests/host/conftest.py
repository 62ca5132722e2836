"""Plugins written into a data folder, as a person would drop them there, and a host over them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.host.manifest import Manifest, discover
from roomctl.host.plugins import PluginHost
from roomctl.host.registry import Deadlines
from roomctl.host.status import PluginStatus, StatesFile
from roomctl.testing.fakes import FakeContext

QUICK = Deadlines(load=2.0, answer=1.0)
"""Long enough for an answer on a busy machine; a hang costs the tests so much each."""

MEETING = Meeting(
    id=MeetingId("0199a000-0000-7000-8000-000000000001"),
    room="r",
    title="局长办公会",
    starts=datetime(2026, 11, 12, 9),
)


@dataclass
class DataFolder:
    """A data folder with drop-in plugins; `host` is a new start of the host over it."""

    path: Path
    hosts: list[PluginHost] = field(default_factory=list)
    contexts: dict[str, FakeContext] = field(default_factory=dict)

    def drop(self, name: str, code: str = "", manifest: str | None = None) -> Path:
        folder = self.path / "plugins" / name
        folder.mkdir(parents=True)
        folder.joinpath("__init__.py").write_text("from roomctl.api import *\n" + dedent(code), encoding="utf-8")
        text = manifest if manifest is not None else ""
        default = f'name = "{name}"\ntitle = {{ zh = "{name}", en = "{name}" }}\napi = "1"\n'
        folder.joinpath("plugin.toml").write_text(text if text.startswith("!") else default + text, encoding="utf-8")
        folder.chmod(0o755)
        for file in folder.iterdir():
            file.chmod(0o644)
        return folder

    def host(
        self, settings: dict[str, dict[str, Any]] | None = None, model: Callable[[str], bool] = lambda _name: False
    ) -> PluginHost:
        found = [one for one in discover(self.path) if one.path.is_relative_to(self.path)]
        host = PluginHost(
            found,
            self._context,
            StatesFile(self.path / "plugins.json"),
            settings or {},
            model,
            QUICK,
        )
        self.hosts.append(host)
        return host

    def _context(self, manifest: Manifest, config: Any) -> FakeContext:
        context = self.contexts[manifest.name] = FakeContext(manifest.name, self.path, config)
        return context


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataFolder]:
    folder = DataFolder(tmp_path)
    yield folder
    for host in folder.hosts:
        host.close()


def status_of(host: PluginHost, name: str) -> PluginStatus:
    return next(one for one in host.status() if one.name == name)
