"""`roomctl service`: the host as a systemd service, which starts with the machine and again when it dies."""

import getpass
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from shlex import join
from shutil import which
from typing import Any

import typer
from rich.markup import escape

from roomctl.cli.screen import JSON, answer, console
from roomctl.cli.serve import PORT, tls_options
from roomctl.errors import Busy, MissingPart, NotFound, Refused, RoomctlError
from roomctl.folders import data_folder
from roomctl.host import unit
from roomctl.i18n import tr

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help=tr("开机自动运行（systemd 服务）", "Run at boot, as a systemd service"),
)

ACCOUNT = "roomctl"
"""Who a service of the whole machine runs as."""
SYSUSERS = Path("/etc/sysusers.d/roomctl.conf")
_FACTS = ("LoadState", "ActiveState", "SubState", "UnitFileState", "MainPID", "NRestarts", "StatusText", "Result")
_SYSTEM = typer.Option(
    False, "--system", help=tr("整机的服务（root 默认）", "the machine's, which is root's default")
)
_USER = typer.Option(False, "--user", help=tr("只属于当前用户的服务", "this user's own"))


@dataclass(frozen=True, slots=True)
class Plan:
    """What an installation writes and runs, in order."""

    files: Mapping[Path, str]
    commands: Sequence[Sequence[str]]


@app.command(help=tr("安装并启动服务；再装一次就是更新", "Install and start it; once more brings it up to date"))
def install(
    *,
    system: bool = _SYSTEM,
    user: bool = _USER,
    host: str = typer.Option("127.0.0.1", help=tr("监听地址", "address to listen on")),
    port: int = typer.Option(PORT, min=1, max=65535, help=tr("端口", "port")),
    certificate: Path | None = typer.Option(None, help=tr("TLS 证书（PEM）", "TLS certificate, PEM")),
    key: Path | None = typer.Option(None, help=tr("TLS 私钥（PEM）", "its private key, PEM")),
    dry_run: bool = typer.Option(False, "--dry-run", help=tr("只列出要做的，不执行", "only tell what would be done")),
    as_json: bool = JSON,
) -> None:
    """A recording goes on while the service starts again."""
    system = system or (_root() and not user)
    data = _data(system=system)
    serve = ["serve", "--host", host, "--port", str(port), *tls_options(certificate, key)]
    plan = _plan(data, serve, system=system)
    if dry_run:
        _tell(plan, as_json=as_json)
        return
    _present()
    for path, text in plan.files.items():
        _write(path, text)
    for command in plan.commands:
        _run(command)
    told = _facts(system=system)
    if as_json:
        answer({"files": [str(path) for path in plan.files], **told})
        return
    screen = console()
    screen.print(
        tr(f"[ok]✓[/] 服务已启动，数据目录 {escape(str(data))}", f"[ok]✓[/] it runs, on {escape(str(data))}"),
        soft_wrap=True,
    )
    screen.print(f"[dim]{escape(_journal(system=system))}[/]", soft_wrap=True)
    if not system and not _lingers():
        screen.print(
            tr(
                "注意：退出登录后服务会停。要一直运行：sudo loginctl enable-linger",
                "Note: it ends when you log out. To keep it running: sudo loginctl enable-linger",
            ),
            style="warn",
        )


@app.command(help=tr("服务的状态", "How it stands"))
def status(*, system: bool = _SYSTEM, user: bool = _USER, as_json: bool = JSON) -> None:
    """Exit code 1 where it does not run."""
    _present()
    system = system or (not user and _installed())
    told = _facts(system=system)
    if as_json:
        answer(told)
    else:
        _show(told, system=system)
    if told["state"] != "active":
        raise typer.Exit(1)


@app.command(help=tr("停止并移除服务；数据都留着", "Stop and remove it; all data stays"))
def uninstall(
    *,
    system: bool = _SYSTEM,
    user: bool = _USER,
    yes: bool = typer.Option(False, "--yes", help=tr("不再询问", "do not ask")),
) -> None:
    """A recording that runs goes on without a host, which nobody looks after: it is refused then."""
    _present()
    system = system or (not user and _installed())
    path = _unit_file(system=system)
    if not path.exists():
        raise NotFound(tr("没有安装过服务", "the service is not installed"), mend="roomctl service install")
    if not yes and not typer.confirm(tr("停止并移除 roomctl 服务？数据都留着", "Stop and remove it? Data stays")):
        raise typer.Exit(1)
    _nothing_recorded(system=system)  # as late as can be: somebody may begin while the question stands
    _run([*_systemctl(system=system), "disable", "--now", unit.FILE])
    path.unlink()
    _run([*_systemctl(system=system), "daemon-reload"])
    console().print(
        tr(
            f"[ok]✓[/] 已移除；数据仍在 {escape(str(_data(system=system)))}",
            f"[ok]✓[/] removed; the data is still in {escape(str(_data(system=system)))}",
        ),
        soft_wrap=True,
    )


