"""`roomctl`: finds the command, runs it, and tells an error on one line.

`--help` reads the table below and the plugins' manifests, and imports neither a command nor a plugin.
"""

import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from roomctl import __version__
from roomctl.cli import usage
from roomctl.errors import BadInput, RoomctlError, one_line
from roomctl.i18n import tr

COMMANDS: dict[str, tuple[str, str, str]] = {
    "demo": (
        "roomctl.cli.demo",
        "用真实普通话录音走完一场会议：检查、签到、录音、转写、记录、归档",
        "A whole meeting on real speech, from check to verified archive",
    ),
    "init": ("roomctl.cli.init", "建立数据目录和设置文件", "Set up a data folder and its settings"),
    "serve": ("roomctl.cli.serve", "运行主程序：接管录音、转写、送存", "Run the host"),
    "service": ("roomctl.cli.service", "开机自动运行（systemd 服务）", "Run at boot, as a systemd service"),
    "status": ("roomctl.cli.status", "运行情况，还有什么没办完", "What runs here, and what is left to do"),
    "doctor": ("roomctl.cli.doctor", "缺什么、怎么补", "What is missing, and how to mend it"),
    "check": ("roomctl.cli.check", "会前设备检查", "Check the devices of the room"),
    "devices": ("roomctl.cli.devices", "会议室的设备清单", "The devices of the room"),
    "macro": ("roomctl.cli.macro", "会议室的场景：几台设备一起动", "Macros: several devices at once"),
    "emulate": ("roomctl.cli.emulate", "虚拟设备，没有机柜也能试", "Virtual devices, to try it without a rack"),
    "meetings": ("roomctl.cli.meetings", "会议：从拟定到归档", "Meetings, from plan to archive"),
    "room": ("roomctl.cli.room", "清理会场、材料收发、秩序后勤记事", "Clear the room, hand out papers, keep the log"),
    "secrecy": ("roomctl.cli.secrecy", "涉密：登记、介质、会前确认、移交", "State secrets: machine, media, points"),
    "papers": ("roomctl.cli.papers", "会议的文件：看、查错、取出", "The papers of a meeting: read, check, take away"),
    "seats": ("roomctl.cli.seats", "座位：布局、排座、话筒", "Who sits where"),
    "summary": ("roomctl.cli.summary", "会议纪要：从起草到印发", "会议纪要, from draft to issue"),
    "models": ("roomctl.cli.models", "语音模型：下载、导入、校验", "Speech models: pull, import, verify"),
    "plugins": ("roomctl.cli.plugins", "插件及其状态", "Plugins and how they stand"),
    "new-plugin": ("roomctl.cli.new_plugin", "写一个能用的插件，带测试", "Write a working plugin with its tests"),
    "backup": ("roomctl.cli.backup", "备份数据库和设置", "Copy the database and the settings"),
    "restore": ("roomctl.cli.restore", "恢复备份", "Bring a backup back"),
    "accounts": ("roomctl.cli.accounts", "账号、角色、令牌", "Accounts, roles, tokens"),
    "screens": ("roomctl.cli.screens", "无人登录的屏幕：发链接、收回", "Links of screens without sign-on"),
    "audit": ("roomctl.cli.audit", "校验事件日志", "Verify the event log"),
}
"""Name → module, help in Chinese, help in English."""

SECTIONS = (
    ("开始", "To begin with", ("demo", "init", "serve", "service", "status", "doctor")),
    ("会前", "Before a meeting", (
        "meetings", "roster", "seats", "check", "devices", "macro", "acoustics", "emulate",
    )),
    ("会中", "In session", ("signin", "screens", "record", "recording", "room")),
    ("会后", "After it", (
        "transcribe", "transcript", "glossary", "papers", "records", "summary", "archive",
    )),
    ("管理", "To keep it well", (
        "accounts", "secrecy", "models", "plugins", "new-plugin", "backup", "restore", "audit",
    )),
)  # fmt: skip
"""How `--help` lists the commands, those of the plugins that come with roomctl among them; others stand below."""

GLOBAL = {
    "--data": ("ROOMCTL_DATA", "数据目录", "data folder"),
    "--lang": ("ROOMCTL_LANG", "zh 或 en", "zh or en"),
}
"""Options that every command takes, wherever they stand, and the variable that says the same."""

DEBUG = "ROOMCTL_DEBUG"
LANGUAGES = ("zh", "en")


