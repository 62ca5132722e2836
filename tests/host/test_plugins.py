"""A bad plugin costs itself: the others go on, and its status says why and what to do."""

import json
import re
import sys

import pytest

from roomctl.domain.events import LoggedEvent
from roomctl.errors import MissingPart, NotFound, Refused
from roomctl.host.status import Status
from roomctl.i18n import speaking
from tests.host.conftest import MEETING, DataFolder, status_of
from tests.host.gates import GOOD, objections


def test_a_good_plugin_is_enabled_and_answers(data: DataFolder) -> None:
    data.drop("good", GOOD)
    host = data.host()
    assert objections(host) == ["good"]
    assert status_of(host, "good").status is Status.ENABLED


def test_a_raise_at_import_is_a_load_error_with_its_trace(data: DataFolder) -> None:
    data.drop("broken", "import nothing_of_this_name\n")
    data.drop("good", GOOD)
    host = data.host()
    assert objections(host) == ["good"]
    found = status_of(host, "broken")
    assert found.status is Status.LOAD_ERROR
    assert "nothing_of_this_name" in found.reason
    assert "import nothing_of_this_name" in found.trace
    assert found.mend


def test_a_hang_at_import_costs_one_deadline_and_is_not_tried_again(data: DataFolder) -> None:
    data.drop("stuck", "import threading\nthreading.Event().wait(60)\n")
    data.drop("good", GOOD)
    host = data.host()
    assert objections(host) == ["good"]
    assert status_of(host, "stuck").status is Status.LOAD_ERROR
    again = data.host()
    assert status_of(again, "stuck").status is Status.FAILED
    assert "Event().wait" in status_of(again, "stuck").trace


def test_an_unknown_hook_is_named_with_the_known_ones(data: DataFolder) -> None:
    data.drop("typo", "@hookimpl\ndef roomctl_gates(ctx):\n    return []\n")
    found = status_of(data.host(), "typo")
    assert found.status is Status.LOAD_ERROR
    assert "roomctl_gates" in found.reason
    assert "roomctl_gate," in found.mend


def test_an_argument_that_the_hook_does_not_have_is_a_load_error(data: DataFolder) -> None:
    data.drop("greedy", "@hookimpl\ndef roomctl_gate(ctx, room):\n    return []\n")
    found = status_of(data.host(), "greedy")
    assert found.status is Status.LOAD_ERROR
    assert "room" in found.reason


def test_a_wrapper_is_refused_since_every_hook_is_called_alone(data: DataFolder) -> None:
    data.drop("wrap", "@hookimpl(wrapper=True)\ndef roomctl_gate():\n    return (yield)\n")
    assert status_of(data.host(), "wrap").status is Status.LOAD_ERROR


CONFIG = """
from pydantic import BaseModel, Field
class Settings(BaseModel):
    level: float = Field(-40.0, le=0)
    source: str = "mic"
@hookimpl
def roomctl_config_model():
    return Settings
"""


def test_a_plugin_gets_its_section_as_its_own_model(data: DataFolder) -> None:
    data.drop("set", CONFIG)
    host = data.host({"set": {"level": -30}})
    assert status_of(host, "set").status is Status.ENABLED
    assert data.contexts["set"].config.level == -30.0
    assert data.contexts["set"].config.source == "mic"


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"levl": -30}, ["levl", "level, source"]),
        ({"level": "loud"}, ["level", "number", "'loud'", "level, source"]),
        ({"level": 3}, ["level", "0 or less"]),
    ],
)
def test_a_bad_section_is_named_with_what_is_expected(data: DataFolder, monkeypatch, section, words) -> None:
    monkeypatch.setenv("ROOMCTL_LANG", "en")
    data.drop("set", CONFIG)
    data.drop("good", GOOD)
    host = data.host({"set": section})
    assert objections(host) == ["good"]
    found = status_of(host, "set")
    assert found.status is Status.CONFIG_ERROR
    assert all(word in found.reason for word in words), found.reason
    assert "roomctl.toml" in found.reason
    assert found.mend
    assert "\n" not in found.reason
    with speaking("zh"):
        said = found.as_json()
    assert re.search("不认识的键|不对", said["reason"])
    assert said["mend"].startswith("请改正")


