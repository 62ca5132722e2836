"""`roomctl transcript`: a finished transcript compared, made again, its holes tried, taken away as a file."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from roomctl.api import (
    BadInput,
    Busy,
    Meeting,
    NotFound,
    PluginContext,
    Transcript,
    TranscriptHead,
    TranscriptSegment,
    correction,
    rework,
    tr,
)
from roomctl.api.durations import hms
from roomctl.api.finding import find_meeting
from roomctl.api.terminal import Json, MeetingArg, person
from roomctl_transcript.cli import papers
from roomctl_transcript.following import follow
from roomctl_transcript.formats import FORMATS, style_of

Engine = Annotated[str, typer.Option(help=tr("引擎：auto、whisper、vosk", "auto, whisper, vosk"))]
Model = Annotated[str, typer.Option(help=tr("模型名称", "name of a model"))]
Number = Annotated[int, typer.Argument(min=1, help=tr("第几处，见 holes", "number of the hole, see holes"))]
Later = Annotated[bool, typer.Option("--later", help=tr("先不做，留给主程序", "not now: the host will do it"))]
VersionNumber = Annotated[int, typer.Option("--version", min=1, help=tr("第几稿；不写为最新", "none is the newest"))]

SHOWN = 24
"""Characters of the sentences next to a hole."""
CHANGED = 20
"""Lines of a comparison on a terminal, where not all are asked for."""


def build(ctx: PluginContext) -> typer.Typer:
    """The commands, bound to the plugin's context."""
    about = tr(
        "已有的转写稿：各稿对比、重新转写、补漏、材料、导出", "transcripts: compare, again, holes, papers, export"
    )
    app = typer.Typer(add_completion=False, no_args_is_help=True, help=about)
    desk = _Desk(ctx)
    app.command("list", help=tr("各稿", "its versions"))(desk.versions)
    again = tr(
        "换引擎或按现在的名单、材料重新转写：旧稿留着，校改带过去", "again, with another engine or today's roster"
    )
    app.command("again", help=again)(desk.again)
    app.command("holes", help=tr("有声无字的地方", "speech without text"))(desk.holes)
    app.command("retry", help=tr("补转漏字的地方", "try the holes again"))(desk.retry)
    app.command("write", help=tr("漏字处听到的话，由人写上", "write down what is said in a hole"))(desk.write)
    app.command("dismiss", help=tr("漏字处听过了，没人说话", "nobody speaks in a hole"))(desk.dismiss)
    app.command("cancel", help=tr("取消还没做完的重新转写", "give up what is being done again"))(desk.cancel)
    app.command("compare", help=tr("两稿对比", "two versions side by side"))(desk.compare)
    app.command("export", help=tr("导出一稿：txt、srt、vtt、json、docx", "a version as a file"))(desk.export)
    app.add_typer(papers.build(ctx), name="papers")
    return app


