"""Speakers by their voice, where there is a single track: prints, how many voices there are, whose they are."""

from contextlib import suppress
from pathlib import Path

from roomctl.api import MissingPart, Services

MODEL = "campplus-zh-en"
"""In the catalogue. It is optional: without it speakers come from the operator's marks."""


def model(services: Services) -> Path | None:
    """Folder of the model; None where it is not here."""
    with suppress(MissingPart):
        return services.model(MODEL)
    return None
