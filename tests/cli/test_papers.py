"""Papers and a 会议纪要 on the command line."""

import json
import zipfile

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls


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
    assert said(shell("papers", "check", meeting, "--all", "--json"))["findings"] == []
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


def test_a_paper_goes_out_to_a_unit_and_comes_back_with_changes_to_decide(shell, meeting):
    said(shell("summary", "start", meeting, "--json"))
    assert shell("papers", "pack", meeting, "会议纪要", "--unit", "市住建局", "-o", "out.zip").returncode == 0
    with zipfile.ZipFile(shell.folder / "out.zip") as packed:
        assert sorted(packed.namelist()) == ["会议情况.txt", "会议纪要.docx", "发言摘录.txt", "请先读.txt"]
        packed.extract("会议纪要.docx", shell.folder)
    back = shell.folder / "会议纪要.docx"
    paper = docx.Document(back)
    inside = '<w:ins w:id="1" w:author="李晓明" w:date="2026-11-13T09:30:00Z"><w:r><w:t>补充。</w:t></w:r></w:ins>'
    paper.paragraphs[-1]._p.addprevious(parse_xml(f"<w:p {nsdecls('w')}>{inside}</w:p>"))
    paper.save(back)
    first = said(shell("papers", "list", meeting, "--json"))["papers"][0]["id"]
    second = said(shell("papers", "import", meeting, "会议纪要.docx", "--unit", "市住建局", "--json"))["id"]
    (change,) = said(shell("papers", "changes", meeting, second, "--json"))["review"]["changes"]
    assert (change["author"], change["added"]) == ("李晓明", "补充。")
    assert "补充。" in shell("papers", "changes", meeting, second).stderr
    assert "还有 1 处修订" in shell("summary", "submit", meeting).stderr
    third = said(shell("papers", "settle", meeting, second, "--refuse", "all", "--json"))["id"]
    assert said(shell("papers", "compare", meeting, first, third, "--json"))["changes"] == []
    assert len(said(shell("papers", "compare", meeting, first, second, "--json"), 1)["changes"]) == 1
    refused = shell("papers", "import", meeting, "out.zip")
    assert refused.returncode == 2
    assert len(refused.stderr.strip().splitlines()) == 1
