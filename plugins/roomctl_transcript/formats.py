"""A transcript as text, captions, JSON or docx."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import Any

from roomctl.api import BadInput, Doubt, Transcript, TranscriptSegment, Word, correction, timing, tr
from roomctl.api.durations import hms

PARAGRAPH_PAUSE = 3.0
"""Seconds of quiet after which a new paragraph begins, where nobody is known to have taken the floor."""
SCHEMA = "roomctl.transcript/1"
"""Names the shape of the JSON; another number is another shape."""
CAPTION = 28
"""Characters of one caption: two lines of 14, as Chinese television has them."""


def txt(transcript: Transcript) -> bytes:
    """A paragraph per turn of speech; the speaker before it, where one is known."""
    return "".join(f"{paragraph}\n" for paragraph in _paragraphs(transcript)).encode()


def _paragraphs(transcript: Transcript) -> Iterator[str]:
    return (_paragraph(turn) for turn in turns(transcript))


def turns(transcript: Transcript) -> Iterator[list[TranscriptSegment]]:
    """Sentences of one speaker without a long pause: a paragraph each."""
    held: list[TranscriptSegment] = []
    for segment in transcript.shown:
        if held and (
            (segment.recording, segment.speaker) != (held[-1].recording, held[-1].speaker)
            or segment.start - held[-1].end > PARAGRAPH_PAUSE
        ):
            yield held
            held = []
        held.append(segment)
    if held:
        yield held


def _paragraph(segments: list[TranscriptSegment]) -> str:
    text = ""
    for segment in segments:
        spaced = text[-1:].isascii() and segment.text[:1].isascii() and text and segment.text
        text += f" {segment.text}" if spaced else segment.text
    return f"{segments[0].speaker}：{text}" if segments[0].speaker else text


def srt(transcript: Transcript) -> bytes:
    """SubRip captions."""
    rows = (
        f"{number}\n{_stamp(start, ',')} --> {_stamp(end, ',')}\n{text}\n"
        for number, (start, end, text) in enumerate(_captions(transcript), start=1)
    )
    return "\n".join(rows).encode()


def vtt(transcript: Transcript) -> bytes:
    """WebVTT captions."""
    rows = (
        f"{_stamp(start, '.')} --> {_stamp(end, '.')}\n{_escaped(text)}\n"
        for start, end, text in _captions(transcript)
    )
    return ("WEBVTT\n\n" + "\n".join(rows)).encode()


def _captions(transcript: Transcript) -> Iterator[tuple[float, float, str]]:
    """(start, end, text): long sentences in pieces cut at their commas, the time shared by characters.

    Recordings follow each other, so that the times of a whole meeting only rise.
    """
    base = 0.0
    seconds: Mapping[str, float] = transcript.report.get("seconds", {})
    for recording, segments in groupby(transcript.shown, key=lambda segment: segment.recording):
        for segment in segments:
            pieces = _pieces(segment.text)
            share = (segment.end - segment.start) / max(1, sum(map(len, pieces)))
            at = base + segment.start
            for index, piece in enumerate(pieces):
                lead = f"{segment.speaker}：" if segment.speaker and index == 0 else ""
                yield at, at + share * len(piece), lead + piece
                at += share * len(piece)
        base += seconds.get(recording, 0.0)


def _pieces(text: str) -> list[str]:
    pieces = [""]
    for character in text:
        if len(pieces[-1]) >= CAPTION and character not in "，。？！；：、":
            pieces.append("")
        pieces[-1] += character
        if character in "，；" and len(pieces[-1]) > CAPTION // 2:
            pieces.append("")
    return [piece for piece in pieces if piece]


def _stamp(seconds: float, point: str) -> str:
    whole, thousandth = divmod(round(seconds * 1000), 1000)
    return f"{hms(whole, padded=True)}{point}{thousandth:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def summary(transcript: Transcript) -> dict[str, Any]:
    """What `transcribe --json` prints, and the format `json`: as `transcript.schema.json` beside this file says."""
    return {
        "schema": SCHEMA,
        "meeting": transcript.meeting,
        "version": transcript.version,
        "at": transcript.at.isoformat() if transcript.at else None,
        "complete": transcript.complete,
        "engine": transcript.engine,
        "model": transcript.model,
        "model_sha256": transcript.model_sha256,
        "duration": transcript.duration,
        "speech": transcript.speech,
        "covered": transcript.covered,
        "rtf": transcript.rtf,
        "segments": [
            {
                "id": segment.id,
                "recording": segment.recording,
                "track": segment.track,
                "start": segment.start,
                "end": segment.end,
                "speaker": segment.speaker,
                "known_by": segment.known_by.value if segment.known_by else None,
                "raw": segment.raw,
                "text": segment.text,
                "confidence": segment.confidence,
                "corrected": correction.corrected(segment),
                "words": [_word(word) for word in segment.words],
                "changes": [asdict(change) for change in segment.changes],
                "beside": asdict(segment.beside) if segment.beside else None,
                "doubts": [_doubt(segment, doubt) for doubt in segment.doubts],
            }
            for segment in transcript.shown
        ],
        "holes": [asdict(hole) for hole in transcript.holes],
        "points": [asdict(point) for point in transcript.noted],
        "report": dict(transcript.report),
    }


def _word(word: Word) -> dict[str, Any]:
    return {
        "text": word.text,
        "start": round(word.start, 3),
        "end": round(word.end, 3),
        "confidence": round(word.confidence, 3),
    }


def _doubt(segment: TranscriptSegment, doubt: Doubt) -> dict[str, Any]:
    start, end = timing.when(segment, doubt.at, doubt.at + len(doubt.said))
    return {**asdict(doubt), "told": doubt.told(), "start": round(start, 3), "end": round(end, 3)}


def summary_json(transcript: Transcript) -> bytes:
    """The same as a file."""
    return (json.dumps(summary(transcript), ensure_ascii=False, indent=1) + "\n").encode()


def whole(transcript: Transcript) -> bytes:
    """Everything, for the archive: words with times, raw text, inventions, changes, points."""
    return (json.dumps(asdict(transcript), ensure_ascii=False, indent=1, default=str) + "\n").encode()


def docx(transcript: Transcript) -> bytes:
    """The same paragraphs as `txt` in a Word document; what is in doubt has a comment that says why."""
    from docx import Document  # noqa: PLC0415 - heavy, and only for docx

    document = Document()
    document.core_properties.title = transcript.report.get("title", "")
    for turn in turns(transcript):
        paragraph = document.add_paragraph(f"{turn[0].speaker}：" if turn[0].speaker else "")
        for segment in turn:
            at = 0
            for doubt in segment.doubts:
                paragraph.add_run(segment.text[at : doubt.at])
                at = doubt.at + len(doubt.said)
                document.add_comment(
                    paragraph.add_run(segment.text[doubt.at : at]), tr("存疑：", "To be checked: ") + doubt.told(),
                    author="roomctl", initials="rc",
                )  # fmt: skip
            spaced = segment.text[-1:].isascii() and segment is not turn[-1]
            paragraph.add_run(segment.text[at:] + (" " if spaced else ""))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


FORMATS: Mapping[str, Callable[[Transcript], bytes]] = {
    "txt": txt,
    "srt": srt,
    "vtt": vtt,
    "json": summary_json,
    "docx": docx,
}


def style_of(style: str, output: Path | None) -> str:
    """The format that somebody means, by its name or by the file's. Raises: BadInput, where it cannot be written."""
    style = style or (output.suffix.lstrip(".").lower() if output and output.suffix[1:].lower() in FORMATS else "txt")
    if style not in FORMATS:
        raise BadInput(
            tr(f"没有格式“{style}”", f"no format {style!r}"),
            mend=tr(f"可用：{', '.join(FORMATS)}", f"known: {', '.join(FORMATS)}"),
        )
    if output is None and style == "docx":
        raise BadInput(
            tr("docx 不能写到标准输出", "docx cannot be written to stdout"),
            mend=tr("请加 --output 文件名", "add --output FILE"),
        )
    if output is not None and not output.absolute().parent.is_dir():
        raise BadInput(
            tr(f"不能写 {output}", f"cannot write {output}"),
            tr("文件夹不存在", "its folder does not exist"),
            tr("请先建文件夹，或换一个", "make the folder first, or choose another"),
        )
    return style
