"""What a package says of its meeting, for a reader who has no database: `metadata/meeting.json`.

Each function gives tag files by path, so that another form of description is another entry.
"""

import json
from collections.abc import Mapping

from roomctl.api import Meeting, PluginContext


def describe(ctx: PluginContext, meeting: Meeting) -> Mapping[str, bytes]:
    """Tag files by their path in the package."""
    attendance = ctx.services.attendance(meeting.id)
    transcript = ctx.services.transcript(meeting.id)
    facts = {
        "id": meeting.id,
        "title": meeting.title,
        "kind": meeting.kind,
        "room": ctx.services.room.name,
        "place": meeting.place,
        "starts": meeting.starts.isoformat(),
        "zone": meeting.zone,
        "started_at": meeting.started_at.isoformat() if meeting.started_at else None,
        "adjourned_at": meeting.adjourned_at.isoformat() if meeting.adjourned_at else None,
        "chair": meeting.chair,
        "minute_taker": meeting.minute_taker,
        "secrecy": meeting.highest_secrecy.level.value,
        "recorded": meeting.recorded,
        "agenda": [
            {"n": item.n, "title": item.title, "unit": item.unit, "presenter": item.presenter}
            for item in meeting.agenda
        ],
        "people": [
            {
                "name": one.written,
                "unit": one.person.unit,
                "duty": one.person.duty,
                "role": one.person.role.value,
                "presence": one.presence.value,
            }
            for one in attendance.standings
        ],
        "recordings": [
            {
                "id": one.id,
                "number": one.number,
                "tracks": one.tracks,
                "sample_rate": one.sample_rate,
                "frames": one.frames,
                "dropped": one.dropped,
            }
            for one in ctx.services.recordings(meeting.id)
        ],
        "documents": [
            {"kind": one.kind, "version": one.version, "signed_by": one.signed_by, "sha256": one.sha256}
            for one in ctx.services.documents(meeting.id)
        ],
        "transcript": {"engine": transcript.engine, "model": transcript.model, "version": transcript.version}
        if transcript
        else None,
    }
    text = json.dumps(facts, ensure_ascii=False, indent=2, sort_keys=True)
    return {"metadata/meeting.json": f"{text}\n".encode()}
