"""Papers and a 会议纪要 on the command line."""

import json

import pytest


def said(run, code=0):
    assert run.returncode == code, run.stderr
    return json.loads(run.stdout)


@pytest.fixture
def meeting(shell):
    made = said(shell("meetings", "new", "--title", "停车场专题会议", "--chair", "张建国", "--no-record", "--json"))[
        "id"
    ]
    for words in (["approve"], ["open"], ["start"], ["adjourn"]):
        shell("meetings", *words, made)
    return made


def test_papers_are_listed_checked_and_taken_away(shell, meeting):
    assert "meetings draft" in shell("papers", "list", meeting).stderr
    shell("meetings", "draft", meeting)
    papers = said(shell("papers", "list", meeting, "--json"))["papers"]
    assert [one["kind"] for one in papers] == ["会议记录", "签到表"]
    assert said(shell("papers", "check", meeting, "会议记录", "--json"))["findings"] == []
    for suffix in ("docx", "html"):
        assert shell("papers", "export", meeting, "会议记录", "-o", f"a.{suffix}").returncode == 0
    assert "停车场专题会议记录" in (shell.folder / "a.html").read_text(encoding="utf-8")
    for output, told in (("a.pdf", "签字时才生成"), ("a.txt", ".docx")):
        refused = shell("papers", "export", meeting, "会议记录", "-o", output)
        assert refused.returncode != 0
        assert told in refused.stderr
        assert len(refused.stderr.strip().splitlines()) == 1
    assert "会议记录" in shell("papers", "check", meeting, "通知").stderr


def test_a_summary_goes_its_way(shell, meeting):
    def step(*words):
        return said(shell("summary", words[0], meeting, *words[1:], "--json"))

    assert step("start")["stage"] == "drafting"
    assert step("submit", "--unit", "市财政局", "--lead", "市住建局")["waiting_for"] == ["市住建局"]
    step("answer", "--unit", "市住建局")
    step("answer", "--unit", "市财政局", "--object", "--opinion", "分两年")
    assert "不采纳要写明理由" in shell("summary", "settle", meeting, "--unit", "市财政局", "--reject").stderr
    step("settle", "--unit", "市财政局", "--reject", "--reason", "会议已定")
    step("conclude")
    step("openness", "依申请公开")
    step("approve")
    step("sign", "--by", "张建国")
    assert step("register", "--form", "〔{year}〕{n}号")["number"].endswith("〕1号")
    step("proofread")
    assert step("issue", "--to", "市财政局")["stage"] == "done"
    told = shell("summary", "show", meeting).stderr
    assert "签发" in told
    assert "已印发" in told
