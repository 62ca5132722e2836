"""Segments as JSON, between the worker and the host, and back."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from roomctl.api import Beside, Change, Doubt, SpeakerKnownBy, TranscriptSegment, Word


def as_json(segment: TranscriptSegment) -> dict[str, Any]:
    """All fields; times in seconds."""
    return asdict(segment)


def from_json(row: Mapping[str, Any]) -> TranscriptSegment:
    """What `as_json` gave, also after a way through JSON."""
    return TranscriptSegment(
        **{
            **row,
            "words": tuple(Word(**word) for word in row["words"]),
            "changes": tuple(Change(**change) for change in row["changes"]),
            "beside": Beside(**row["beside"]) if row.get("beside") else None,
            "doubts": tuple(Doubt(**doubt) for doubt in row.get("doubts", ())),
            "known_by": SpeakerKnownBy(row["known_by"]) if row["known_by"] else None,
        }
    )
