"""Health and readiness, for a watchdog and for the technician. Nothing of a meeting is told here."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from roomctl import __version__
from roomctl.domain.access import Right
from roomctl.host.plugins import Report
from roomctl.serving import Host, Phase
from roomctl.web.session import user_of


def status(host: Host) -> APIRouter:
    """Two routes that anybody may call: a watchdog has no account. Why something is down is for those who mend it."""
    router = APIRouter(prefix="/api/v1", tags=["status"])

    @router.get("/health", summary="How far the host is, and how each plugin stands")
    def health(request: Request) -> dict[str, Any]:
        """Reasons and mends only with the right `status.read`."""
        user = user_of(request)
        in_full = user is not None and user.may(Right.SEE_STATUS)
        plugins = host.application.plugins
        services = plugins.reports() if host.phase is Phase.READY else []
        rows = [status.as_json() for status in plugins.status()]
        return {
            "phase": host.phase,
            "version": __version__,
            "plugins": rows if in_full else [{"name": row["name"], "status": row["status"]} for row in rows],
            "services": [_service(report, in_full=in_full) for report in services],
        }

    @router.get("/ready", summary="Whether requests are accepted", responses={503: {"description": "not yet"}})
    def ready() -> JSONResponse:
        """200 when requests are accepted, 503 with `recovering` before."""
        return JSONResponse({"phase": host.phase}, status_code=200 if host.phase is Phase.READY else 503)

    return router


def _service(report: Report, *, in_full: bool) -> dict[str, Any]:
    health = report.health
    short = {"name": report.name, "ok": health.ok, "under_way": len(report.progress)}
    return {**short, "why": health.why, "mend": health.mend} if in_full else short
