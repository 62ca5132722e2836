"""`roomctl new-plugin`: a plugin that works, with its tests, to begin with."""

import re
from enum import StrEnum
from pathlib import Path
from string import Template

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.errors import BadInput, Refused
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_NEEDS = {"transcriber": ["roomctl", "numpy"], "page": ["roomctl[web]"]}


class Kind(StrEnum):
    """What a plugin gives."""

    CHECK = "check"
    DRIVER = "driver"
    RECORDER = "recorder"
    TRANSCRIBER = "transcriber"
    TARGET = "target"
    PAGE = "page"


_MODULE = {
    Kind.CHECK: "check",
    Kind.DRIVER: "driver",
    Kind.RECORDER: "recorder",
    Kind.TRANSCRIBER: "engine",
    Kind.TARGET: "target",
    Kind.PAGE: "page",
}


@app.command("new-plugin", help=tr("写一个能用的插件，带测试", "Write a working plugin with its tests"))
def new_plugin(
    name: str = typer.Argument(help=tr("名称：小写字母、数字、下划线", "name: small letters, digits, underscores")),
    *,
    kind: Kind = typer.Option(..., help=tr("种类", "what it gives")),
    dir: Path = typer.Option(Path(), "--dir", help=tr("写到哪个目录", "folder to write it into")),  # noqa: A002 - the option's name
    as_json: bool = JSON,
) -> None:
    """A folder `roomctl-NAME` with pyproject.toml, the package and its tests, which pass as they stand."""
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.host.manifest import discover  # noqa: PLC0415

    if not _NAME.fullmatch(name):
        raise BadInput(
            tr(f"插件不能叫 {name}", f"a plugin cannot be called {name}"),
            tr(f"名称应符合 {_NAME.pattern}", f"a name matches {_NAME.pattern}"),
            tr("例如 lamp_hours", "for example lamp_hours"),
        )
    if taken := next((one for one in discover(data_folder()) if one.name == name), None):
        raise Refused(
            tr(f"名称 {name} 已被占用", f"the name {name} is taken"),
            str(taken.path),
            tr("请换一个名称", "choose another name"),
        )
    folder = (dir / f"roomctl-{name.replace('_', '-')}").absolute()
    written = write(folder, name, kind)
    if as_json:
        answer({"path": str(folder), "files": written})
        return
    console().print(
        tr(
            f"[ok]✓[/] {escape(str(folder))}；先跑测试：cd {escape(str(folder))} && python -m pytest",
            f"[ok]✓[/] {escape(str(folder))}; run its tests first: cd {escape(str(folder))} && python -m pytest",
        ),
        soft_wrap=True,
    )


def write(folder: Path, name: str, kind: Kind) -> list[str]:
    """Its files, by path relative to the folder.

    Raises:
        BadInput: the folder is there, or cannot be made.

    """
    module = _MODULE[kind]
    values = {
        "name": name,
        "title": name.replace("_", " "),
        "kind": kind.value,
        "needs": ", ".join(f'"{need}"' for need in _NEEDS.get(kind.value, ["roomctl"])),
    }
    values["settings"] = _filled(TEMPLATES / kind.value / "settings.tmpl", values)
    tests = [TEMPLATES / kind.value / "test.py.tmpl", TEMPLATES / "common" / "host_test.tmpl"]
    package = f"roomctl_{name}"
    files = {
        "pyproject.toml": _filled(TEMPLATES / "common" / "pyproject.toml.tmpl", values),
        "README.md": _filled(TEMPLATES / "common" / "README.md.tmpl", values),
        f"{package}/plugin.toml": _filled(TEMPLATES / "common" / "plugin.toml.tmpl", values),
        f"{package}/__init__.py": _filled(TEMPLATES / kind.value / "init.py.tmpl", values),
        f"{package}/{module}.py": _filled(TEMPLATES / kind.value / f"{module}.py.tmpl", values),
        f"tests/test_{name}.py": "".join(_filled(test, values) for test in tests),
    }
    try:
        folder.mkdir(parents=True)
        for path, text in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            tr(f"不能写入 {folder}", f"cannot write {folder}"),
            tr("它已经存在", "it is there already") if isinstance(error, FileExistsError) else str(error.strerror),
            tr("请换一个名称，或用 --dir 另选目录", "choose another name, or another folder with --dir"),
        ) from None
    return list(files)


def _filled(template: Path, values: dict[str, str]) -> str:
    return Template(template.read_text(encoding="utf-8")).substitute(values)
