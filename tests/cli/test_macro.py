"""`roomctl macro`, and the paper of a check, as they are typed."""

import json

MACROS = """
[[macros]]
id = "rest"
title = "歇一下"
steps = [{ wait = 0.1 }]

[[macros]]
id = "odd"
steps = [{ device = "switch", action = "dance" }]
"""


def test_a_macro_is_listed_planned_and_run(shell, tmp_path):
    shell("devices", "add", "switch", "--kind", "host", "--address", "127.0.0.1")
    (tmp_path / "data" / "macros.toml").write_text(MACROS, encoding="utf-8")
    told = json.loads(shell("macro", "list", "--json").stdout)["macros"]
    assert [(one["id"], one["title"], one["steps"]) for one in told] == [("rest", "歇一下", 1), ("odd", "odd", 1)]
    planned = json.loads(shell("macro", "run", "rest", "--dry-run", "--json").stdout)["steps"]
    assert [one["state"] for one in planned] == ["planned"]
    run = shell("macro", "run", "rest", "--yes", "--json")
    assert (run.returncode, json.loads(run.stdout)["steps"][0]["state"]) == (0, "done")
    odd = shell("macro", "run", "odd", "--dry-run")
    assert odd.returncode == 1
    assert "dance" in odd.stderr
    assert shell("macro", "run", "rest").returncode == 2, "nobody is here to be asked"


def test_the_paper_of_a_check_wants_a_known_form(shell):
    run = shell("check", "--report", "r.odt")
    assert run.returncode == 2
    assert len(run.stderr.strip().splitlines()) == 1
    assert ".docx" in run.stderr