class Commands(TyperGroup):
    """The host's commands and the plugins', each loaded when it is called."""

    context_class = usage.Context
    listing = False

    def make_context(self, *args: Any, **more: Any) -> Any:
        with usage.told():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        with usage.told():
            return super().invoke(ctx)

    def list_commands(self, ctx: Any) -> list[str]:
        del ctx
        return [*COMMANDS, *(name for name in _plugin_commands() if name not in COMMANDS)]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        del ctx
        if cmd_name in COMMANDS:
            module, *helps = COMMANDS[cmd_name]
            return _listed(cmd_name, tr(*helps)) if self.listing else _named(cmd_name, import_module(module).app)
        manifest = _plugin_commands().get(cmd_name)
        if manifest is None:
            return None
        if self.listing:
            return _listed(cmd_name, _help_of(manifest, cmd_name))
        from roomctl.app import open_application  # noqa: PLC0415 - only a plugin's command loads the plugins

        return _named(cmd_name, open_application().command(manifest.name, cmd_name), _help_of(manifest, cmd_name))

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        helps = {name: self.get_command(ctx, name).get_short_help_str(200) for name in self.list_commands(ctx)}
        wide = max(map(len, helps))
        placed = {name for *_, names in SECTIONS for name in names}
        others = ("其他插件", "Other plugins", tuple(name for name in helps if name not in placed))
        for zh, en, names in (*SECTIONS, others):
            if here := [(name.ljust(wide), helps[name]) for name in names if name in helps]:
                with formatter.section(tr(zh, en)):
                    formatter.write_dl(here)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        self.listing = True
        super().format_help(ctx, formatter)


@cache
def _plugin_commands() -> dict[str, Any]:
    """Command name → manifest of its plugin."""
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.host.manifest import Manifest, discover  # noqa: PLC0415

    plugins = [found for found in discover(data_folder()) if isinstance(found, Manifest)]
    return {command.name: plugin for plugin in plugins for command in plugin.commands}


def _help_of(manifest: Any, name: str) -> str:
    return next(str(command.help) for command in manifest.commands if command.name == name)


def _listed(name: str, help_text: str) -> TyperCommand:
    return TyperCommand(name=name, help=help_text)


def _named(name: str, made: Any, help_text: str = "") -> Any:
    """A typer app, or a plain function with its help, as a command of that name."""
    if not isinstance(made, typer.Typer):
        function, made = made, typer.Typer(add_completion=False)
        made.command(name, help=help_text or None)(function)
    command = usage.plain(get_command(made))
    command.params = [one for one in command.params if one.name not in {"install_completion", "show_completion"}]
    command.name = name
    return command


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:  # noqa: FBT001 - typer calls it so
    if wanted:
        print(__version__)
        raise typer.Exit


@app.callback(
    help=tr(
        "会议室控制与会议记录：设备检查 → 签到 → 录音 → 转写 → 会议记录 → 归档。\n\n"
        "每条命令都可以加 --data 目录、--lang zh|en、--debug。",
        "Meeting-room control and records: check → sign-in → sound → words → record → archive.\n\n"
        "Every command also takes --data DIR, --lang zh|en, --debug.",
    )
)
def _root(
    version: bool = typer.Option(  # noqa: FBT001
        False, "--version", callback=_version, is_eager=True, help=tr("版本", "Version")
    ),
) -> None:
    del version


def take_globals(argv: Sequence[str]) -> list[str]:
    """The arguments without the options that every command takes; those go into the environment.

    Children and plugins read the same variables, so nothing has to be handed on.

    Raises:
        BadInput: one of them without a value, or a language that there is not.

    """
    rest: list[str] = []
    waiting: str | None = None
    for position, argument in enumerate(argv):
        name, equals, value = argument.partition("=")
        if waiting:
            _set(waiting, argument)
            waiting = None
        elif argument == "--":
            return [*rest, *argv[position:]]
        elif argument == "--debug":
            os.environ[DEBUG] = "1"
        elif name in GLOBAL and equals:
            _set(GLOBAL[name][0], value)
        elif argument in GLOBAL:
            waiting = GLOBAL[argument][0]
        else:
            rest.append(argument)
    if waiting:
        raise BadInput(
            tr(f"选项 {argv[-1]} 后面要写值", f"option {argv[-1]} needs a value"),
            mend=tr("用法：roomctl --help", "see: roomctl --help"),
        )
    return rest


def _set(variable: str, value: str) -> None:
    if variable == GLOBAL["--lang"][0] and value.lower()[:2] not in LANGUAGES:
        raise BadInput(
            tr(f"没有语言 {value}", f"there is no language {value}"),
            mend=tr("请写 --lang zh 或 --lang en", "write --lang zh or --lang en"),
        )
    os.environ[variable] = value


def main() -> None:
    """Entry point of the `roomctl` command."""
    code = 0
    try:
        app(take_globals(sys.argv[1:]), prog_name="roomctl")
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1 if left.code else 0
    except RoomctlError as error:
        if os.environ.get(DEBUG):
            raise
        print(error, file=sys.stderr)
        code = error.exit_code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # `roomctl … | head` is no fault
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        print(
            tr(f"程序出错：{one_line(error)}。详情请加 --debug", f"{one_line(error)}. For the trace add --debug"),
            file=sys.stderr,
        )
        code = 2
    if "roomctl.host.exit" in sys.modules or "roomctl.host.calls" in sys.modules:
        from roomctl.host.exit import leave  # noqa: PLC0415 - a plugin was called, and may hang

        leave(code)
    sys.exit(code)
