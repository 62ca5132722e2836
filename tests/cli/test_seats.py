import json


def test_people_are_seated_from_the_command_line(shell):
    shell("init")
    made = shell("meetings", "new", "--title", "专题会", "--starts", "2026-11-12 09:00", "--json")
    meeting = json.loads(made.stdout)["id"]
    (shell.folder / "people.csv").write_text(
        "姓名,单位,职务\n张建国,市政府,副市长\n李晓明,市住建局,局长\n刘芳,市发改委,主任\n", encoding="utf-8"
    )
    assert shell("roster", "import", meeting, "people.csv").returncode == 0
    refused = shell("seats", "show", meeting)
    assert (refused.returncode, "roomctl seats layout" in refused.stderr) == (2, True)
    assert "hollow" in shell("seats", "layout", meeting).stderr
    assert shell("seats", "layout", meeting, "platform", "--size", "platform=3").returncode == 0
    seated = json.loads(shell("seats", "propose", meeting, "--json").stdout)
    assert {one["id"]: one["people"] for one in seated["places"] if one["people"]} == {
        "P2": ["张建国"], "P3": ["李晓明"], "P1": ["刘芳"],
    }  # fmt: skip
    shell("seats", "channel", meeting, "p2", 1)
    shell("seats", "move", meeting, "刘芳")
    shell("seats", "lock", meeting, "P3")
    told = shell("seats", "show", meeting)
    assert "没有座位：刘芳" in told.stderr
    assert json.loads(shell("seats", "undo", meeting, "--json").stdout)["places"][2]["locked"] is False
    for words in (["--size", "x"], ["--size", "seats=1"], ["--size", "rows=99"]):
        wrong = shell("seats", "layout", meeting, "platform", *words)
        assert (wrong.returncode, wrong.stderr.count("\n")) == (2, 1)
