"""What is typed wrong: one line, in the reader's language, with what to do; nothing is made for it."""

import re
from unicodedata import east_asian_width

import pytest

from roomctl.cli import main


@pytest.fixture
def typed(shell):
    """Exit code and text of a command, in a process of its own: the help of one that is loaded keeps its language."""

    def run(*words, lang="zh"):
        ran = shell(*words, ROOMCTL_LANG=lang)
        return ran.returncode, ran.stdout + ran.stderr

    return run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("demo --audo x", "没有选项 --audo。是否想写 --audio？用法：roomctl demo --help"),
        ("--nope", "没有选项 --nope。用法：roomctl --help"),
        ("demi", "没有命令 demi。是否想写 demo？用法：roomctl --help"),
        ("meetings shw", "没有命令 shw。是否想写 show？用法：roomctl meetings --help"),
        ("meetings show", "缺少参数 meeting（会议编号，或它唯一的末几位）。用法：roomctl meetings show --help"),
        ("accounts add 赵敏", "缺少选项 --role。用法：roomctl accounts add --help"),
        ("serve --port x", "选项 --port 的值不对：写的是 x，应该是整数。用法：roomctl serve --help"),
        ("serve --port 99999", "选项 --port 的值不对：写的是 99999，不能大于 65535。用法：roomctl serve --help"),
        ("record --seconds x", "选项 --seconds 的值不对：写的是 x，应该是数字。用法：roomctl record --help"),
        ("plugins info a b", "多余的参数 b。用法：roomctl plugins info --help"),
        ("demo --workdir", "选项 --workdir 后面要写值。用法：roomctl demo --help"),
        ("demo --mic=3", "选项 --mic 后面不写值。用法：roomctl demo --help"),
        ("status --data", "选项 --data 后面要写值。用法：roomctl --help"),
        ("status --lang fr", "没有语言 fr。请写 --lang zh 或 --lang en"),
    ],
)
def test_a_wrong_word_is_named_with_where_to_look(typed, tmp_path, words, said):
    assert typed(*words.split()) == (2, f"{said}\n")
    assert not (tmp_path / "data").exists()


def test_in_english_too(typed):
    said = "there is no option --audo. did you mean --audio? see: roomctl demo --help\n"
    assert typed("demo", "--audo", "x", lang="en") == (2, said)


@pytest.mark.parametrize(
    "words", ["", "--help", "plugins --help", "serve --help", "audit verify --help", "record --help"]
)
def test_the_headings_of_the_help_are_in_the_same_language(typed, words):
    _, told = typed(*words.split())
    assert "用法：roomctl" in told
    for english in ("Usage", "Options", "Commands", "Arguments", "Show this", "default:", "required", "Record"):
        assert english not in told
    assert "Usage: roomctl" in typed(*words.split(), lang="en")[1]


def test_what_is_said_of_each_option_begins_in_one_column(typed):
    _, told = typed("record", "--help")
    options = told.partition("选项：\n")[2].splitlines()
    begins = [re.match(r" *\S+(?: \S+)*  +", line)[0] for line in options]
    assert "整数" in told
    assert len({sum(1 + (east_asian_width(one) == "W") for one in head) for head in begins}) == 1


@pytest.mark.parametrize("words", ["status", "meetings list", "meetings show x", "accounts list", "audit verify"])
def test_a_mistyped_data_folder_is_told_of_and_not_made(typed, tmp_path, words):
    wrong = tmp_path / "dta"
    code, line = typed(*words.split(), "--data", wrong)
    assert code == 2
    assert line.startswith(f"{wrong} 不是 roomctl 的数据目录")
    assert line.endswith(f"roomctl init --data {wrong}\n")
    assert not wrong.exists()


def test_a_folder_of_something_else_gets_nothing(shell):
    papers = shell.folder / "papers"
    papers.mkdir()
    for words in (("doctor",), ("plugins", "list")):  # these need no data folder
        assert shell(*words, "--data", papers).returncode in {0, 1}
    assert list(papers.iterdir()) == []


def test_statuses_of_plugins_are_words_for_people_and_codes_for_programs(shell):
    shell("plugins", "disable", "signin")
    assert "已停用" in shell("plugins", "list").stderr
    shown = shell("plugins", "info", "signin")
    assert "状态" in shown.stderr
    assert "已停用" in shown.stderr
    assert '"status": "disabled"' in shell("plugins", "info", "signin", "--json").stdout


def test_every_command_is_listed_once_below_the_time_of_its_use(typed):
    _, told = typed("--help")
    listed = [line.split()[0] for line in told.partition("开始：")[2].splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted({*main.COMMANDS, *(name for *_, names in main.SECTIONS for name in names)})
    assert told.index("会前：") < told.index("  seats ") < told.index("会中：") < told.index("  signin ")
    assert "其他插件" not in told


def test_commands_of_a_plugin_from_elsewhere_stand_below_all_others(capsys, monkeypatch):
    monkeypatch.setattr(main, "SECTIONS", tuple(one for one in main.SECTIONS if one[0] != "会中"))
    monkeypatch.setattr(main.Commands, "listing", False)
    monkeypatch.setattr("sys.argv", ["roomctl", "--help"])
    monkeypatch.setenv("ROOMCTL_LANG", "zh")
    with pytest.raises(SystemExit):
        main.main()
    told = capsys.readouterr().out
    assert (
        told.index("  audit ") < told.index("其他插件") < min(map(told.index, ("  signin ", "  record ", "  room ")))
    )
