"""The demo's work dir: everything that could be refused is refused before it is made."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

from roomctl.app import Application, open_application
from roomctl.config import FILE
from roomctl.domain.recording import Order
from roomctl.errors import BadInput, MissingPart, NotFound
from roomctl.i18n import tr
from roomctl.services.offers import AUTO, EngineOffer, candidates

_SETTINGS = """\
# 演示的工作目录 / the demo's work dir
recorder = "audio"

[plugins.audio]
source = {source}

[plugins.transcript]
engine = "{engine}"

[plugins.av_check]
engine = "{engine}"
"""


def open_workdir(folder: Path, *, source: str, engine: str, screen: Console) -> Application:
    """A data folder for the demo, with its model on this machine.

    Raises:
        BadInput: the audio cannot be used, or the folder cannot be written.
        NotFound: no such engine. MissingPart: its package or its model is not here and cannot be fetched.

    """
    folder = folder.absolute()
    application = open_application(folder, make=True)
    import_module("roomctl_audio.sources.source").open_source(Order(source=source)).close()
    offer = _choose(application, engine)
    _fetch_model(application, offer, screen)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = _SETTINGS.format(source=_toml_string(source), engine=offer.name)
        (folder / FILE).write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(
            tr(f"不能使用工作目录 {folder}", f"cannot use the work dir {folder}"),
            tr("它不是文件夹", "it is no folder") if folder.is_file() else error.strerror or str(error),
            tr("请检查权限，或用 --workdir 另选", "check its permissions, or choose another with --workdir"),
        ) from None
    application.plugins.close()
    return open_application(folder, make=True)


def _toml_string(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _choose(application: Application, wanted: str) -> EngineOffer:
    """`auto` is the best engine whose packages are here; its model may still have to be fetched."""
    offers = {offer.name: offer for offer in application.usecases.engines()}
    if wanted != AUTO and wanted not in offers:
        raise NotFound(
            tr(f"没有引擎 {wanted}", f"no engine {wanted}"),
            mend=tr("可用：", "known: ") + ", ".join([AUTO, *sorted(offers)]),
        )
    meant = candidates(offers.values(), wanted)
    usable = [offer for offer in meant if all(find_spec(package) for package in offer.requires)]
    if not usable:
        lacking = sorted({package for offer in meant for package in offer.requires if not find_spec(package)})
        raise MissingPart(
            tr("没有可用的语音引擎", "no speech engine can be used"),
            tr("缺少 Python 包 ", "missing Python packages: ") + ", ".join(lacking),
            "pip install 'roomctl[speech]'",
        )
    return max(usable, key=lambda offer: (_model_here(application, offer), offer.quality))


def _model_here(application: Application, offer: EngineOffer) -> bool:
    return bool(offer.model(application.models.installed()))


def _fetch_model(application: Application, offer: EngineOffer, screen: Console) -> None:
    if _model_here(application, offer):
        return
    name = offer.models[-1]  # the lightest: somebody waits for it
    puller = import_module("roomctl_models.pull")
    screen.print(tr(f"第一次运行：下载语音模型 {name}", f"first run: fetching the speech model {name}"))
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=screen,
        transient=True,
        disable=not screen.is_terminal,
    ) as bar:
        task = bar.add_task(name, total=None)

        def seen(what: str, done: int, total: int) -> None:
            bar.update(task, description=what, completed=done, total=total or None)

        puller.pull(name, application.models.store, seen)
