"""`roomctl accounts`: who may sign on to the pages."""

import os
import sys
from collections.abc import Sequence
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from roomctl.cli.screen import JSON, answer, console
from roomctl.domain.access import Right, Role
from roomctl.errors import BadInput
from roomctl.i18n import tr

app = typer.Typer(add_completion=False, no_args_is_help=True, help=tr("账号、角色、令牌", "Accounts, roles, tokens"))

PASSWORD = "ROOMCTL_PASSWORD"  # noqa: S105 - the name of a variable

_NAME = typer.Argument(help=tr("用户名", "name"))
_ROLES = typer.Option(..., "--role", "-r", help=tr("角色，可写多次：", "role, several times: ") + ", ".join(Role))
_ONCE = typer.Option(False, "--once", help=tr("首次登录后必须改密码", "its owner changes it before anything else"))


def _accounts(*, make: bool = False) -> Any:
    from roomctl.app import open_application  # noqa: PLC0415

    return open_application(make=make).accounts


@app.command("list", help=tr("全部账号和令牌", "All accounts and tokens"))
def list_(*, as_json: bool = JSON) -> None:
    """Name, roles, whether disabled; the tokens of each."""
    accounts = _accounts()
    people, tokens = accounts.all(), accounts.tokens()
    if as_json:
        answer(
            {
                "accounts": [
                    {"name": one.name, "roles": sorted(one.roles), "disabled": one.disabled} for one in people
                ],
                "tokens": [
                    {
                        "id": one.id,
                        "account": one.account,
                        "label": one.label,
                        "rights": sorted(one.rights),
                        "expires": one.expires.isoformat() if one.expires else None,
                    }
                    for one in tokens
                ],
            }
        )
        return
    if not people:
        console().print(
            tr(
                "还没有账号：roomctl accounts add 姓名 --role admin，或 roomctl serve 打印的链接",
                "no accounts yet: roomctl accounts add NAME --role admin, or the link that roomctl serve prints",
            )
        )
        return
    table = Table(tr("用户名", "name"), tr("角色", "roles"), tr("状态", "status"), box=None, pad_edge=False)
    for one in people:
        state = f"[warn]{tr('已停用', 'disabled')}[/]" if one.disabled else f"[ok]{tr('可用', 'enabled')}[/]"
        table.add_row(escape(one.name), tr("、", ", ").join(role.label for role in sorted(one.roles)), state)
    console().print(table)
    for token in tokens:
        until = token.expires.date().isoformat() if token.expires else tr("长期", "no end")
        line = f"{token.id}  {token.account}  {token.label}  {', '.join(sorted(token.rights))}  {until}"
        console().print(escape(line))


@app.command(help=tr("新建账号，密码从键盘或标准输入读", "Add an account; the password is typed or piped"))
def add(
    name: str = _NAME,
    *,
    role: list[str] = _ROLES,
    once: bool = _ONCE,
) -> None:
    """With one role or more."""
    account = _accounts(make=True).add(name, _password(), _known(Role, role, "--role"), must_change=once)
    labels = tr("、", ", ").join(one.label for one in sorted(account.roles))
    console().print(tr(f"已建立账号 {account.name}：{labels}", f"added {account.name}: {labels}"))


@app.command(help=tr("重设密码，并结束其全部登录", "Set a password, and end every session of the account"))
def passwd(name: str = _NAME, *, once: bool = _ONCE) -> None:
    """The person signs on again."""
    _accounts().set_password(name, _password(), must_change=once)
    console().print(tr(f"{name} 的密码已改，原有登录已结束", f"password of {name} set; its sessions have ended"))


@app.command(help=tr("改角色，替换原有的", "Give it other roles, instead of those it had"))
def roles(name: str = _NAME, *, role: list[str] = _ROLES) -> None:
    """From the next request on."""
    account = _accounts().set_roles(name, _known(Role, role, "--role"))
    labels = tr("、", ", ").join(one.label for one in sorted(account.roles))
    console().print(f"{account.name}: {labels}")


@app.command(help=tr("停用账号", "Disable an account"))
def disable(name: str = _NAME) -> None:
    """Its sessions end, its tokens are refused."""
    _accounts().disable(name)
    console().print(tr(f"{name} 已停用", f"{name} is disabled"))


@app.command(help=tr("恢复账号", "Enable an account again"))
def enable(name: str = _NAME) -> None:
    """With the password it had."""
    _accounts().disable(name, disabled=False)
    console().print(tr(f"{name} 可以登录", f"{name} may sign on"))


@app.command(help=tr("为程序建立令牌，只显示一次", "Make a token for a program; it is shown once"))
def token(
    name: str = _NAME,
    *,
    label: str = typer.Option(..., help=tr("用途", "what it is for")),
    right: list[str] = typer.Option(
        ..., "--right", help=tr("权限，可写多次：", "right, several times: ") + ", ".join(Right)
    ),
    days: int | None = typer.Option(None, min=1, max=3650, help=tr("有效天数", "days that it is good for")),
) -> None:
    """With no more rights than its owner has. The token alone goes to stdout."""
    made, text = _accounts().add_token(name, label, _known(Right, right, "--right"), days=days)
    console().print(tr(f"令牌 {made.id}，只显示这一次：", f"token {made.id}, shown this once:"))
    print(text)


@app.command("drop-token", help=tr("收回令牌", "Take a token back"))
def drop_token(token_id: str = typer.Argument(help=tr("令牌编号，见 list", "its id, see list"))) -> None:
    """It is refused from now on."""
    _accounts().drop_token(token_id)
    console().print(tr("已收回", "taken back"))


@app.command(
    help=tr("打印建立首个管理员的链接（30 分钟内有效）", "Print the first administrator's link, good for 30 minutes")
)
def link(
    *, url: str = typer.Option("http://127.0.0.1:8470", help=tr("本机地址", "where this machine is reached"))
) -> None:
    """Where there is no administrator yet. An earlier link ends."""
    key = _accounts(make=True).first_link()
    if key is None:
        raise BadInput(
            tr("已有管理员", "there is an administrator already"),
            mend=tr("忘记密码：roomctl accounts passwd 姓名", "a forgotten password: roomctl accounts passwd NAME"),
        )
    print(f"{url.rstrip('/')}/first?key={key}")


def _known(kinds: type[Role] | type[Right], names: Sequence[str], option: str) -> list[Any]:
    wrong = [name for name in names if name not in set(kinds)]
    if wrong:
        raise BadInput(
            tr(f"{option} {wrong[0]} 无法识别", f"unknown {option} {wrong[0]}"),
            mend=tr("可用：", "known: ") + ", ".join(kinds),
        )
    return [kinds(name) for name in names]


def _password() -> str:
    """From ROOMCTL_PASSWORD, or the first line of stdin, or typed twice; never from the command line."""
    if PASSWORD in os.environ:
        return os.environ[PASSWORD]
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = typer.prompt(tr("密码", "Password"), hide_input=True, confirmation_prompt=True, err=True)
    return typed
