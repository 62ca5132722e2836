"""The zip that a docx is, so that the same paper gives the same bytes."""

import zipfile
from io import BytesIO

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can tell


def settled(raw: BytesIO) -> bytes:
    """The same zip with neither the order nor the clock of this run in it."""
    settled = BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(settled, "w") as target:
        names = sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        for name in names:  # readers look for the content types first
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0  # the same on every system
            target.writestr(entry, source.read(name))
    return settled.getvalue()
