"""Packages a meeting as a bag (BagIt, SHA-256 and SM3), delivers it, reads it back, and verifies it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

from roomctl.api import (
    ArchiveTarget,
    Check,
    LoggedEvent,
    MissingPart,
    PanelOffer,
    PluginContext,
    Service,
    TargetFactory,
    hookimpl,
    tr,
)
from roomctl.api.registration import Archivist
from roomctl_archive.config import ArchiveConfig


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """`[plugins.archive]`."""
    return ArchiveConfig


@hookimpl
def roomctl_services(ctx: PluginContext) -> Sequence[Service]:
    """Packages and delivers by itself."""
    from roomctl_archive.service import ArchiveService  # noqa: PLC0415 - heavy, and needed only here

    return [ArchiveService(ctx)]


@hookimpl
def roomctl_archive_targets(ctx: PluginContext) -> Mapping[str, TargetFactory]:
    """A folder (a disk, or the mount of a share), an SFTP server, a bucket of S3."""

    def folder(config: Mapping[str, Any]) -> ArchiveTarget:
        from roomctl_archive.folder_target import FolderTarget  # noqa: PLC0415 - heavy, and needed only here

        return FolderTarget.from_config(config, ctx.services.data, ctx.clock.sleep)

    def sftp(config: Mapping[str, Any]) -> ArchiveTarget:
        with _part("sftp", "paramiko"):
            from roomctl_archive.sftp_target import SftpTarget  # noqa: PLC0415 - an extra

        return SftpTarget.from_config(config, ctx.clock.sleep)

    def s3(config: Mapping[str, Any]) -> ArchiveTarget:
        with _part("s3", "boto3"):
            from roomctl_archive.s3_target import S3Target  # noqa: PLC0415 - an extra

        return S3Target.from_config(config)

    return {"folder": folder, "sftp": sftp, "s3": s3}


@contextmanager
def _part(kind: str, library: str) -> Iterator[None]:
    """A library that comes with the extra `archive`."""
    try:
        yield
    except ImportError as error:
        raise MissingPart(
            tr(f"存储目标（{kind}）不可用", f"a {kind} target cannot be used"),
            tr(f"未安装 {library}", f"{library} is not installed"),
            "pip install 'roomctl[archive]'",
        ) from error


@hookimpl
def roomctl_on_event(ctx: PluginContext, event: LoggedEvent) -> None:
    """What is signed, or brought in, after archiving becomes a supplement."""
    from roomctl_archive import supplement  # noqa: PLC0415

    supplement.note(ctx, event)


@hookimpl
def roomctl_archivist(ctx: PluginContext) -> Archivist:
    """What a package holds, for the 归档登记."""
    from roomctl_archive.archivist import PackageReader  # noqa: PLC0415 - heavy, and needed only here

    return PackageReader(ctx)


@hookimpl
def roomctl_device_checks(ctx: PluginContext) -> Sequence[Check]:
    """Write, read back and remove at each target, and its free space."""
    from roomctl_archive import checks  # noqa: PLC0415 - heavy, and needed only here

    return [checks.TargetCheck(ctx, name, target) for name, target in ctx.config.targets.items()]


@hookimpl
def roomctl_panels(ctx: PluginContext) -> Sequence[PanelOffer]:
    """On the home page: what each target has taken."""
    from roomctl_archive import panel  # noqa: PLC0415

    return [PanelOffer(slot="home", title=("存储目标", "Archive targets"), build=lambda _meeting: panel.build(ctx))]


@hookimpl
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """`roomctl archive verify/push/status/retry/reverify/encrypt/open/accept/return`."""
    from roomctl_archive.cli import archive  # noqa: PLC0415 - heavy, and needed only here

    return {"archive": archive.build(ctx)}