def test_a_section_for_a_plugin_without_settings_is_a_config_error(data: DataFolder) -> None:
    data.drop("good", GOOD)
    host = data.host({"good": {"volume": 1}, "gone": {}})
    assert status_of(host, "good").status is Status.CONFIG_ERROR
    assert host.unknown_sections() == ["gone"]


def test_a_missing_system_library_names_the_package_and_imports_nothing(data: DataFolder) -> None:
    data.drop("needy", "import nothing_of_this_name", 'requires = ["system:libnosuchthing9", "model:whisper-x"]\n')
    found = status_of(data.host(), "needy")
    assert found.status is Status.SELF_CHECK_ERROR
    assert "libnosuchthing9" in found.reason
    assert "apt-get install libnosuchthing9" in found.mend
    assert "roomctl models pull whisper-x" in found.mend
    assert len(found.missing) == 2


def test_what_the_self_check_finds_fatal_keeps_a_plugin_out_and_the_rest_is_a_remark(data: DataFolder) -> None:
    check = "@hookimpl\ndef roomctl_self_check(ctx):\n    return [Missing('a cable', 'no sound', 'plug it in', {})]\n"
    data.drop("deaf", check.format("True"))
    data.drop("hoarse", check.format("False"))
    host = data.host()
    assert status_of(host, "deaf").status is Status.SELF_CHECK_ERROR
    assert status_of(host, "hoarse").status is Status.ENABLED
    assert status_of(host, "hoarse").mend == "plug it in"


def test_a_person_disables_and_enables(data: DataFolder) -> None:
    data.drop("good", GOOD)
    data.host().disable("good")
    host = data.host()
    assert objections(host) == []
    assert status_of(host, "good").status is Status.DISABLED
    host.enable("good")
    assert objections(data.host()) == ["good"]
    with pytest.raises(NotFound, match="good"):
        host.enable("goood")


def test_commands_of_one_plugin_import_no_other(data: DataFolder) -> None:
    data.drop("hello", "@hookimpl\ndef roomctl_commands(ctx):\n    return {'hello': lambda: print(ctx.name)}\n")
    data.drop("other", GOOD)
    host = data.host()
    assert list(host.commands("hello")) == ["hello"]
    assert "roomctl_dropin.hello" in sys.modules
    assert "roomctl_dropin.other" not in sys.modules
    assert objections(host) == ["other"]


def test_commands_of_a_plugin_that_is_down_say_why(data: DataFolder) -> None:
    data.drop("broken", "raise OSError('no')\n")
    data.drop("needy", "", 'requires = ["python:no-such-dist>=2"]\n')
    host = data.host()
    with pytest.raises(Refused, match="OSError: no"):
        host.commands("broken")
    with pytest.raises(MissingPart, match="pip install 'no-such-dist>=2'"):
        host.commands("needy")


def test_a_recorder_that_is_not_there_is_told_with_the_plugin_that_is_down(data: DataFolder) -> None:
    data.drop("broken", "raise OSError('no driver')\n")
    with pytest.raises(NotFound, match="no driver"):
        data.host().recorder("tape")


def test_the_first_plugin_keeps_a_name_that_two_offer(data: DataFolder) -> None:
    code = "@hookimpl\ndef roomctl_archive_targets():\n    return {{'tape': lambda section: '{}'}}\n"
    data.drop("aa", code.format("first"))
    data.drop("bb", code.format("second"))
    assert data.host().target("tape")({}) == "first"


def test_a_hook_may_ask_the_host_for_what_other_plugins_and_itself_give(data: DataFolder) -> None:
    data.drop("good", GOOD)
    data.drop(
        "nosy",
        "@hookimpl\ndef roomctl_package_files(ctx, meeting):\n    ctx.seen = ctx.ask()\n    return []\n" + GOOD,
    )
    host = data.host()
    host.load()
    data.contexts["nosy"].ask = lambda: objections(host)
    host.package_files(MEETING)
    assert data.contexts["nosy"].seen == ["good", "nosy"]


