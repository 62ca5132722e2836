"""Options of every driver, as a person meets them: in the form of the page, and on the command line."""

from pathlib import Path

import pytest
from roomctl_av_check.drivers import offers

from roomctl.cli.devices import _default
from roomctl.testing.emulators import kinds
from roomctl.web.pages import forms

OFFERS = {offer.kind: offer for offer in offers(Path)}
ENTRIES = {kind: dict(emulator().options()) for kind, emulator in kinds().items() if kind != "pc"}
ENTRIES["pc"] = {"mac": "02:00:00:00:00:01"}
"""Of the emulated one without its port, which it has when it runs."""


@pytest.mark.parametrize("kind", sorted(ENTRIES.keys() & OFFERS.keys()))
def test_what_the_form_shows_is_what_it_reads(kind):
    options, told = OFFERS[kind].options, ENTRIES[kind]
    shown = {name: forms.shown(told.get(name, _default(info)), info) for name, info in options.model_fields.items()}
    section, errors = forms.read(options, shown, told)
    assert not errors
    assert options.model_validate(section) == options.model_validate(told)


@pytest.mark.parametrize("kind", sorted(OFFERS))
def test_every_option_has_a_default_that_can_be_shown(kind):
    options = OFFERS[kind].options
    made = {name: _default(info) for name, info in options.model_fields.items()}
    assert "Undefined" not in repr(made)
    assert options.model_validate(made) == options()
