"""What an office sets for its papers: on the command line, on its page, and never with a fault in it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import roomctl_records
from roomctl_records import office, office_command
from roomctl_records.proof import tables
from roomctl_records.render import template
from typer.testing import CliRunner

from roomctl.api import BadInput, Refused
from roomctl.domain.access import Role, User
from roomctl.i18n import speaking
from roomctl.web.ui.reader import drawn_for

GOOD, BAD = '[type]\nbody = "宋体"\n', "[page]\nline = 0\n"


@pytest.fixture
def run(context):
    made = context()

    def call(*words):
        return CliRunner().invoke(office_command.build(made), list(words))

    call.data = made.services.data
    call.data.mkdir(exist_ok=True)
    return call


def test_a_template_is_exported_checked_used_and_put_back(run, tmp_path):
    exported = run("template", "export").stdout
    assert template.check(exported) == []
    (tmp_path / "bad.toml").write_text(BAD, encoding="utf-8")
    told = run("template", "check", str(tmp_path / "bad.toml"), "--json")
    assert told.exit_code == 1
    (fault,) = json.loads(told.stdout)["faults"]
    assert (fault["line"], fault["key"], fault["expected"]) == (2, "page.line", "≥100")
    assert isinstance(run("template", "use", str(tmp_path / "bad.toml")).exception, BadInput)
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    assert run("template", "use", str(tmp_path / "good.toml")).exit_code == 0
    listed = json.loads(run("template", "list", "--json").stdout)["templates"]
    assert {one["origin"].split()[0] for one in listed} == {template.OWN}
    assert listed[0]["fonts"].keys() >= {"宋体", "黑体"}
    run("template", "reset")
    assert template.load("", run.data).origin == template.SHIPPED
    assert (run.data / f"{template.OWN}.bak").read_text(encoding="utf-8") == GOOD


def test_of_many_who_change_it_at_once_one_does(tmp_path):
    sheet = office.Sheet(tmp_path / template.OWN, template.shipped, template.check)

    def put(number):
        try:
            sheet.put(f"# {number}\n{GOOD}", "")
        except Refused:
            return 0
        return 1

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(put, range(8))) == 1
    assert {one.name for one in tmp_path.iterdir()} == {template.OWN, f".{template.OWN}.lock"}


def test_what_cannot_be_written_is_told_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    sheet = office.Sheet(tmp_path / "file" / template.OWN, template.shipped, template.check)
    with pytest.raises(BadInput, match="不能写"):
        sheet.put(GOOD, "")


@pytest.mark.parametrize("suffix", ["html", "pdf", "docx"])
def test_a_sample_of_each_kind_can_be_seen(run, tmp_path, suffix):
    for kind in ("签到表", "会议纪要"):
        output = tmp_path / f"{template.KINDS.index(kind)}.{suffix}"
        assert run("template", "preview", "--kind", kind, "-o", str(output)).exit_code == 0
        assert output.stat().st_size > 2000


def test_tables_are_checked_the_same_way(run, tmp_path):
    (tmp_path / "a.toml").write_text('[units]\n"市府办" = ""\n[names]\n"a" = "b"\n', encoding="utf-8")
    told = json.loads(run("tables", "check", str(tmp_path / "a.toml"), "--json").stdout)["faults"]
    assert [(one["line"], one["key"]) for one in told] == [(2, "units.市府办"), (3, "names")]
    assert "leaders" in told[1]["expected"]
    (tmp_path / "a.toml").write_text('[units]\n"市住建局" = "市住建局"\n', encoding="utf-8")
    run("tables", "use", str(tmp_path / "a.toml"))
    assert "市住建局" not in tables.load("", run.data).units


def test_of_two_who_change_it_the_second_is_told(context):
    sheet = office.the_template(context())
    sheet.path.parent.mkdir(exist_ok=True)
    sheet.put(GOOD, "")
    with pytest.raises(Refused, match="别人刚改过"):
        sheet.put('[type]\nbody = "楷体"\n', "")
    assert sheet.text == GOOD


def test_the_page_keeps_what_is_right_and_names_what_is_wrong(context):
    made = context()
    made.services.data.mkdir(exist_ok=True)
    (offer,) = roomctl_records.roomctl_pages(made)
    with drawn_for(User("孙丽", frozenset({Role.SECRETARY}))):
        page = offer.build()
        assert "停车场建设专题会议记录" in page.html
        assert "data:image/png;base64," in page.html
        with speaking("en"):
            assert "样张" not in offer.build().html
        page.presses["check"]({"own": BAD})
        assert "page.line" in offer.build().html
        offer.build().presses["save"]({"own": BAD})
        assert not (made.services.data / template.OWN).exists()
        offer.build().presses["save"]({"own": GOOD})
        assert (made.services.data / template.OWN).read_text(encoding="utf-8") == GOOD
        offer.build().presses["kind 会议纪要"]({})
        assert "示例市人民政府专题会议纪要" in offer.build().html
        offer.build().presses["reset"]({"own": ""})
        assert not (made.services.data / template.OWN).exists()
    with drawn_for(User("周强", frozenset({Role.USHER}))), pytest.raises(BadInput):
        offer.build().presses["save"]({"own": GOOD})
