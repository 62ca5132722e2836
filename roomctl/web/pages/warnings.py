"""What stands now and concerns the sound: alarms of a running recorder, and one that went on by itself."""

from collections.abc import Sequence

from roomctl.domain.alarms import Alarm
from roomctl.i18n import tr
from roomctl.services.recordings import Continuation
from roomctl.web.pages.links import Facts
from roomctl.web.ui import Part, alarm_bar, clock_text, join, note_bar


def bars(facts: Facts, *more: Part, where: str = "") -> Part:
    """One red bar for the newest severe alarm, one amber line for the newest other, the rest counted.

    Args:
        more: at the end of the first bar, such as the button that leads to the meeting.
        where: which meeting, where several are on one screen.

    """
    severe = [one for one in facts.alarms if one.severe]
    mild = [one for one in facts.alarms if not one.severe]
    drawn: list[Part] = []
    if facts.recorder_down:
        drawn.append(
            alarm_bar(where + tr("录音程序没有应答", "the recorder does not answer"), facts.recorder_down, *more)
        )
    if severe:
        drawn.append(_severe(severe, where, () if drawn else more))
    if mild:
        rest = _more(len(mild) - 1)
        mend = tr("，", ", ").join(one for one in (mild[0].mend(), rest) if one)
        drawn.append(note_bar("warn", mend, *(() if drawn else more), strong=where + mild[0].what()))
    if facts.continued is not None:
        said = tr("已自动接着录，缺口已记下", "the recording went on by itself; the gap is declared")
        drawn.append(note_bar("warn", said, *(() if drawn else more), strong=where + cut_off(facts.continued)))
    if facts.unapproved:
        drawn.append(unapproved(*(() if drawn else more), where=where))
    return join(drawn)


def unapproved(*more: Part, where: str = "") -> Part:
    """The recording goes on, and lacks a paper."""
    return note_bar(
        "warn",
        tr("录音没有停；请保密员补登批准文号", "it goes on; the security officer enters the number of the approval"),
        *more,
        strong=where
        + tr("密级已升高，录音还没有重新批准", "The level was raised, and the recording not approved again"),
    )


def _severe(alarms: Sequence[Alarm], where: str, more: Sequence[Part]) -> Part:
    return alarm_bar(where + alarms[0].what(), alarms[0].mend(), *more, others=len(alarms) - 1)


def _more(count: int) -> str:
    return tr(f"还有 {count} 条", f"{count} more") if count else ""


def cut_off(found: Continuation) -> str:
    """What ended the recording before, and how much is missing, where that is known."""
    what = found.cut.label[:1].upper() + found.cut.label[1:]
    if not found.seconds:
        return what
    missing = (
        clock_text(found.seconds)
        if found.seconds >= 60  # noqa: PLR2004 - a minute
        else tr(f"{found.seconds:.0f} 秒", f"{found.seconds:.0f} s")
    )
    return tr(f"{what}，缺 {missing}", f"{what}: {missing} missing")
