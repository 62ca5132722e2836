"""The certificate of the host: what is shown over a real handshake, and how it is judged."""

import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from roomctl_av_check import certificate, roomctl_device_checks
from roomctl_av_check.config import AvCheckConfig

from roomctl.api import CheckState
from roomctl.testing.fakes import FakeClock, FakeContext, FakeServices

NOW = datetime(2026, 11, 12, 1, 0, tzinfo=UTC)


def pem(ends):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(ends - timedelta(days=90)).not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *plain)


@pytest.fixture
def served(tmp_path):
    """A server that shows a certificate; `served(ends)` gives the result of the check."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    services = FakeServices(tmp_path, clock=FakeClock(NOW))
    (tmp_path / "host.json").write_text(json.dumps({"url": f"https://0.0.0.0:{port}"}), "utf-8")
    ctx = FakeContext("av_check", tmp_path, AvCheckConfig(), services=services, clock=services.clock)

    def check(ends):
        file = tmp_path / "both.pem"
        file.write_bytes(pem(ends))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)

        def shake():
            peer, _ = listening.accept()
            with context.wrap_socket(peer, server_side=True) as line:
                line.recv(1)

        showing = threading.Thread(target=shake)
        showing.start()
        (one,) = [check for check in roomctl_device_checks(ctx) if check.name == "certificate"]
        (row,) = one.run(None)
        showing.join(60)
        return row

    yield check
    listening.close()


@pytest.mark.parametrize(
    ("days", "state"), [(-1, CheckState.CRIT), (5, CheckState.WARN), (80, CheckState.OK), (100, CheckState.CRIT)]
)
def test_it_is_read_from_the_host_and_judged_by_its_days(served, days, state):
    row = served(NOW + timedelta(days=days))
    assert (row.state, row.value) == (state, days)
    assert bool(row.hint) is (state is not CheckState.OK)


def test_one_that_expires_in_the_meeting_is_a_fault():
    ends = NOW + timedelta(hours=1)
    facts = certificate.Certificate(NOW - timedelta(days=1), ends)
    assert certificate.judge(facts, NOW, NOW + timedelta(minutes=30)).state is CheckState.WARN
    assert certificate.judge(facts, NOW, NOW + timedelta(hours=2)).state is CheckState.CRIT


@pytest.mark.parametrize("told", ['{"url": "http://127.0.0.1:8080"}', "{}", "[]", "half", '{"url": "https://x:y"}'])
def test_without_tls_there_is_no_such_check(tmp_path, told):
    (tmp_path / "host.json").write_text(told, "utf-8")
    ctx = FakeContext("av_check", tmp_path, AvCheckConfig(), services=FakeServices(tmp_path))
    assert "certificate" not in {check.name for check in roomctl_device_checks(ctx)}


def test_a_host_that_does_not_run_is_skipped():
    with socket.create_server(("127.0.0.1", 0)) as free:
        at = free.getsockname()[:2]
    assert certificate.judge(certificate.read(at), NOW, NOW).state is CheckState.SKIPPED
