"""What is wrong with the words of a command, and its help: in the reader's language, not in that of the library.

Typer carries its own Click from some version on, so the kinds of error are known here by their names.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any
from unicodedata import east_asian_width

import typer
from typer.core import TyperGroup

from roomctl.errors import BadInput
from roomctl.fields import wrong
from roomctl.i18n import tr

UsageError: type[Exception] = next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "UsageError")


@contextmanager
def told() -> Iterator[None]:
    """Inside, what a person typed wrong becomes `BadInput`."""
    try:
        yield
    except UsageError as error:
        if type(error).__name__ == "NoArgsIsHelpError":
            raise  # it shows the help
        raise _told(error) from None


def _told(error: Any) -> BadInput:
    context = error.ctx or Context.newest
    typed = f"{context.command_path} --help"
    kind = type(error).__name__
    if kind in _KINDS:
        what, why, near = _KINDS[kind](error, context)
    else:
        what, why, near = _by_its_text(error, context)
    return BadInput(what, why, near + tr(f"用法：{typed}", f"see: {typed}"))


def _no_such_option(error: Any, context: Any) -> tuple[str, str, str]:
    name = error.option_name
    known = [option for one in context.command.params for option in one.opts]
    return tr(f"没有选项 {name}", f"there is no option {name}"), "", _near(name, known)


def _bad_option(error: Any, _context: Any) -> tuple[str, str, str]:
    name = error.option_name
    if "does not take a value" in error.message:
        return tr(f"选项 {name} 后面不写值", f"option {name} takes no value"), "", ""
    return tr(f"选项 {name} 后面要写值", f"option {name} needs a value"), "", ""


def _missing(error: Any, _context: Any) -> tuple[str, str, str]:
    return tr(f"缺少{_named(error.param)}", f"{_named(error.param)} is missing"), "", ""


def _bad_value(error: Any, _context: Any) -> tuple[str, str, str]:
    return tr(f"{_named(error.param)} 的值不对", f"wrong value for {_named(error.param)}"), _why(error), ""


def _by_its_text(error: Any, context: Any) -> tuple[str, str, str]:
    if found := re.match(r"No such command '(.+?)'\.", error.message):
        known = context.command.list_commands(context)
        return tr(f"没有命令 {found[1]}", f"there is no command {found[1]}"), "", _near(found[1], known)
    if found := re.match(r"Got unexpected extra arguments? ?(?:\(s\))? ?\((.+)\)", error.message):
        return tr(f"多余的参数 {found[1]}", f"unexpected argument {found[1]}"), "", ""
    return tr("命令写得不对", "the command cannot be read"), str(error.message), ""


_KINDS = {
    "NoSuchOption": _no_such_option,
    "BadOptionUsage": _bad_option,
    "MissingParameter": _missing,
    "BadParameter": _bad_value,
}


def _near(name: str, known: Sequence[str]) -> str:
    found = get_close_matches(name, known, n=1)
    return tr(f"是否想写 {found[0]}？", f"did you mean {found[0]}? ") if found else ""


def _named(parameter: Any) -> str:
    """An option by its longest spelling, an argument by its name and what it is."""
    if parameter is None:
        return tr("参数", "an argument")
    if parameter.param_type_name == "option":
        return tr("选项 ", "option ") + str(max(parameter.opts, key=len))
    what = getattr(parameter, "help", "") or ""
    if what:
        return tr(f"参数 {parameter.name}（{what}）", f"argument {parameter.name} ({what})")
    return tr("参数 ", "argument ") + str(parameter.name)


def _why(error: Any) -> str:
    """Typer checks by pydantic; who refuses a value otherwise has said why."""
    errors = getattr(error.__cause__, "errors", None)
    if not errors:
        return str(error.message)
    first = errors()[0]
    return tr(f"写的是 {first['input']}，{wrong(first)}", f"{first['input']}: {wrong(first)}")


# --- help --------------------------------------------------------------------------------------------------------

_Context = TyperGroup.context_class
_WORDS = {
    "Usage: ": "用法：",
    "Options": "选项",
    "Arguments": "参数",
    "Commands": "命令",
    "[OPTIONS]": "[选项]",
    "COMMAND [ARGS]...": "命令 [参数]...",
    "Show this message and exit.": "显示这段说明",
    "[default: ": "[默认 ",
    "[required]": "[必填]",
    "; required]": "；必填]",
}
_VALUES = {
    "str": "文字",
    "int": "整数",
    "int range": "整数",
    "float": "数字",
    "float range": "数字",
    "path": "路径",
    "%Y-%m-%d": "年-月-日",
    "list[str]": "文字",
    "list[Path]": "路径",
}
"""What a value is, as Typer writes it behind the name of an option."""


class Formatter(_Context.formatter_class):  # type: ignore[misc,name-defined]  # whichever Click typer stands on
    """Help as plain text, with Chinese headings where the rest is Chinese."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, _in_language(args), _in_language(prefix or "Usage: "))

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_in_language(heading)}{tr('：', ':')}\n")

    def write_dl(self, rows: Sequence[tuple[str, str]], *args: Any, **more: Any) -> None:
        told = [(_value_in_language(name), _in_language(text)) for name, text in rows]
        most = max((_wide(name) for name, _ in told), default=0)  # Click takes each character for one column
        super().write_dl([(name, " " * (most - _wide(name)) + text) for name, text in told], *args, **more)


class Context(_Context):  # type: ignore[misc,valid-type]
    """Of a command of ours.

    Attributes:
        newest: what was read last; some errors do not say whose they are.

    """

    formatter_class = Formatter
    newest: Any = None

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        Context.newest = self


def plain(command: Any) -> Any:
    """The same command, its help and that of its own commands by `Formatter`."""
    command.context_class = Context
    command.rich_markup_mode = None
    for one in getattr(command, "commands", {}).values():
        plain(one)
    return command


def _value_in_language(name: str) -> str:
    return re.sub(r"<([^<>]+)>$", lambda found: f"<{tr(_VALUES.get(found[1], found[1]), found[1])}>", name)


def _wide(text: str) -> int:
    """Characters that take two columns of a terminal (UAX 11)."""
    return sum(east_asian_width(one) in "WF" for one in text)


def _in_language(text: str) -> str:
    for english, chinese in _WORDS.items():
        text = text.replace(english, tr(chinese, english))
    return text
