"""Who is let in by which code: the one that the terminal shows, or somebody's own."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote
from zoneinfo import ZoneInfo

from roomctl.api import (
    CheckReport,
    CheckState,
    Forbidden,
    Meeting,
    PluginContext,
    Refused,
    attendance,
    lifecycle,
    passes,
    tr,
)
from roomctl.api.custody import Way, may
from roomctl_signin.config import Config

SCREEN = "phone"
DEVICE, CHECK = "phone", "signin.page"
"""Keys of the result that says whether a telephone can open the page."""

_SERIAL = "personal_code/"
"""Before a person's id, among the plugin's documents of a meeting: serial of the code that is good."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a terminal shows: the address as QR code, and the seconds until it changes."""

    url: str
    left: int


def configured(ctx: PluginContext) -> bool:
    """Whether the office lets people sign in by telephone at all."""
    return bool(_config(ctx).phone)


def allowed(meeting: Meeting) -> bool:
    """Never for a state secret: nobody takes a telephone into it."""
    return may(meeting.highest_secrecy.level, Way.PHONE)


def need_allowed(ctx: PluginContext, meeting: Meeting) -> None:
    """Raises: SecrecyRefused: by its 密级 nobody signs in by telephone. Refused: the office lets nobody do so."""
    ctx.services.need_way(meeting.id, Way.PHONE)
    if not configured(ctx):
        raise Refused(
            tr("本次会议不用手机签到", "nobody signs in by telephone here"),
            tr("没有写手机签到地址", "no address for telephones is set"),
            tr("请在设置里写 [plugins.signin] phone", "set phone in [plugins.signin]"),
        )


def ready(ctx: PluginContext, meeting: Meeting) -> bool:
    """Whether codes may be shown: it is configured, and today's check has opened the page as a telephone does."""
    if not configured(ctx) or not allowed(meeting) or meeting.state not in lifecycle.MEETS:
        return False
    today = ctx.clock.now().astimezone(ZoneInfo(meeting.zone)).date()
    reports = [ctx.services.check_report(of) for of in (meeting.id, None)]
    told = [(one.at, state) for one in reports if one and (state := _state(one)) is not None]
    newest: tuple[datetime, CheckState] | None = max(told, default=None, key=lambda one: one[0])
    return newest is not None and newest[1] is CheckState.OK and _day(newest[0], meeting) == today


def _state(report: CheckReport) -> CheckState | None:
    return next((one.state for one in report.results if (one.device, one.check) == (DEVICE, CHECK)), None)


def _day(at: datetime, meeting: Meeting) -> object:
    return at.astimezone(ZoneInfo(meeting.zone)).date()


def current(ctx: PluginContext, meeting_id: str) -> Shown:
    """The rotating code of this moment."""
    at = ctx.clock.now().timestamp()
    return Shown(address(ctx, meeting_id, passes.rotating(ctx.secret, meeting_id, at)), passes.left(at))


def personal(ctx: PluginContext, meeting_id: str, person: str) -> str:
    """Address of a person's own code, for the notice and the 座签. Raises: NotFound: not on the roster."""
    who = attendance.find_person(ctx.services.roster(meeting_id), person)
    code = passes.personal(ctx.secret, meeting_id, who.id, serial(ctx, meeting_id, who.id))
    return address(ctx, meeting_id, code)


def address(ctx: PluginContext, meeting_id: str, code: str) -> str:
    """What stands in the QR code."""
    return f"{_config(ctx).phone.rstrip('/')}/s/{ctx.name}/{SCREEN}/{meeting_id}?c={quote(code)}"


def revoke(ctx: PluginContext, meeting_id: str, person: str) -> None:
    """The code that is out is worthless from now on, and so is what it let in. Raises: NotFound."""
    who = attendance.find_person(ctx.services.roster(meeting_id), person)
    ctx.store(meeting_id).put(f"{_SERIAL}{who.id}", serial(ctx, meeting_id, who.id) + 1)
    ctx.publish("code_revoked", {"person": who.id, "name": who.name}, meeting_id)


def serial(ctx: PluginContext, meeting_id: str, person_id: str) -> int:
    """Of the code that is good now."""
    return int(ctx.store(meeting_id).get(f"{_SERIAL}{person_id}", 1))


def enter(ctx: PluginContext, meeting_id: str, code: str) -> str:
    """The door of the telephones' screen: whom the code belongs to, as `person.serial`; empty for the terminal's.

    Raises: NotFound. Forbidden: it is not good, in words.
    """
    meeting = ctx.services.meeting(meeting_id)
    if not configured(ctx) or not allowed(meeting):
        raise Forbidden(
            tr("本次会议不用手机签到", "nobody signs in by telephone here"),
            tr("没有开通，或会议不允许", "it is not switched on, or the meeting does not allow it"),
            tr("请在签到终端或会务台签到", "sign in at the terminal or at the desk"),
        )
    known = passes.of_person(ctx.secret, meeting_id, code)
    if known is not None:
        holder = f"{known[0]}.{known[1]}"
        of_holder(ctx, meeting_id, holder)
        return holder
    judged = passes.judge_rotating(ctx.secret, meeting_id, code, ctx.clock.now().timestamp())
    if judged is passes.Judged.GOOD:
        return ""
    raise Forbidden(
        tr("二维码不能用", "this code is not good"),
        tr(f"已过期，每 {passes.STEP} 秒换一次", f"it has expired: a code lasts {passes.STEP} s")
        if judged is passes.Judged.EXPIRED
        else tr("不是本次会议的码", "it was not made for this meeting"),
        tr("请重新扫签到终端上的码", "scan the code of the terminal again"),
    )


def of_holder(ctx: PluginContext, meeting_id: str, holder: str) -> str:
    """Id of the person whose own code it was. Raises: Forbidden: it was revoked."""
    person, _, number = holder.rpartition(".")
    if number != str(serial(ctx, meeting_id, person)):
        raise Forbidden(
            tr("这个个人码已作废", "this personal code was revoked"),
            tr("会务人员已换发新码", "a new one was given out"),
            tr("请用新码，或在签到终端签到", "use the new one, or sign in at the terminal"),
        )
    return person


def _config(ctx: PluginContext) -> Config:
    config: Config = ctx.config or Config()
    return config
