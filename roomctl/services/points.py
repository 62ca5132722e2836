"""议定事项 and other points of the newest version, as a secretary writes them; the 会议记录 is drafted from them."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

from roomctl.domain import points
from roomctl.domain.events import Actor, Event
from roomctl.domain.transcript import DraftPoint, PointKind, Transcript
from roomctl.errors import Busy, NotFound
from roomctl.i18n import tr
from roomctl.services import transcripts
from roomctl.services.ports import Clock, UnitOfWork

WRITTEN, ADDED, STRUCK = "transcript.point_written", "transcript.point_added", "transcript.point_struck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What a person writes of a point.

    Attributes:
        owner: 牵头单位; support: 配合单位; person: 责任人; deadline: 完成时限.

    """

    kind: PointKind
    what: str
    owner: str = ""
    support: tuple[str, ...] = ()
    person: str = ""
    deadline: str = ""

    @classmethod
    def of(cls, point: DraftPoint) -> "Wording":
        """As it stands."""
        return cls(
            kind=point.kind,
            what=point.what or point.text,
            owner=point.owner,
            support=point.support,
            person=point.person,
            deadline=point.deadline,
        )


def add(
    meeting_id: str, sentence: str, wording: Wording, *, actor: Actor, clock: Clock, uow: UnitOfWork
) -> DraftPoint:
    """One more point, of a sentence. Raises: NotFound: no such sentence. Refused: it is archived."""
    with uow:
        newest = _newest(meeting_id, uow)
        said = uow.transcripts.sentence(newest.id, sentence)
        if said is None or said.dropped:
            raise transcripts.no_sentence(sentence)
        name = points.fresh(newest.points, sentence)
        made = _worded(DraftPoint(kind=wording.kind, text=said.text, segment=sentence, id=name), wording, actor)
        order = uow.transcripts.sentences(newest.id, 0, transcripts.ALL)
        kept = points.ordered(points.put(newest.points, made), order)
        _keep(meeting_id, newest, kept, ADDED, None, made, actor=actor, clock=clock, uow=uow)
    return made


def write(
    meeting_id: str,
    name: str,
    wording: Wording,
    *,
    seen: Wording | None = None,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> DraftPoint:
    """A point written otherwise, of the words that stand there now; one that was struck out is there again.

    Args:
        seen: as it stood on the screen; where it is another by now, nothing is written over.

    Raises:
        NotFound: no such point. Busy: somebody else was quicker. Refused: it is archived.

    """
    with uow:
        newest = _newest(meeting_id, uow)
        before = _known(newest, name, seen)
        made = _worded(before, wording, actor)
        if replace(made, by=before.by) != before:
            kept = points.put(newest.points, made)
            _keep(meeting_id, newest, kept, WRITTEN, before, made, actor=actor, clock=clock, uow=uow)
    return made


def strike(
    meeting_id: str, name: str, *, seen: Wording | None = None, actor: Actor, clock: Clock, uow: UnitOfWork
) -> DraftPoint:
    """It is none; later versions leave it out too. Args and errors as of `write`."""
    with uow:
        newest = _newest(meeting_id, uow)
        before = _known(newest, name, seen)
        made = replace(before, id=before.name, struck=True, by=actor.name)
        if not before.struck:
            kept = points.put(newest.points, made)
            _keep(meeting_id, newest, kept, STRUCK, before, made, actor=actor, clock=clock, uow=uow)
    return made


def _newest(meeting_id: str, uow: UnitOfWork) -> Transcript:
    """Without its sentences."""
    transcripts.need_open(meeting_id, uow)
    return transcripts.head(meeting_id, uow)


def _worded(point: DraftPoint, wording: Wording, actor: Actor) -> DraftPoint:
    return replace(
        point,
        kind=wording.kind,
        what=wording.what,
        owner=wording.owner,
        support=wording.support,
        person=wording.person,
        deadline=wording.deadline,
        text=point.now or point.text,
        now="",
        id=point.name,
        by=actor.name,
        struck=False,
    )


def _known(newest: Transcript, name: str, seen: Wording | None) -> DraftPoint:
    found = next((one for one in newest.points if one.name == name), None)
    if found is None:
        raise NotFound(
            tr(f"没有要点 {name}", f"no point {name}"),
            tr("可能已重新转写", "it may have been transcribed again"),
            tr("请刷新页面", "load the page again"),
        )
    if seen is not None and seen != Wording.of(found):
        who = found.by or tr("转写", "The transcription")
        raise Busy(
            tr(f"{who} 刚改过这一条", f"{who} has just changed this point"),
            tr(f"现在是“{found.what or found.text}”", f"it is now {found.what or found.text!r}"),
            tr("看过后再改一次", "look at it, then change it again"),
        )
    return found


def _keep(
    meeting_id: str,
    newest: Transcript,
    kept: Sequence[DraftPoint],
    kind: str,
    before: DraftPoint | None,
    after: DraftPoint,
    *,
    actor: Actor,
    clock: Clock,
    uow: UnitOfWork,
) -> None:
    uow.transcripts.put_points(newest.id, kept)
    told = {
        "transcript": newest.id,
        "point": after.name,
        "sentence": after.segment,
        "before": asdict(before) if before else None,
        "after": asdict(after),
    }
    uow.events.append(Event(stream=meeting_id, kind=kind, actor=actor, at=clock.now(), data=told))
    uow.commit()
