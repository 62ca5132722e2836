"""Files that the host makes for a package: whole under their name, or not there, whoever reads them meanwhile."""

from contextlib import suppress
from pathlib import Path

from roomctl.services.identity import new_id


def put(path: Path, text: str) -> Path:
    """Writes it in the place of what stood there; two may do so at once. Returns: the path. Raises: OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{new_id()}.partial")
    try:
        half.write_text(text, encoding="utf-8")
        half.replace(path)
    except BaseException:
        with suppress(OSError):
            half.unlink()
        raise
    return path
