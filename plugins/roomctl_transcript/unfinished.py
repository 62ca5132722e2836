"""Work on single files that was broken off: the next run of the same command goes on from it.

It lies in the user's own cache, since a file belongs to no meeting and a recording may lie where nobody can write.
"""

import hashlib
import tempfile
import time
from pathlib import Path

import platformdirs

KEPT_DAYS = 30
"""What nobody went on with is thrown away."""


def journal(audio: Path) -> Path:
    """Where the finished utterances of that very file are noted: another content is another file."""
    folder = Path(platformdirs.user_cache_dir("roomctl", appauthor=False)) / "transcribe"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _forget(folder)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="roomctl-"))  # nothing can be gone on with, but all can be done
    found = audio.stat()
    facts = f"{audio.resolve()}\0{found.st_size}\0{found.st_mtime_ns}"
    return folder / f"{hashlib.sha256(facts.encode(errors='surrogateescape')).hexdigest()[:32]}.jsonl"


def clear(path: Path) -> None:
    """It is finished: the file, the voices, and what an earlier job left beside them."""
    for one in path.parent.glob(f"{path.stem}.*jsonl"):
        one.unlink(missing_ok=True)


def _forget(folder: Path) -> None:
    oldest = time.time() - KEPT_DAYS * 86_400
    for path in folder.glob("*.jsonl"):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except OSError:
            continue  # somebody else was quicker