def test_a_self_check_that_asks_the_host_does_not_wait_for_itself(data: DataFolder) -> None:
    data.drop("aa", GOOD)
    data.drop(
        "nosy",
        "@hookimpl\ndef roomctl_self_check(ctx):\n    ctx.services.clock.host.gate(None, None)\n    return []\n",
    )
    host = data.host()
    make = host.contexts

    def contexts(manifest, config):
        context = make(manifest, config)
        context.clock.host = host
        return context

    host.contexts = contexts
    assert status_of(host, "nosy").status is Status.ENABLED


SERVICE = """
class Work:
    name = "work"
    def start(self): {}
    def stop(self, timeout): (self.folder / "stopped").touch()
    def wake(self): pass
    def health(self): return Health(True)
    def progress(self): return ()
    def failures(self): return {{}}
@hookimpl
def roomctl_services(ctx):
    Work.folder = ctx.folder()
    return [Work()]
"""


def test_services_are_made_once_started_and_stopped(data: DataFolder) -> None:
    data.drop("worker", SERVICE.format("(self.folder / 'started').touch()"))
    host = data.host()
    host.start_services()
    assert host.services()[0] is host.services()[0]
    host.close()
    folder = data.contexts["worker"].folder()
    assert {path.name for path in folder.iterdir()} == {"started", "stopped"}


def test_a_service_that_does_not_start_is_a_setup_error(data: DataFolder) -> None:
    data.drop("worker", SERVICE.format("raise OSError('port in use')"))
    host = data.host()
    host.start_services()
    found = status_of(host, "worker")
    assert found.status is Status.SETUP_ERROR
    assert "port in use" in found.reason
    assert host.services() == []


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("def health(self): raise OSError('no idea')", "no idea"),
        ("def health(self): return None", "None instead of Health"),
        ("def progress(self): return 'much'", "a str instead of"),
        ("def failures(self): import time; time.sleep(60)", "1 "),
    ],
)
def test_a_service_that_cannot_say_how_it_is_is_not_well_and_costs_nobody_else(
    data: DataFolder, line: str, why: str
) -> None:
    bad = f"class Bad(Work):\n    name = 'bad'\n    {line}\n@hookimpl"
    code = SERVICE.format("pass").replace("@hookimpl", bad).replace("[Work()]", "[Bad()]")
    data.drop("worker", code)
    data.drop("beside", SERVICE.format("pass"))
    told = {report.name: report.health for report in data.host().reports()}
    assert not told["bad"].ok
    assert why in told["bad"].why
    assert "roomctl plugins" in told["bad"].mend
    assert told["work"].ok


def test_the_list_for_scripts_has_null_where_nothing_is_wrong(data: DataFolder) -> None:
    data.drop("good", GOOD, 'version = "1.2"\n')
    rows = [one.as_json() for one in data.host().status()]
    assert json.loads(json.dumps(rows)) == [
        {"name": "good", "version": "1.2", "status": "enabled", "reason": None, "mend": None}
    ]


def test_a_plugin_is_told_of_an_event_and_a_failure_leaves_it_untold(data: DataFolder) -> None:
    data.drop("listener", "heard = []\n@hookimpl\ndef roomctl_on_event(event):\n    heard.append(event.kind)\n")
    data.drop("deaf", "@hookimpl\ndef roomctl_on_event(event):\n    raise OSError('deaf')\n")
    host = data.host()
    event = LoggedEvent(
        seq=1, id="e", room="r", stream="r", n=1, at="2026-11-12T01:00:00.000000+00:00", kind="meeting.opened", v=1,
        actor="system:host", data="{}", sha256="", sm3="",
    )  # fmt: skip
    assert list(host.names()) == ["deaf", "listener"]
    assert host.tell("listener", event)
    assert not host.tell("deaf", event)
    assert host.loaded["listener"].module.heard == ["meeting.opened"]