def _root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _installed() -> bool:
    """Whether it is the machine's; where neither is installed, that which this user would install."""
    return _unit_file(system=True).exists() or (_root() and not _unit_file(system=False).exists())


def _data(*, system: bool) -> Path:
    """Of a machine's service: /var/lib/roomctl, unless told otherwise."""
    return data_folder() if os.environ.get("ROOMCTL_DATA") or not system else Path("/var/lib") / unit.NAME


def _plan(data: Path, serve: Sequence[str], *, system: bool) -> Plan:
    """Raises: Refused, where a service of the machine could not read its own program, or what it is to work on."""
    program, folders = Path(sys.executable), list(_folders(data))
    if system:
        told = (Path(word) for word in (*serve, os.environ.get("ROOMCTL_MODELS", "")))
        _need_open([Path(sys.prefix), Path(sys.base_prefix)], tr("请装到 /opt/roomctl", "install roomctl under /opt"))
        _need_open(
            [data, *(one for one in told if one.is_absolute()), *(one for one in folders if one.exists())],
            tr("请移到 /var/lib 这样的地方", "move it, such as under /var/lib"),
        )
    if system and (data / "roomctl.db").exists() and not _owned(data / "roomctl.db"):
        raise Refused(
            tr(f"{data} 不属于服务用户 {ACCOUNT}", f"{data} does not belong to the service's user {ACCOUNT}"),
            mend=f"sudo chown -R {ACCOUNT}: {data}",
        )
    names = ("ROOMCTL_LANG", "ROOMCTL_MODELS")
    environment = {
        "ROOMCTL_DATA": str(data),
        "LANG": "C.UTF-8",
        **{name: os.environ[name] for name in names if os.environ.get(name)},
    }
    files = {
        _unit_file(system=system): unit.unit(
            unit.Service(
                argv=[str(program), "-m", "roomctl", *serve],
                data=PurePosixPath(data),
                environment=environment,
                account=ACCOUNT if system else "",
                writable=[PurePosixPath(path) for path in folders],
            )
        )
    }
    control = _systemctl(system=system)
    commands = [[*control, "daemon-reload"], [*control, "enable", unit.FILE], [*control, "restart", unit.FILE]]
    if system:
        files[SYSUSERS] = unit.account(ACCOUNT, PurePosixPath(data))
        make = ["install", "-d", "-m", "700", "-o", ACCOUNT, "-g", ACCOUNT, str(data)]
        commands = [["systemd-sysusers", str(SYSUSERS)], make, *commands]
    return Plan(files, commands)


def _need_open(paths: Sequence[Path], mend: str) -> None:
    """Raises: Refused: one lies where the unit of a machine's service lets it see nothing, see `unit.CLOSED`."""
    for path in paths:
        if any(path.is_relative_to(folder) for folder in unit.CLOSED):
            raise Refused(
                tr(f"服务用户读不到 {path}", f"the service's user cannot read {path}"),
                tr("家目录和 /tmp 对它是关着的", "homes and /tmp are closed to it"),
                mend + tr("，或用 --user 装成自己的服务", ", or use --user for a service of your own"),
            )


def _folders(data: Path) -> Iterator[Path]:
    """What the settings name outside the data folder."""
    from roomctl.config import FILE, load  # noqa: PLC0415

    load(data)  # says what is wrong with them, in its own words
    settings = data / FILE
    if settings.is_file():
        found = unit.folders_of(settings.read_text(encoding="utf-8"))
        yield from (path for path in found if not path.is_relative_to(data) and not path.is_file())


