"""Archive targets on WebDAV servers: Nextcloud, a NAS, Apache, IIS."""

from collections.abc import Mapping
from typing import Any

from roomctl.api import ArchiveTarget, TargetFactory, hookimpl


@hookimpl
def roomctl_archive_targets() -> Mapping[str, TargetFactory]:
    """`kind = "webdav"` in `[plugins.archive.targets.NAME]`."""

    def webdav(section: Mapping[str, Any]) -> ArchiveTarget:
        from roomctl_webdav.target import WebdavTarget  # noqa: PLC0415 - heavy, and needed only here

        return WebdavTarget.from_config(section)

    return {"webdav": webdav}
