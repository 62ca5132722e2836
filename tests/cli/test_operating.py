"""What the operator does on the command line, on a real recorder with a tone."""

import json

import pytest


def said(run):
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def meeting(shell):
    made = said(
        shell("meetings", "new", "--title", "专题会", "--item", "停车场|李晓明", "--item", "防汛|王芳", "--json")
    )
    shell("meetings", "open", made["id"])
    return made["id"]


def test_a_recording_is_operated_by_hand(shell, meeting):
    def do(*words):
        return said(shell("meetings", words[0], meeting, *words[1:], "--json"))

    (shell.folder / "people.csv").write_text("姓名,单位,职务,座位\n李晓明,市住建局,局长,1\n", encoding="utf-8")
    assert shell("roster", "import", meeting, "people.csv").returncode == 0
    armed = do("arm", "--source", "tone:2")
    assert (armed["tracks"], armed["channels"]) == (2, {"1": "李晓明"})
    refused = shell("meetings", "item", meeting)
    assert refused.returncode == 2
    assert "没有在录音" in refused.stderr
    do("start")
    try:
        assert do("item")["note"] == "1"
        assert do("speaker", "1")["note"] == "李晓明"
        assert do("mark", "决定", "--back", "0.1")["number"] == 3
        assert do("note", "3", "决定：先建两座")["note"] == "决定：先建两座"
        assert do("off-record", "--asked-by", "张建国")["kind"] == "off_record"
        do("on-record")
        assert do("undo", "2")["note"] == "李晓明"
        assert [one["note"] for one in do("marks")["marks"]] == ["1", "决定：先建两座", "张建国", ""]
        assert all(one["what"] and one["mend"] for one in do("alarms")["alarms"])
        assert do("pause", "--minutes", "10")["until"]
        do("resume")
        unsure = shell("meetings", "adjourn", meeting, "--later")
        assert unsure.returncode == 2
        assert "--yes" in unsure.stderr
        assert said(shell("meetings", "show", meeting, "--json"))["state"] == "in_session"
    finally:
        assert shell("meetings", "stop", meeting, "--yes").returncode == 0
    assert do("adjourn", "--later")["state"] == "adjourned"
    (recording,) = said(shell("meetings", "show", meeting, "--json"))["recordings"]
    assert (recording["purpose"], recording["state"]) == ("meeting", "sealed")


@pytest.mark.parametrize(("words", "live"), [((), True), (("--fast",), False)])
def test_what_stands_in_for_the_microphone_is_heard_as_if_live(shell, meeting, words, live):
    armed = said(shell("meetings", "arm", meeting, "--source", "tone", *words, "--json"))
    try:
        assert shell("meetings", "start", meeting).returncode == 0
    finally:
        assert shell("meetings", "stop", meeting, "--yes").returncode == 0
    journal = shell.folder / "data" / "meetings" / meeting / "audio" / armed["recording"] / "journal.jsonl"
    opened, *_ = (json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines())
    assert (opened["kind"], opened["order"]["realtime"]) == ("opened", live)


@pytest.mark.timeout(60)
def test_a_test_take_says_how_loud_each_channel_was(shell, meeting):
    heard = said(shell("meetings", "test-take", meeting, "--seconds", "1", "--source", "tone:2", "--json"))
    assert heard["seconds"] == 1.0
    assert len(heard["peaks"]) == 2
    assert all(-30 < peak <= 0 for peak in heard["peaks"])
    (take,) = said(shell("meetings", "show", meeting, "--json"))["recordings"]
    assert take["purpose"] == "test"


@pytest.mark.timeout(60)
def test_what_cannot_be_meant_is_told_on_one_line(shell, meeting):
    for words, told in (
        (["pause", "--minutes", "5", "--until", "10:30"], "不能同时用"),
        (["pause", "--until", "half past ten"], "无法识别"),
        (["test-take", "--seconds", "900"], "60"),
        (["acknowledge"], "没有这样的告警"),
        (["on-record"], "没有在录音"),
        (["stop"], "没有在录音"),
    ):
        run = shell("meetings", words[0], meeting, *words[1:])
        assert run.returncode == 2, words
        assert told in run.stderr, words
        assert "Traceback" not in run.stderr, words
