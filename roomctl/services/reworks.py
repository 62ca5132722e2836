"""A finished transcript done again, by another engine or with what is known by now; its holes tried again.

The wish is an event. Whoever transcribes finds it there, and carries it out; the old version stays what everybody
reads until the new one is complete. While a wish waits the meeting cannot be closed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from roomctl.domain import holes as by_people
from roomctl.domain import rework
from roomctl.domain.events import Actor, Event
from roomctl.domain.lifecycle import Need, State
from roomctl.domain.meeting import Meeting
from roomctl.domain.rework import HoleSeen, Rework, ReworkKind
from roomctl.domain.transcript import Hole, Transcript, TranscriptSegment
from roomctl.errors import BadInput, Busy, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services import transcripts
from roomctl.services.identity import new_id
from roomctl.services.offers import AUTO
from roomctl.services.ports import Clock, Models, Plugins, UnitOfWork

WRITTEN, DISMISSED = "transcript.hole_written", "transcript.hole_dismissed"
_SAME = 0.05  # seconds


def wishes(meeting_id: str, *, uow: UnitOfWork) -> tuple[Rework, ...]:
    """All that were ever asked for, the oldest first."""
    with uow.reading():
        return _wishes(meeting_id, uow)


def ask(
    meeting_id: str,
    kind: ReworkKind,
    *,
    engine: str = "",
    model: str = "",
    numbers: Sequence[int] = (),
    plugins: Plugins,
    models: Models,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> Rework:
    """Notes the wish, and keeps the meeting from being closed until it is carried out or cancelled.

    Args:
        engine, model: empty is what made the newest version: then its words are written again with the roster, terms
            and papers of now, and nothing is decoded a second time. For holes it is what is configured.
        numbers: of holes, from 1; empty is all.

    Raises:
        BadInput: no such engine or model, or no such hole. Busy: another wish waits. NotFound: there is nothing to do
            again. Refused: the transcript is not complete yet, or it is archived.

    """
    _need_known(engine, model, plugins, models)
    with uow:
        meeting, newest = _finished(meeting_id, uow)
        if waiting := next((one for one in _wishes(meeting_id, uow) if one.waiting), None):
            raise Busy(
                tr(f"{waiting.by} 已经要求{waiting.kind.label}", f"{waiting.by} has asked for it already"),
                tr("一次只做一件", "one thing is done at a time"),
                tr("等它做完，或先取消", "wait until it is done, or cancel it first"),
            )
        chosen = _chosen(newest, numbers) if kind is ReworkKind.HOLES else ()
        if kind is ReworkKind.AGAIN and not engine:
            engine, model = newest.engine, model or newest.model
        wish = Rework(id=new_id(), kind=kind, engine=engine, model=model, by=actor.name, at=clock.now(), holes=chosen)
        told = {
            "rework": wish.id,
            "kind": kind.value,
            "engine": engine,
            "model": model,
            "holes": [asdict(hole) for hole in chosen],
        }
        uow.events.append(Event(stream=meeting_id, kind=rework.ASKED, actor=actor, at=wish.at, data=told))
        uow.meetings.save(meeting.lack(Need.TRANSCRIPT))
        uow.commit()
    return wish


def cancel(meeting_id: str, *, actor: Actor, clock: Clock, uow: UnitOfWork) -> Rework:
    """The wish that waits is given up; what it has filled already stays. Raises: NotFound, where none waits."""
    with uow:
        meeting = uow.meetings.get(meeting_id)
        wish = _waiting(meeting_id, uow)
        told = {"rework": wish.id, "kind": wish.kind.value}
        uow.events.append(Event(stream=meeting_id, kind=rework.CANCELLED, actor=actor, at=clock.now(), data=told))
        _let_close(meeting, uow)
        uow.commit()
        return next(one for one in _wishes(meeting_id, uow) if one.id == wish.id)


def tried(
    meeting_id: str,
    transcript: Transcript,
    hole: Hole,
    *,
    gained: int,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> Rework:
    """What came of the next hole is kept, before the one after it is begun.

    Args:
        transcript: the newest version with the hole filled, as `rework.fill` gives it.

    Raises:
        NotFound: the wish was cancelled meanwhile, or waits for another hole.

    """
    with uow:
        meeting, wish = uow.meetings.get(meeting_id), _waiting(meeting_id, uow)
        before = uow.transcripts.latest(meeting_id)
        if before is None or before.id != transcript.id or not wish.left or wish.left[0] != hole:
            raise _none_waits()
        uow.transcripts.put(by_people.carry(before, transcript))
        inside = [one for one in transcript.holes if rework.inside(one, hole)]
        told = {
            "rework": wish.id,
            "transcript": transcript.id,
            "hole": asdict(hole),
            "gained": gained,
            "left": round(sum(one.end - one.start for one in inside), 2),
        }
        uow.events.append(Event(stream=meeting_id, kind=rework.TRIED, actor=actor, at=clock.now(), data=told))
        now = next(one for one in _wishes(meeting_id, uow) if one.id == wish.id)
        if not now.waiting:
            _let_close(meeting, uow)
        uow.commit()
    return now


def holes(meeting_id: str, *, uow: UnitOfWork) -> tuple[HoleSeen, ...]:
    """Those of the newest version; none where there is no version."""
    with uow.reading():
        newest = uow.transcripts.latest(meeting_id)
    return rework.holes(newest) if newest else ()


def write(
    meeting_id: str,
    number: int,
    text: str,
    *,
    speaker: str = "",
    start: float | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> TranscriptSegment:
    """A person writes down what is said in a hole.

    Args:
        number: of the hole, from 1; start: where it begins, as it was seen.

    Raises:
        BadInput: no such hole, or the text is no sentence. Busy: the holes are other ones by now. NotFound: there is
            no transcript. Refused: it is archived.

    """
    text = transcripts.sentence_of(text)
    with uow:
        newest, hole = _open_hole(meeting_id, number, start, uow)
        recording = next(one for one in uow.recordings.heads(meeting_id) if one.id == hole.recording)
        made, said = by_people.write(newest, hole, text, rate=recording.sample_rate, by=actor.name, speaker=speaker)
        uow.transcripts.put(made)
        told = {"transcript": made.id, "sentence": said.id, "hole": asdict(hole), "text": said.text}
        _tell(meeting_id, WRITTEN, told, actor=actor, clock=clock, uow=uow)
        uow.commit()
    return said


def dismiss(
    meeting_id: str,
    number: int,
    why: str,
    *,
    start: float | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> None:
    """A person has listened: nobody speaks there. Args and errors as of `write`."""
    why = transcripts.sentence_of(why)
    with uow:
        newest, hole = _open_hole(meeting_id, number, start, uow)
        uow.transcripts.put(by_people.dismiss(newest, hole, why, by=actor.name))
        told = {"transcript": newest.id, "hole": asdict(hole), "why": why}
        _tell(meeting_id, DISMISSED, told, actor=actor, clock=clock, uow=uow)
        uow.commit()


def _open_hole(meeting_id: str, number: int, start: float | None, uow: UnitOfWork) -> tuple[Transcript, Hole]:
    transcripts.need_open(meeting_id, uow)
    newest = uow.transcripts.latest(meeting_id)
    if newest is None:
        raise NotFound(
            tr("还没有转写稿", "there is no transcript yet"),
            mend=tr("录音封存后自动转写", "it is made as the sound is sealed"),
        )
    (hole,) = _chosen(newest, [number])
    if start is not None and abs(hole.start - start) > _SAME:
        raise Busy(
            tr("漏字的地方刚变了", "the holes have just changed"),
            tr(f"第 {number} 处现在从 {hole.start:.1f} 秒开始", f"hole {number} now begins at {hole.start:.1f} s"),
            tr("刷新后再填", "load them again"),
        )
    return newest, hole


def _tell(
    meeting_id: str, kind: str, told: Mapping[str, object], *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> None:
    uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))


def _wishes(meeting_id: str, uow: UnitOfWork) -> tuple[Rework, ...]:
    return rework.of_log(uow.events.stream(meeting_id, rework.KINDS))


def _waiting(meeting_id: str, uow: UnitOfWork) -> Rework:
    wish = next((one for one in _wishes(meeting_id, uow) if one.waiting), None)
    if wish is None:
        raise _none_waits()
    return wish


def _none_waits() -> NotFound:
    return NotFound(
        tr("现在没有在重新转写", "nothing is being done again"),
        tr("已经做完，或已取消", "it is done, or was cancelled"),
        tr("刷新后再看", "look again"),
    )


def _finished(meeting_id: str, uow: UnitOfWork) -> tuple[Meeting, Transcript]:
    """The meeting, and its newest version. Raises: NotFound, Refused."""
    meeting = uow.meetings.get(meeting_id)
    what = tr("不能重新转写", "it cannot be transcribed again")
    if meeting.state in {State.CLOSED, State.DEPOSITED, State.ARCHIVED}:
        raise Refused(
            what,
            tr(f"会议现在是“{meeting.state.label}”，转写稿已在档案包里", f"the meeting is {meeting.state.label!r}"),
            tr("需要更正请另附说明", "add a supplement"),
        )
    newest = uow.transcripts.latest(meeting_id)
    if newest is None:
        raise NotFound(
            tr("还没有转写稿", "there is no transcript yet"),
            mend=tr("录音封存后自动转写", "it is made as the sound is sealed"),
        )
    if meeting.state is not State.ADJOURNED or not newest.complete:
        raise Refused(
            what,
            tr("第一遍还没有转写完", "the first run is not complete"),
            tr("散会并转写完后再做", "wait until the meeting is over and transcribed"),
        )
    if not newest.engine:
        raise NotFound(what, tr("没有录音", "no sound was recorded"))
    return meeting, newest


def _chosen(newest: Transcript, numbers: Sequence[int]) -> tuple[Hole, ...]:
    known = range(1, len(newest.holes) + 1)
    if not known:
        raise NotFound(tr("没有漏字的地方", "there is no hole"), mend=tr("不用补", "nothing is to be done"))
    if bad := [number for number in numbers if number not in known]:
        raise BadInput(
            tr(f"没有第 {bad[0]} 处漏字", f"there is no hole {bad[0]}"),
            mend=tr("可选：", "known: ") + f"1–{known[-1]}",
        )
    return tuple(newest.holes[number - 1] for number in dict.fromkeys(numbers or known))


def _need_known(engine: str, model: str, plugins: Plugins, models: Models) -> None:
    """Raises: BadInput."""
    if engine not in {"", AUTO, *(offers := [one.name for one in plugins.engines()])}:
        raise BadInput(
            tr(f"没有名为“{engine}”的引擎", f"no engine named {engine!r}"),
            mend=tr("可用：", "known: ") + ", ".join([AUTO, *sorted(offers)]),
        )
    if model and model not in {*models.installed(), *(one.bundled for one in plugins.engines())}:
        raise BadInput(
            tr(f"没有安装模型“{model}”", f"the model {model!r} is not installed"),
            tr("已安装：", "installed: ") + (", ".join(sorted(models.installed())) or "-"),
            f"roomctl models pull {model}",
        )


def _let_close(meeting: Meeting, uow: UnitOfWork) -> None:
    """The newest version is complete, as it was before the wish."""
    uow.meetings.save(meeting.hold(Need.TRANSCRIPT))
