"""An archive of real bytes: close to receipt, verify, S3; each against the plain tools, in the same run.

    python -m tests.bench.archive [--gb 0.2 2] [--dir FOLDER] [--without-s3]

Each size in a process of its own, whose peak of memory (RSS) must not grow with the size. `ratio` is of time on the
wall, `cpu_ratio` of user and system time, which what else the machine does touches less; ours works on two cores.

close     a closed meeting is packaged, delivered to a folder with fsync, read back, receipted; against `cp -r` and
          `sha256sum` of the copy, without any fsync.
verify    both digests of every file, events and metadata; against `sha256sum -c` of the payload.
s3        every file put to SeaweedFS on this machine with SHA-256 of each part; against boto3's own upload_file.
          Up to 2 GB: that server has a few volumes.
"""

import hashlib
import os
import resource
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from roomctl_archive import delivery, package
from roomctl_archive.config import ArchiveConfig
from roomctl_archive.courier import Courier
from roomctl_archive.folder_target import FolderTarget
from roomctl_archive.verify import verify

from roomctl.api import Meeting, MeetingId, PackageFile, State
from roomctl.api.deliveries import Secret
from roomctl.domain.digests import sm3
from roomctl.testing.fakes import FakeContext, FakeServices
from tests.bench import Bench, Goal

MOST_S3 = 2.0  # GB
MASTER = 20 << 20  # bytes of one sealed segment: some minutes of FLAC
BENCH = Bench(
    __file__,
    {
        "close": Goal(
            "a meeting is packaged, delivered, read back, receipted", ">=", 0.8, "×", "cp -r and sha256sum"
        ),
        "verify": Goal("a package is verified", ">=", 0.9, "×", "sha256sum -c"),
        "s3": Goal("a package is sent to S3", ">=", 0.9, "×", "boto3's upload_file"),
        "memory": Goal("memory at its peak", "<=", 200, "MB", "the smallest size"),
        "flat": Goal("memory at its peak, of the largest size", "<=", 1.1, "×", "the smallest size"),
    },
    needs=("weed",),
)
MEETING = "01993333-0000-7000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Leg:
    """What one size told, out of the process that worked."""

    name: str
    size: int
    ours: "Spent"
    plain: "Spent"


def main(gb: list[float], dir: str, without_s3: bool) -> None:  # noqa: A002, FBT001 - as the options are called
    peaks = []
    for size in sorted(gb):
        ours, theirs = get_context("spawn").Pipe(duplex=False)
        job = get_context("spawn").Process(
            target=_measure, args=(theirs, size, Path(dir), size <= MOST_S3 and not without_s3)
        )
        job.start()
        theirs.close()
        legs, peak = ours.recv()
        job.join()
        peaks.append(peak)
        for leg in legs:
            BENCH.tell(
                leg.name,
                leg.plain.wall / leg.ours.wall,
                case=f"{leg.size / 1e9:.2g} GB",
                mb_per_second=round(leg.size / leg.ours.wall / 1e6, 1),
                plain_mb_per_second=round(leg.size / leg.plain.wall / 1e6, 1),
                cpu_ratio=round(leg.plain.cpu / leg.ours.cpu, 3),
            )
    BENCH.tell("memory", max(peaks), ratio=peaks[-1] / peaks[0])
    if len(peaks) > 1:
        BENCH.tell("flat", peaks[-1] / peaks[0], sizes_gb=sorted(gb), mb=[round(one, 1) for one in peaks])


