"""Makes the packages of a meeting: one when it is closed, a supplement for what is signed later."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import uuid_utils

from roomctl.api import (
    Busy,
    Damaged,
    Meeting,
    Package,
    PackageFile,
    PluginContext,
    Recording,
    RoomctlError,
    State,
    Transcript,
    Verdict,
    tr,
)
from roomctl.api.custody import Way
from roomctl.api.files import fsync_folder, locked
from roomctl_archive import (
    ahead,
    bag,
    describe,
    family,
    inventory,
    judges,
    manifest,
    metadata,
    retention,
    stub,
    supplement,
    ways,
)
from roomctl_archive.fixity import Digests, Tick, read, silent
from roomctl_archive.verify import FORMAT, FORMAT_LABEL, KIND_LABEL, STUB, verify

_LOCK = "build.lock"
_SEALED, _DOCUMENTS = "Roomctl-Sealed-At", "Roomctl-Documents"


def due(ctx: PluginContext, meeting: Meeting) -> bool:
    """Whether the meeting lacks a package: its first when it is closed, a supplement for what was signed since.

    One that was handed over on a registered medium lacks its stub in the ordinary archive.
    """
    packages = ctx.services.packages(meeting.id)
    if not packages:
        return meeting.state is State.CLOSED
    if stub.due(ctx, meeting, packages):
        return True
    return meeting.state in supplement.STATES and bool(
        supplement.papers(ctx, meeting, packages)
        or supplement.sound(ctx, meeting, packages)
        or supplement.texts(ctx, meeting, packages)
    )


def waits(ctx: PluginContext, meeting: Meeting) -> bool:
    """Whether it will lack one: sound has come, and its words have not."""
    return supplement.waits(ctx, meeting, ctx.services.packages(meeting.id))


def _payload(
    ctx: PluginContext, meeting: Meeting, packages: Sequence[Package], said: Sequence[Transcript]
) -> tuple[Sequence[PackageFile], Sequence[str], Sequence[Recording]]:
    """The files of the package that is due, the ids of the signed documents among them, and its recordings.

    The first takes everything. A supplement takes what was signed, or brought in, since.

    Raises:
        Damaged: a supplement would lack a document that it is made for.

    """
    sound = supplement.sound(ctx, meeting, packages)
    late = supplement.papers(ctx, meeting, packages)  # before the files: what is signed later is in the next one
    files = ctx.services.package_files(meeting.id)
    there = {file.sha256 for file in files}
    documents = [one.id for one in late if one.sha256 in there]
    if not packages:
        return files, documents, ctx.services.recordings(meeting.id)
    if missing := [one for one in late if one.sha256 not in there]:
        raise Damaged(
            tr(
                f"签字的{missing[0].kind}不在存档文件里",
                f"the signed {missing[0].kind} is not among the files to archive",
            ),
            missing[0].path,
            tr("请查看插件 records 的状态", "look at the state of the plugin records"),
        )
    return supplement.chosen(files, late, sound, said), documents, sound


def build(
    ctx: PluginContext, meeting: Meeting, tick: Tick = silent, *, planned: Callable[[int], None] = silent
) -> Package | None:
    """Builds what is due and registers it. None where nothing is.

    Args:
        tick: told the bytes of the payload as they go through.
        planned: told beforehand how many there will be.

    Raises:
        SecrecyRefused: its 密级 is never held on a machine. Busy: another process builds it.
        RoomctlError: see `bag.write`.

    """
    level = meeting.highest_secrecy
    ctx.services.need_way(meeting.id, Way.REGISTERED if level.state_secret else Way.TARGET)
    if not due(ctx, meeting):
        return None
    home = ctx.folder(meeting.id)
    with locked(home / _LOCK) as free:
        if not free:
            raise Busy(
                tr("正在打存档包", "the package is being built"),
                tr("另一进程正在打这次会议的存档包", "another process builds the one of this meeting"),
                tr("请等它完成，可用 roomctl archive status 查看", "wait for it: roomctl archive status"),
            )
        return _build(ctx, meeting, home, tick, planned)


def _build(
    ctx: PluginContext, meeting: Meeting, home: Path, tick: Tick, planned: Callable[[int], None]
) -> Package | None:
    """`build`, alone among all processes: what lies there half made is nobody's any more."""
    if not due(ctx, meeting):
        return None
    packages = ctx.services.packages(meeting.id)
    known = {package.id for package in packages}
    bag.discard_partials(home)
    if left := _finished(ctx, meeting, home, known):
        return left
    if handed := stub.due(ctx, meeting, packages):
        return stub.build(ctx, meeting, handed)
    at = ctx.clock.now()
    said = supplement.texts(ctx, meeting, packages)  # before the files: a version that comes later is in the next one
    files, documents, sound = _payload(ctx, meeting, packages, said)
    planned(sum(_size(file.source) for file in files))
    first = packages[0].id if packages else ""
    package_id = str(uuid_utils.uuid7()) if first else ahead.reserve(ctx, meeting)
    supplement.keep(ctx, meeting.id, package_id, sound, said)
    bagged = bag.write(
        home / package_id,
        files,
        info=_info(ctx, meeting, at)
        | {FORMAT_LABEL: str(FORMAT), _DOCUMENTS: " ".join(documents)}
        | family.labels(packages),
        tags=metadata.describe(ctx, meeting),
        describe=_describe(ctx, meeting, files, at, first, sound),
        tick=tick,
    )
    package = Package(
        id=package_id,
        meeting=meeting.id,
        path=bagged.folder.relative_to(ctx.services.data).as_posix(),
        files=bagged.files,
        bytes=bagged.bytes,
        manifest_sha256=bagged.manifest_sha256,
        at=at,
        documents=tuple(documents),
        targets=ways.required(ctx.config, meeting),
        supplement_to=first,
    )
    ctx.services.add_package(package)
    return package


