"""The calendar over ten thousand meetings: a search, a week, the home page's look, against reading the bare rows.

    python -m tests.bench.calendar [--meetings 10000]

The baseline, in the same process on the same database: every row of the table read by sqlite3 and looked through for
the text as it is written. The search finds by pinyin initials, leaves out what the reader may not open, and counts.
"""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from roomctl.app import Application
from roomctl.domain.meeting import AgendaItem, Meeting, MeetingId
from roomctl.domain.secrecy import Level, Secrecy
from roomctl.services.calendar import Wish
from roomctl.services.identity import new_id
from roomctl.serving import Host
from roomctl.web.pages.board import Board
from tests.bench import Bench, Goal, median

ROUNDS = 7
BARE = "sqlite3 reads every row"
BENCH = Bench(
    __file__,
    {
        # Initials, 密级 and the values of the domain cost something, and still no reader waits.
        "search": Goal("a search by initials over all meetings", "<=", 6.0, "×", BARE),
        "week": Goal("the meetings of a week", "<=", 1.0, "×", BARE),
        "home": Goal("one look of the home page", "<=", 6.0, "×", BARE),
    },
)

WORDS = ("城区停车场建设", "老旧小区改造", "安全生产", "财源建设", "数字政府", "防汛抗旱", "政务服务大厅")
START = datetime(2020, 1, 6, 9)


def filled(application: Application, many: int) -> None:
    """Four meetings a day, one in ten of them 内部, each with two items."""
    room = application.usecases.room.id
    for begin in range(0, many, 1000):
        with application.open_uow() as uow:
            for n in range(begin, min(begin + 1000, many)):
                uow.meetings.add(
                    Meeting(
                        id=MeetingId(new_id()),
                        room=room,
                        title=f"{WORDS[n % len(WORDS)]}第{n}次会议",
                        starts=START + timedelta(days=n // 4, hours=2 * (n % 4)),
                        chair="张建国",
                        agenda=(AgendaItem(1, "议题一"), AgendaItem(2, "议题二")),
                        secrecy=Secrecy(Level.INTERNAL if n % 10 == 0 else Level.OPEN),
                    )
                )
            uow.commit()


def bare(database: Path) -> list[tuple[object, ...]]:
    """Every row, and those that hold the text."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT id, title, starts, chair, place, state, secrecy FROM meetings").fetchall()
    return [row for row in rows if "停车场" in row[1]]


def main(meetings: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        application = Application(Path(folder))
        filled(application, meetings)
        use = application.usecases
        day = START + timedelta(days=meetings // 8)
        week = Wish(first=day, last=day + timedelta(days=7))
        board = Board(Host(application))
        first = once(lambda: use.find_meetings(Wish(text="tcc")))
        plain = median(lambda: bare(application.database_path), ROUNDS)
        took = {
            "search": median(lambda: use.find_meetings(Wish(text="tcc"), most=50), ROUNDS),
            "week": median(lambda: use.find_meetings(week), ROUNDS),
            "home": median(board._look, ROUNDS),
        }
        application.close()
    for name, seconds in took.items():
        more = {"first_search_ms": round(1000 * first, 1)} if name == "search" else {}
        BENCH.tell(
            name,
            seconds / plain,
            meetings=meetings,
            ms=round(1000 * seconds, 1),
            baseline_ms=round(1000 * plain, 1),
            **more,
        )


def once(work: Callable[[], object]) -> float:
    """Of the first, which loads the dictionary of readings."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    BENCH.run(main, __doc__, meetings=(10_000, 1_000))
