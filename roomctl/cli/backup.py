"""`roomctl backup`: one more verified copy of the database and the settings, also while the host runs."""

from pathlib import Path

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.custody import LABEL, serial_on
from roomctl.folders import data_folder
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)


def serial_at(folder: Path) -> str:
    """The serial of the registered medium that the folder lies on; empty where it lies on none."""
    for place in (folder, *folder.parents):
        try:
            return serial_on((place / LABEL).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            continue
    return ""


@app.command(help=tr("备份数据库和设置，运行中也可以", "Copy the database and the settings, also while roomctl runs"))
def backup(
    *,
    to: Path | None = typer.Option(None, help=tr("另一个目录，如 U 盘", "another folder, such as a USB stick")),
    as_json: bool = JSON,
) -> None:
    """Verified before it gets its name. Passwords and keys (secrets.toml) are left out, since a copy travels."""
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.services.time import SystemClock  # noqa: PLC0415
    from roomctl.storage.backup import back_up, rotate  # noqa: PLC0415
    from roomctl.storage.copies import DATABASE, FOLDER  # noqa: PLC0415

    data = data_folder()
    own = data / FOLDER
    folder = to.expanduser().absolute() if to else own
    if folder != own:
        open_application().usecases.need_backup(serial_at(folder))
    copy = back_up(data / DATABASE, folder, SystemClock())
    removed = rotate(own) if folder == own else []
    told = copy.manifest()
    size = sum(path.stat().st_size for path in copy.path.iterdir())
    if as_json:
        facts = {name: told[name] for name in ("events", "meetings", "revision")}
        answer({"name": copy.name, "path": copy.path, "bytes": size, **facts, "removed": removed})
        return
    console().print(
        tr(
            f"[ok]✓[/] 已备份并核对：{escape(str(copy.path))}，{told['meetings']} 场会议、{told['events']} 个事件，"
            f"{size / 1e6:.1f} MB；不含 secrets.toml，也不含录音（录音随送存包保存）",
            f"[ok]✓[/] copied and verified: {escape(str(copy.path))}, {told['meetings']} meetings, "
            f"{told['events']} events, {size / 1e6:.1f} MB; without secrets.toml, and without sound, "
            "which the packages hold",
        ),
        soft_wrap=True,
    )
