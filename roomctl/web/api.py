"""Health and readiness, for a watchdog and for the technician. Nothing of a meeting is told here."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from roomctl import __version__
from roomctl.errors import RoomctlError
from roomctl.serving import Host, Phase

PROBLEM = "application/problem+json"


def build(host: Host) -> FastAPI:
    """The application; errors are problem+json (RFC 9457) with the mend."""
    web = FastAPI(title="roomctl", version=__version__, docs_url=None, redoc_url=None)

    @web.exception_handler(RoomctlError)
    def _problem(_request: Request, error: Exception) -> JSONResponse:
        what, why, mend = error.args
        status = getattr(error, "status", 500)
        return JSONResponse(
            {"title": what, "detail": why, "mend": mend, "status": status}, status_code=status, media_type=PROBLEM
        )

    @web.get("/api/v1/health")
    def health() -> dict[str, Any]:
        """How far the host is, how each plugin stands, and what its services are at."""
        plugins = host.application.plugins
        services = plugins.services() if host.phase is Phase.READY else []
        return {
            "phase": host.phase,
            "version": __version__,
            "plugins": [status.as_json() for status in plugins.status()],
            "services": [
                {
                    "name": service.name,
                    "ok": (told := service.health()).ok,
                    "why": told.why,
                    "mend": told.mend,
                    "under_way": len(service.progress()),
                }
                for service in services
            ],
        }

    @web.get("/api/v1/ready")
    def ready() -> JSONResponse:
        """200 when requests are accepted, 503 with `recovering` before."""
        return JSONResponse({"phase": host.phase}, status_code=200 if host.phase is Phase.READY else 503)

    return web
