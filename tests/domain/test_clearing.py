from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain import clearing, handouts, order_log
from roomctl.domain.clearing import ClearingFact, ClearingTask, Press, TaskKind
from roomctl.domain.handouts import Handout, HandoutState
from roomctl.domain.order_log import LogFact, LogKind
from roomctl.domain.secrecy import OPEN, Level, Secrecy
from roomctl.errors import BadInput, NotFound, Refused

START = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
PAPERS = ClearingTask(id="papers", title=("收回材料", ""), kind=TaskKind.HANDOUTS)
FINDS = ClearingTask(id="finds", title=("遗留物品", ""), kind=TaskKind.LEFT_BEHIND)
BOARD = ClearingTask(id="board", title=("擦净白板", "wipe the whiteboard"))
TEMPLATE = (PAPERS, FINDS, BOARD)


def fact(kind, minute=0, by="person:孙丽", **data):
    return ClearingFact(kind, START + timedelta(minutes=minute), data, by)


def told(*facts, template=TEMPLATE):
    return clearing.derive(template, facts, handouts.derive(facts).settled)


def registered(*numbers, level="非密", years=None):
    copies = [{"id": number, "copy": number} for number in numbers]
    return fact(handouts.REGISTERED, document="方案", level=level, years=years, copies=copies)


def test_a_press_tells_who_and_when_and_the_first_one_counts():
    found = told(fact(clearing.DONE, 3, task="board"), fact(clearing.DONE, 4, by="person:周强", task="board"))
    assert found.row("board").done == Press("孙丽", START + timedelta(minutes=3))
    assert [one.task.id for one in found.open] == ["papers", "finds"]


def test_an_undone_task_is_open_again_and_may_be_done_by_somebody_else():
    facts = [fact(clearing.DONE, 1, task="board"), fact(clearing.UNDONE, 2, task="board")]
    assert told(*facts).row("board").done is None
    again = told(*facts, fact(clearing.DONE, 3, by="person:周强", task="board"))
    assert again.row("board").done.by == "周强"


def test_the_list_that_a_meeting_began_with_stays_whatever_the_office_writes_later():
    begun = fact(clearing.BEGUN, tasks=[BOARD.as_json()])
    found = told(begun, fact(clearing.DONE, task="board"), template=(PAPERS, FINDS))
    assert found.complete
    assert found.rows[0].task == BOARD


def test_a_thing_that_was_handed_to_nobody_keeps_its_task_open():
    found = told(fact(clearing.FOUND, thing="t", what="保温杯", place="第 12 座"))
    with pytest.raises(Refused, match="保温杯: handed to nobody"):
        found.need_pressable(found.row("finds"))
    kept = told(
        fact(clearing.FOUND, thing="t", what="保温杯", place="第 12 座"),
        fact(clearing.HANDED, 2, thing="t", to="值班室"),
    )
    kept.need_pressable(kept.row("finds"))
    assert kept.thing("t").handed_to == "值班室"


def test_the_papers_task_is_done_when_the_last_copy_is_accounted_for_and_open_again_when_that_is_undone():
    facts = [
        registered("001", "002"),
        fact(handouts.SIGNED_OUT, 1, handout="001", person="p", name="马德福"),
        fact(handouts.SIGNED_OUT, 1, handout="002", person="q", name="吴文博"),
        fact(handouts.RETURNED, 5, handout="001"),
    ]
    assert told(*facts).row("papers").done is None
    facts.append(fact(handouts.RETURNED, 9, by="person:周强", handout="002"))
    assert told(*facts).row("papers").done == Press("周强", START + timedelta(minutes=9))
    facts.append(fact(handouts.UNDONE, 10, handout="002"))
    assert told(*facts).row("papers").done is None


def test_what_no_list_or_register_knows_is_said_with_what_there_is():
    with pytest.raises(NotFound, match="board"):
        told().row("windows")
    with pytest.raises(NotFound, match="no such thing"):
        told().thing("x")
    with pytest.raises(NotFound, match="no copy '009'"):
        handouts.derive([registered("001")]).find("009")


# --- handouts


def copy(**changes):
    facts = {"id": "1", "document": "方案", "copy": "017", "secrecy": OPEN, "last": Press("孙丽", START)}
    return Handout(**{**facts, **changes})


