"""The proof itself: a sentence, then sweeps, through the room's loudspeaker, heard by its microphones."""

import math
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from roomctl.api import (
    Busy,
    CheckState,
    Meeting,
    MissingPart,
    NotFound,
    PluginContext,
    RecorderStatus,
    Result,
    RoomctlError,
    RoomSound,
    checks,
    tr,
)
from roomctl.api.devices import Evidence, Title
from roomctl.api.files import locked
from roomctl_av_check.acoustics.apart import Silence, ask

if TYPE_CHECKING:
    from roomctl_av_check.acoustics.judge import Measured
    from roomctl_av_check.acoustics.measure import Figures
    from roomctl_av_check.config import AvCheckConfig

DEVICE = "acoustics"
BASELINE, NEWEST = "acoustics.baseline", "acoustics.newest"
"""Keys in the plugin's store: what somebody took as it should be, and the newest that can be."""
LEAD = 3.0
"""Seconds of silence before the sweeps: the noise floor is taken from them."""
MARGIN = 0.2
"""Seconds at the beginning of the silence that are left out: a converter settles."""
SAYINGS = 2
"""Times that the sentence is said, where it was not heard well: a hole of a busy machine is no broken chain."""
FOLDER = "acoustics-"
LEFT_BEHIND = 3600.0
"""Seconds: no proof lasts that long."""
NEEDS = ("numpy", "sounddevice", "soundfile", "soxr")


def _untold(_what: str) -> None:
    return None


