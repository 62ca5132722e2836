"""Settings: forms made from the models of the host and of each plugin; what is wrong stands at its field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from nicegui import ui as gui
from pydantic import BaseModel, Field

from roomctl import config
from roomctl.config import FILE
from roomctl.domain.access import Right
from roomctl.durable import changing
from roomctl.i18n import tr
from roomctl.labels import label
from roomctl.web.pages import forms
from roomctl.web.pages.frame import Frame
from roomctl.web.pages.toml_file import TomlFile
from roomctl.web.pages.visitor import Area, Visitor
from roomctl.web.ui import Look, Part, Values, button, form, join, note_bar, panel, state_chip, state_glyph, tag


class TopSettings(BaseModel):
    """What stands at the top of roomctl.toml.

    Attributes:
        recorder: name of the recorder that meetings use.

    """

    recorder: str = Field(
        default="audio",
        json_schema_extra=label(
            "录音用哪个插件", "Plugin that records", help_zh="自带的是 audio", help_en="the built-in one is audio"
        ),
    )


@dataclass
class Open:
    """What one visitor has typed and not saved, and what was saved since the host started."""

    typed: dict[str, Values] = field(default_factory=dict)
    errors: dict[str, Mapping[str, str]] = field(default_factory=dict)
    saved: bool = False


def register(frame: Frame) -> None:
    """`/settings`."""

    @frame.page("/settings", lambda: tr("设置", "Settings"), Right.EDIT_SETTINGS)
    async def settings(visitor: Visitor) -> None:
        state = Open()
        head = Area(visitor)
        names = await visitor.run(sections, visitor)
        with gui.element("div").classes("rc-wrap"):
            areas = {name: Area(visitor) for name in names}

        async def look() -> None:
            head.show(await visitor.draw(lambda: _head(visitor, state)))
            for name, area in areas.items():
                area.show(await visitor.draw(lambda name=name: _section(visitor, name, names[name], state)))  # type: ignore[misc]  # bound now

        for area in (head, *areas.values()):
            area.redraw = look
        await look()


def sections(visitor: Visitor) -> dict[str, type[BaseModel]]:
    """Path in roomctl.toml → the model that checks it: the host's own, then each plugin that has one."""
    plugins = visitor.board.application.plugins
    plugins.load()
    own: dict[str, type[BaseModel]] = {
        "": TopSettings,
        "meetings": config.MeetingSettings,
        "checks": config.ChecksSettings,
        "web": config.WebSettings,
        "host": config.HostSettings,
    }
    return own | {f"plugins.{name}": model for name, model in plugins.models.items()}


def _head(visitor: Visitor, state: Open) -> Part:
    host = visitor.board.host
    second = tr(f"存在 {FILE}；注释都留着", f"kept in {FILE}, with its comments")
    note = None
    if state.saved:
        note = note_bar(
            "run",
            tr("主程序重新启动后生效；录音不会停", "takes effect when the host starts again; recording goes on"),
            button(tr("重新启动", "Start again"), lambda _values: host.restart(), kind="sm"),
            strong=tr("已保存", "Saved"),
        )
    title = tag("div", tag("h1", tr("设置", "Settings")), tag("p", second, class_="rc-s2"), class_="rc-grow")
    return join((tag("div", title, class_="rc-hd"), note))


def _section(visitor: Visitor, name: str, model: type[BaseModel], state: Open) -> Part:
    kept = TomlFile(visitor.board.application.data / FILE)
    values, errors = kept.section(name), state.errors.get(name, {})
    typed = state.typed.get(name)
    fields = [forms.row(one, info, values, typed, errors) for one, info in model.model_fields.items()]
    wrong = state_chip(tr("没有保存", "not saved"), "crit") if errors else None
    other = [
        tag("p", state_glyph(Look.CRIT, size="s", label=""), text, class_="rc-row rc-c-crit")
        for key, text in errors.items()
        if key not in model.model_fields
    ]
    save = button(
        tr("保存", "Save"),
        _save(visitor, name, model, state),
        kind="sm",
        key=f"save {name}",
        label=tr(f"保存 {_title(visitor, name)}", f"save {_title(visitor, name)}"),
    )
    return panel(
        _title(visitor, name),
        form(*fields, *other, tag("div", save, wrong, class_="rc-row"), of=f"[{name}]"),
        second=f"[{name}]" if name else FILE,
    )


def _title(visitor: Visitor, name: str) -> str:
    if not name.startswith("plugins."):
        own = {
            "": tr("本机", "This machine"),
            "meetings": tr("会议", "Meetings"),
            "checks": tr("设备检查", "Device checks"),
            "web": tr("网页", "Web"),
        }
        return own.get(name, tr("主程序", "Host"))
    plugin = name.removeprefix("plugins.")
    return str(getattr(visitor.board.application.plugins.named(plugin), "title", plugin))


def _save(visitor: Visitor, name: str, model: type[BaseModel], state: Open) -> Callable[[Values], None]:
    def press(typed: Values) -> None:
        path = visitor.board.application.data / FILE
        with changing(path):
            kept = TomlFile(path)
            values, errors = forms.read(model, typed, kept.section(name))
            state.typed[name], state.errors[name] = typed, errors
            if errors:
                return
            kept.put(name, values)
            kept.save()
        del state.typed[name]
        state.saved = True
        visitor.board.host.tell("settings.changed", {"section": name or FILE, "by": visitor.user.name})

    return press
