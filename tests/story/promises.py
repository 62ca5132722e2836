"""What a day in the room must have come to, looked at by a machine when it is over."""

import json
import re
import subprocess
from collections.abc import Iterator
from itertools import groupby, pairwise

import docx
import numpy as np
import psutil
import soundfile

from roomctl.domain.attendance import Method
from roomctl.domain.handouts import HandoutState
from roomctl.domain.recording import MarkKind, Recording
from roomctl.domain.summary import Stage
from roomctl.domain.transcript import PointKind
from tests.plugins.records import test_page
from tests.story import hall
from tests.story.day import Day, until

A4, MM = (595.3, 841.9), 72 / 25.4
"""Points; the standard allows 1 mm."""
LOUD = 1000
"""Of 32768: somebody speaks."""

NEAR, NEAR_SECONDS = hall.RATE // 4, 2.0
"""Of what the recorder declares by its clock: frames that it lost, seconds in which there was none."""


def sound(day: Day) -> None:
    """Each frame that is kept was in the room, as another listener heard it, and what was lost is declared."""
    heard, own = day.hall.heard, day.use.recordings(day.meeting)
    spans = []
    for one in own:
        verified = day.roomctl("recording", "verify", str(day.site.data / one.folder))
        day.album.promise(f"录音 {one.number}：逐字节对照日志相符", held=verified["ok"], found=verified)
        rows = (day.site.data / one.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
        told = [row["frames"] for row in map(json.loads, rows) if row["kind"] == "sealed"]
        day.album.promise(
            f"录音 {one.number}：日志和登记的帧数一致", held=told == [one.frames], found=(told, one.frames)
        )
        runs = hall.runs(heard, _blocks(day, one), spans[-1][1] if spans else 0)
        kept, missing = sum(n for _at, n in runs), sum(b[0] - a[0] - a[1] for a, b in pairwise(runs))
        said = sum(gap.frames for gap in one.gaps if gap.reason != "crash")  # which is after its last frame
        declared = abs(missing - said) < NEAR if said else missing == 0
        day.album.promise(
            f"录音 {one.number}：每一帧都是会场里的那一帧，少的都写明",
            held=kept == one.frames and declared,
            found=f"{kept} / {one.frames} 帧，缺 {missing}，写明 {said}；{runs[:5]}",
        )
        spans.append((runs[0][0], runs[-1][0] + runs[-1][1]) if runs else (0, 0))
    gap = day.use.continuation(day.meeting)
    real = (spans[-1][0] - spans[0][1]) / hall.RATE
    day.album.promise(
        "录音进程被杀一次，缺口写明，和会场里过去的时间相符",
        held=len(own) == 2 and gap is not None and abs((gap.seconds or 0) - real) < NEAR_SECONDS,
        found=f"写明 {gap.seconds if gap else None} 秒，实际 {real:.2f} 秒",
    )


def _blocks(day: Day, one: Recording) -> Iterator[np.ndarray]:
    """Segment by segment, as `Hall.heard` has it."""
    for _seq, own in groupby(sorted(one.segments, key=lambda s: (s.seq, s.track)), key=lambda s: s.seq):
        tracks = [soundfile.read(day.site.data / one.folder / track.path, dtype="int32")[0] for track in own]
        yield hall.frames(np.stack(tracks, axis=1))


def people(day: Day) -> None:
    """Who was there, by which way, and who stands for whom."""
    attendance = day.use.attendance(day.meeting)
    counts = attendance.counts
    found = (counts.expected, counts.present, counts.proxy, counts.absent)
    day.album.promise("应到 6，实到 5，代会 1，缺席 1", held=found == (6, 5, 1, 1), found=found)
    rows = day.use.events(stream=day.meeting, kinds=["attendance.signed_in"], newest=False)
    ways = {told["name"]: told["method"] for told in (json.loads(row.data) for row in rows)}
    expected = {
        "张建国": Method.TERMINAL, "赵洁": Method.TERMINAL, "李晓明": Method.DESK, "马德福": Method.DESK,
        "王海燕": Method.PHONE, "陈志强": Method.PHONE,
    }  # fmt: skip
    day.album.promise("每人签到一次，方式相符", held=ways == expected and len(rows) == len(expected), found=ways)
    copies = {one.copy: one.state for one in day.use.clearing(day.meeting).handouts.copies}
    back = dict.fromkeys(("001", "002"), HandoutState.BACK)
    day.album.promise("编号材料全数收回", held=copies == back, found=copies)
    waived = [row.actor for row in day.use.events(stream=day.meeting, kinds=["checks.waived"])]
    day.album.promise("带故障使用记在技术员名下", held=set(waived) == {"person:钱工"}, found=waived)


def words(day: Day) -> None:
    """The sentence that was put right stands; nothing of what is off the record; decisions and actions."""
    head = day.use.transcript_heads(day.meeting)[-1].version
    shown = day.use.sentences(head.id, 0, 1000)
    wanted, texts = {day.speech.decided, day.speech.task}, {one.text for one in shown}
    day.album.promise("改过的两句是存下的两句", held=wanted <= texts, found=wanted - texts)
    off = [stretch for one in day.use.recordings(day.meeting) for stretch in _off(one)]
    inside = [
        one.text
        for one in shown
        for recording, first, last in off
        if one.recording == recording and one.first_frame < last and one.last_frame > first
    ]
    leaked = [one.text for one in shown if day.speech.unheard in one.text]
    day.album.promise("不入记录的部分没有文字", held=bool(off) and not inside + leaked, found=(off, inside, leaked))
    kinds = {one.kind for one in head.noted}
    day.album.promise("有决定和任务", held={PointKind.DECISION, PointKind.ACTION} <= kinds, found=kinds)
    speakers = {one.speaker for one in shown}
    day.album.promise("按席位认出发言人", held=day.speech.speakers <= speakers, found=speakers)


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
    wanted = ("张建国", "李晓明", "王海燕", "陈志强", "刘伟", "周㛃", "市财政局", day.speech.due)
    missing = [one for one in wanted if one not in "".join(text.split())]  # names of two are spaced
    day.album.promise("会议记录里有到会、代会、缺席的人和定了的事", held=not missing, found=missing)
    (summary,) = day.use.summaries(day.meeting)
    done = summary.stage is Stage.DONE and bool(summary.number)
    day.album.promise("纪要印发并取号", held=done, found=(summary.stage.label, summary.number))


def page(day: Day) -> None:
    """The 会议记录 as it is printed: on A4, each line within the margins that GB/T 9704-2012, 5.2.1 sets."""
    drafted = [one for one in day.use.documents(day.meeting) if one.kind == "会议记录" and one.path.endswith("pdf")]
    out = day.album.folder / "minutes.html"
    words = ["pdftotext", "-bbox-layout", str(day.site.data / drafted[-1].path), str(out)]
    subprocess.run(words, check=True, capture_output=True)
    pages = out.read_text(encoding="utf-8").split("<page ")[1:]
    sizes = [tuple(float(n) for n in re.findall(r'"([\d.]+)"', one.partition(">")[0])) for one in pages]
    odd = [one for one in sizes if max(abs(a - b) for a, b in zip(one, A4, strict=True)) > MM]
    lines = [tuple(map(float, found.groups()[:4])) for one in pages for found in test_page._LINE.finditer(one)]
    wide = [one for one in lines if one[0] < test_page.LEFT - MM or one[2] > test_page.RIGHT + MM]
    day.album.promise(
        "会议记录的版面：A4，每行都在版心内", held=bool(lines) and not odd + wide, found=(len(lines), odd, wide)
    )


def archive(day: Day) -> None:
    """Each package is whole where it was made and at both places."""
    packages = day.use.packages(day.meeting)
    receipts = day.use.receipts(day.meeting)
    for one in packages:
        there = {receipt.target for receipt in receipts if receipt.package == one.id}
        day.album.promise(f"存档包 {one.id[-6:]} 有两处回执", held=there == {"local", "nas"}, found=there)
    for root in (day.site.data / "archive", day.nas):
        found = sorted(path.parent for path in root.rglob("bagit.txt"))
        for bag in found:
            verdict = day.roomctl("archive", "verify", str(bag))
            day.album.promise(f"{root.parent.name}/{root.name}/{bag.name} 校验", held=verdict["ok"], found=bag)
        day.album.promise(f"{root.parent.name} 有全部存档包", held=len(found) == len(packages), found=len(found))


def playback(day: Day) -> None:
    """The sentence that was put right is heard again in the room, from the package at the second place alone."""
    first = min(path.parent for path in day.nas.rglob("bagit.txt") if any(path.parent.glob("data/audio/*")))
    version = max(
        first.glob("data/transcript/*.json"), key=lambda path: json.loads(path.read_text("utf-8"))["version"]
    )
    said = json.loads(version.read_text(encoding="utf-8"))["segments"]
    one = next(row for row in said if row["text"] == day.speech.task)
    folder = first / "data" / "audio" / one["recording"]
    track = [soundfile.read(path, dtype="int32")[0] for path in sorted(folder.glob(f"t{one['track']:02}-*.flac"))]
    samples = np.zeros((one["last_frame"] - one["first_frame"], hall.MICROPHONES), dtype="int16")
    samples[:, one["track"] - 1] = np.concatenate(track)[one["first_frame"] : one["last_frame"]] >> 16
    day.hall.hush()
    until(lambda: not day.hall.heard[-hall.RATE :].any())
    before = len(day.hall.heard)
    day.hall.say(samples)
    until(lambda: day.hall.silent)
    found = hall.runs(day.hall.heard, [hall.frames(samples.astype("int32") << 16)], before)
    held = [n for _at, n in found] == [len(samples)] and bool(np.abs(samples).max() > LOUD)
    day.album.promise("从存档包里放得出改过的那一句", held=held, found=(first.name, one["start"], one["end"], found))


def house(day: Day) -> None:
    """The log is whole, nobody else was asked for anything, nothing of the day runs on."""
    audit = day.roomctl("audit", "verify")
    day.album.promise("事件日志的哈希链完整", held=audit["ok"], found=audit)
    log = (day.site.data / "logs" / "roomctl.log").read_text(encoding="utf-8").splitlines()
    faults = [line for line in log if "a request failed" in line or "Traceback" in line]
    day.album.promise(f"运行日志 {len(log)} 行，没有程序错误", held=not faults, found=faults[:3])
    day.album.promise("浏览器没有问过别处", held=not day.site.outside(), found=day.site.outside())
    left = [
        " ".join(one.info["cmdline"])
        for one in psutil.process_iter(["cmdline"])
        if "capture" in " ".join(one.info["cmdline"] or []) and str(day.site.data) in " ".join(one.info["cmdline"])
    ]
    day.album.promise("没有遗留的录音进程", held=not left, found=left)