@dataclass
class AcousticProof:
    """`roomctl.api`'s check that makes a sound; made anew for each run."""

    ctx: PluginContext
    config: "AvCheckConfig"
    tell: Callable[[str], None] = _untold
    evidence: list[Evidence] = field(default_factory=list)
    device: str = DEVICE
    name: str = "chain"
    device_title: Title = ("声学实测", "Acoustic proof")
    title: Title = ("链路", "Chain")

    deadline: float = 0.0

    def __post_init__(self) -> None:
        """Its deadline: arming, a sentence, decoding on a slow machine, each sweep as often as it may be tried."""
        self._silence = Silence(self.ctx)
        one = self.config.acoustics.sweep_seconds + 2.0
        self.deadline = 180.0 + 4 * (LEAD + 10.0 + one * self.config.acoustics.speakers)

    def hush(self) -> None:
        self._silence.want()

    def take_as_usual(self, by: str) -> None:
        """What the newest proof measured is as it should be. Raises: NotFound."""
        take_baseline(self.ctx, by)

    def run(self, _meeting: Meeting | None) -> Iterator[Result]:
        """The sentence first: the recorder tells which microphones there are. Raises: RoomctlError."""
        lacking = [name for name in NEEDS if find_spec(name) is None]
        if lacking:
            raise MissingPart(
                tr("不能做声学实测", "no acoustic proof can be made"),
                tr(f"缺少 {'、'.join(lacking)}", f"{', '.join(lacking)} is missing"),
                "pip install 'roomctl[audio]'",
            )
        with _alone(self.ctx.services.data):
            self._clear()
            with tempfile.TemporaryDirectory(prefix=FOLDER, dir=self.ctx.folder()) as folder:
                yield from self._all(Path(folder))

    def _clear(self) -> None:
        """What a proof left behind whose process was killed."""
        for path in self.ctx.folder().glob(f"{FOLDER}*"):
            if time.time() - path.stat().st_mtime > LEFT_BEHIND:
                shutil.rmtree(path, ignore_errors=True)

    def _all(self, folder: Path) -> Iterator[Result]:
        room = self.ctx.services.room_sound()
        if not room.order.source.startswith("mic"):
            yield self._chain(
                CheckState.SKIPPED,
                tr(f"音源是 {room.order.source}，不是话筒", f"the source is {room.order.source}, no microphone"),
            )
            return
        row, status = self._sentence(folder, room)
        yield row
        if status is None:  # no recorder, so nobody knows of any microphone
            return
        try:
            yield from self._sweeps(folder, status, room)
        except RoomctlError as error:
            self._silence.need()
            yield from checks.worded(self._failed, CheckState.UNKNOWN, error, "sweep")

    def _sentence(self, folder: Path, room: RoomSound) -> tuple[Result, RecorderStatus | None]:
        """The better of `SAYINGS`, and the recorder as it was armed; None where it could not be."""
        from roomctl.api.speech import known_sentence  # noqa: PLC0415
        from roomctl_av_check.acoustics import sentence  # noqa: PLC0415 - loads numpy and codecs

        config, known = self.config.acoustics, known_sentence()
        status: RecorderStatus | None = None
        best: Result | None = None
        for number in range(SAYINGS):
            inside = folder / f"sentence{number}"
            inside.mkdir()
            try:
                kept = sentence.keep(self.ctx, room, config.speaker, known, inside, self._silence, self.tell)
                status = kept.status
                self.tell(tr("识别句子", "decoding the sentence"))
                row = sentence.judge(self.ctx, kept, known, self.config.engine, config, inside, self._silence)
            except RoomctlError as error:
                self._silence.need()
                (row,) = checks.worded(self._failed, CheckState.CRIT, error)
                return row, status
            best = max(best or row, row, key=lambda one: one.value or 0.0)
            if row.state is CheckState.OK or row.value is None:
                break
        assert best is not None  # noqa: S101 - it is said at least once
        return best, status

    def _sweeps(self, folder: Path, status: RecorderStatus, room: RoomSound) -> Iterator[Result]:
        from roomctl_av_check.acoustics import judge  # noqa: PLC0415
        from roomctl_av_check.acoustics.rows import baseline_row  # noqa: PLC0415

        measured = self._measured(folder, status)
        store = self.ctx.store()
        source = status.source or room.order.source
        baseline = store.get(BASELINE)
        if not baseline or baseline.get("source") != source or not judge.fits(measured, baseline):
            baseline = None
        rows = checks.worded(judge.judge, measured, baseline, self.config.acoustics)
        self._draw(measured, baseline)
        if measured.certain:
            at = self.ctx.clock.now().isoformat()
            store.put(NEWEST, {"at": at, "source": source, **judge.baseline_of(measured)})
        else:
            store.delete(NEWEST)
        yield from rows
        yield baseline_row(baseline)

    def _measured(self, folder: Path, status: RecorderStatus) -> "Measured":
        import numpy as np  # noqa: PLC0415

        from roomctl_av_check.acoustics import drift  # noqa: PLC0415
        from roomctl_av_check.acoustics.judge import Measured  # noqa: PLC0415
        from roomctl_av_check.acoustics.measure import TAIL, floor, measure  # noqa: PLC0415
        from roomctl_av_check.acoustics.sweep import Sweep  # noqa: PLC0415

        config, rate = self.config.acoustics, status.sample_rate
        sweep = Sweep(
            rate=rate,
            seconds=config.sweep_seconds,
            high=min(20_000.0, 0.45 * rate),
            peak_dbfs=config.sweep_dbfs,
        )
        lead, chirp = round(LEAD * rate), round((drift.CHIRP_SECONDS + drift.GAP) * rate)
        first, each = lead + chirp, sweep.frames + round(TAIL * rate)
        marks = drift.Marks(rate, config.sweep_dbfs, first=lead, last=first + each * config.speakers)
        played = np.zeros((marks.last + round(drift.MOST * rate) + len(marks.signal), config.speakers), np.float32)
        for begin in (marks.first, marks.last):
            played[begin:][: len(marks.signal), 0] = marks.signal
        for speaker in range(config.speakers):
            played[first + each * speaker :][: sweep.frames, speaker] = sweep.signal
        np.save(folder / "played.npy", played)
        order = {
            "play": str(folder / "played.npy"),
            "record": str(folder / "recorded.npy"),
            "rate": rate,
            "speaker": config.speaker,
            "microphone": status.source.partition(":")[2],
            "microphones": status.tracks,
        }
        said = ask(
            self.ctx,
            "roomctl_av_check.acoustics.duplex",
            order,
            self._silence,
            lambda at, of: self.tell(tr(f"扫频 {at:.0f}/{of:.0f} 秒", f"sweep, {at:.0f} of {of:.0f} s")),
        )
        self.tell(tr("计算", "calculating"))
        recorded = np.load(folder / "recorded.npy").astype(np.float64).T
        apart = drift.agreed([marks.drift(one) for one in recorded]) if said["tries"] else None
        if apart is not None and math.isfinite(apart):
            recorded = drift.without(recorded, apart, rate)
        silences = [one[round(MARGIN * rate) : lead] for one in recorded]
        figures: list[tuple[Figures, ...]] = []
        for speaker in range(config.speakers):
            begin = first + each * speaker
            figures.append(
                tuple(
                    measure(one[begin : begin + each], silence, sweep)
                    for one, silence in zip(recorded, silences, strict=True)
                )
            )
        floors = tuple(floor(one, rate) for one in silences)
        return Measured(tuple(figures), floors, steady=said["tries"] > 0, drift=apart)

    def _draw(self, measured: "Measured", baseline: Mapping[str, Any] | None) -> None:
        from roomctl_av_check.acoustics import evidence  # noqa: PLC0415

        self.evidence += evidence.plots(measured, baseline, LEAD - MARGIN)

    def _failed(self, state: CheckState, error: RoomctlError, check: str = "chain") -> Iterator[Result]:
        yield self._chain(state, str(RoomctlError(error.what, error.why)), error.mend, check)

    def _chain(self, state: CheckState, message: str, hint: str = "", check: str = "chain") -> Result:
        title = ("扫频", "Sweep") if check == "sweep" else self.title
        return Result(
            device=DEVICE,
            check=check,
            state=state,
            message=message,
            hint=hint or None,
            device_title=self.device_title,
            title=title,
        )


def take_baseline(ctx: PluginContext, by: str) -> Mapping[str, Any]:
    """What the newest proof measured is as it should be, by a person's word; later ones are held against it.

    Raises:
        NotFound: there is none, or the newest is not certain (`Measured.certain`).

    """
    newest = ctx.store().get(NEWEST)
    if newest is None:
        raise NotFound(
            tr("没有可作基线的声学实测", "there is no acoustic proof to be the baseline"),
            tr("最近一次断续、跳动或有话筒没听到，或还没有测过", "the newest broke, jumped or was not heard by all"),
            "roomctl check --acoustic",
        )
    kept = {**newest, "by": by}
    ctx.store().put(BASELINE, kept)
    return kept


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One room has one loudspeaker, whoever wants to sound it: this host, or a command beside it."""
    path = data / "locks" / "acoustics.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path, 0o600) as mine:
        if not mine:
            raise Busy(
                tr("不能做声学实测", "no acoustic proof can be made"),
                tr("另一次实测正在进行", "another one is under way"),
                tr("等它结束再测", "wait until it has ended"),
            )
        yield
