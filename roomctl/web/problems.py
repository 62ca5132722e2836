"""Every error as problem+json (RFC 9457): what, why, and the mend."""

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from roomctl.domain.meeting import Objected
from roomctl.errors import BadInput, Busy, NotFound, NotSignedOn, RoomctlError, TooSoon
from roomctl.fields import wrong
from roomctl.i18n import several, tr

log = logging.getLogger(__name__)

MEDIA = "application/problem+json"

_SERVER = 500


class ObjectionShape(BaseModel):
    """A word against a transition."""

    by: str = Field(description="name of the plugin, or of the part of the host")
    text: str
    hint: str = Field(description="what would mend it")
    firm: bool = Field(description="nobody may overrule it; of the others a named person may, with a reason")


class Problem(BaseModel):
    """What a request is answered with where it fails."""

    type: str = "about:blank"
    title: str = Field(description="what could not be done")
    status: int
    detail: str = Field(default="", description="why")
    mend: str = Field(default="", description="what to do next")
    objections: list[ObjectionShape] | None = Field(default=None, description="who objects to a transition")


def problem(error: RoomctlError) -> JSONResponse:
    """The answer that tells this error."""
    told: dict[str, Any] = {
        "type": "about:blank",
        "title": _line(error.what),
        "status": error.status,
        "detail": _line(error.why),
        "mend": _line(error.mend),
    }
    headers = {}
    if isinstance(error, Objected):
        told["objections"] = [asdict(one) for one in error.objections]
    if isinstance(error, TooSoon):
        headers["Retry-After"] = str(math.ceil(error.seconds))
    if isinstance(error, Busy):
        headers["Retry-After"] = "1"  # nothing is refused for good
    if isinstance(error, NotSignedOn):
        headers["WWW-Authenticate"] = "Bearer"
    if not error.logged and (error.status >= _SERVER or error.status == HTTPStatus.FAILED_DEPENDENCY):
        log.error("%s", error)
    return JSONResponse(told, status_code=error.status, media_type=MEDIA, headers=headers)


class Fault(RoomctlError):  # noqa: N818 - as the other kinds are named
    """Of our own."""

    status = 500


def unforeseen(error: BaseException) -> JSONResponse:
    """A fault of our own: its trace goes into the log, and to nobody else."""
    log.error("a request failed: %s", error, exc_info=error)
    return problem(
        Fault(
            tr("程序出错", "roomctl failed"),
            type(error).__name__,
            tr("详情见日志 logs/roomctl.log", "logs/roomctl.log says more"),
        )
    )


def invalid(errors: Sequence[Mapping[str, Any]]) -> BadInput:
    """What is wrong with a request's fields, by name."""
    said = several(f"{'.'.join(str(part) for part in one['loc'])}: {wrong(one)}" for one in errors[:_SHOWN])
    return BadInput(
        tr("请求的内容不对", "the request is not right"),
        said,
        tr("请按 /api/v1/openapi.json 改正", "see /api/v1/openapi.json, and mend these fields"),
    )


_SHOWN = 5  # fields that are named in one answer


def plain(status: int, path: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """What the framework itself refuses: no such path, no such method, a body it cannot read."""
    if status == HTTPStatus.NOT_FOUND:
        return problem(
            NotFound(
                tr(f"没有 {path}", f"there is no {path}"),
                mend=tr("可用的见 /api/v1/openapi.json", "see /api/v1/openapi.json"),
            )
        )
    methods = status == HTTPStatus.METHOD_NOT_ALLOWED
    error = BadInput(
        tr(f"{path} 不接受这种请求", f"{path} takes no such request")
        if methods
        else tr("请求无法处理", HTTPStatus(status).phrase),
        tr(f"HTTP {status}", HTTPStatus(status).description),
        tr("请按 /api/v1/openapi.json 改正", "see /api/v1/openapi.json"),
    )
    answer = problem(error)
    answer.status_code = status
    answer.body = answer.render(
        {"type": "about:blank", "title": error.what, "status": status, "detail": error.why, "mend": error.mend}
    )
    answer.headers.update({**(headers or {}), "content-length": str(len(answer.body))})
    return answer


def _line(text: str) -> str:
    return " ".join(text.split())
