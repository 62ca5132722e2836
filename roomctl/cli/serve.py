"""`roomctl serve`: the host, until Ctrl-C."""

from ipaddress import ip_address

import typer

from roomctl.cli.screen import console
from roomctl.errors import Forbidden, MissingPart
from roomctl.i18n import tr

app = typer.Typer(add_completion=False)

PORT = 8470


@app.command(help=tr("运行主程序：接管录音、转写、送存，直到 Ctrl-C", "Run the host, until Ctrl-C"))
def serve(
    *,
    host: str = typer.Option("127.0.0.1", help=tr("监听地址，目前只能是本机", "address; this machine alone for now")),
    port: int = typer.Option(PORT, min=1, max=65535, help=tr("端口", "port")),
) -> None:
    """Adopts living recordings, recovers dead ones, runs every plugin's services, and tells its health."""
    if not _loopback(host):
        raise Forbidden(
            tr(f"不能监听 {host}", f"will not listen on {host}"),
            tr("还没有登录账号，只允许本机访问", "there are no accounts yet, so this machine alone may connect"),
            "roomctl serve --host 127.0.0.1",
        )
    try:
        import uvicorn  # noqa: PLC0415

        from roomctl.web.api import build  # noqa: PLC0415
    except ImportError:
        raise MissingPart(
            tr("缺少网页部件", "the web part is missing"), "fastapi, uvicorn", "pip install 'roomctl[web]'"
        ) from None
    from roomctl.app import open_application  # noqa: PLC0415
    from roomctl.serving import Host  # noqa: PLC0415

    running = Host(open_application())
    running.start()
    console().print(
        tr(
            f"roomctl 正在运行，数据目录 {running.application.data}；状态 http://{host}:{port}/api/v1/health",
            f"roomctl runs on {running.application.data}; health at http://{host}:{port}/api/v1/health",
        )
    )
    try:
        uvicorn.run(build(running), host=host, port=port, log_level="warning", timeout_graceful_shutdown=2)
    finally:
        running.stop()


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
