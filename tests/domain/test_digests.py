"""SHA-256 and SM3, by the library that the machine has."""

import hashlib

import pytest

from roomctl.domain import digests


def lacking(name, *_):
    raise ValueError(f"unsupported hash type {name}")


@pytest.fixture(params=["python", "cryptography"])
def _either(request, monkeypatch):
    if request.param == "cryptography":
        monkeypatch.setattr(hashlib, "new", lacking)  # as where OpenSSL was built without it


@pytest.mark.usefixtures("_either")
def test_digests_are_those_of_the_standards():
    # FIPS 180-4 and GB/T 32905-2016 (appendices A.1 and A.2): the three letters abc; and abcd sixteen times
    assert digests.sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert digests.sm3(b"abc") == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digests.sm3(b"abcd" * 16) == "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"


@pytest.mark.usefixtures("_either")
def test_it_goes_on_after_it_was_read():
    running = digests.running_sm3()
    running.update(b"a")
    running.hexdigest()
    running.update(b"bc")
    assert running.hexdigest() == digests.sm3(b"abc")
