"""A meeting that was held, its recordings of the shipped clip, and waiting for the service."""

from datetime import UTC, datetime

import soundfile

from roomctl.api import RecorderState, Recording, Segment
from tests.waiting import until


def record(services, demo_clip, *, number=1, seconds=20.0, count=99, state=RecorderState.SEALED, markers=()):
    """A recording of the shipped clip in sealed segments."""
    folder = services.data / "meetings" / "m1" / "audio" / f"rec{number}"
    folder.mkdir(parents=True, exist_ok=True)
    data, rate = soundfile.read(demo_clip, dtype="int16")
    size, segments = int(seconds * rate), []
    for index in range(0, len(data), size):
        part, name = data[index : index + size], f"t01-{index // size + 1:04}.flac"
        soundfile.write(folder / name, part, rate)
        segments.append(
            Segment(
                track=1,
                seq=index // size + 1,
                path=name,
                first_frame=index,
                frames=len(part),
                utc=datetime(2026, 11, 12, 1, 0, tzinfo=UTC),
                monotonic=0.0,
                sha256_pcm="",
                sha256_file="",
                sm3_file="",
            )
        )
    segments = segments[:count]
    made = Recording(
        id=f"rec{number}",
        meeting="m1",
        number=number,
        folder=f"meetings/m1/audio/rec{number}",
        source="file:clip",
        recorder="audio",
        state=state,
        tracks=1,
        sample_rate=rate,
        frames=sum(one.frames for one in segments),
        markers=markers,
        segments=tuple(segments),
    )
    kept = services.sound.setdefault("m1", [])
    kept[:] = [*(one for one in kept if one.id != made.id), made]
    return made


def finish(service, services):
    service.start()
    service.wake()
    until(lambda: not service.progress() or service.failures())
    assert not service.failures()
    return services.transcript("m1")
