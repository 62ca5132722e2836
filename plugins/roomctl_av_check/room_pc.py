"""The checks of the room's PC: each reads its facts, then judges them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from roomctl.api import Check, CheckState, Meeting, PluginContext, Result, tr
from roomctl.api.devices import Title
from roomctl_av_check import certificate, facts, judge
from roomctl_av_check.config import AvCheckConfig

QUICK = 10.0
"""Seconds; two commands of the system at most, each with 5 of its own."""
SLOW = 60.0
"""Seconds to read the largest model once from a slow disk."""


@dataclass(slots=True)
class RoomCheck:
    """Implements `roomctl.api.Check`."""

    name: str
    title: Title
    look: Callable[[Meeting | None], Result]
    device: str = judge.DEVICE
    device_title: Title = judge.DEVICE_TITLE
    deadline: float = QUICK

    def run(self, meeting: Meeting | None) -> Iterable[Result]:
        return (replace(self.look(meeting), title=self.title, device_title=self.device_title),)


def checks(ctx: PluginContext) -> Sequence[Check]:
    """In the order in which a technician reads them."""
    config = ctx.config or AvCheckConfig()

    def disk(meeting: Meeting | None) -> Result:
        minutes = meeting.planned_minutes if meeting else config.minutes
        chosen = ctx.services.room_sound().order.tracks  # 0: as many as there are, which nobody knows before
        wanted = config.model_copy(update={"tracks": chosen}) if chosen else config
        return judge.disk(facts.disk(ctx.services.data), minutes, wanted)

    def clock(_: Meeting | None) -> Result:
        last = ctx.services.check_report(None)
        return judge.clock(facts.clock(ctx.clock.now(), ctx.services.room.zone, last.at if last else None))

    def model(meeting: Meeting | None) -> Result:
        if meeting is not None and not meeting.recorded:
            told = tr("本次会议不录音，不转写", "this meeting is not recorded, so nothing is transcribed")
            return Result(device=judge.DEVICE, check="model", state=CheckState.SKIPPED, message=told)
        return judge.speech(facts.speech(ctx.services, config.engine))

    shown = certificate.place(ctx.services.data)

    def tls(meeting: Meeting | None) -> Result:
        now = ctx.clock.now()
        until = meeting.starts_at + timedelta(minutes=meeting.planned_minutes) if meeting else now
        return certificate.judge(certificate.read(shown) if shown else certificate.Certificate(), now, until)

    return [
        *([RoomCheck("certificate", ("网页证书", "Web certificate"), tls)] if shown else ()),
        RoomCheck("disk", ("磁盘", "Disk"), disk),
        RoomCheck("memory", ("内存", "Memory"), lambda _: judge.memory(facts.memory(), config)),
        RoomCheck("load", ("负载", "Load"), lambda _: judge.load(facts.load(), config)),
        RoomCheck("power", ("供电", "Power"), lambda _: judge.power(facts.power())),
        RoomCheck("sleep", ("休眠", "Sleep"), lambda _: judge.sleep(facts.sleep()), deadline=2 * QUICK),
        RoomCheck("clock", ("时钟", "Clock"), clock),
        RoomCheck("clock-sync", ("对时", "Time service"), lambda _: judge.sync(facts.sync())),
        RoomCheck("model", ("语音模型", "Speech model"), model, deadline=SLOW),
        RoomCheck("fonts", ("字体", "Fonts"), lambda _: judge.fonts(facts.fonts())),
    ]
