"""`roomctl archive verify --family`: a meeting's whole, its first package and all supplements."""

import json
from collections.abc import Iterator
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress

from roomctl.api import NotFound, tr
from roomctl_archive import family


def relation(package: Path) -> Iterator[str]:
    """What a package is to those beside it; nothing where it stands alone."""
    if not package.is_dir():
        return
    here = family.member(package)
    if here.first:
        yield tr(
            f"补充包，首包 {here.first}（SHA-256 {here.sha256[:12] or '未记'}…）",
            f"a supplement of {here.first} (SHA-256 {here.sha256[:12] or 'not told'}…)",
        )
    others = len(family.members(package)) - 1
    if others > 0:
        yield tr(
            f"旁边还有 {others} 个同一会议的存档包，可用 --family 一起校验",
            f"{others} more packages of the meeting lie beside it: verify all of them with --family",
        )


def verify(console: Console, package: Path, bar: Progress, *, as_json: bool) -> None:
    """Raises: NotFound: there is no package. Exit: something is wrong."""
    found = family.members(package) if package.is_dir() else ()
    if not found:
        raise NotFound(
            tr(f"没有存档包 {package}", f"no package {package}"),
            mend=tr("请给出存档包的文件夹", "name the folder of a package"),
        )
    with bar:
        task = bar.add_task(tr("校验", "verify"), total=None)
        whole, each = family.verify_all(found, lambda size: bar.advance(task, size))
    if as_json:
        told = [
            {
                "package": one.id,
                "supplement_to": one.first,
                "supplement_to_sha256": one.sha256,
                **each[one.id].as_json(),
            }
            for one in found
        ]
        print(json.dumps(whole.as_json() | {"family": told}, ensure_ascii=False))
    for one in found:
        name = tr("补充包", "supplement") if one.first else tr("首包", "first package")
        verdict = each[one.id]
        read = tr(f"{verdict.files} 个文件，{verdict.bytes} 字节", f"{verdict.files} files, {verdict.bytes} bytes")
        console.print(f"{name} {one.id}: {read}", style="green" if verdict.ok else "red")
    for fault in whole.problems:
        console.print(f"{fault.file}: {fault.what}", style="red", markup=False, soft_wrap=True)
    if not whole.ok:
        raise typer.Exit(1)
