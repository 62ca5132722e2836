"""What a story saw on its way: pictures and checks, written as one HTML page, and the pictures of the guides.

    ROOMCTL_PICTURES=docs/pictures pytest tests/story

takes those of README and docs/guide anew: two of each console, by its name, as a browser that speaks Chinese and one
that speaks English show it.
"""

import io
import os
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

from tests.web.pages.test_every_page import QUIET

STYLE = """
body { font: 16px/1.6 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 75rem; margin: 2rem auto;
  padding: 0 1rem }
img { max-width: 100%; border: 1px solid #ccc } figure { margin: 1rem 0 2rem } figcaption { color: #555 }
table { border-collapse: collapse } td { border-bottom: 1px solid #ddd; padding: .2rem 1rem .2rem 0;
  vertical-align: top; overflow-wrap: anywhere }
.bad { color: #b00020; font-weight: bold }
"""

COLOURS = 96
"""Of a picture in the guides: pages have few, and a checkout stays small."""


@dataclass
class Album:
    """Pictures in the order in which they were taken, and promises with what was found.

    Attributes:
        folder: where pictures and the report lie.

    """

    folder: Path
    _seen: list[tuple[float, str, str]] = field(default_factory=list)
    _held: list[tuple[str, bool, str]] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    def picture(
        self,
        page: Page,
        name: str,
        said: str,
        *,
        full: bool = False,
        guide: str = "",
        again: Callable[[Page], object] = lambda _page: None,
    ) -> None:
        """One more, `name.jpg`, with what is to be seen on it.

        Args:
            guide: its name in the guides, one screen of it.
            again: what was done on the page since it was opened, done again on the one that speaks English.

        """
        page.screenshot(path=self.folder / f"{name}.jpg", type="jpeg", quality=70, full_page=full)
        self._seen.append((time.monotonic() - self._began, name, said))
        if guide and (folder := os.environ.get("ROOMCTL_PICTURES")):
            Path(folder).mkdir(parents=True, exist_ok=True)
            _shot(page, Path(folder) / f"{guide}.png")
            with _in_english(page) as beside:
                again(beside)
                _shot(beside, Path(folder) / f"{guide}.en.png")

    def promise(self, said: str, *, held: bool, found: object = "") -> None:
        """Whether it was kept; nothing is raised before `broken` is asked."""
        self._held.append((said, held, str(found)))

    @property
    def broken(self) -> list[str]:
        """Promises that were not kept, with what was found."""
        return [f"{said}: {found}" for said, held, found in self._held if not held]

    def write(self) -> Path:
        """The report, in one file."""
        rows = [
            f"<tr><td class={'good' if held else 'bad'}>{'✓' if held else '✗'}<td>{escape(said)}<td>{escape(found)}"
            for said, held, found in self._held
        ]
        shown = [
            f"<figure><img src='data:image/jpeg;base64,{self._code(name)}' alt=''>"
            f"<figcaption>{at:.0f} s　{escape(said)}</figcaption></figure>"
            for at, name, said in self._seen
        ]
        kept = sum(held for _said, held, _found in self._held)
        sum_up = (
            f"{len(self._held)} 项承诺，{kept} 项兑现；{time.monotonic() - self._began:.0f} 秒，{len(shown)} 张图"
        )
        path = self.folder / "report.html"
        path.write_text(
            f"<!doctype html><html lang=zh><meta charset=utf-8><title>会议室的一天</title><style>{STYLE}</style>"
            f"<h1>会议室的一天</h1><p>{sum_up}</p><table>{''.join(rows)}</table>{''.join(shown)}",
            encoding="utf-8",
        )
        return path

    def _code(self, name: str) -> str:
        return b64encode((self.folder / f"{name}.jpg").read_bytes()).decode()


def _shot(page: Page, path: Path) -> None:
    page.evaluate(QUIET)
    seen = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    few = seen.convert("RGB").quantize(
        COLOURS, method=Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
    )  # without the means a state's tint turns into another's
    few.save(path, optimize=True)


@contextmanager
def _in_english(page: Page) -> Iterator[Page]:
    """The same page for the same person, in a browser beside the first; the first stays as it is."""
    assert page.context.browser
    context = page.context.browser.new_context(
        storage_state=page.context.storage_state(),
        viewport=page.viewport_size,
        locale="en-US",
        timezone_id="Asia/Shanghai",
        has_touch=page.evaluate("navigator.maxTouchPoints > 0"),
    )
    beside = context.new_page()
    beside.goto(page.url)
    beside.wait_for_function("document.documentElement.lang === 'en'")
    beside.evaluate(QUIET)
    yield beside
    context.close()
