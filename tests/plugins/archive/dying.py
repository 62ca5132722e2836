"""A process that delivers one package on a real database, and may be killed at any call of a Python function.

Run: `python -m tests.plugins.archive.dying DATA CONFIG_JSON KILL_AT …`, one delivery for each; 0 is never. Prints
their exit codes: 0 where it came to its end, 2 where the target failed and that was told, -9 where it was killed.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

from roomctl_archive.config import ArchiveConfig
from roomctl_archive.courier import Courier
from roomctl_archive.folder_target import FolderTarget

from roomctl.api import RoomctlError
from roomctl.api.deliveries import Secret
from roomctl.domain.events import Actor, By
from roomctl.services.facade import UseCases
from roomctl.services.identity import new_id
from roomctl.services.time import SystemClock
from roomctl.storage.database import open_database
from roomctl.storage.uow import SqlUnitOfWork
from roomctl.testing.fakes import FakeContext


def sftp(section):
    from roomctl_archive.sftp_target import SftpTarget  # noqa: PLC0415 - what the test does not need is not loaded

    return SftpTarget.from_config(section, lambda _: None)


@contextmanager
def use_cases(data: Path):
    """The real ones, on the database of that folder."""
    database = open_database(data / "roomctl.db", room_name="第一会议室")
    kinds = {
        "folder": lambda section: FolderTarget.from_config(section, data, lambda _: None),
        "sftp": sftp,
    }
    try:
        yield UseCases(
            data=data,
            actor=Actor(By.PLUGIN, "archive"),
            clock=SystemClock(),
            open_uow=lambda: SqlUnitOfWork(database, new_id),
            plugins=lambda: SimpleNamespace(target=lambda kind: kinds[kind]),
            models=None,
        )
    finally:
        database.close()


def deliver(data: Path, section: dict[str, object], kill_at: int) -> None:
    """Once, to the target `nas`."""
    calls = 0

    def count(_frame, what, _argument) -> None:
        nonlocal calls
        calls += what == "call"
        if calls == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    config = ArchiveConfig.model_validate({"targets": {"nas": section}})
    with use_cases(data) as use:
        ctx = FakeContext("archive", data, config, services=use, clock=SystemClock())
        (meeting,) = use.meetings()
        (package,) = use.packages(meeting.id)
        courier = Courier(ctx, "nas", chance=lambda: 0.5, stop=lambda: None)
        sys.setprofile(count)
        try:
            courier.deliver(package)
        except RoomctlError as error:
            print(error, file=sys.stderr, flush=True)
            os._exit(2)
        finally:
            sys.setprofile(None)


def main() -> None:
    data, section = Path(sys.argv[1]), json.loads(sys.argv[2])
    if user := section.pop("user", ""):
        section |= {"secret": "x", "credentials": Secret(user)}
    codes = []
    for kill_at in map(int, sys.argv[3:]):
        child = os.fork()  # alone in this process, and quicker than to begin one anew
        if child == 0:
            try:
                deliver(data, section, kill_at)
            except BaseException:  # noqa: BLE001 - whatever it is, the child ends here
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(json.dumps(codes))


if __name__ == "__main__":
    main()