def _measure(told: Connection, size: float, where: Path, s3: bool) -> None:  # noqa: FBT001 - argument of a process
    """The process of one size: sends its legs, and its peak of memory in MB."""
    legs = []
    with tempfile.TemporaryDirectory(dir=where) as name:
        folder = Path(name)
        ctx, meeting, source = _meeting(folder, round(size * 1e9))
        plain = _took(lambda: _copy(source, folder / "copy"))
        shutil.rmtree(folder / "copy")
        ours = _took(lambda: _close(ctx, meeting))
        (made,) = ctx.services.packages(meeting.id)
        legs.append(Leg("close", made.bytes, ours, plain))

        local = ctx.services.data / made.path
        summed = _took(lambda: _run("sha256sum", "--quiet", "-c", "manifest-sha256.txt", cwd=local))
        verified = _took(lambda: _whole(local))
        legs.append(Leg("verify", made.bytes, verified, summed))
        if s3:
            legs.append(Leg("s3", made.bytes, *_send(folder, local, made)))
        told.send((legs, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _meeting(folder: Path, size: int) -> tuple[FakeContext, Meeting, Path]:
    """A closed meeting whose sealed masters are that many bytes of chance in all."""
    services = FakeServices(folder / "data")
    services.targets["folder"] = lambda config: FolderTarget.from_config(config, services.data, time.sleep)
    source = folder / "data" / "source"
    source.mkdir(parents=True)
    files = []
    for n in range(max(1, round(size / MASTER))):
        path, content = source / f"t01-{n:04d}.flac", os.urandom(MASTER)
        path.write_bytes(content)
        path.chmod(0o444)
        digests = hashlib.sha256(content).hexdigest(), sm3(content)
        files.append(PackageFile(f"audio/r1/{path.name}", path, *digests))
    os.sync()
    meeting = Meeting(
        id=MeetingId(MEETING), room=services.room.id, title="会", starts=datetime(2026, 11, 12, 9), state=State.CLOSED
    )
    services.hold(meeting)
    services.payload[MEETING] = files
    config = ArchiveConfig.model_validate({"targets": {"nas": {"kind": "folder", "path": "nas"}}})
    return FakeContext("archive", services.data, config, services=services), meeting, source


def _close(ctx: FakeContext, meeting: Meeting) -> None:
    made = package.build(ctx, meeting)
    assert made is not None
    Courier(ctx, "nas", chance=lambda: 0.5, stop=lambda: None).deliver(made)


def _copy(source: Path, target: Path) -> None:
    _run("cp", "-r", str(source), str(target))
    _run("sha256sum", *map(str, sorted(target.iterdir())))


def _whole(folder: Path) -> None:
    verdict = verify(folder)
    assert not [fault for fault in verdict.problems if "metadata" not in fault.file], verdict.problems[:3]


def _send(folder: Path, local: Path, made: package.Package) -> list["Spent"]:
    """Puts of each kind in turns, file by file, each first as often as the other: the second one waits for the
    server to write what the first one sent.
    """
    from roomctl_archive.s3_target import S3Target  # noqa: PLC0415 - an extra

    with _s3_server(folder / "weed") as endpoint, closing(_client(endpoint)) as plain:
        section = {"kind": "s3", "endpoint": endpoint, "bucket": "archive", "secret": "x"}
        with closing(S3Target.from_config({**section, "credentials": Secret("room", "pass")})) as target:
            spent = [Spent(), Spent()]
            for n, item in enumerate(delivery.contents(local, made)):
                path = local / item.path
                with path.open("rb") as stream:
                    puts = [
                        partial(target.put, f"ours/{item.path}", stream, item.sha256),
                        partial(plain.upload_file, path, "archive", f"plain/{item.path}"),
                    ]
                    for which in (n % 2, 1 - n % 2):
                        spent[which] += _took(puts[which])
    return spent


@contextmanager
def _s3_server(folder: Path) -> Iterator[str]:
    from tests.plugins.archive.servers import Weed  # noqa: PLC0415

    weed = Weed(folder)
    weed.start()
    endpoint = f"http://127.0.0.1:{weed.port}"
    try:
        with closing(_client(endpoint)) as client:
            for _ in range(100):
                try:
                    client.create_bucket(Bucket="archive")
                    client.put_object(Bucket="archive", Key="ready", Body=b"1")
                    break
                except Exception:  # noqa: BLE001 - its parts find each other some seconds after the port is open
                    time.sleep(0.2)
        yield endpoint
    finally:
        weed.stop()


def _client(endpoint: str) -> Any:
    import boto3  # noqa: PLC0415 - an extra
    from botocore.config import Config  # noqa: PLC0415

    return boto3.session.Session().client(
        "s3", endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id="room",
        aws_secret_access_key="pass", config=Config(s3={"addressing_style": "path"}),  # noqa: S106
    )  # fmt: skip


def _run(*command: str, cwd: Path | None = None) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL)


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds on the wall, and of processors, user and system, of this process and the children it waited for."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.wall + other.wall, self.cpu + other.cpu)


def _took(work: Callable[[], object]) -> Spent:
    began, before = time.perf_counter(), _processors()
    work()
    return Spent(time.perf_counter() - began, _processors() - before)


def _processors() -> float:
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


if __name__ == "__main__":
    BENCH.run(main, __doc__, gb=([0.2, 2.0], [0.05, 0.2]), dir=tempfile.gettempdir(), without_s3=False)
