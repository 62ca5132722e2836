"""Loading an engine by its import path, and choosing one from what is offered and installed."""

import hashlib
import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from roomctl.api import BadInput, EngineOffer, Meeting, MissingPart, Refused, Services, Transcriber, tr
from roomctl.api.custody import Way, may
from roomctl.api.speech import AUTO, candidates, folder_of


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine with its model, ready to be loaded.

    Attributes:
        model: name in the catalogue, or of what the engine's packages bring; folder: where it lies.

    """

    offer: EngineOffer
    model: str
    folder: Path


def available() -> int:
    """Bytes of memory that a new process can have without swapping."""
    import psutil  # noqa: PLC0415 - light start

    return int(psutil.virtual_memory().available)


def choose(
    services: Services,
    engine: str = AUTO,
    model: str = "",
    *,
    streams: bool = False,
    memory: Callable[[], int] = available,
    of: Meeting | None = None,
) -> Choice:
    """The engine to use. `auto` is the best one whose packages and model are here, and fit into the memory.

    Args:
        model: overrules the engine's own order of preference.
        streams: one that writes while somebody speaks.
        memory: bytes that are free.
        of: whose words they are; its 密级 says whether a service outside may hear them.

    Raises:
        SecrecyRefused: the engine that is wanted is outside, and may not hear this meeting.
        BadInput: no engine of that name; the known ones are listed.
        Refused: the model does not fit into the memory, with the numbers.
        MissingPart: its packages or its model are not here, with the command and the way by USB stick.

    """
    every = [offer for offer in services.engines() if offer.streams or not streams]
    if not every:
        raise MissingPart(
            tr("没有能做字幕的语音识别引擎", "no speech engine that writes captions is offered")
            if streams
            else tr("没有可用的语音识别引擎", "no speech engine is offered"),
            tr("引擎插件没有启用", "no engine plugin is enabled"),
            "roomctl plugins list",
        )
    offers = candidates(every, engine)
    if not offers:
        known = ", ".join([AUTO, *sorted(offer.name for offer in every)])
        raise BadInput(
            tr("没有自荐的引擎", "no engine offers itself")
            if engine == AUTO
            else tr(f"没有名为“{engine}”的引擎", f"no engine named {engine!r}"),
            mend=tr(f"可用：{known}", f"known: {known}"),
        )
    if of is not None and not may(of.highest_secrecy.level, Way.SERVICE):
        inside = [offer for offer in offers if not offer.outside]
        if not inside:
            services.need_way(of.id, Way.SERVICE)
        offers = inside
    first: MissingPart | Refused | None = None
    for offer in offers:
        try:
            return _fitting(services, _ready(services, offer, model), memory())
        except (MissingPart, Refused) as error:
            first = first or error
    assert first is not None  # noqa: S101 - there was at least one offer
    raise first


def _fitting(services: Services, choice: Choice, free: int) -> Choice:
    if choice.offer.bundled:
        return choice  # nobody knows what it needs
    needs = services.model_memory(choice.model)
    if needs <= free:
        return choice
    raise Refused(
        tr(f"模型 {choice.model} 放不进内存", f"model {choice.model} does not fit into the memory"),
        tr(
            f"需要 {needs // 10**6} MB，空闲 {free // 10**6} MB",
            f"it needs {needs // 10**6} MB, {free // 10**6} MB are free",
        ),
        tr(
            "请关掉别的程序，或换小一些的模型：roomctl models list",
            "close other programs, or take a smaller one: roomctl models list",
        ),
    )


def _ready(services: Services, offer: EngineOffer, model: str) -> Choice:
    for package in offer.requires:
        if not find_spec(package):
            raise MissingPart(
                tr(f"引擎 {offer.name} 不能使用", f"engine {offer.name} cannot be used"),
                tr(f"缺少 Python 包 {package}", f"Python package {package} is missing"),
                "pip install 'roomctl[speech]'",
            )
    if offer.bundled:
        if model in {"", offer.bundled}:
            return Choice(offer, offer.bundled, folder_of(services, offer, model))
        raise MissingPart(
            tr(f"引擎 {offer.name} 没有模型 {model}", f"engine {offer.name} has no model {model}"),
            tr(f"它自带 {offer.bundled}", f"it brings {offer.bundled}"),
            tr("请不写 model", "leave the model out"),
        )
    installed = set(services.installed_models())
    wanted = (model,) if model else offer.models
    name = next((one for one in wanted if one in installed), wanted[-1])  # the lightest is fetched soonest
    try:
        return Choice(offer, name, folder_of(services, offer, name))
    except MissingPart as error:
        usb = "roomctl models import"
        if usb in str(error):
            raise
        raise MissingPart(
            error.what,
            error.why,
            tr(
                f"联网：roomctl models pull {name}；离线，从 U 盘：{usb} 路径",
                f"online: roomctl models pull {name}; offline, from a USB stick: {usb} PATH",
            ),
        ) from error


def load(entry: str, folder: Path, options: Mapping[str, Any]) -> Transcriber:
    """Makes the engine. Takes seconds; only in the worker's process.

    Args:
        entry: `package.module:Class`.

    Raises:
        MissingPart: the class cannot be imported, or the model cannot be loaded.

    """
    module, _, name = entry.partition(":")
    try:
        engine = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise MissingPart(tr(f"不能加载引擎 {entry}", f"cannot load engine {entry}"), str(error)) from error
    made: Transcriber = engine(folder, options)
    return made


def weights_sha256(folder: Path) -> str:
    """SHA-256 of the model's largest file, its weights: which model this text came from. Empty without any file."""
    files = [file for file in folder.rglob("*") if file.is_file()] if folder.is_dir() else []
    if not files:
        return ""
    with max(files, key=lambda file: file.stat().st_size).open("rb") as weights:
        return hashlib.file_digest(weights, "sha256").hexdigest()
