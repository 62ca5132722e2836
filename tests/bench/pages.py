"""What a telephone or a terminal loads before it can be worked with: bytes of the page and of all that it names.

    python -m tests.bench.pages

Unpacked, as the host sends them; beside the smallest page that NiceGUI can make.
"""

import re
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import httpx
from roomctl_signin.phone import codes

from roomctl.domain.attendance import Person
from roomctl.domain.lifecycle import State
from roomctl.domain.meeting import Meeting, MeetingId
from roomctl.services.identity import new_id
from tests.bench import Bench, Goal
from tests.bench.home import BARE, served
from tests.web.pages.plain import serving

BENCH = Bench(
    __file__,
    {"weight": Goal("what a page for people at the door loads", "<=", 50, "kB", "the smallest page of NiceGUI")},
)
SCREENS = ("terminal", "waiting", "usher")
NAMED = re.compile(r"""(?:src|href)=["']([^"'#]+)["']""")


def weight(start: str) -> float:
    """kB of the page and of what it names."""
    with httpx.Client(follow_redirects=True, trust_env=False, timeout=30) as client:
        page = client.get(start)
        page.raise_for_status()
        named = [page.url.join(path) for path in dict.fromkeys(NAMED.findall(page.text))]
        return (len(page.content) + sum(len(client.get(url).content) for url in named)) / 1000


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        data, bare = Path(name) / "data", Path(name) / "bare.py"
        data.mkdir()
        (data / "roomctl.toml").write_text('[plugins.signin]\nphone = "http://192.168.1.20:8470"\n', encoding="utf-8")
        bare.write_text(BARE, encoding="utf-8")
        with served([sys.executable, str(bare)], "/", data) as url:
            plain = weight(f"{url}/")
        with serving(data, "signin") as (application, server):
            use, here = application.usecases, f"http://127.0.0.1:{server.port}"
            meeting = Meeting(
                id=MeetingId(new_id()), room=use.room.id, title="全体会议", starts=datetime(2026, 11, 12, 9)
            )
            use.create(meeting)
            use.add_people(meeting.id, [Person(id=new_id(), name=f"张三{n}", rank=n) for n in range(1, 33)])
            for state in (State.APPROVED, State.OPEN):
                use.transition(meeting.id, state)
            code = httpx.URL(codes.current(application.plugins.loaded["signin"].context, meeting.id).url)
            pages = {"phone": here + code.raw_path.decode()}
            for screen in SCREENS:
                _key, text = application.screens.make(meeting.id, "signin", screen, label="北门")
                pages[screen] = f"{here}/s/{text}"
            for screen, url in pages.items():
                kilobytes = weight(url)
                BENCH.tell("weight", kilobytes, ratio=kilobytes / plain, case=screen, baseline_kb=round(plain))


if __name__ == "__main__":
    BENCH.run(main, __doc__)
