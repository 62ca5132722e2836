"""What somebody else did to a paper: versions compared, tracked changes to decide, corrected files taken in."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from roomctl.domain.record import RecordFile
from roomctl.domain.revision import Comment, Kind, ParagraphChange, Piece, TrackedChange
from roomctl.i18n import tr
from roomctl.services.revisions import Returned
from roomctl.web.ui import Part, Values, button, empty_state, note_bar, panel, state_chip, tag

Local = Callable[[datetime], str]
"""An instant as the meeting's own clock shows it."""


def comparison(
    old: RecordFile, new: RecordFile, changes: Sequence[ParagraphChange], back: Callable[[], None]
) -> Part:
    """In the place of the page: the paragraphs that differ, what was taken out struck through."""
    title = tr(f"第 {old.version} 稿 → 第 {new.version} 稿", f"Version {old.version} → version {new.version}")
    head = tag(
        "div",
        tag("b", title),
        tag("span", tr(f"{len(changes)} 段不同", f"{len(changes)} paragraphs differ"), class_="rc-s2 rc-grow"),
        button(tr("回到预览", "Back to the page"), lambda _values: back(), kind="sm", key="compare back"),
        class_="rc-row",
    )
    if not changes:
        return tag("div", head, empty_state(tr("两稿文字相同", "the text is the same")), class_="rc-compared")
    return tag("div", head, *(_paragraph(one) for one in changes), class_="rc-compared")


def _paragraph(one: ParagraphChange) -> Part:
    place = (one.new if one.new is not None else one.old) or 0
    what = tr("新增", "new") if one.old is None else tr("删去", "removed") if one.new is None else ""
    return tag(
        "div",
        tag("span", str(place + 1), class_="rc-num rc-s3"),
        tag("p", state_chip(what, "warn") if what else None, *(_piece(piece) for piece in one.pieces)),
        class_="rc-change",
    )


def _piece(piece: Piece) -> Part:
    return tag({Kind.SAME: "span", Kind.ADDED: "ins", Kind.REMOVED: "del"}[piece.kind], piece.text)


def open_changes(
    back: Returned, decided: dict[str, bool], settle: Callable[[Mapping[str, bool]], None], local: Local, *, may: bool
) -> Part:
    """Beside the page: each tracked change with two buttons, and one that makes the next version of what was chosen.

    Args:
        decided: what this visitor has chosen so far, by id.
        may: this visitor may decide them, and the version is the newest.

    """
    review = back.review
    parts: list[Part] = []
    if back.untracked:
        count = len(back.untracked)
        told = tr(f"{count} 段改了没有留修订", f"{count} paragraphs changed without being tracked")
        parts.append(
            panel(
                tr("未留修订的改动", "Not tracked"),
                note_bar("warn", told, strong=back.unit),
                *(_paragraph(one) for one in back.untracked),
            )
        )
    if review.changes or review.comments:
        groups = groupby(review.changes, key=lambda one: one.paragraph)
        comments = {place: list(some) for place, some in groupby(review.comments, key=lambda one: one.paragraph)}
        rows = []
        for place, some in groups:
            rows.append(_group(list(some), comments.pop(place, []), decided, local, may=may))
        rows += [_group([], left, decided, local, may=False) for left in comments.values()]
        acts = [_acts(review.changes, decided, settle)] if may and review.changes else []
        title = tr("修订", "Tracked changes")
        parts.append(panel(title, *rows, *acts, second=tr(f"{len(review.changes)} 处", str(len(review.changes)))))
    return tag("div", *parts, class_="rc-col") if parts else Part()


def _group(
    changes: Sequence[TrackedChange],
    comments: Sequence[Comment],
    decided: dict[str, bool],
    local: Local,
    *,
    may: bool,
) -> Part:
    return tag(
        "div",
        *(_change(one, decided, local, may=may) for one in changes),
        *(
            tag(
                "div",
                state_chip(tr("批注", "comment"), "run"),
                tag("span", f"{one.author}：{one.text}"),
                tag("span", f"“{one.on}”", class_="rc-s3") if one.on else None,
                class_="rc-row rc-wrapping",
            )
            for one in comments
        ),
        class_="rc-found rc-tracked",
    )


def _change(one: TrackedChange, decided: dict[str, bool], local: Local, *, may: bool) -> Part:
    who = "　".join(filter(None, (one.author, local(one.at) if one.at else "")))
    words = tag(
        "p",
        "…",
        one.before,
        tag("i", f"（{one.format}）") if one.format else None,
        tag("del", one.removed) if one.removed else None,
        tag("ins", one.added) if one.added else None,
        one.after,
        "…",
    )
    return tag(
        "div",
        words,
        tag("div", tag("span", who, class_="rc-s3 rc-grow"), *_choices(one.id, decided, may=may), class_="rc-row"),
    )


def _choices(id_: str, decided: dict[str, bool], *, may: bool) -> list[Part]:
    if not may:
        return []

    def choose(accept: bool) -> Callable[[Values], None]:  # noqa: FBT001 - one of two
        def press(_values: Values) -> None:
            if decided.get(id_) is accept:
                del decided[id_]
            else:
                decided[id_] = accept

        return press

    texts = ((True, tr("接受", "Accept"), "accept"), (False, tr("不接受", "Refuse"), "refuse"))
    return [
        button(text, choose(accept), kind="sm" if decided.get(id_) is accept else "quiet sm", key=f"{name} {id_}")
        for accept, text, name in texts
    ]


def _acts(
    changes: Sequence[TrackedChange], decided: dict[str, bool], settle: Callable[[Mapping[str, bool]], None]
) -> Part:
    def every(accept: bool) -> Callable[[Values], None]:  # noqa: FBT001 - one of two
        return lambda _values: decided.update({one.id: accept for one in changes})

    def press(_values: Values) -> None:
        settle(dict(decided))

    count = len(decided)
    done = (
        button(tr(f"按选定的处理 {count} 处", f"Apply {count}"), press, kind="pri", key="settle changes")
        if count
        else tag("span", tr("逐条选定后另成一稿", "choose; a new version is made"), class_="rc-s3")
    )
    return tag(
        "div",
        button(tr("全部接受", "Accept all"), every(True), kind="quiet sm", key="accept all"),  # noqa: FBT003
        button(tr("全部不接受", "Refuse all"), every(False), kind="quiet sm", key="refuse all"),  # noqa: FBT003
        done,
        class_="rc-row rc-wrapping rc-below",
    )


def exchange(meeting: str, kind: str, newest: RecordFile, unit: str) -> Part:
    """Under the versions of a kind: a corrected docx comes in, and a pack goes out to the unit that drafts it.

    Args:
        unit: 代拟单位; empty: none, and there is no pack.

    """
    into = f"/api/v1/meetings/{meeting}/papers/versions"
    upload = tag(
        "label",
        tr("收进修改稿", "Take in a corrected one"),
        tag("input", type="file", accept=".docx", data_upload=into, data_kind=kind, data_unit=unit, hidden=True),
        class_="rc-btn rc-quiet rc-sm",
        tabindex="0",
    )
    pack = tag(
        "button",
        tr(f"打包给{unit}", f"Pack for {unit}"),
        type="button",
        class_="rc-btn rc-quiet rc-sm",
        data_pack=f"/api/v1/meetings/{meeting}/papers/{newest.id}/pack",
        data_unit=unit,
    )
    told = tag("span", "", class_="rc-s2 rc-upload-told", role="status")
    return tag("div", upload, pack if unit else None, told, class_="rc-row rc-wrapping rc-below")
