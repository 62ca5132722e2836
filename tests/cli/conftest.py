import os
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.warm import WARM, command


@dataclass
class Shell:
    """Runs `roomctl` as a user does, in a folder and on a data folder of its own; a command has so many seconds."""

    folder: Path
    patience: float = 100

    def environment(self, **more: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ROOMCTL_")}
        models = {"ROOMCTL_MODELS": os.environ["ROOMCTL_MODELS"]} if "ROOMCTL_MODELS" in os.environ else {}
        return {**kept, **models, "ROOMCTL_DATA": str(self.folder / "data"), "ROOMCTL_LANG": "zh", **more}

    def argv(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "roomctl", *map(str, words)]

    def __call__(self, *words: object, **env: str) -> subprocess.CompletedProcess[str]:
        said = [str(word) for word in words]
        with TemporaryDirectory() as folder:
            out, err = Path(folder, "out"), Path(folder, "err")
            process = self.begin(*said, out=out, err=err, **env)
            process.join(self.patience)
            if process.exitcode is None:
                process.kill()
                pytest.fail(f"roomctl {' '.join(said)} does not end")
            return subprocess.CompletedProcess(said, process.exitcode, out.read_text(), err.read_text())

    def begin(self, *words: object, out: Path, err: Path, **env: str) -> BaseProcess:
        """Does not wait for its end; what it says comes into these files."""
        said = [str(word) for word in words]
        process = WARM.Process(target=command, args=(said, self.folder, self.environment(**env), out, err))
        process.start()
        return process

    def start(self, *words: object, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.argv(*words), cwd=self.folder, env=self.environment(**env), stderr=subprocess.PIPE, text=True
        )


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)
