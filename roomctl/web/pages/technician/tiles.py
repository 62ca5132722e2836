"""The room as groups of tiles, and how far a run is."""

from collections.abc import Callable, Sequence

from roomctl.domain.access import Right
from roomctl.i18n import tr
from roomctl.services.offers import Sounding
from roomctl.web.pages.technician.doing import Doing
from roomctl.web.pages.technician.sight import Progress, Sight, Tile, figure, groups
from roomctl.web.pages.technician.todo import proof
from roomctl.web.ui import (
    CHECK_LOOKS,
    Look,
    Part,
    Press,
    button,
    empty_state,
    history_line,
    join,
    link_button,
    state_glyph,
    tag,
)


def room(sight: Sight, choose: Callable[[str], Press], chosen: str, doing: Doing) -> Part:
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
    return join((whole_way(sight, doing), tag("div", *shown, class_="rc-groups"), _legend() if lined else None))


def whole_way(sight: Sight, doing: Doing) -> Part | None:
    """The proof that a spoken word becomes text: its result, or the way to it; None where no plugin has one."""
    check = next((one for one in sight.checks if isinstance(one, Sounding)), None)
    if check is None:
        return None
    row = next((one for one in sight.of(check.device) if one.check == check.name), None)
    pending = sight.pending(check.device)
    look = Look.RUNNING if pending else CHECK_LOOKS[row.state] if row else Look.WAITING
    untried = tr("还没有测过：放一句话，录下来，转成文字", "not tried yet: a sentence, recorded, to text")
    sound = tr("发声实测，约半分钟", "Sound it, half a minute")
    may = sight.may(Right.RUN_CHECKS) and sight.run is None
    act = button(sound, doing.check(check.device), kind="sm", key="whole way", icon_name="play") if may else None
    return tag(
        "section",
        state_glyph(look, size="xl", share=0.3),
        tag("h2", tr("一句话全程测试", "From loudspeaker to text")),
        tag("span", tag("b", figure(row) if row else "", class_="rc-num"), act, class_="rc-row"),
        tag("p", row.message if row else untried, class_="rc-said rc-s2"),
        tag("div", proof(row), class_="rc-said") if row and row.evidence else None,
        class_=f"rc-panel rc-proof rc-{look.value}",
    )


def _group(title: str, tiles: Sequence[Tile], choose: Callable[[str], Press], chosen: str) -> Part:
    count = tag("small", tr(f"{len(tiles)} 项", f"{len(tiles)}"), class_="rc-num")
    return tag(
        "section",
        tag("h3", title, count),
        tag("div", *(_tile(one, choose(one.target), on=one.target == chosen) for one in tiles), class_="rc-tiles"),
        class_="rc-grp" if len(tiles) > _FEW else "rc-grp rc-few",
    )


_FEW = 2
"""Tiles of a group that shares its line with another one."""


def _tile(tile: Tile, press: Press, *, on: bool) -> Part:
    look = Look.RUNNING if tile.pending else tile.look
    act = f"tile {tile.target} {'' if tile.part else tile.key[1]}"
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
