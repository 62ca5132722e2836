"""Forms from models, and roomctl.toml with its comments kept."""

import re
import tomllib
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from roomctl import config
from roomctl.app import Application
from roomctl.errors import BadInput
from roomctl.i18n import speaking
from roomctl.web.pages import forms
from roomctl.web.pages.settings import TopSettings
from roomctl.web.pages.toml_file import TomlFile

TEXT = """\
# 本室设置
recorder = "audio"  # 录音

[room]
name = "第一会议室"

[plugins.lamp]
hours = 2000  # 到时更换
"""


class Lamp(BaseModel):
    model_config = ConfigDict(extra="forbid")

    hours: int = Field(default=3000, gt=0)
    ratio: float = 0.8
    watched: bool = True
    kind: Literal["uhp", "led"] = "led"
    names: tuple[str, ...] = ()
    limits: dict[str, int] = Field(default_factory=dict)
    note: str | None = None


TYPED = {
    "hours": "2500", "ratio": "0.8", "watched": True, "kind": "led", "names": "", "limits": "", "note": "",
}  # fmt: skip


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "roomctl.toml"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_changed_value_leaves_every_comment_in_its_place(file):
    kept = TomlFile(file)
    values, errors = forms.read(Lamp, TYPED, kept.section("plugins.lamp"))
    assert not errors
    kept.put("plugins.lamp", values)
    kept.save()
    assert file.read_text(encoding="utf-8") == TEXT.replace("2000", "2500")


def test_what_nobody_wrote_and_is_the_default_stays_out_of_the_file():
    values, _ = forms.read(Lamp, {**TYPED, "watched": False}, {})
    assert values == {"hours": 2500, "watched": False}


def test_a_section_that_is_not_there_yet_is_added(file):
    kept = TomlFile(file)
    kept.put("plugins.nas", {"path": "/mnt/nas"})
    kept.put("web", {"hosts": ["room1"]})
    kept.save()
    found = tomllib.loads(file.read_text(encoding="utf-8"))
    assert found["plugins"] == {"lamp": {"hours": 2000}, "nas": {"path": "/mnt/nas"}}
    assert found["web"] == {"hosts": ["room1"]}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("hours", "viel", "整数"),
        ("hours", "0", "要大于 0"),
        ("ratio", "viel", "数字"),
        ("limits", "a = ", "TOML"),
        ("limits", 'a = "b"', "整数"),
        ("kind", "gas", "可用 'uhp'、'led'"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(name, value, told):
    _values, errors = forms.read(Lamp, {**TYPED, name: value}, {})
    assert list(errors) == [name]
    assert told in errors[name]


def test_a_damaged_file_is_not_written_over(file):
    file.write_text("[room\n", encoding="utf-8")
    with pytest.raises(BadInput, match="TOML"):
        TomlFile(file)
    assert file.read_text(encoding="utf-8") == "[room\n"


VALUES = st.fixed_dictionaries(
    {"hours": st.integers(1, 10**6), "watched": st.booleans(), "names": st.lists(st.text("甲乙丙", min_size=1))}
)


@given(VALUES)
def test_what_is_shown_and_sent_back_unchanged_changes_nothing(kept):
    info = Lamp.model_fields
    shown = {
        name: forms.shown(kept.get(name, info[name].get_default(call_default_factory=True)), info[name])
        for name in info
    }
    values, errors = forms.read(Lamp, shown, kept)
    assert not errors
    assert values == kept


def own_models(data):
    application = Application(data)
    try:
        application.plugins.load()
        return {
            "": TopSettings,
            "room": config.RoomSettings,
            "web": config.WebSettings,
            "host": config.HostSettings,
            **application.plugins.models,
        }
    finally:
        application.close()


@pytest.mark.parametrize("code", ["zh", "en"])
def test_every_setting_has_a_name_in_the_readers_language_and_none_is_a_key(tmp_path, code):
    models = own_models(tmp_path)
    assert {"audio", "transcript", "archive"} <= set(models)
    with speaking(code):
        for section, model in models.items():
            for name, info in model.model_fields.items():
                html = forms.row(name, info, {}, None, {}).html
                called = re.search(r"<label[^>]*>([^<]+)</label>", html)[1]
                assert called != name, (section, name)
                assert bool(re.search(r"[\u4e00-\u9fff]", called)) == (code == "zh"), (section, name, called)


def test_what_a_setting_is_for_stands_beside_it():
    field = config.HostSettings.model_fields["memory_mb"]
    assert "超过先警告，没有会议时重启主程序，默认 800" in forms.row("memory_mb", field, {}, None, {}).html
    with speaking("en"):
        assert "the host starts again, default 800" in forms.row("memory_mb", field, {}, None, {}).html
