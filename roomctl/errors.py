"""Every error that a user may see says what, why and the mend, on one line.

Each kind carries the HTTP status and the exit code it is told with, so that neither the web
nor the command line needs a table of errors.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from roomctl.i18n import tr


class RoomctlError(Exception):
    """What went wrong, why, and how to mend it.

    Args:
        what: the thing that could not be done, with its name: `cannot open roster people.csv`.
        why: the cause.
        mend: what the reader does next, with the exact command where there is one.

    """

    status = 424
    """What the request depends on failed (RFC 4918, 11.4); the host itself is well."""

    exit_code = 2

    logged = False
    """Its cause has its line in the log; whoever asks again adds none."""

    def __init__(self, what: str, why: str = "", mend: str = "") -> None:
        super().__init__(what, why, mend)
        self.what, self.why, self.mend = what, why, mend

    def __str__(self) -> str:
        said = tr("：", ": ").join(str(part).strip() for part in (self.what, self.why) if part)
        line = f"{said}{_full_stop(said)}{self.mend}" if self.mend else said
        return " ".join(line.split())


def one_line(error: BaseException) -> str:
    """What nobody foresaw, as a reader is told of it; its trace is in the log."""
    return " ".join(f"{type(error).__name__}: {error}".split())


def _full_stop(said: str) -> str:
    """In the reader's language, whatever the last word is: a file's name ends a Chinese sentence too."""
    if not said or said[-1] in "。！？.!?":
        return " " if said else ""
    return tr("。", ". ")


class BadInput(RoomctlError):  # noqa: N818 - the kinds are named for what a reader calls them
    """The caller gave something that cannot be used."""

    status = 422


@contextmanager
def writing(path: object) -> Iterator[None]:
    """Tells what the disk says while a file that an office edits is written, in a sentence. Raises: BadInput."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            tr(f"不能写 {path}", f"cannot write {path}"),
            error.strerror or str(error),
            tr("请检查权限和磁盘空间", "see permissions and disk space"),
        ) from error


class NotFound(RoomctlError):  # noqa: N818
    """No such meeting, file, plugin, model."""

    status = 404


class Refused(RoomctlError):  # noqa: N818
    """A rule forbids it in the present state."""

    status = 409


class Forbidden(RoomctlError):  # noqa: N818
    """This person, or this 密级, may not."""

    status = 403


class NotSignedOn(RoomctlError):  # noqa: N818
    """Nobody is signed on, or no longer."""

    status = 401


class TooSoon(RoomctlError):  # noqa: N818
    """Too many attempts: wait.

    Attributes:
        seconds: how long.

    """

    status = 429

    def __init__(self, what: str, why: str = "", mend: str = "", *, seconds: float = 0) -> None:
        super().__init__(what, why, mend)
        self.seconds = seconds


class TooLarge(RoomctlError):  # noqa: N818
    """More than is taken."""

    status = 413


class MissingPart(RoomctlError):  # noqa: N818
    """A library, a model, a device or a system package is not there."""

    status = 424


class Damaged(RoomctlError):  # noqa: N818
    """What was stored is no longer what was stored."""

    status = 500
    exit_code = 1


class Busy(RoomctlError):  # noqa: N818
    """Somebody else holds it: another recorder, another host."""

    status = 409
