"""What a check has said is read by each in their own language, whatever language it was run in."""

import copy
import json
import re
import sqlite3
from dataclasses import replace

import pytest
from roomctl_audio.sources.listen import SourceCheck

from roomctl.domain.checks import CheckState, Result
from roomctl.domain.recording import Order
from roomctl.errors import BadInput
from roomctl.fields import wrong
from roomctl.i18n import Pair, chinese, english, paired, several, speaking, tr
from roomctl.testing.emulators import Fault

HAN = re.compile("[一-鿿]")


class Disk:
    """A plugin's check, which says what it is told to say."""

    device = name = "disk"
    title = device_title = ("磁盘", "Disk")
    deadline = 30.0

    def __init__(self, says):
        self._says = says

    def run(self, _meeting):
        message, hint = self._says()
        yield Result(device="disk", check="disk", state=CheckState.WARN, message=message, hint=hint)


def full():
    return several((tr("剩 3 GB", "3 GB left"), tr("太少", "too little"))), tr("腾出空间", "free some space")


def broken():
    raise BadInput(
        tr("读不出磁盘", "the disk cannot be read"), tr("没有挂载", "not mounted"), tr("先挂载", "mount it")
    )


def words(rows):
    return {key: (row.message, row.hint) for key, row in rows.items()}


def read(room, code):
    with speaking(code):
        return {(row.device, row.check): row for row in room.use.check_report(None).results}


@pytest.mark.parametrize("run_in", ["zh", "en"])
def test_each_reader_has_their_own_language(room, run_in):
    """Of devices that answer, refuse, are behind a dead one, or wrongly entered; and of a plugin's check."""
    room.inventory.put([replace(room.use.device("switch"), depends_on=())])
    room.put("behind", room.left, depends_on=("right",))
    room.put("wrong", room.left, options={"no such": 1})
    room.fault(room.left, Fault.PASSWORD)
    room.fault(room.right, Fault.DEAD)
    room.house.plugins.device_checks = [Disk(full)]
    with speaking(run_in):
        shown = room.rows()
    with speaking("zh" if run_in == "en" else "en"):
        room.rows(only=["switch"])  # the others keep their rows, and what those say
    ours, theirs = read(room, "zh"), read(room, "en")
    assert (
        words(ours if run_in == "zh" else theirs).items()
        >= {key: said for key, said in words(shown).items() if key[0] != "switch"}.items()
    )
    assert {row.state for row in ours.values()} >= {CheckState.OK, CheckState.CRIT, CheckState.WARN}
    assert ours["disk", "disk"].message == "剩 3 GB；太少"
    assert theirs["disk", "disk"].message == "3 GB left; too little"
    for row in ours.values():
        assert row.check == "model" or HAN.search(row.message), row  # a model is called the same everywhere
    for row in theirs.values():
        assert not HAN.search(row.message + (row.hint or "")), row


def test_a_check_that_is_refused_is_told_in_both(room):
    room.house.plugins.device_checks = [Disk(broken)]
    with speaking("zh"):
        room.rows()
    assert words(read(room, "zh"))["disk", "disk"] == ("读不出磁盘：没有挂载。先挂载", "先挂载")
    assert words(read(room, "en"))["disk", "disk"] == ("the disk cannot be read: not mounted. mount it", "mount it")


@pytest.mark.parametrize("run_in", ["zh", "en"])
def test_what_a_child_process_has_said_is_told_in_both(room, run_in):
    room.house.plugins.device_checks = [SourceCheck(Order(source="file:/nowhere/gone.wav"), -60.0)]
    with speaking(run_in):
        room.rows()
    assert words(read(room, "zh"))["audio", "present"] == (
        "无法读取 /nowhere/gone.wav：没有这个文件",
        "请检查路径",
    )
    assert words(read(room, "en"))["audio", "present"] == (
        "cannot read /nowhere/gone.wav: no such file",
        "check the path",
    )


def test_what_was_kept_in_one_language_is_read_as_it_is(room):
    with speaking("zh"):
        kept = words(room.rows())
    with sqlite3.connect(room.use.data / "roomctl.db") as database:
        database.execute("UPDATE check_results SET message_en = '', hint_en = ''")
    database.close()
    assert words(read(room, "en")) == kept


def test_the_papers_of_the_office_are_in_chinese(room):
    with speaking("en"):
        rows = room.rows().values()
    assert all(HAN.search(row.in_chinese.message) for row in rows if row.check != "model")


def test_a_text_in_both_languages_is_said_in_that_of_the_moment():
    with speaking("en"), paired():
        told = tr("关", "off")
        longer = tr(f"灯：{told}", "lamp: off")
    assert (told, json.dumps(told)) == ("off", '"off"')
    with speaking("zh"):
        assert (f"{told}", str(told), str(copy.deepcopy(told)), chinese(longer)) == ("关", "关", "关", "灯：off")
    assert not isinstance(tr("关", "off"), Pair)


@pytest.mark.parametrize(("code", "said"), [("zh", "甲"), ("en", "a")])
def test_a_text_that_is_made_for_both_is_one_of_the_language_that_it_was_made_in(code, said):
    with speaking(code):
        made = Pair.of(lambda: tr("甲", "a"))
    assert (made, made.zh, made.en) == (said, "甲", "a")


def test_what_is_wrong_with_a_field_is_told_in_both():
    error = {"type": "literal_error", "ctx": {"expected": "'a', 'b' or 'c'"}}
    with paired():
        said = wrong(error)
    assert (chinese(said), english(said)) == ("可用 'a', 'b'、'c'", "it is one of 'a', 'b' or 'c'")
