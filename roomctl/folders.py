"""Where the data folder is. Light, since every command needs it."""

import os
from pathlib import Path


def data_folder(chosen: str | None = None) -> Path:
    """`--data`, else ROOMCTL_DATA, else the user's data folder. Not made here."""
    if wanted := chosen or os.environ.get("ROOMCTL_DATA"):
        return Path(wanted).expanduser().absolute()
    import platformdirs  # noqa: PLC0415 - a launcher and a host are told

    return platformdirs.user_data_path("roomctl", appauthor=False)


def is_data_folder(folder: Path) -> bool:
    """Whether roomctl was ever set up there."""
    return any((folder / name).exists() for name in ("roomctl.db", "roomctl.toml", "heads.json", "backups"))
