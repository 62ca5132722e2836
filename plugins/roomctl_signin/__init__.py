"""Roster, sign-in, leave and proxy; who a card, a telephone or a seat belongs to; the list for the archive."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from roomctl.api import (
    Check,
    Meeting,
    Missing,
    Objection,
    PackageFile,
    PageOffer,
    PluginContext,
    Right,
    ScreenOffer,
    Service,
    State,
    hookimpl,
)
from roomctl.api.rosters import Ranking
from roomctl_signin.config import Config


@hookimpl
def roomctl_config_model() -> type[BaseModel]:
    """Its section of roomctl.toml."""
    return Config


@hookimpl
def roomctl_screens(ctx: PluginContext) -> Sequence[ScreenOffer]:
    """The terminal at the door, 会务员's desk, the report, the waiting room, its usher; telephones."""
    here, desk, roster = Path(__file__).parent, Right.SIGN_IN, Right.SEE_ROSTER
    screens = (
        ("terminal", ("签到终端", "Sign-in terminal"), here / "terminal" / "page", desk),
        ("desk", ("签到台", "Sign-in desk"), here / "desk" / "page", desk),
        ("rehearsal", ("签到演练", "Sign-in rehearsal"), here / "terminal" / "page", desk),
        ("report", ("会前报告", "Report before the start"), here / "report_page", roster),
        ("waiting", ("候会室大屏", "Waiting room"), here / "waiting" / "screen", roster),
        ("usher", ("候会引导", "Usher"), here / "waiting" / "usher", desk),
    )
    offers = [ScreenOffer(name=one, title=title, folder=at, right=right) for one, title, at, right in screens]
    if ctx.config is not None and ctx.config.phone:
        from roomctl_signin.phone import codes  # noqa: PLC0415 - light start

        offers.append(
            ScreenOffer(
                name=codes.SCREEN,
                title=("手机签到", "Sign-in by telephone"),
                folder=here / "phone" / "page",
                right=desk,
                page="page",
                door=partial(codes.enter, ctx),
            )
        )
    return offers


@hookimpl
def roomctl_api_routes(ctx: PluginContext) -> Any:
    """What terminal and desk show, and what is done there; the T−15 report; ranking; 候会."""
    from roomctl_signin import acts  # noqa: PLC0415 - light start
    from roomctl_signin.cards import reading  # noqa: PLC0415
    from roomctl_signin.cards import routes as card_routes  # noqa: PLC0415
    from roomctl_signin.desk import routes as desk  # noqa: PLC0415
    from roomctl_signin.phone import routes as phone  # noqa: PLC0415
    from roomctl_signin.terminal import attending  # noqa: PLC0415
    from roomctl_signin.terminal.routes import router  # noqa: PLC0415
    from roomctl_signin.waiting import routes as waiting  # noqa: PLC0415

    taking = acts.Taking(ctx)
    cards = reading.shared(ctx, taking)
    routes = attending.add(router(ctx, taking, cards), ctx, taking)
    routes = phone.add(desk.add(routes, ctx, taking), ctx, taking)
    return card_routes.add(waiting.add(routes, ctx, taking), ctx)


@hookimpl
def roomctl_services(ctx: PluginContext) -> Sequence[Service]:
    """The report a quarter of an hour before the start; card readers, where the host has some."""
    from roomctl_signin.reporting import Reporting  # noqa: PLC0415

    if not (ctx.config and ctx.config.readers):
        return [Reporting(ctx)]
    from roomctl_signin.cards import reading  # noqa: PLC0415
    from roomctl_signin.cards.service import CardReaders  # noqa: PLC0415

    return [Reporting(ctx), CardReaders(ctx, reading.shared(ctx), ctx.config.readers)]


@hookimpl
def roomctl_self_check(ctx: PluginContext) -> Sequence[Missing]:
    """Libraries of the configured card readers."""
    if not (ctx.config and ctx.config.readers):
        return []
    from roomctl_signin.cards.service import missing  # noqa: PLC0415

    return missing(ctx.config.readers)


@hookimpl
def roomctl_device_checks(ctx: PluginContext) -> Sequence[Check]:
    """That a telephone can open the page of its sign-in, where that is configured."""
    from roomctl_signin.phone import check, codes  # noqa: PLC0415

    return [check.PhoneCheck(ctx)] if codes.configured(ctx) else []


@hookimpl
def roomctl_commands(ctx: PluginContext) -> Mapping[str, Callable[..., Any]]:
    """`roomctl roster …` and `roomctl signin …`."""
    from roomctl_signin.cli import roster, signin  # noqa: PLC0415 - a plugin's module loads nothing heavy

    return {"roster": roster.build(ctx), "signin": signin.build(ctx)}


@hookimpl
def roomctl_pages(ctx: PluginContext) -> Sequence[PageOffer]:
    """Who signs in now, and the way to the desk."""
    from roomctl_signin import page  # noqa: PLC0415

    return [
        PageOffer(path="", title=("签到", "Sign-in"), icon="group", roles=page.DESK, build=lambda: page.build(ctx))
    ]


@hookimpl
def roomctl_identify(ctx: PluginContext, meeting: Meeting, evidence: Mapping[str, str]) -> str | None:
    """By `card`, `phone` or `seat`; None where nobody, or more than one, is meant."""
    from roomctl_signin import evidence as known  # noqa: PLC0415

    return known.identify(ctx.services.roster(meeting.id), known.cards(ctx, meeting.id), evidence)


@hookimpl
def roomctl_ranking(ctx: PluginContext) -> Ranking:
    """The office's own table, or the shipped one."""
    from roomctl_signin import ranks  # noqa: PLC0415 - light start

    return ranks.Table(ctx)


@hookimpl
def roomctl_gate(ctx: PluginContext, meeting: Meeting, target: State) -> Sequence[Objection]:
    """Objects to the start while the body has no quorum."""
    from roomctl_signin import quorums  # noqa: PLC0415

    return quorums.objections(ctx, meeting) if target is State.IN_SESSION else []


@hookimpl
def roomctl_package_files(ctx: PluginContext, meeting: Meeting) -> Sequence[PackageFile]:
    """The attendance list as CSV and JSON, and what was signed on glass."""
    from roomctl_signin import lists  # noqa: PLC0415
    from roomctl_signin.terminal import glass  # noqa: PLC0415

    signed = [PackageFile(f"records/signatures/{path.name}", path) for path in glass.files(ctx, meeting.id)]
    return [*lists.package_files(ctx, meeting), *signed]
