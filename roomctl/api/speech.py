"""Which engines a setting means; a known sentence, and how much of it was heard, for whoever proves them."""

import json
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from roomctl.api import Services
from roomctl.demo.score import Score, score
from roomctl.services.offers import AUTO, EngineOffer, candidates

__all__ = ["AUTO", "KnownSentence", "Score", "candidates", "folder_of", "known_sentence", "score"]

_NUMBER = 4
"""Of the sentences of the clip, from 0."""


@dataclass(frozen=True, slots=True)
class KnownSentence:
    """Speech whose text is known.

    Attributes:
        file: FLAC, mono; start, end: seconds in it.

    """

    file: Path
    start: float
    end: float
    text: str


def folder_of(services: Services, offer: EngineOffer, model: str) -> Path:
    """What the engine is made with. Raises: MissingPart, where the catalogue's model is not here."""
    return services.data / "models" if offer.bundled else services.model(model)


def known_sentence() -> KnownSentence:
    """One sentence of the demo's clip: synthetic Mandarin, nobody's voice."""
    folder = Path(str(files("roomctl"))) / "demo" / "clip"
    told = json.loads((folder / "demo_60s_ref.json").read_text(encoding="utf-8"))[_NUMBER]
    return KnownSentence(folder / "demo_60s.flac", told["start_s"], told["end_s"], told["text"])
