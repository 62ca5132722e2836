"""The room as groups of tiles, and how far a run is."""

from collections.abc import Callable, Sequence

from roomctl.i18n import tr
from roomctl.web.pages.technician.sight import Progress, Sight, Tile, groups
from roomctl.web.ui import Look, Part, Press, empty_state, history_line, join, link_button, state_glyph, tag


def room(sight: Sight, choose: Callable[[str], Press], chosen: str) -> Part:
    """All groups in the order of the inventory, and what the lines mean."""
    found = groups(sight)
    if not found:
        return empty_state(
            tr("没有要检查的设备", "nothing to check"),
            tr("先把设备写进清单", "first put the devices into the inventory"),
            link_button(tr("设备清单", "Inventory"), "/devices", kind="sm"),
        )
    lined = any(len(tile.history) > 1 for _, tiles in found for tile in tiles)
    shown = [_group(title, tiles, choose, chosen) for title, tiles in found]
    return join((tag("div", *shown, class_="rc-groups"), _legend() if lined else None))


def _group(title: str, tiles: Sequence[Tile], choose: Callable[[str], Press], chosen: str) -> Part:
    count = tag("small", tr(f"{len(tiles)} 项", f"{len(tiles)}"), class_="rc-num")
    return tag(
        "section",
        tag("h3", title, count),
        tag("div", *(_tile(one, choose(one.device), on=one.device == chosen) for one in tiles), class_="rc-tiles"),
        class_="rc-grp" if len(tiles) > _FEW else "rc-grp rc-few",
    )


_FEW = 2
"""Tiles of a group that shares its line with another one."""


def _tile(tile: Tile, press: Press, *, on: bool) -> Part:
    look = Look.RUNNING if tile.pending else tile.look
    act = f"tile {tile.key[0]} {tile.key[1]}"
    shown = tag(
        "button",
        state_glyph(look, size="s", share=0.3),
        tag("span", tile.name, class_="rc-n rc-ell"),
        tag(
            "span",
            tag("span", tile.said, class_="rc-ell", title=tile.said),
            history_line(tile.history, tile.look, tile.usual),
            class_="rc-v rc-num",
        ),
        type="button",
        class_=f"rc-tile rc-{tile.look.value}" + (" rc-pending" if tile.pending else "") + (" rc-on" if on else ""),
        data_act=act,
        aria_pressed="true" if on else "false",
    )
    return Part(shown.html, {act: press})


def _legend() -> Part:
    drawn = history_line((3, 2, 2.2, 2, 2.4, 3, 2.1, 2.3), Look.OK, None)
    said = tr("曲线是最近 12 次，灰带是平时范围，圆点是本次", "last 12 runs; grey: usual range; dot: this run")
    return tag("p", drawn, said, class_="rc-s3 rc-row rc-legend")


def bar(progress: Progress) -> Part:
    """How far the run is."""
    inner = tag("i", style=f"--v:{100 * progress.share:.0f}")
    return tag(
        "div", inner, class_="rc-prog", role="progressbar",
        aria_valuenow=str(progress.done), aria_valuemax=str(progress.total),
        aria_label=tr("检查进度", "progress of the check"),
    )  # fmt: skip
