"""Wheels made on the spot (PyPA: binary distribution format 1.0)."""

import base64
import hashlib
import zipfile
from pathlib import Path

PLUGIN = 'name = "{name}"\ntitle = {{ zh = "{name}", en = "{name}" }}\napi = "1"\n'


def wheel(folder: Path, distribution: str, version: str = "1.0", *, needs=(), files=None, entry: str = "") -> Path:
    """A pure one.

    Args:
        files: text by path; entry: the line of its entry point.

    """
    folder.mkdir(parents=True, exist_ok=True)
    info = f"{distribution}-{version}.dist-info"
    requires = "".join(f"Requires-Dist: {need}\n" for need in needs)
    files = {
        **(files or {f"{distribution}_code.py": "VERSION = 1\n"}),
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n{requires}",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    if entry:
        files[f"{info}/entry_points.txt"] = f"[roomctl.plugins]\n{entry}\n"
    path = folder / f"{distribution}-{version}-py3-none-any.whl"
    rows = []
    with zipfile.ZipFile(path, "w") as made:
        for name, text in files.items():
            made.writestr(name, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{name},sha256={digest},{len(text.encode())}\n")
        made.writestr(f"{info}/RECORD", "".join(rows) + f"{info}/RECORD,,\n")
    return path


def plugin(folder: Path, name: str, code: str = "", *, version="1.0", needs=(), manifest: str | None = None) -> Path:
    package = f"roomctl_{name}"
    files = {
        f"{package}/__init__.py": "from roomctl.api import *\n" + code,
        f"{package}/plugin.toml": PLUGIN.format(name=name) if manifest is None else manifest,
    }
    return wheel(folder, f"roomctl_{name}", version, needs=needs, files=files, entry=f"{name} = {package}")