def _tell(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        answer({"files": {str(path): text for path, text in plan.files.items()}, "commands": plan.commands})
        return
    for path, text in plan.files.items():
        console().print(f"[stage]{escape(str(path))}[/]")
        print(text)
    for command in plan.commands:
        console().print(f"[stage]$[/] {escape(join(command))}", soft_wrap=True)


def _unit_file(*, system: bool) -> Path:
    if system:
        return Path("/etc/systemd/system") / unit.FILE
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return home / "systemd" / "user" / unit.FILE


def _systemctl(*, system: bool) -> list[str]:
    return ["systemctl"] if system else ["systemctl", "--user"]


def _journal(*, system: bool) -> str:
    return f"journalctl {'-u' if system else '--user-unit'} {unit.NAME} -f"


def _present() -> None:
    """Raises: MissingPart."""
    if not which("systemctl") or not Path("/run/systemd/system").is_dir():  # sd_booted(3)
        raise MissingPart(
            tr("这台机器没有运行 systemd", "systemd does not run on this machine"),
            tr("它开机时用的不是 systemd，或没有装它", "it was not booted by systemd, or has none"),
            tr(
                "主程序是否在运行看 roomctl status；不用服务就直接运行 roomctl serve，"
                "或交给本机的服务管理器（Windows 见 docs/guide/administrator.zh-CN.md）",
                "roomctl status tells whether the host runs; without a service run roomctl serve yourself, or let "
                "the machine's own service manager run it (for Windows see docs/guide/administrator.md)",
            ),
        )


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(
            tr(f"写不了 {path}", f"cannot write {path}"),
            error.strerror or str(error),
            tr("请用 sudo 运行，或加 --user", "run it with sudo, or add --user"),
        ) from None


def _run(command: Sequence[str]) -> str:
    """Its output. Raises: RoomctlError with the first line that it complained in."""
    english = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=english)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or f"exit {done.returncode}").splitlines()[0]
        if any(word in said for word in _NOBODY_THERE):
            raise _no_manager(user="--user" in command, said=said)
        raise RoomctlError(tr(f"{join(command)} 没有成功", f"{join(command)} failed"), said, _journal_hint(command))
    return done.stdout


_NOBODY_THERE = ("Failed to connect to", "not been booted with systemd")
"""How systemctl(1) begins where the manager that it asks does not run."""


def _no_manager(*, user: bool, said: str) -> MissingPart:
    if user:
        return MissingPart(
            tr("当前用户的服务管理器没有运行", "this user's service manager does not run"),
            said,
            tr(
                "请以这个用户正常登录（不用 su），或 sudo loginctl enable-linger；整机的服务用 --system",
                "log in as that user (not by su), or: sudo loginctl enable-linger; the machine's own: --system",
            ),
        )
    return MissingPart(
        tr("systemd 没有回答", "systemd does not answer"),
        said,
        tr("主程序是否在运行看 roomctl status", "roomctl status tells whether the host runs"),
    )


def _journal_hint(command: Sequence[str]) -> str:
    where = _journal(system="--user" not in command).removesuffix(" -f")
    return tr(f"请看：{where}", f"see: {where}")


def _facts(*, system: bool) -> dict[str, Any]:
    said = _run([*_systemctl(system=system), "show", unit.FILE, *(f"--property={name}" for name in _FACTS)])
    facts = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    return {
        "installed": facts["LoadState"] == "loaded",
        "state": facts["ActiveState"],
        "detail": facts["SubState"],
        "at_boot": facts["UnitFileState"] == "enabled",
        "pid": int(facts["MainPID"]) or None,
        "restarts": int(facts["NRestarts"]),
        "status": facts["StatusText"],
        "result": facts["Result"],
    }


def _show(told: Mapping[str, Any], *, system: bool) -> None:
    screen = console()
    if not told["installed"]:
        screen.print(tr("没有安装：roomctl service install", "not installed: roomctl service install"))
        return
    running = told["state"] == "active"
    screen.print(
        ("[ok]✓[/] " if running else "[crit]✗[/] ")
        + tr(
            f"{'运行中' if running else '没有运行'}（{told['state']}/{told['detail']}，进程 {told['pid'] or '–'}，"
            f"重启过 {told['restarts']} 次，{'' if told['at_boot'] else '不'}随开机启动）  {escape(told['status'])}",
            f"{told['state']}/{told['detail']}, process {told['pid'] or '–'}, restarted {told['restarts']} times, "
            f"{'starts' if told['at_boot'] else 'does not start'} at boot  {escape(told['status'])}",
        ),
        soft_wrap=True,
    )
    if not running:
        screen.print(f"[dim]{escape(_journal(system=system).removesuffix(' -f'))}[/]")


def _owned(path: Path) -> bool:
    try:
        return path.owner() == ACCOUNT
    except KeyError:  # a number without a name
        return False


def _lingers() -> bool:
    """Whether this user's services outlive their log-out: logind keeps a file of that name."""
    return (Path("/var/lib/systemd/linger") / getpass.getuser()).exists()


def _nothing_recorded(*, system: bool) -> None:
    from roomctl.app import open_application  # noqa: PLC0415

    data = _data(system=system)
    if not (data / "roomctl.db").exists():
        return
    with open_application(data).open_uow().reading() as uow:
        recorded = [one.meeting for one in uow.recordings.running()]
    if recorded:
        raise Busy(
            tr("正在录音", "a recording runs"),
            tr(f"会议 {recorded[0]}", f"meeting {recorded[0]}"),
            tr("请先停止录音，再移除服务", "stop it first, then remove the service"),
        )
