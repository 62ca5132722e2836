"""`roomctl init`: a data folder with its settings."""

import typer

from roomctl.cli.screen import console
from roomctl.config import FILE, TEMPLATE
from roomctl.folders import data_folder
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)


@app.command(help=tr("建立数据目录和设置文件；已有的不动", "Set up a data folder; what is there stays as it is"))
def init() -> None:
    """Makes the folder, roomctl.toml and the database."""
    from roomctl.app import open_application, unwritable  # noqa: PLC0415

    data = data_folder()
    settings = data / FILE
    try:
        data.mkdir(parents=True, exist_ok=True)
        if not settings.exists():
            settings.write_text(TEMPLATE, encoding="utf-8")
    except OSError as error:
        raise unwritable(data, error) from None
    room = open_application(make=True).usecases.room
    console().print(tr(f"数据目录 {data}，会议室 {room.name}", f"data folder {data}, room {room.name}"))
