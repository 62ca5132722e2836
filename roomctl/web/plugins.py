"""What plugins add to the web: routes under /api/v1/x/<plugin>/, pages under /p/<plugin>/, panels in slots."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute

from roomctl.domain.meeting import Meeting
from roomctl.errors import MissingPart, RoomctlError
from roomctl.host.calls import FailureKind
from roomctl.host.plugins import PluginHost
from roomctl.host.status import Status
from roomctl.i18n import tr
from roomctl.services.offers import PageOffer, PanelOffer
from roomctl.serving import Host
from roomctl.web.session import Needs
from roomctl.web.ui import Part

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExtraPage:
    """A plugin's page, and where it stands."""

    plugin: str
    offer: PageOffer

    @property
    def path(self) -> str:
        return f"/p/{self.plugin}/{self.offer.path}".rstrip("/")

    def open_to(self, roles: Iterable[str]) -> bool:
        return not self.offer.roles or not self.offer.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class ExtraPanel:
    """A plugin's panel."""

    plugin: str
    offer: PanelOffer

    def open_to(self, roles: Iterable[str]) -> bool:
        return not self.offer.roles or not self.offer.roles.isdisjoint(roles)


class Extras:
    """Asks the plugins once, when the host is ready; until then there is nothing of theirs."""

    def __init__(self, host: Host, routes: FastAPI) -> None:
        self._host, self._routes = host, routes
        self._lock = threading.Lock()
        self._asked = False
        self._pages: tuple[ExtraPage, ...] = ()
        self._panels: tuple[ExtraPanel, ...] = ()

    @property
    def plugins(self) -> PluginHost:
        return self._host.application.plugins

    def ask(self) -> None:
        """In a thread: the plugins answer in their own time."""
        with self._lock:
            if self._asked or not self._host.plugins_up:
                return
            self._asked = True
            pages = [ExtraPage(name, one) for name, offers in self.plugins.ask("roomctl_pages") for one in offers]
            panels = [ExtraPanel(name, one) for name, offers in self.plugins.ask("roomctl_panels") for one in offers]
            self._pages, self._panels = tuple(pages), tuple(panels)
            for name, router in self.plugins.ask("roomctl_api_routes"):
                self._include(name, router)

    @property
    def pages(self) -> Sequence[ExtraPage]:
        """Of plugins that still run."""
        self.ask()
        return [one for one in self._pages if one.plugin in self.plugins.loaded]

    def panels(self, slot: str) -> Sequence[ExtraPanel]:
        """The panels of a slot, of plugins that still run."""
        self.ask()
        return [one for one in self._panels if one.offer.slot == slot and one.plugin in self.plugins.loaded]

    def page(self, plugin: str, path: str) -> ExtraPage | None:
        wanted = f"/p/{plugin}/{path}".rstrip("/")
        return next((one for one in self.pages if one.path == wanted), None)

    def build(self, one: ExtraPage | ExtraPanel, meeting: Meeting | None = None) -> Part:
        """What the plugin draws, made in a thread of its own, with a deadline.

        Raises: MissingPart, where it draws nothing; why, and the mend.
        """
        offer = one.offer
        make: Callable[[], Any] = offer.build if isinstance(offer, PageOffer) else lambda: offer.build(meeting)
        outcome = self.plugins.run(one.plugin, f"{offer.title[1]}", make)
        if isinstance(outcome.value, Part):
            return outcome.value
        failure = outcome.failure
        why = failure.reason if failure else tr("没有给出页面部件", "it gave no ui.Part")
        raise MissingPart(
            tr(
                f"插件 {one.plugin} 的“{offer.title[0]}”显示不出来",
                f"{offer.title[1]!r} of plugin {one.plugin} cannot be shown",
            ),
            why,
            tr("请到插件页处理，其他页面不受影响", "see the plugins page; the other pages go on"),
        )

    def _include(self, plugin: str, router: Any) -> None:
        """All its routes, or none: each must say which right it needs."""
        wrong = _wrong(router)
        if wrong:
            log.error("plugin %s: routes are not served: %s", plugin, wrong)
            self.plugins.put_out(plugin, Status.SETUP_ERROR, f"roomctl_api_routes: {wrong}", "")
            return
        for route in router.routes:
            if not iscoroutinefunction(route.endpoint):
                route.endpoint = self._guarded(plugin, route)
        self._routes.include_router(router, prefix=f"/{plugin}")

    def _guarded(self, plugin: str, route: APIRoute) -> Callable[..., Any]:
        endpoint = route.endpoint

        @wraps(endpoint)
        def guarded(*args: Any, **named: Any) -> Any:
            return answer_of(self.plugins, plugin, route.path, lambda: endpoint(*args, **named))

        return guarded


class Silent(MissingPart):
    """A plugin does not answer. The host has logged what befell it, once, however many screens ask."""

    logged = True


def answer_of(plugins: PluginHost, plugin: str, what: str, work: Callable[[], Any]) -> Any:
    """What a plugin answers to a request, in a thread of its own, with a deadline.

    Raises: what it refuses. Silent: it hangs, or is out.
    """
    outcome = plugins.run(plugin, what, lambda: _answered(work))
    if outcome.failure is None and outcome.value is not None:
        answer, refusal = outcome.value
        if refusal is not None:
            raise refusal
        return answer
    assert outcome.failure is not None  # noqa: S101 - or there would be a value
    if outcome.failure.kind is FailureKind.RAISE and outcome.failure.error is not None:
        raise outcome.failure.error
    raise Silent(
        tr(f"插件 {plugin} 没有回答", f"plugin {plugin} does not answer"),
        outcome.failure.reason,
        f"roomctl plugins info {plugin}",
    )


def _answered(work: Callable[[], Any]) -> tuple[Any, RoomctlError | None]:
    """What it answers, or what it refuses: a request that is wrong is no fault of the plugin."""
    try:
        return work(), None
    except RoomctlError as error:
        return None, error


def _wrong(router: Any) -> str:
    if not isinstance(router, APIRouter):
        return f"a {type(router).__name__} instead of an APIRouter"
    for route in router.routes:
        if not isinstance(route, APIRoute):
            return f"{getattr(route, 'path', route)}: only plain routes are served"
        if not any(isinstance(one.call, Needs) for one in route.dependant.dependencies):
            return f"{route.path}: no right is named; add dependencies=[needs(Right.…)] from roomctl.api.routes"
    return ""
