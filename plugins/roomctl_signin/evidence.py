"""Who a card, a telephone number or a seat belongs to."""

import re
from collections.abc import Iterable, Mapping

from roomctl.api import BadInput, Person, PluginContext, Refused, attendance, tr
from roomctl.api.files import changing

CARDS = "cards"
NUMBER = r"^[0-9A-Za-z]{4,40}$"
"""Of a card, as readers type it."""
SHOWN = 3
"""Characters of a card's number that are told."""
MOBILE_DIGITS = 11
"""Of a mobile number in mainland China, without its country code."""


def cards(ctx: PluginContext, meeting_id: str) -> Mapping[str, str]:
    """Card number → id of the person, for one meeting."""
    known: dict[str, str] = ctx.store(meeting_id).get(CARDS, {})
    return {card.upper(): person for card, person in known.items()}


def need_free(known: Mapping[str, str], new: Mapping[str, str]) -> None:
    """Args: known, new: card number → id. Raises: Refused where one belongs to somebody else already."""
    for number, person in new.items():
        card = number.upper()
        if known.get(card, person) != person:
            raise Refused(
                tr(f"卡 {masked(card)} 已经登记给别人", f"card {masked(card)} belongs to somebody else"),
                mend=tr("请核对卡号", "check the number"),
            )


def remember(ctx: PluginContext, meeting_id: str, new: Mapping[str, str]) -> None:
    """Adds cards. Raises: Refused where one belongs to somebody else already."""
    with changing(ctx.services.data / CARDS):  # the desk and a command enrol one card each: both count
        known = cards(ctx, meeting_id)
        need_free(known, new)
        added = {number.upper(): person for number, person in new.items()}
        ctx.store(meeting_id).put(CARDS, {**known, **added})


def enrol(ctx: PluginContext, meeting_id: str, person: str, number: str, by: str) -> None:
    """Says whose card it is. Args: person: id or name. Raises: BadInput, NotFound, Refused."""
    if not re.fullmatch(NUMBER, number):
        raise BadInput(
            tr("卡号不对", "this is no number of a card"),
            mend=tr("4 到 40 位字母、数字", "4 to 40 letters and digits"),
        )
    who = attendance.find_person(ctx.services.roster(meeting_id), person)
    remember(ctx, meeting_id, {number: who.id})
    told = {"person": who.id, "name": who.name, "card": masked(number), "by": by}
    ctx.publish("card_enrolled", told, meeting_id)


def masked(card: str) -> str:
    """The end of a card's number, for who looks for the card: whoever reads the log can make no copy of it."""
    return f"…{card[-SHOWN:]}" if len(card) > 2 * SHOWN else "…"


def identify(roster: Iterable[Person], known: Mapping[str, str], evidence: Mapping[str, str]) -> str | None:
    """Id of the one person whom all the evidence points to.

    Args:
        known: card number → id.
        evidence: any of `card`, `phone`, `seat`; other keys belong to other plugins.

    """
    people = tuple(roster)
    pointed: list[set[str]] = []
    if card := evidence.get("card", "").strip().upper():  # readers differ in how they write hexadecimal digits
        pointed.append({person.id for person in people if person.id == known.get(card)})
    if phone := _digits(evidence.get("phone", "")):
        pointed.append({person.id for person in people if _digits(person.phone) == phone})
    if seat := evidence.get("seat", "").strip():
        pointed.append({person.id for person in people if person.seat == seat})
    meant = set.intersection(*pointed) if pointed else set()
    return meant.pop() if len(meant) == 1 else None


def _digits(phone: str) -> str:
    digits = "".join(char for char in phone if char in "0123456789")
    return digits[-MOBILE_DIGITS:]
