"""Plugins: how each stands, and whether it is wanted."""

from typing import Annotated

from fastapi import Depends, Path, Request
from pydantic import BaseModel

from roomctl.domain.access import Right, User
from roomctl.web.rest.desk import host_of, router
from roomctl.web.session import Needs

routes = router("plugins")

PluginName = Annotated[str, Path(pattern=r"^[0-9A-Za-z_.-]{1,100}$", examples=["audio"])]


class PluginShape(BaseModel):
    """One plugin: enabled, disabled, load_error, config_error, self_check_error, setup_error or failed."""

    name: str
    version: str
    status: str
    reason: str | None
    mend: str | None


@routes.get("/plugins", summary="All plugins")
def list_plugins(request: Request, _user: Annotated[User, Depends(Needs(Right.SEE_PLUGINS))]) -> list[PluginShape]:
    """Where one is not enabled: why, and the mend."""
    rows = host_of(request).application.plugins.status()
    return [PluginShape.model_validate(row.as_json()) for row in rows]


@routes.post("/plugins/{name}/enable", status_code=204, summary="Enable it, from the next start on")
def enable(request: Request, _user: Annotated[User, Depends(Needs(Right.MANAGE_PLUGINS))], name: PluginName) -> None:
    """Also forgives its failures."""
    host_of(request).application.plugins.enable(name)


@routes.post("/plugins/{name}/disable", status_code=204, summary="Disable it, from the next start on")
def disable(request: Request, _user: Annotated[User, Depends(Needs(Right.MANAGE_PLUGINS))], name: PluginName) -> None:
    """The others go on."""
    host_of(request).application.plugins.disable(name)
