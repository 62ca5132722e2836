"""A look at a recording that runs, after a day of eight microphones against after its first minute.

    python -m tests.bench.looks [--hours 8]

Each second the host follows the journal, and each page that is open asks how the meeting stands. Neither may cost
much more the longer the meeting sits. The baseline is the same look, in the same process, at another recording of its
first minute.
"""

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from roomctl_audio.journal import journal

from roomctl.app import Application
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.domain.recording import RecorderState, Recording
from roomctl.services.identity import new_id
from roomctl.serving import Host
from roomctl.web.pages.board import Board
from tests.bench import Bench, Goal, median

ROUNDS = 15
TRACKS, PART, RATE = 8, 15, 48_000
MINUTE = "the same of a minute's recording"
BENCH = Bench(
    __file__,
    {
        "follow": Goal("the host's look at the journal of a day", "<=", 3.0, "×", MINUTE),
        # Each part is compared with all before it: nothing is told twice, and nothing left out. It comes every 15 s.
        "part": Goal("a part more becomes rows and events", "<=", 60.0, "×", MINUTE),
        "page": Goal("a page's look at the meeting of a day", "<=", 3.0, "×", MINUTE),
    },
)
OPENED = {
    "tracks": TRACKS, "sample_rate": RATE, "bits": 24, "source": "tone", "order": {}, "waits": False,
    "total_frames": None, "monotonic": 0.0, "boot": "",
}  # fmt: skip
START = datetime(2026, 11, 12, 1, tzinfo=UTC)


class Journal:
    """One that is chained as the recorder chains it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._path, self._prev, self._rows = folder / journal.NAME, journal.GENESIS, 0
        self.write([("opened", OPENED)])

    def grow(self, parts: int = 1) -> None:
        """So many parts more are sealed."""
        self.write([("segments", sealed(self._rows + n)) for n in range(parts)])

    def write(self, rows: Iterable[tuple[str, Mapping[str, object]]]) -> None:
        with self._path.open("ab") as file:
            for kind, facts in rows:
                row = journal.row(self._prev, self._rows, kind, START + timedelta(seconds=PART * self._rows), facts)
                file.write(journal.line(row))
                self._prev, self._rows = str(row["sha256"]), self._rows + 1


def sealed(seq: int) -> dict[str, object]:
    tracks = [
        {"track": n, "path": f"t{n:02}-{seq:04}.flac", "sha256_pcm": "0" * 64, "sha256_file": "0" * 64,
         "sm3_file": "0" * 64}
        for n in range(1, TRACKS + 1)
    ]  # fmt: skip
    began = (seq - 1) * PART
    return {
        "seq": seq, "first_frame": began * RATE, "frames": PART * RATE, "overflows": 0, "gap_before": 0,
        "recovered": False, "utc": (START + timedelta(seconds=began)).isoformat(), "monotonic": float(began),
        "drift_ppm": None, "tracks": tracks,
    }  # fmt: skip


def sitting(application: Application, parts: int) -> tuple[MeetingId, str, Journal]:
    """A meeting in session, and its recording as it stands after so many parts."""
    use = application.usecases
    meeting = use.create(
        Meeting(id=MeetingId(new_id()), room=use.room.id, title=f"{parts} 段", starts=datetime(2026, 11, 12, 9))
    )
    recording = Recording(
        id=new_id(), meeting=meeting.id, number=1, folder=f"meetings/{meeting.id}/sound", source="tone",
        recorder="audio", state=RecorderState.RECORDING,
    )  # fmt: skip
    with application.open_uow() as uow:
        uow.recordings.put(recording)
        uow.commit()
    kept = Journal(application.data / recording.folder)
    kept.grow(parts)
    use.follow_recording(recording.id)
    assert use.sealed_sound(meeting.id)[recording.id].segments == parts * TRACKS
    for state in (State.APPROVED, State.OPEN):
        use.transition(meeting.id, state)
    return meeting.id, recording.id, kept


def main(hours: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Path(folder))
        use, board = application.usecases, Board(Host(application))
        day = sitting(application, round(hours * 3600 / PART))
        minute = sitting(application, 60 // PART)

        def part(recording: str, kept: Journal) -> None:
            kept.grow()
            use.follow_recording(recording)

        for name, of in {
            "follow": lambda _meeting, recording, _kept: use.follow_recording(recording),
            "page": lambda meeting, _recording, _kept: board.facts(meeting),
            "part": lambda _meeting, recording, kept: part(recording, kept),
        }.items():
            plain, took = median(partial(of, *minute), ROUNDS), median(partial(of, *day), ROUNDS)
            BENCH.tell(
                name,
                took / plain,
                segments=round(hours * 3600 / PART) * TRACKS,
                ms=round(1000 * took, 1),
                baseline_ms=round(1000 * plain, 1),
            )
        application.close()


if __name__ == "__main__":
    BENCH.run(main, __doc__, hours=(8.0, 1.0))
