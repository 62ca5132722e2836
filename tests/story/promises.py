"""What a day in the room must have come to, looked at by a machine when it is over."""

import json

import docx
import numpy as np
import psutil
import soundfile

from roomctl.domain.attendance import Method
from roomctl.domain.recording import MarkKind, Recording
from roomctl.domain.summary import Stage
from roomctl.domain.transcript import PointKind
from tests.story.conftest import Day


def sound(day: Day) -> None:
    """Each frame that is kept is the one that was spoken, and what was lost is declared."""
    heard, _rate = soundfile.read(day.sound, dtype="int32", always_2d=True)
    own, at = day.use.recordings(day.meeting), 0
    for one in own:
        verified = day.roomctl("recording", "verify", str(day.site.data / one.folder))
        day.album.promise(f"录音 {one.number}：逐字节对照日志相符", held=verified["ok"], found=verified)
        rows = (day.site.data / one.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        sealed = json.loads(rows[-1])
        told = [row for row in map(json.loads, rows) if row["kind"] == "sealed"]
        day.album.promise(
            f"录音 {one.number}：日志和登记的帧数一致",
            held=[row["frames"] for row in told] == [one.frames],
            found=f"{one.frames} 帧，{sealed['kind']}",
        )
        kept = _kept(day, one)
        same = np.array_equal(kept, heard[at : at + len(kept)])
        day.album.promise(f"录音 {one.number}：每一帧都是讲的那一帧", held=same, found=f"{kept.shape}，自 {at}")
        at += len(kept)
    gap = day.use.continuation(day.meeting)
    day.album.promise(
        "录音进程被杀一次，缺口写明", held=len(own) == 2 and gap is not None and bool(gap.seconds), found=gap
    )


def _kept(day: Day, one: Recording) -> np.ndarray:
    """Samples × tracks, of the sealed segments."""
    tracks = []
    for track in range(1, one.tracks + 1):
        own = sorted((s for s in one.segments if s.track == track), key=lambda s: s.first_frame)
        read = [soundfile.read(day.site.data / one.folder / s.path, dtype="int32")[0] for s in own]
        tracks.append(np.concatenate(read))
    return np.stack(tracks, axis=1)


def people(day: Day) -> None:
    """Who was there, by which way, and who stands for whom."""
    attendance = day.use.attendance(day.meeting)
    counts = attendance.counts
    found = (counts.expected, counts.present, counts.proxy, counts.absent)
    day.album.promise("应到 6，实到 5，代会 1，缺席 1", held=found == (6, 5, 1, 1), found=found)
    rows = day.use.events(stream=day.meeting, kinds=["attendance.signed_in"], newest=False)
    ways = {told["name"]: told["method"] for told in (json.loads(row.data) for row in rows)}
    expected = {
        "张建国": Method.TERMINAL, "赵洁": Method.TERMINAL, "李晓明": Method.DESK, "王海燕": Method.DESK,
        "陈志强": Method.PHONE,
    }  # fmt: skip
    day.album.promise("每人签到一次，方式相符", held=ways == expected and len(rows) == len(expected), found=ways)
    waived = [row.actor for row in day.use.events(stream=day.meeting, kinds=["checks.waived"])]
    day.album.promise("带故障使用记在技术员名下", held=set(waived) == {"person:钱工"}, found=waived)


def words(day: Day, decided: str) -> None:
    """The sentence that was put right stands; nothing of what is off the record; decisions and actions."""
    head = day.use.transcript_heads(day.meeting)[-1].version
    shown = day.use.sentences(head.id, 0, 1000)
    day.album.promise("改过的一句是存下的一句", held=decided in [one.text for one in shown], found=len(shown))
    off = [stretch for one in day.use.recordings(day.meeting) for stretch in _off(one)]
    inside = [
        one.text
        for one in shown
        for recording, first, last in off
        if one.recording == recording and one.first_frame < last and one.last_frame > first
    ]
    day.album.promise("不入记录的部分没有文字", held=bool(off) and not inside, found=(off, inside))
    kinds = {one.kind for one in head.noted}
    day.album.promise("有决定和任务", held={PointKind.DECISION, PointKind.ACTION} <= kinds, found=kinds)
    speakers = {one.speaker for one in shown}
    day.album.promise("按席位认出发言人", held={"张建国", "王海燕"} <= speakers, found=speakers)


def _off(one: Recording) -> list[tuple[str, int, int]]:
    found, since = [], None
    for mark in one.markers:
        if mark.kind is MarkKind.OFF_RECORD:
            since = mark.frame
        elif mark.kind is MarkKind.ON_RECORD and since is not None:
            found.append((one.id, since, mark.frame))
            since = None
    return found


def papers(day: Day) -> None:
    """The 会议记录 names who was there and what was decided; the 纪要 is issued under its number."""
    drafted = [one for one in day.use.documents(day.meeting) if one.kind == "会议记录" and one.path.endswith("docx")]
    read = docx.Document(str(day.site.data / drafted[-1].path))
    text = "\n".join(
        [one.text for one in read.paragraphs] + [cell.text for t in read.tables for r in t.rows for cell in r.cells]
    )
    wanted = ("张建国", "李晓明", "王海燕", "陈志强", "刘伟", "周㛃", "市财政局", "市发改委", "12月15日")
    missing = [one for one in wanted if one not in "".join(text.split())]  # names of two are spaced
    day.album.promise("会议记录里有到会、代会、缺席的人和定了的事", held=not missing, found=missing)
    (summary,) = day.use.summaries(day.meeting)
    done = summary.stage is Stage.DONE and bool(summary.number)
    day.album.promise("纪要印发并取号", held=done, found=(summary.stage.label, summary.number))


def archive(day: Day) -> None:
    """Each package is whole where it was made and at both places."""
    packages = day.use.packages(day.meeting)
    receipts = day.use.receipts(day.meeting)
    for one in packages:
        there = {receipt.target for receipt in receipts if receipt.package == one.id}
        day.album.promise(f"存档包 {one.id[-6:]} 有两处回执", held=there == {"local", "nas"}, found=there)
    for root in (day.site.data / "archive", day.away):
        found = sorted(path.parent for path in root.rglob("bagit.txt"))
        for bag in found:
            verdict = day.roomctl("archive", "verify", str(bag))
            day.album.promise(f"{root.parent.name}/{root.name}/{bag.name} 校验", held=verdict["ok"], found=bag)
        day.album.promise(f"{root.parent.name} 有全部存档包", held=len(found) == len(packages), found=len(found))


def house(day: Day) -> None:
    """The log is whole, nobody else was asked for anything, nothing of the day runs on."""
    audit = day.roomctl("audit", "verify")
    day.album.promise("事件日志的哈希链完整", held=audit["ok"], found=audit)
    day.album.promise("浏览器没有问过别处", held=not day.site.outside(), found=day.site.outside())
    left = [
        " ".join(one.info["cmdline"])
        for one in psutil.process_iter(["cmdline"])
        if "capture" in " ".join(one.info["cmdline"] or []) and str(day.site.data) in " ".join(one.info["cmdline"])
    ]
    day.album.promise("没有遗留的录音进程", held=not left, found=left)
