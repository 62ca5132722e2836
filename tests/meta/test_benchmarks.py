"""Every benchmark has goals and baselines, and stands in the one table; the table hides nothing."""

import ast
import json
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest
from rich.console import Console

from tests.bench import HOLDS, Bench, Goal
from tests.bench.__main__ import NAMES, in_order, kept, lines, page, renewed, table

ROOT = Path(__file__).parents[2]
AIM = Goal("work is done", "<=", 1.2, "×", "the plain tool")


@pytest.mark.parametrize("name", NAMES)
def test_every_file_has_a_bench_with_goals_and_baselines(name):
    tree = ast.parse((ROOT / f"tests/bench/{name}.py").read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    goals = [call.args for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Goal"]
    assert goals
    for _what, sign, _limit, _unit, baseline in goals:
        assert ast.literal_eval(sign) in HOLDS
        assert not isinstance(baseline, ast.Constant) or baseline.value
    assert any(isinstance(call.func, ast.Attribute) and ast.unparse(call.func) == "BENCH.run" for call in calls)


def test_the_modules_that_benchmarks_borrow_from_are_still_there():
    borrowed = {
        (path.name, node.module)
        for path in (ROOT / "tests/bench").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(("roomctl", "tests."))
    }
    assert not [one for one in sorted(borrowed) if find_spec(one[1]) is None]


def told(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_figure_is_one_line_with_its_goal_its_baseline_and_whether_it_is_met(capsys):
    bench = Bench("x.py", {"work": AIM})
    bench.tell("work", 1.3, case="busy", seconds=4)
    assert told(capsys) == [
        {
            "bench": "x", "name": "work", "what": "work is done", "case": "busy", "reached": 1.3, "unit": "×",
            "goal": "<= 1.2 ×", "met": False, "ratio": 1.3, "baseline": "the plain tool", "extra": {"seconds": 4},
        }
    ]  # fmt: skip
    assert bench.missed


@pytest.mark.parametrize(("sign", "reached", "met"), [("<=", 1.2, True), ("<=", 1.21, False), (">=", 1.19, False)])
def test_a_goal_is_met_up_to_its_limit(sign, reached, met):
    assert Goal("", sign, 1.2, "×", "").met(reached) is met


def test_what_a_run_does_not_measure_is_said(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["x", "--quick"])
    sizes = []
    with pytest.raises(SystemExit) as ended:
        Bench("x.py", {"work": AIM}).run(lambda **given: sizes.append(given), "", rows=(2000, 3), deep=False)
    assert (sizes, ended.value.code) == ([{"rows": 3, "deep": False}], 0)
    assert told(capsys) == [{"bench": "x", "name": "work", "lacks": "not measured in this run"}]


def test_a_failure_costs_no_other_benchmark_and_is_said(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["x", "--rows", "7"])

    def main(rows):
        raise ValueError(f"{rows} rows\nand more")

    with pytest.raises(SystemExit) as ended:
        Bench("x.py", {"work": AIM}).run(main, "", rows=(2000, 3))
    assert ended.value.code == 2
    assert told(capsys)[0]["lacks"] == "failed: ValueError: 7 rows"


def test_of_a_process_that_failed_its_last_words_are_said(capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["x"])

    def main():
        raise subprocess.CalledProcessError(2, ["tool"], stderr="one\nno such model\n")

    with pytest.raises(SystemExit):
        Bench("x.py", {"work": AIM}).run(main, "")
    assert told(capsys)[0]["lacks"] == "failed: no such model"


FIGURE = {"at": "2026-11-27", "case": "", "unit": "×", "goal": "<= 1.2 ×", "baseline": "plain"}
ROWS = [
    {**FIGURE, "bench": NAMES[0], "name": "a", "what": "one | two", "reached": 1, "ratio": 1, "met": True},
    {"bench": NAMES[1], "name": "b", "lacks": "openssl is missing: apt-get install openssl"},
    {
        **FIGURE,
        "bench": NAMES[2],
        "name": "c",
        "what": "slow",
        "case": "busy",
        "reached": 3,
        "ratio": 3,
        "met": False,
    },
]


def test_the_page_says_first_what_is_missed_then_what_has_no_figure():
    text = page(ROWS, {"CPU": "x"})
    heads = [
        "## Goals that are not met",
        "slow (busy)",
        "## No figure",
        "apt-get install openssl",
        "## Goals that are met",
    ]
    places = [text.index(head) for head in heads]
    assert places == sorted(places)
    assert "one \\| two" in text
    assert [row.get("met") for row in in_order(ROWS)] == [False, None, True]


def test_the_table_shows_every_row():
    console = Console(width=200, record=True, file=open("/dev/null", "w"))  # noqa: PTH123, SIM115
    with console.file:
        console.print(table(ROWS))
    text = console.export_text()
    assert all(row["bench"] in text for row in ROWS)


def test_a_repeated_benchmark_replaces_its_own_figures_alone(tmp_path):
    file = tmp_path / "lines"
    file.write_text("".join(json.dumps(row) + "\n" for row in [*ROWS, {"bench": "gone", "name": "x"}]))
    rows = renewed(kept(file), NAMES[0], [{"bench": NAMES[0], "name": "new"}])
    assert [row["name"] for row in rows] == ["b", "c", "new"]


def test_one_that_cannot_even_begin_has_its_row():
    (row,) = lines("no_such_benchmark", quick=True)
    assert "No module named" in row["lacks"]
