"""`roomctl serve`: the host, until Ctrl-C."""

import os
import sys
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path

import typer

from roomctl.cli.screen import console
from roomctl.errors import BadInput, MissingPart
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

PORT = 8470


@app.command(help=tr("运行主程序：接管录音、转写、送存，直到 Ctrl-C", "Run the host, until Ctrl-C"))
def serve(
    *,
    host: str = typer.Option(
        "127.0.0.1", help=tr("监听地址；默认只有本机能访问", "address; this machine alone, unless told")
    ),
    port: int = typer.Option(PORT, min=1, max=65535, help=tr("端口", "port")),
    certificate: Path | None = typer.Option(None, help=tr("TLS 证书（PEM）", "TLS certificate, PEM")),
    key: Path | None = typer.Option(None, help=tr("TLS 私钥（PEM）", "its private key, PEM")),
    leave_safe_mode: bool = typer.Option(
        False, "--leave-safe-mode", help=tr("离开安全模式，重新加载全部插件", "leave safe mode: all plugins again")
    ),
) -> None:
    """Adopts living recordings, recovers dead ones, runs every plugin's services; started again when it dies."""
    if not (find_spec("fastapi") and find_spec("uvicorn")):
        raise MissingPart(
            tr("缺少网页部件", "the web part is missing"), "fastapi, uvicorn", "pip install 'roomctl[web]'"
        )
    from roomctl.folders import data_folder  # noqa: PLC0415
    from roomctl.host.platform import become  # noqa: PLC0415
    from roomctl.host.starts import Starts  # noqa: PLC0415

    tls = tls_options(certificate, key)
    data = data_folder().absolute()
    if leave_safe_mode:
        Starts(data).leave()
    if not tls and not _loopback(host):
        console().print(
            tr(
                "注意：没有 TLS，口令在网络上是明文。请加 --certificate 和 --key",
                "Note: without TLS, passwords cross the network in the clear. Add --certificate and --key",
            ),
            style="warn",
        )
    options = ["--host", host, "--port", str(port), *tls]
    os.environ["ROOMCTL_DATA"] = str(data)
    raise typer.Exit(become([sys.executable, "-m", "roomctl.launcher", *options]))


def tls_options(certificate: Path | None, key: Path | None) -> list[str]:
    """As options of the host. Raises: BadInput, where one of the two is missing or cannot be read."""
    if certificate is None and key is None:
        return []
    if certificate is None or key is None:
        raise BadInput(
            tr("只给了 --certificate 和 --key 中的一个", "only one of --certificate and --key was given"),
            mend=tr("请两个一起写，或都不写（不用 TLS）", "give both, or neither (no TLS)"),
        )
    for file in (certificate, key):
        if not file.is_file():
            raise BadInput(
                tr(f"没有文件 {file}", f"there is no file {file}"),
                mend=tr("请核对路径；要 PEM 格式", "check the path; a PEM file is wanted"),
            )
    return ["--certificate", str(certificate.absolute()), "--key", str(key.absolute())]


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