@pytest.mark.parametrize("level", [Level.SECRET, Level.CONFIDENTIAL])
@pytest.mark.parametrize("state", list(HandoutState))
def test_a_secret_copy_is_never_released_wherever_it_is(level, state):
    with pytest.raises(Refused, match="secret and cannot be released"):
        copy(secrecy=Secrecy(level, 3), state=state).need(handouts.RELEASED)


def test_a_release_waits_for_the_security_officer_and_a_paper_that_turns_up_ends_it():
    facts = [
        registered("017"),
        fact(handouts.SIGNED_OUT, 1, handout="017", person="p", name="马德福"),
        fact(handouts.RELEASED, 5, handout="017", where="随身带走，明日送回"),
    ]
    found = handouts.derive(facts)
    assert found.settled
    assert [one.where for one in found.unseen] == ["随身带走，明日送回"]
    seen = handouts.derive([*facts, fact(handouts.SEEN, 6, by="person:郑保国", handout="017")])
    assert not seen.unseen
    assert seen.copies[0].seen.by == "郑保国"
    back = handouts.derive([*facts, fact(handouts.RETURNED, 90, handout="017")])
    assert back.copies[0].state is HandoutState.BACK
    assert not back.unseen


acts = st.lists(
    st.tuples(
        st.sampled_from(
            [
                handouts.SIGNED_OUT,
                handouts.RETURNED,
                handouts.RELEASED,
                handouts.TRANSFERRED,
                handouts.UNDONE,
                handouts.SEEN,
            ]
        ),
        st.sampled_from(["001", "002", "003"]),
    ),
    max_size=15,
)


@given(acts=acts, secret=st.booleans())
def test_only_allowed_acts_are_followed_and_no_secret_copy_is_ever_released(acts, secret):
    facts = [registered("001", "002", "003", level="秘密" if secret else "非密", years=3 if secret else None)]
    for minute, (kind, number) in enumerate(acts, 1):
        try:
            handouts.derive(facts).find(number).need(kind)
        except Refused:
            continue
        facts.append(fact(kind, minute, handout=number, person="p", name="马德福", where="车上"))
    found = handouts.derive(facts)
    assert len(found.copies) == 3
    assert (found.settled is not None) == (
        not found.out and any(one.state is not HandoutState.STOCK for one in found.copies)
    )
    if secret:
        assert all(one.state is not HandoutState.RELEASED for one in found.copies)


def test_a_number_is_found_with_and_without_its_zeros_where_one_copy_alone_is_meant():
    found = handouts.derive([registered("000017", "A-3")])
    for wanted in ("17", "017", "000017", "A-3"):
        assert found.find(wanted).copy in {"000017", "A-3"}
    for wanted in ("", "0", "7", "１８", "a-3"):
        with pytest.raises(NotFound):
            found.find(wanted)
    twice = handouts.derive([registered("17"), registered("017")])
    with pytest.raises(NotFound, match="several papers"):
        handouts.Handouts((*twice.copies, found.copies[0])).find("0017")


def test_an_undo_leads_back_to_what_was_before():
    facts = [
        registered("001"),
        fact(handouts.SIGNED_OUT, 1, handout="001", person="p", name="马德福"),
        fact(handouts.RELEASED, 2, handout="001", where="车上"),
        fact(handouts.UNDONE, 3, handout="001"),
    ]
    found = handouts.derive(facts).copies[0]
    assert (found.state, found.name, found.where) == (HandoutState.OUT, "马德福", "")


# --- the log


def entry(name, minute, text, **data):
    told = {"kind": "order", "title": ["秩序", "order"], "text": text, **data}
    return LogFact(name, START + timedelta(minutes=minute), told, "person:赵敏")


def test_a_correction_is_a_new_entry_and_the_old_one_stays():
    old, new = order_log.derive([entry("a", 1, "2 人迟到"), entry("b", 2, "3 人迟到", corrects="a")])
    assert (old.text, old.corrected, new.corrects) == ("2 人迟到", True, "a")
    with pytest.raises(BadInput, match="corrected already"):
        order_log.find([old, new], "a")
    assert order_log.find([old, new], "b") is new


def test_a_kind_is_found_by_its_id_and_by_its_title():
    kinds = [LogKind("order", ("秩序", "order")), LogKind("logistics", ("后勤", "logistics"))]
    assert order_log.kind_of(kinds, "后勤").id == "logistics"
    assert order_log.kind_of(kinds, "order").name == "order"
    with pytest.raises(BadInput, match=r"known: order \(order\), logistics \(logistics\)"):
        order_log.kind_of(kinds, "保安")
