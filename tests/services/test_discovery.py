"""What was found, against the inventory."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomctl.domain.devices import Device, Emission
from roomctl.services import discovery
from roomctl.services.drivers import DriverOffer, Found
from roomctl.storage.inventory import Entry, as_entry

OFFERS = {
    kind: DriverOffer(kind=kind, title=("", ""), values={}, read=None, judge=None, port=port)
    for kind, port in (("host", None), ("switch", 161), ("pjlink", 4352))
}


@pytest.mark.parametrize(
    ("kind", "address", "port", "known"),
    [
        ("switch", "10.0.0.2", None, True),
        ("switch", "10.0.0.2", 161, True),
        ("host", "10.0.0.2", None, True),
        ("pjlink", "10.0.0.2", None, False),
        ("switch", "10.0.0.3", None, False),
        ("switch", "10.0.0.2", 1161, False),
    ],
)
def test_the_inventory_has_it_where_address_and_port_are_the_same(kind, address, port, known):
    devices = [Device(id="rack", kind=kind, title=("", ""), address=address, port=port)]
    assert discovery.known(Found(kind="switch", address="10.0.0.2"), devices, OFFERS) is known


@given(st.text(max_size=80), st.sampled_from(["10.0.0.7", "fe80::1%eth0", "box.local"]), st.integers(0, 3))
def test_an_entry_is_one_that_the_inventory_takes(says, address, taken):
    found = Found(kind="host", address=address, says=" ".join(says.split()), emission=Emission.CASTING)
    ids = set()
    for _ in range(taken + 1):
        entry = discovery.entry(found, ids)
        assert entry.id not in ids
        ids.add(entry.id)
    assert Entry.model_validate(as_entry(entry)).device() == entry
