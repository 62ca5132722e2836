"""Playing what is sealed: a recording, a sentence, a hole, as a WAV of which any part can be asked for."""

import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any

from fastapi import Query, Request, Response
from fastapi.responses import StreamingResponse

from roomctl.domain.access import User
from roomctl.domain.recording import Recording
from roomctl.errors import Busy, NotFound
from roomctl.i18n import tr
from roomctl.services.playing import Wave
from roomctl.services.ports import Clock
from roomctl.web.rest.desk import Desk, MeetingPath, RecordingPath, host_of, router
from roomctl.web.rest.recordings import WAV, Hearing, Second, Track
from roomctl.web.rest.transcripts import SentencePath
from roomctl.web.run import run

routes = router("recordings")

MOST_PLAYERS = 32
"""At once, over all recordings: a player that pauses holds its connection."""
AN_HOUR = 3600.0
"""Within which one person's playing of one recording is told once, however often they seek in it."""

Beside = Annotated[float, Query(ge=0, le=60, allow_inf_nan=False, description="seconds of sound beside it")]

PARTIAL: dict[int | str, dict[str, Any]] = {
    **WAV,
    206: {"content": WAV[200]["content"], "description": "the part that `Range` asked for"},
    416: {"description": "`Range` begins behind the end"},
}


@routes.get(
    "/meetings/{meeting_id}/recordings/{recording_id}/sound",
    summary="Play what is sealed",
    response_class=StreamingResponse,
    responses=PARTIAL,
)
async def play(
    request: Request,
    user: Hearing,
    meeting_id: MeetingPath,
    recording_id: RecordingPath,
    track: Track = None,
    first: Second = 0.0,
    last: Annotated[float | None, Query(ge=0, le=1e7, allow_inf_nan=False, description="none is its end")] = None,
) -> Response:
    """All of it, or a stretch of seconds: mono, 16 bits, from the masters. 不入记录 is silent.

    Its length is told, and any `Range` of it is answered at once: nothing else is read.
    """

    def find() -> Wave:
        desk = Desk(request, user)
        desk.meeting(meeting_id)
        return desk.use.wave(meeting_id, recording_id, track=track, first=first, last=last)

    return await _answer(request, user, await run(find))


@routes.get(
    "/meetings/{meeting_id}/transcript/sentences/{sentence}/sound",
    summary="Play a sentence",
    response_class=StreamingResponse,
    responses=PARTIAL,
)
async def play_sentence(
    request: Request,
    user: Hearing,
    meeting_id: MeetingPath,
    sentence: SentencePath,
    track: Track = None,
    version: Annotated[int | None, Query(ge=1, le=1_000_000, description="none is the newest")] = None,
    before: Beside = 0.2,
    after: Beside = 0.3,
) -> Response:
    """Of the newest version, or of another one. Without a track it is the mean of all."""

    def find() -> Wave:
        desk = Desk(request, user)
        desk.meeting(meeting_id)
        heads = [one.version for one in desk.use.transcript_heads(meeting_id)]
        head = next((one for one in reversed(heads) if version in {None, one.version}), None)
        found = desk.use.sentence(head.id, sentence) if head else None
        if found is None:
            raise NotFound(
                tr(f"没有句子 {sentence}", f"no sentence {sentence}"),
                tr("可能已重新转写", "it may have been transcribed again"),
                tr("请刷新页面", "load the page again"),
            )
        first, last = max(0.0, found.start - before), found.end + after
        return desk.use.wave(meeting_id, found.recording, track=track, first=first, last=last)

    return await _answer(request, user, await run(find))


async def _answer(request: Request, user: User, wave: Wave) -> Response:
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "no-store",
        "ETag": _tag(wave),
        "Content-Disposition": f'inline; filename="{wave.recording.number}.wav"',
    }
    players: Players = request.app.state.players
    asked = request.headers.get("range", "")
    if request.headers.get("if-range", headers["ETag"]) != headers["ETag"]:
        asked = ""  # it has grown since
    start, stop = stretch(asked, wave.size) or (0, wave.size)
    if start >= wave.size:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{wave.size}"})
    players.need_one()
    if players.tells(user.name, wave.recording, host_of(request).application.clock):
        await run(Desk(request, user).use.note_playing, wave)
    headers["Content-Length"] = str(stop - start)
    if (start, stop) != (0, wave.size) or asked:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{wave.size}"
    return StreamingResponse(
        players.stream(wave.read(start, stop)),
        status_code=206 if "Content-Range" in headers else 200,
        media_type="audio/wav",
        headers=headers,
    )


def stretch(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes that a `Range` asks for, as (first, last + 1); None where all of it is the answer.

    One range alone: of several, and of what is no range of bytes, all of it is the answer (RFC 9110, section 14.2).
    A first byte that is not there is given as it was asked for.
    """
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:
        last = int(match[2])
        return (max(0, size - last), size) if last else (size, size)
    start = int(match[1])
    if not match[2]:
        return start, size
    end = int(match[2]) + 1
    return (start, min(end, size)) if end > start else None


_RANGE = re.compile(r"bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})", re.IGNORECASE)


def _tag(wave: Wave) -> str:
    """Another one where other bytes would come."""
    what = (wave.recording.id, wave.track, wave.first, wave.frames, wave.off)
    return f'"{hashlib.sha256(repr(what).encode()).hexdigest()[:24]}"'


class Players:
    """How many play, and who was told of."""

    def __init__(self) -> None:
        self.open = 0
        self._told: dict[tuple[str, str], float] = {}

    def need_one(self) -> None:
        """Raises: Busy."""
        if self.open >= MOST_PLAYERS:
            raise Busy(
                tr("播放的人太多", "too many play"),
                tr(f"最多同时 {MOST_PLAYERS} 个", f"at most {MOST_PLAYERS} at once"),
                tr("请关掉别的播放", "close another player"),
            )

    def tells(self, name: str, recording: Recording, clock: Clock) -> bool:
        """Whether this playing is one to be told."""
        now = clock.monotonic()
        self._told = {key: at for key, at in self._told.items() if now - at < AN_HOUR}
        if (name, recording.id) in self._told:
            return False
        self._told[(name, recording.id)] = now
        return True

    async def stream(self, blocks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """The bytes, each second made when the one before it is gone."""
        self.open += 1
        try:
            while (block := await run(next, blocks, None)) is not None:
                yield block
        finally:
            self.open -= 1
