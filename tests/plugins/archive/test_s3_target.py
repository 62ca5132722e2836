"""S3 against SeaweedFS, which refuses what does not have its checksum."""

import base64
import datetime as dt
import gc
import hashlib
import io
import ipaddress
import os
import ssl
import threading
import time
from contextlib import closing, contextmanager
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from roomctl_archive import places, s3_target
from roomctl_archive.s3_target import PART, S3Target

from roomctl.api import BadInput, Damaged, MissingPart, NotFound, Refused, RoomctlError, events
from roomctl.api.deliveries import Secret
from roomctl.testing.contracts import ArchiveTargetContract
from tests.plugins.archive.servers import BOUND, Weed, line_to

pytestmark = pytest.mark.needs("weed")
BUCKET = "archive"
HERE = ipaddress.ip_address("127.0.0.1")
FULL = Path("/dev/full")
LARGE = os.urandom(2 * PART + 7)


@pytest.fixture(autouse=True, scope="module")
def nothing_is_left_open():
    """Once for all: what is collected without having been closed is a warning, which is an error here."""
    yield
    gc.collect()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    one = Weed(tmp_path_factory.mktemp("weed") / "w")
    one.start()
    with closing(client(one.port)) as s3:
        end = time.monotonic() + BOUND
        while True:  # its parts find each other some seconds after the port is open
            try:
                s3.create_bucket(Bucket=BUCKET)
                s3.put_object(Bucket=BUCKET, Key="ready", Body=b"1")
                s3.delete_object(Bucket=BUCKET, Key="ready")
                break
            except (ClientError, EndpointConnectionError):
                assert time.monotonic() < end
                time.sleep(0.1)
    yield one
    one.stop()


def client(port):
    return boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name="us-east-1",
        aws_access_key_id="room",
        aws_secret_access_key="pass",  # noqa: S106
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def section(server, tmp_path):
    return {
        "kind": "s3", "required": True, "endpoint": f"http://127.0.0.1:{server.port}", "bucket": BUCKET,
        "prefix": tmp_path.name, "secret": "s3", "credentials": Secret("room", "pass"),
    }  # fmt: skip


@pytest.fixture
def connect(section):
    made = []

    def connect(**changes):
        one = S3Target.from_config({**section, **changes})
        made.append(one)
        return one

    yield connect
    for one in made:
        one.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("s3 part")]


@pytest.fixture
def target(connect):
    return connect()


class TestContract(ArchiveTargetContract):
    @pytest.fixture
    def target(self, connect):
        return connect()


def put(target, key, content):
    return target.put(key, io.BytesIO(content), events.sha256(content))


def got(target, key):
    with target.get(key) as stream:
        return stream.read()


@pytest.mark.parametrize("size", [PART - 1, PART, PART + 1])
def test_any_size_comes_back_as_it_was(target, size):
    put(target, "m/a", LARGE[:size])
    assert got(target, "m/a") == LARGE[:size]
    assert target.stat("m/a").bytes == size


@pytest.mark.skipif(not FULL.exists(), reason="Linux gives a disk that is full")
def test_a_full_disk_of_this_machine_is_not_told_as_the_servers(target):
    put(target, "m/a", LARGE)
    with pytest.raises(RoomctlError, match="本机磁盘写入失败：/dev/full"):
        places.fetch(target, "m/a", FULL)
    assert places.fetch(target, "m/nothing", Path(os.devnull)) == ""


def test_a_line_that_is_cut_is_told_and_gone_on_with_at_the_part(connect, server, monkeypatch):
    monkeypatch.setattr(s3_target, "AT_ONCE", 1)  # else all parts are under way, and none has arrived
    with line_to(server.port) as line:
        target = connect(endpoint=f"http://127.0.0.1:{line.port}")
        target.stat("m/a")
        line.passed = 0
        line.cut_after, line.cut_for_good = PART + PART // 2, True
        with pytest.raises(RoomctlError, match=r"连接断了|连不上"):
            put(target, "m/a", LARGE)
        line.cut_for_good = False
        assert target.stat("m/a") is None
        line.passed = 0
        put(target, "m/a", LARGE)
        assert line.passed < 0.8 * len(LARGE), "what lay there was sent once more"
        assert got(target, "m/a") == LARGE
        target.close()