class _Desk:
    """The commands over one data folder."""

    def __init__(self, ctx: PluginContext) -> None:
        self._ctx, self._services = ctx, ctx.services
        self._screen = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)

    def versions(self, meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(self._services, meeting)
        heads = self._services.transcript_heads(found.id)
        if as_json:
            _answer({"meeting": found.id, "versions": [_head(one) for one in heads]})
            return
        for one in heads:
            self._screen.print(_line(one))
        if not heads:
            self._screen.print(tr("还没有转写稿", "there is no transcript yet"))

    def again(
        self,
        meeting: MeetingArg,
        *,
        engine: Engine = "",
        model: Model = "",
        later: Later = False,
        as_json: Json = False,
    ) -> None:
        """The old version stays; what people corrected in it is carried over."""
        found = find_meeting(self._services, meeting)
        before = self._services.transcript(found.id)
        wish = self._asked(found, rework.ReworkKind.AGAIN, engine, model, ())
        if not self._done(found, wish, later=later, as_json=as_json):
            return
        made = self._services.transcript(found.id)
        if made is None or before is None:
            return
        rows = correction.beside(before, made)
        told = {
            "version": made.version,
            "engine": made.engine,
            "model": made.model,
            "sentences": len(made.shown),
            "differs": sum(not row.same for row in rows),
            "corrected": sum(correction.corrected(one) for one in made.shown),
        }
        if as_json:
            _answer({"meeting": found.id, "rework": _wish(self._now(found, wish)), **told})
            return
        self._screen.print(
            tr(
                f"第 {made.version} 稿：{made.engine} · {made.model}，{told['sentences']} 句，"
                f"与第 {before.version} 稿有 {told['differs']} 处不同，人工校改 {told['corrected']} 句",
                f"version {made.version}: {made.engine} · {made.model}, {told['sentences']} sentences, differs from "
                f"version {before.version} in {told['differs']} places, {told['corrected']} corrected by people",
            )
        )

    def holes(self, meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(self._services, meeting)
        newest = self._newest(found)
        seen, numbers = rework.holes(newest), self._numbers(found)
        if as_json:
            rows = [{**asdict(one.hole), "number": one.number, "before": one.before, "after": one.after,
                     "tried": len(one.tried), "reason": one.reason} for one in seen]  # fmt: skip
            _answer({
                "meeting": found.id, "version": newest.version, "speech": newest.speech, "covered": newest.covered,
                "holes": rows,
            })  # fmt: skip
            return
        share = newest.covered / newest.speech if newest.speech else 1.0
        self._screen.print(
            tr(
                f"有声 {newest.speech:.0f} 秒，成文 {share:.1%}；漏字 {len(seen)} 处",
                f"{newest.speech:.0f} s of speech, {share:.1%} of it with text; {len(seen)} holes",
            )
        )
        for one in seen:
            at = f"{hms(one.hole.start)}–{hms(one.hole.end)}"
            which = numbers.get(one.hole.recording, 1)
            self._screen.print(
                tr(
                    f"{one.number}. 录音 {which}  {at}  {one.reason}",
                    f"{one.number}. rec {which}  {at}  {one.reason}",
                )
            )
            if one.before or one.after:
                self._screen.print(f"   {one.before[-SHOWN:]} … {one.after[:SHOWN]}")
        if seen:
            hear, retry = f"roomctl recording export {found.id}", f"roomctl transcript retry {found.id}"
            self._screen.print(tr(f"听：{hear}；补转：{retry}", f"to hear: {hear}; to try again: {retry}"))

    def retry(
        self,
        meeting: MeetingArg,
        numbers: Annotated[
            list[int] | None, typer.Argument(help=tr("第几处；不写为全部", "which; none is all"))
        ] = None,
        *,
        engine: Engine = "",
        model: Model = "",
        later: Later = False,
        as_json: Json = False,
    ) -> None:
        """Each is kept before the next is begun. A hole is filled, or stays with a reason."""
        found = find_meeting(self._services, meeting)
        wish = self._asked(found, rework.ReworkKind.HOLES, engine, model, numbers or ())
        if not self._done(found, wish, later=later, as_json=as_json):
            return
        now = self._now(found, wish)
        if as_json:
            _answer({"meeting": found.id, "rework": _wish(now)})
            return
        filled = sum(one.gained > 0 for one in now.tried)
        told = tr(
            f"补转 {len(now.tried)} 处：{filled} 处补出 {now.gained} 字",
            f"{len(now.tried)} tried: {now.gained} characters in {filled} of them",
        )
        if filled < len(now.tried):
            told += tr("，其余仍空，原因见 holes", "; the others stay, holes says why")
        self._screen.print(told)

    def write(
        self,
        meeting: MeetingArg,
        number: Number,
        text: Annotated[str, typer.Argument(help=tr("听到的话", "what is said"))],
        *,
        speaker: Annotated[str, typer.Option(help=tr("发言人", "who speaks"))] = "",
    ) -> None:
        found = find_meeting(self._services, meeting)
        said = self._services.write_hole(found.id, number, text, speaker=speaker, actor=person())
        self._screen.print(f"{hms(said.start)}–{hms(said.end)}  {said.text}")

    def dismiss(
        self,
        meeting: MeetingArg,
        number: Number,
        *,
        why: Annotated[str, typer.Option("--reason", help=tr("是什么声音，如掌声", "what it is, such as applause"))],
    ) -> None:
        found = find_meeting(self._services, meeting)
        self._services.dismiss_hole(found.id, number, why, actor=person())
        left = len(self._newest(found).holes)
        self._screen.print(tr(f"还有 {left} 处漏字", f"{left} holes are left"))

    def cancel(self, meeting: MeetingArg, *, as_json: Json = False) -> None:
        found = find_meeting(self._services, meeting)
        given_up = self._services.cancel_rework(found.id, actor=person())
        if as_json:
            _answer({"meeting": found.id, "rework": _wish(given_up)})
        else:
            self._screen.print(tr(f"已取消：{given_up.kind.label}", f"given up: {given_up.kind.label}"))

    def compare(
        self,
        meeting: MeetingArg,
        old: Annotated[int | None, typer.Argument(help=tr("旧稿；不写为倒数第二稿", "default: last but one"))] = None,
        new: Annotated[int | None, typer.Argument(help=tr("新稿；不写为最新", "default: the newest"))] = None,
        *,
        every: Annotated[bool, typer.Option("--all", help=tr("全部列出", "all of them"))] = False,
        as_json: Json = False,
    ) -> None:
        found = find_meeting(self._services, meeting)
        known = [one.version.version for one in self._services.transcript_heads(found.id)]
        if len(known) < 2 and (old is None or new is None):  # noqa: PLR2004 - there is nothing to compare with
            raise NotFound(
                tr("只有一稿，没有可比的", "there is one version alone"),
                mend=f"roomctl transcript again {found.id}",
            )
        before, after = self._version(found, old or known[-2]), self._version(found, new or known[-1])
        rows = correction.beside(before, after)
        if as_json:
            sides = [{"same": row.same, "old": _plain(row.old), "new": _plain(row.new)} for row in rows]
            _answer({"meeting": found.id, "old": before.version, "new": after.version, "rows": sides})
            return
        differing = [row for row in rows if not row.same]
        self._screen.print(
            tr(
                f"第 {before.version} 稿 {before.engine} · {before.model} → 第 {after.version} 稿 {after.engine} · "
                f"{after.model}：{len(rows)} 处中 {len(differing)} 处不同",
                f"version {before.version} {before.engine} · {before.model} → {after.version} {after.engine} · "
                f"{after.model}: {len(differing)} of {len(rows)} differ",
            )
        )
        for row in differing if every else differing[:CHANGED]:
            start = min(one.start for one in (*row.old, *row.new))
            print(f"@ {hms(start)}")
            print(f"- {''.join(one.text for one in row.old)}")
            print(f"+ {''.join(one.text for one in row.new)}")
        if len(differing) > CHANGED and not every:
            self._screen.print(tr("其余请加 --all", "add --all for the rest"))

    def export(
        self,
        meeting: MeetingArg,
        *,
        version: VersionNumber | None = None,
        style: Annotated[str, typer.Option("--format", help=" | ".join(FORMATS))] = "",
        output: Annotated[Path | None, typer.Option(help=tr("输出文件", "write to this file"))] = None,
    ) -> None:
        """With what people put right in it."""
        found = find_meeting(self._services, meeting)
        made = self._version(found, version) if version else self._newest(found)
        data = FORMATS[style_of(style, output)](made)
        if output is None:
            sys.stdout.write(data.decode())
            return
        try:
            output.write_bytes(data)
        except OSError as error:
            raise BadInput(
                tr(f"不能写 {output}", f"cannot write {output}"),
                error.strerror or "",
                tr("请换一个位置", "choose another place"),
            ) from error

    # --- what they share

    def _newest(self, meeting: Meeting) -> Transcript:
        newest = self._services.transcript(meeting.id)
        if newest is None:
            raise NotFound(
                tr("还没有转写稿", "there is no transcript yet"),
                mend=tr("散会后自动转写：", "it is made when the meeting is over: ") + "roomctl meetings work",
            )
        return newest

    def _version(self, meeting: Meeting, number: int) -> Transcript:
        found = self._services.transcript_version(meeting.id, number)
        if found is None:
            known = [str(one.version.version) for one in self._services.transcript_heads(meeting.id)]
            raise NotFound(
                tr(f"没有第 {number} 稿", f"there is no version {number}"),
                mend=tr("可选：", "known: ") + ("、".join(known) or "-"),
            )
        return found

    def _numbers(self, meeting: Meeting) -> dict[str, int]:
        return {one.id: one.number for one in self._services.recording_heads(meeting.id)}

    def _asked(
        self, meeting: Meeting, kind: rework.ReworkKind, engine: str, model: str, numbers: Sequence[int]
    ) -> rework.Rework:
        """The wish; where the same was asked for and broken off, that one goes on."""
        try:
            return self._services.ask_rework(
                meeting.id, kind, engine=engine, model=model, numbers=numbers, actor=person()
            )
        except Busy:
            waiting = next((one for one in self._services.reworks(meeting.id) if one.waiting), None)
            if waiting is None or waiting.kind is not kind or engine not in {"", waiting.engine}:
                raise
            return waiting

    def _done(self, meeting: Meeting, wish: rework.Rework, *, later: bool, as_json: bool) -> bool:
        """Carries it out. False: it is left for later, and that was said."""
        again = f"roomctl transcript {'again' if wish.kind is rework.ReworkKind.AGAIN else 'retry'} {meeting.id}"
        if later:
            if as_json:
                _answer({"meeting": meeting.id, "rework": _wish(wish)})
            self._screen.print(tr(f"记下了：{wish.kind.label}", f"noted: {wish.kind.label}"))
            return False
        if follow(self._ctx, meeting.id, self._screen):
            return True
        self._screen.print(
            tr(
                f"中断：做完的都在，再运行 {again} 会接着做；不要了请运行 roomctl transcript cancel {meeting.id}",
                f"broken off: what is done is kept, and {again} goes on; to give it up: "
                f"roomctl transcript cancel {meeting.id}",
            )
        )
        raise typer.Exit(1)

    def _now(self, meeting: Meeting, wish: rework.Rework) -> rework.Rework:
        return next(one for one in self._services.reworks(meeting.id) if one.id == wish.id)


def _answer(value: dict[str, Any]) -> None:
    print(json.dumps(value, ensure_ascii=False, default=str))


def _head(one: TranscriptHead) -> dict[str, Any]:
    made = one.version
    return {
        "version": made.version,
        "engine": made.engine,
        "model": made.model,
        "at": made.at,
        "complete": made.complete,
        "sentences": one.sentences,
        "speech": made.speech,
        "covered": made.covered,
        "holes": len(made.holes),
    }


def _line(one: TranscriptHead) -> str:
    made = one.version
    share = f"{made.covered / made.speech:.1%}" if made.speech else "-"
    growing = "" if made.complete else tr("，还在转写", ", growing")
    return tr(
        f"第 {made.version} 稿  {made.engine} · {made.model}  {one.sentences} 句，成文 {share}，"
        f"漏字 {len(made.holes)} 处{growing}",
        f"version {made.version}  {made.engine} · {made.model}  {one.sentences} sentences, {share} with text, "
        f"{len(made.holes)} holes{growing}",
    )


def _plain(segments: Sequence[TranscriptSegment]) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "recording": one.recording, "start": one.start, "end": one.end, "speaker": one.speaker,
         "text": one.text, "corrected": correction.corrected(one)}
        for one in segments
    ]  # fmt: skip


def _wish(one: rework.Rework) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind.value,
        "state": one.state.value,
        "engine": one.engine,
        "model": one.model,
        "by": one.by,
        "holes": [asdict(hole) for hole in one.holes],
        "tried": [{**asdict(tried.hole), "gained": tried.gained, "left": tried.left} for tried in one.tried],
        "gained": one.gained,
    }
