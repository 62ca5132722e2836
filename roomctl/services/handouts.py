"""会议材料 by their numbers: registered, signed out, collected, released or handed over; see `domain/handouts.py`."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from roomctl.domain import clearing, handouts
from roomctl.domain.access import Right
from roomctl.domain.attendance import find_person
from roomctl.domain.handouts import Handout
from roomctl.domain.lifecycle import State
from roomctl.domain.lines import one_line
from roomctl.domain.meeting import Meeting
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.errors import BadInput, NotFound, Refused
from roomctl.i18n import tr
from roomctl.services.clearing import LIVE, OVER, Acts, Room, act
from roomctl.services.identity import new_id
from roomctl.services.marks import Desk


def register(
    meeting_id: str, document: str, copies: Sequence[str], secrecy: Secrecy, *, desk: Desk
) -> tuple[Handout, ...]:
    """Copies of a paper, by their numbers; all or none.

    Raises:
        BadInput: no title or number, or one too long; a 解密时间 that the law does not allow. Refused: a number is
            there already; the paper is more secret than the meeting, which those who may open the meeting are not
            cleared for.

    """
    title = one_line(tr("材料名称", "the paper's title"), document)
    numbers = [one_line(tr("份号", "the number"), one) for one in copies]
    if not 1 <= len(numbers) <= handouts.MAX_COPIES:
        raise BadInput(
            tr("份数不对", "the number of copies is wrong"),
            tr(f"一次 1 至 {handouts.MAX_COPIES} 份", f"1 to {handouts.MAX_COPIES} at once"),
        )
    secrecy.need_lawful(desk.clock.now().date())
    made = [{"id": new_id(), "copy": one} for one in numbers]

    def acts(room: Room) -> Acts:
        _need_below(secrecy, room.meeting)
        taken = [one.copy for one in room.handouts.copies if one.document == title]
        twice = [one for n, one in enumerate(numbers) if one in taken or one in numbers[:n]]
        if twice:
            raise Refused(
                tr(f"{title} {twice[0]} 号已经登记", f"{title} no. {twice[0]} is registered already"),
                mend=tr("请换一个份号", "give another number"),
            )
        level = {"level": secrecy.level.value, "years": secrecy.years, "until": secrecy.until}
        yield handouts.REGISTERED, {"document": title, **level, "copies": made}

    ids = {one["id"] for one in made}
    after = act(meeting_id, acts, desk, LIVE)
    return tuple(one for one in after.handouts.copies if one.id in ids)


def sign_out(meeting_id: str, handout: str, person: str, *, desk: Desk) -> Handout:
    """Somebody on the roster takes a copy. Raises: NotFound; Refused: somebody has it."""

    def acts(room: Room) -> Acts:
        who = find_person(desk.uow.roster.find(meeting_id, person), person)
        one = room.handouts.find(handout)
        if one.holder == who.id and not one.settled:
            return
        one.need(handouts.SIGNED_OUT)
        yield handouts.SIGNED_OUT, {"handout": one.id, "copy": one.copy, "person": who.id, "name": who.name}

    return act(meeting_id, acts, desk, LIVE).handouts.find(handout)


def take_back(meeting_id: str, handout: str, *, desk: Desk) -> Handout:
    """A copy is collected, also one that was released: it turns up weeks later."""
    return _of_handout(meeting_id, handout, handouts.RETURNED, {}, desk, LIVE | OVER)


def release(meeting_id: str, handout: str, where: str, *, desk: Desk) -> Handout:
    """A copy that is not 涉密 and cannot be collected: where it is. The 机要 see it until one has confirmed that.

    Raises:
        BadInput: it does not say where. Refused: it is a 涉密 one, or is not out.

    """
    said = {"where": one_line(tr("材料去向", "where it is"), where)}
    return _of_handout(meeting_id, handout, handouts.RELEASED, said, desk, {State.ADJOURNED})


def transfer(meeting_id: str, handout: str, where: str, *, desk: Desk) -> Handout:
    """A copy that cannot be collected is the 机要's from now on. Args: where: what is known, and the reference."""
    said = {"where": one_line(tr("情况和文号", "what is known, and the reference"), where)}
    return _of_handout(meeting_id, handout, handouts.TRANSFERRED, said, desk, {State.ADJOURNED})


def see_release(meeting_id: str, handout: str, *, desk: Desk) -> Handout:
    """One of the 机要 has seen where a released copy is."""
    return _of_handout(meeting_id, handout, handouts.SEEN, {}, desk, {State.ADJOURNED} | OVER)


def undo_handout(meeting_id: str, handout: str, *, allow: Callable[[Right], None], desk: Desk) -> Handout:
    """Takes the last act of a copy back; the event stays.

    Args:
        allow: raises where whoever does it lacks the right by which that act was done.

    """

    def acts(room: Room) -> Acts:
        one = room.handouts.find(handout)
        allow(one.undone_with)
        one.need(handouts.UNDONE)
        yield handouts.UNDONE, {"handout": one.id, "copy": one.copy}

    return act(meeting_id, acts, desk, LIVE).handouts.find(handout)


def contact(meeting_id: str, handout: str, *, desk: Desk) -> str:
    """The telephone of who has a copy. That it was looked up is an event.

    Raises:
        NotFound: no such copy, nobody has it, or the roster has no number.

    """
    phone = ""

    def acts(room: Room) -> Acts:
        nonlocal phone
        one = room.handouts.find(handout)
        who = next((person for person in desk.uow.roster.of(meeting_id) if person.id == one.holder), None)
        phone = who.phone if who else ""
        if who is None or not phone:
            raise NotFound(
                tr(f"没有 {one.name or one.line} 的电话", f"no telephone of {one.name or one.line}"),
                mend=tr("请问联系人，或在名单里补上", "ask the contact, or add it to the roster"),
            )
        yield clearing.CONTACTED, {"person": who.id, "name": who.name, "handout": one.id}

    act(meeting_id, acts, desk, LIVE | OVER, begins=False)
    return phone


def _of_handout(
    meeting_id: str, handout: str, kind: str, told: dict[str, Any], desk: Desk, states: Iterable[State]
) -> Handout:
    def acts(room: Room) -> Acts:
        one = room.handouts.find(handout)
        one.need(kind)
        yield kind, {"handout": one.id, "copy": one.copy, **told}

    return act(meeting_id, acts, desk, states).handouts.find(handout)


def _need_below(secrecy: Secrecy, meeting: Meeting) -> None:
    if secrecy.level is Level.TOP or secrecy.level.degree > meeting.highest_secrecy.level.degree:
        raise Refused(
            tr(f"{secrecy.level.value}材料不能登记", f"a {secrecy.level.value} paper cannot be registered"),
            tr(
                f"会议密级是{meeting.highest_secrecy.level.value}",
                f"the meeting's 密级 is {meeting.highest_secrecy.level.value}",
            ),
            tr("请先核对会议的密级", "see to the meeting's 密级 first"),
        )