def test_a_server_that_falls_silent_is_given_up_in_time(connect, server, monkeypatch):
    monkeypatch.setattr(s3_target, "SILENCE", 0.3)
    with line_to(server.port) as line:
        target = connect(endpoint=f"http://127.0.0.1:{line.port}")
        line.stalled = True
        with pytest.raises(RoomctlError, match="连接断了"):
            target.stat("m/a")
        line.stalled = False
        put(target, "m/a", b"x")
        target.close()


@pytest.mark.parametrize("says_when", [True, False])
def test_parts_of_other_bytes_are_sent_again(target, server, section, says_when):
    def forget(parsed, **_call):
        for one in parsed["Uploads"]:
            one.pop("Initiated", None)

    if not says_when:
        target._client.meta.events.register("after-call.s3.ListMultipartUploads", forget)
    name = f"{section['prefix']}/m/a"
    with closing(client(server.port)) as s3:
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key=name, ChecksumAlgorithm="SHA256")["UploadId"]
        digest = base64.b64encode(hashlib.sha256(other := bytes(PART)).digest()).decode()
        s3.upload_part(Bucket=BUCKET, Key=name, UploadId=upload, PartNumber=1, Body=other, ChecksumSHA256=digest)
    put(target, "m/a", LARGE)
    assert got(target, "m/a") == LARGE


def test_a_large_file_that_is_not_what_its_digest_says_leaves_nothing(target, server, section):
    with pytest.raises(Damaged):
        target.put("m/a", io.BytesIO(LARGE), events.sha256(b"other"))
    assert target.stat("m/a") is None
    with closing(client(server.port)) as s3:
        assert not s3.list_multipart_uploads(Bucket=BUCKET, Prefix=section["prefix"]).get("Uploads")


def test_an_account_that_may_only_read_is_told(connect):
    guest = connect(credentials=Secret("guest", "pass"))
    with pytest.raises(Refused, match="写权限"):
        put(guest, "m/a", b"x")
    with pytest.raises(Refused, match="写权限"):
        put(guest, "m/a", LARGE)


def test_a_wrong_key_is_told_with_the_place_to_mend_it(connect):
    for wrong in (Secret("nobody", "pass"), Secret("room", "wrong")):
        with pytest.raises(Refused, match=r"secrets\.toml"):
            put(connect(credentials=wrong), "m/a", b"x")


def test_a_bucket_that_is_not_there_is_never_made(connect):
    with pytest.raises(MissingPart, match="不会自动新建"):
        list(connect(bucket="nowhere").keys())  # this server makes it where somebody writes


def test_a_dead_server_is_told(connect):
    with pytest.raises(RoomctlError, match="连不上"):
        connect(endpoint="http://127.0.0.1:1").stat("m/a")


def test_a_probe_leaves_nothing(target):
    assert target.probe() is None
    assert list(target.keys()) == []


def test_keys_lists_what_is_there(target):
    put(target, "m/p/data/a", b"1")
    put(target, "m/pq/b", b"2")
    assert sorted(target.keys()) == ["m/p/data/a", "m/pq/b"]
    assert list(target.keys("m/p")) == ["m/p/data/a"]


@pytest.mark.parametrize("changes", [{"bucket": ""}, {"secret": ""}, {"buckett": "x"}, {"ca_file": "/nowhere.pem"}])
def test_settings_that_are_wrong_are_told_by_their_key_in_one_line(connect, changes):
    with pytest.raises(BadInput) as told:
        connect(**changes)
    assert next(iter(changes)) in str(told.value)
    assert "\n" not in str(told.value)


def test_what_is_not_there_is_not_found(target):
    with pytest.raises(NotFound):
        got(target, "m/none")


def certificate(path):
    """A self-signed certificate for this machine, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "archive")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(HERE)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def under_tls(port, path):
    """The same server behind TLS with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with line_to(port, tls=context) as line:
        yield f"https://127.0.0.1:{line.port}"


def test_a_certificate_that_changed_is_refused_in_words(connect, server, tmp_path):
    first, second = certificate(tmp_path / "first.pem"), certificate(tmp_path / "second.pem")
    with under_tls(server.port, first) as endpoint:
        known = connect(endpoint=endpoint, ca_file=str(first))
        put(known, "m/a", b"over TLS")
        assert got(known, "m/a") == b"over TLS"
        known.close()
    with under_tls(server.port, second) as endpoint:
        changed = connect(endpoint=endpoint, ca_file=str(first))
        with pytest.raises(Refused, match="证书不可信") as told:
            put(changed, "m/a", b"secret")
        changed.close()
    assert "冒充" in told.value.mend
    assert "\n" not in str(told.value)