def _describe(
    ctx: PluginContext,
    meeting: Meeting,
    files: Sequence[PackageFile],
    at: datetime,
    first: str,
    sound: Sequence[Recording],
) -> bag.Describe:
    """The metadata of the package that is due; `first` is the id of the one it supplements."""
    from roomctl_archive import four_properties  # noqa: PLC0415 - it loads lxml

    table = retention.load(ctx.config.retention, ctx.services.data)

    def tell(root: Path, payload: Mapping[str, Digests]) -> Iterator[tuple[str, bag.Tag]]:
        held = inventory.take(
            root,
            payload,
            meeting=meeting,
            documents=ctx.services.documents(meeting.id),
            recordings=sound,
            table=table,
            organization=ctx.config.source_organization.strip(),
            at=at,
            supplement_to=first,
        )
        yield describe.DOCUMENTS, lambda out: describe.documents(out, held)
        named = _named(root / describe.DOCUMENTS)
        if held.sound or held.loose:
            yield describe.SOUND, lambda out: describe.sound(out, held)
            named |= _named(root / describe.SOUND)
        report = four_properties.judge(judges.Evidence(root, held, files, payload, named))
        yield four_properties.REPORT, four_properties.as_json(report)
        yield four_properties.PAGE, four_properties.as_page(report)

    return tell


def _named(path: Path) -> dict[str, int]:
    """The files that the XML names, with their bytes, as it is read back."""
    try:
        return dict(describe.named(path))
    except ValueError as error:
        raise RoomctlError(
            tr(f"元数据 {path.name} 不符合它的 XSD", f"the metadata {path.name} is not as its XSD says"),
            str(error),
            tr("这是程序错误，请连同会议编号报告", "this is a fault of the program: report it with the meeting's id"),
        ) from error


def _finished(ctx: PluginContext, meeting: Meeting, home: Path, known: set[str]) -> Package | None:
    """A whole package that a kill kept out of the database: its name is final, so its bytes are on the disk."""
    whole = (
        path
        for path in home.iterdir()
        if (path / manifest.TAGS[0]).is_file() and path.name not in known and path.suffix != manifest.ASIDE
    )
    for folder in sorted(whole):
        verdict = verify(folder)
        if not verdict.ok:
            _set_aside(ctx, meeting, folder, verdict)
            continue
        with (folder / manifest.TAGS[0]).open("rb") as stream:
            digest = read(stream, sm3=False).sha256
        package = Package(
            id=folder.name,
            meeting=meeting.id,
            path=folder.relative_to(ctx.services.data).as_posix(),
            files=verdict.files,
            bytes=verdict.bytes,
            manifest_sha256=digest,
            at=datetime.fromisoformat(_label(folder, _SEALED)),
            documents=tuple(_label(folder, _DOCUMENTS).split()),
            targets=ways.required(ctx.config, meeting, stub=_label(folder, KIND_LABEL) == STUB),
            supplement_to=_label(folder, family.SUPPLEMENT),
        )
        ctx.services.add_package(package)
        return package
    return None


def _set_aside(ctx: PluginContext, meeting: Meeting, folder: Path, verdict: Verdict) -> None:
    """One that was damaged before it was registered: it is built again from its sources; nothing is deleted."""
    fault = verdict.problems[0]
    aside = folder.with_name(f"{folder.name}.{uuid_utils.uuid7().hex[-8:]}{manifest.ASIDE}")
    folder.rename(aside)
    fsync_folder(folder.parent)
    ctx.log.warning("package %s is not whole (%s: %s): set aside, and built again", aside, fault.file, fault.what)
    told = {"package": folder.name, "folder": aside.name, "file": fault.file, "what": fault.what}
    ctx.publish("set_aside", told, meeting.id)


def _label(folder: Path, label: str) -> str:
    lines = (folder / "bag-info.txt").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2] for line in lines if line.startswith(f"{label}: ")), "")


def _info(ctx: PluginContext, meeting: Meeting, at: datetime) -> dict[str, str]:
    """Labels of bag-info.txt (RFC 8493 section 2.2.2); the date is that of the room."""
    return {
        "Source-Organization": ctx.config.source_organization,
        "External-Identifier": meeting.id,
        "Internal-Sender-Description": f"{meeting.title}（{meeting.kind}，{meeting.starts:%Y-%m-%d %H:%M}）",
        "Bagging-Date": at.astimezone(ZoneInfo(ctx.services.room.zone)).date().isoformat(),
        _SEALED: at.isoformat(),
    }


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # it is told when it is read
