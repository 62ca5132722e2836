"""An archive target that speaks S3: objects of one bucket, large ones in parts that are sent side by side.

Each part carries its SHA-256, which the server must check before it takes it; an object stands under its key only
when it is whole. A try that broke off is gone on with: parts that lie there with the same digest are not sent again.
"""

import base64
import hashlib
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError, SSLError
from pydantic import Field

from roomctl.api import BadInput, MissingPart, Refused, RoomctlError, Stored, tr
from roomctl.api.targets import (
    PROBE,
    TargetSection,
    checked,
    differs,
    missing,
    need_secret,
    probe_name,
    read_section,
    unlike,
)

PART = 8 << 20  # bytes; S3 wants at least 5 MiB for each but the last, and at most 10 000
MOST_PARTS = 10_000
AT_ONCE = 4  # parts under way; memory stays below that many, and one
CONNECT, SILENCE = 15, 60  # seconds
SIZE_ALIGN = 1 << 20
UNTOLD = datetime.min.replace(tzinfo=UTC)
"""When an upload was begun, for a server that does not say so: SeaweedFS 4.44."""


class S3Section(TargetSection):
    """`kind = "s3"`.

    Attributes:
        endpoint: such as `https://s3.office.cn`; empty for Amazon's own.
        prefix: before each key, as a folder is.
        ca_file: certificate, or authority, that the server must show; empty for those that the system trusts.

    """

    bucket: str = Field(min_length=3)
    endpoint: str = ""
    region: str = "us-east-1"
    prefix: str = ""
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class _Part:
    """A part that lies on the server: what the end of the upload has to name."""

    number: int
    etag: str
    sha256: str

    def named(self) -> dict[str, Any]:
        return {"PartNumber": self.number, "ETag": self.etag, "ChecksumSHA256": self.sha256}


class S3Target:
    """Opens its connections when it is first asked for something."""

    def __init__(self, section: S3Section) -> None:
        self._section = section
        self._secret = need_secret(section, "s3")
        if section.ca_file and not Path(section.ca_file).expanduser().is_file():
            raise BadInput(
                tr(f"没有证书文件 {section.ca_file}", f"there is no certificate {section.ca_file}"),
                mend=tr("请核对 ca_file", "check ca_file"),
            )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "S3Target":
        """Raises: BadInput."""
        return cls(read_section(S3Section, config))

    @property
    def where(self) -> str:
        return f"{self._section.endpoint or 's3://'}/{self._section.bucket}/{self._section.prefix}".rstrip("/")

    @cached_property
    def _client(self) -> Any:
        section = self._section
        verify: str | bool = str(Path(section.ca_file).expanduser()) if section.ca_file else True
        return boto3.session.Session().client(
            "s3",
            endpoint_url=section.endpoint or None,
            region_name=section.region,
            aws_access_key_id=self._secret.user,
            aws_secret_access_key=self._secret.password,
            verify=verify,
            config=Config(
                connect_timeout=CONNECT,
                read_timeout=SILENCE,
                retries={"total_max_attempts": 2, "mode": "standard"},
                max_pool_connections=AT_ONCE + 1,
                s3={"addressing_style": "path" if section.endpoint else "auto"},
            ),
        )

    def put(self, key: str, stream: BinaryIO, sha256: str) -> Stored:
        """Sends the stream, in one piece where it is small.

        Raises:
            Damaged: what came does not have this SHA-256; nothing is left under the key that was not there before.
            RoomctlError: what the server says.

        """
        name, size = self._name(key), _left(stream)
        part = _part_size(size)
        first = _exactly(stream, part)
        with self._told():
            if len(first) < part:
                if (found := hashlib.sha256(first).hexdigest()) != sha256:
                    raise differs(key, found, sha256)
                self._client.put_object(
                    Bucket=self._section.bucket, Key=name, Body=first, ChecksumSHA256=_text(bytes.fromhex(sha256))
                )
                return Stored(len(first), sha256)
            return self._send(key, name, first, stream, sha256)

    def _send(self, key: str, name: str, first: bytes, stream: BinaryIO, sha256: str) -> Stored:
        bucket = self._section.bucket
        upload, there = self._broken_off(name)
        upload = (
            upload
            or self._client.create_multipart_upload(Bucket=bucket, Key=name, ChecksumAlgorithm="SHA256")["UploadId"]
        )
        digest, total, parts = hashlib.sha256(), 0, list[_Part]()
        under_way: deque[Future[_Part]] = deque()
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="s3 part") as pool:
            try:
                chunk, number = first, 1
                while chunk:
                    digest.update(chunk)
                    total += len(chunk)
                    if len(under_way) >= AT_ONCE:
                        parts.append(under_way.popleft().result())
                    under_way.append(pool.submit(self._part, name, upload, number, chunk, there.get(number)))
                    chunk, number = _exactly(stream, len(first)), number + 1
                parts += [each.result() for each in under_way]
            except BaseException:
                for each in under_way:
                    each.cancel()
                raise
        if (found := digest.hexdigest()) != sha256:
            with suppress(ClientError):
                self._client.abort_multipart_upload(Bucket=bucket, Key=name, UploadId=upload)
            raise differs(key, found, sha256)
        named = [part.named() for part in parts]
        self._client.complete_multipart_upload(
            Bucket=bucket, Key=name, UploadId=upload, MultipartUpload={"Parts": named}
        )
        return Stored(total, sha256)

    def _part(self, name: str, upload: str, number: int, chunk: bytes, there: Mapping[str, Any] | None) -> _Part:
        sha256 = _text(hashlib.sha256(chunk).digest())
        if there is not None and there["Size"] == len(chunk):
            held = there.get("ChecksumSHA256")
            etag = there["ETag"].strip('"')
            if held == sha256 or (held is None and etag == hashlib.md5(chunk, usedforsecurity=False).hexdigest()):
                return _Part(number, there["ETag"], sha256)
        sent = self._client.upload_part(
            Bucket=self._section.bucket,
            Key=name,
            UploadId=upload,
            PartNumber=number,
            Body=chunk,
            ChecksumSHA256=sha256,
        )
        return _Part(number, sent["ETag"], sha256)

    def _broken_off(self, name: str) -> tuple[str, Mapping[int, Mapping[str, Any]]]:
        """The newest upload of this key that was never ended, with its parts; none where the server does not tell."""
        bucket = self._section.bucket
        try:
            pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=name)
            uploads = [one for page in pages for one in page.get("Uploads", ()) if one["Key"] == name]
            if not uploads:
                return "", {}
            newest = max(uploads, key=lambda one: one.get("Initiated", UNTOLD))["UploadId"]
            parts = self._client.get_paginator("list_parts").paginate(Bucket=bucket, Key=name, UploadId=newest)
            return newest, {one["PartNumber"]: one for page in parts for one in page.get("Parts", ())}
        except ClientError:
            return "", {}

    def stat(self, key: str) -> Stored | None:
        """Size only: a digest that was not read just now proves nothing."""
        with self._told():
            try:
                return Stored(
                    self._client.head_object(Bucket=self._section.bucket, Key=self._name(key))["ContentLength"]
                )
            except ClientError as error:
                if _status(error) == 404:  # noqa: PLR2004 - HTTP
                    return None
                raise

    @contextmanager
    def get(self, key: str) -> Iterator[BinaryIO]:
        """Its bytes from the first on. Raises: NotFound. RoomctlError: the server, also while it is read."""
        name = self._name(key)
        with self._told():
            try:
                body = self._client.get_object(Bucket=self._section.bucket, Key=name)["Body"]
            except ClientError as error:
                if _status(error) == 404:  # noqa: PLR2004 - HTTP
                    raise missing(key) from error
                raise
            with body:
                yield cast("BinaryIO", body)

    def finish(self, key: str) -> None:
        """An object is durable as soon as the server has taken it. Raises: BadInput."""
        self._name(key)

    def keys(self, prefix: str = "") -> Iterator[str]:
        """Every object below a key."""
        before = f"{self._section.prefix}/" if self._section.prefix else ""
        wanted = f"{self._name(prefix)}/" if prefix else before
        with self._told():
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._section.bucket, Prefix=wanted)
            for page in pages:
                for one in page.get("Contents", ()):
                    yield one["Key"].removeprefix(before)

    def probe(self) -> int | None:
        """Writes, reads back and removes a small object; S3 tells no free space.

        Raises:
            RoomctlError: one of the three failed.

        """
        bucket, name = self._section.bucket, self._name(probe_name())
        with self._told():
            self._client.put_object(
                Bucket=bucket, Key=name, Body=PROBE, ChecksumSHA256=_text(hashlib.sha256(PROBE).digest())
            )
            try:
                with self._client.get_object(Bucket=bucket, Key=name)["Body"] as body:
                    same = body.read() == PROBE
            finally:
                self._client.delete_object(Bucket=bucket, Key=name)
        if not same:
            raise unlike(self.where)
        return None

    def close(self) -> None:
        """Ends the connections; the next call opens others."""
        client = self.__dict__.pop("_client", None)
        if client is not None:
            client.close()

    def _name(self, key: str) -> str:
        return f"{self._section.prefix}/{checked(key)}" if self._section.prefix else checked(key)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the server says, in a sentence."""
        try:
            yield
        except ClientError as error:
            raise _said(self._section, self.where, error) from error
        except SSLError as error:
            raise Refused(
                tr(
                    f"{self.where} 的证书不可信，没有连接",
                    f"the certificate of {self.where} is not trusted: not connected",
                ),
                _short(error),
                tr(
                    "可能有人冒充服务器，或证书换了、过期了。请向服务器管理员核实，再改 ca_file",
                    "somebody may pose as the server, or it was renewed. Ask its admin, then change ca_file",
                ),
            ) from error
        except (BotoCoreError, OSError) as error:
            reached = not isinstance(error, EndpointConnectionError)
            raise RoomctlError(
                tr(f"与 {self.where} 的连接断了", f"the connection to {self.where} broke")
                if reached
                else tr(f"连不上 {self.where}", f"cannot reach {self.where}"),
                _short(error),
                tr("请检查网络和服务器，系统会接着送", "check network and server; it goes on where it broke off"),
            ) from error


def _said(section: S3Section, where: str, error: ClientError) -> RoomctlError:
    told = error.response.get("Error", {})
    code, message, status = str(told.get("Code", "")), str(told.get("Message", "")), _status(error)
    what = tr(f"{where} 拒绝了请求", f"{where} refused the request")
    why = f"{code}: {message}".strip(": ")
    if code == "NoSuchBucket":
        return MissingPart(
            tr(f"服务器上没有存储桶 {section.bucket}", f"the server has no bucket {section.bucket}"),
            tr("它不会自动新建", "it is never made"),
            tr("请在服务器上新建它，或改 bucket", "make it there, or change bucket"),
        )
    if code in {"InvalidAccessKeyId", "SignatureDoesNotMatch"}:
        return Refused(
            what, why, tr(f"请核对 secrets.toml 里的 {section.secret}", f"check {section.secret} in secrets.toml")
        )
    if status == 403:  # noqa: PLR2004 - HTTP
        return Refused(
            what,
            why or tr("没有权限", "permission denied"),
            tr("请给这个账号写权限（只读不够）", "give this account the right to write; reading is not enough"),
        )
    full = code in {"QuotaExceeded", "XMinioStorageFull", "InsufficientStorage"} or status == 507  # noqa: PLR2004 - HTTP
    if full:
        return RoomctlError(what, why, tr("请腾出空间", "free some space"))
    return RoomctlError(
        what,
        why,
        tr("请检查服务器，它的磁盘可能已满", "check the server; its disk may be full"),
    )


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:300]


def _text(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _left(stream: BinaryIO) -> int:
    """Bytes that are still to come; 0 where nobody can say."""
    if not stream.seekable():
        return 0
    here = stream.tell()
    end = stream.seek(0, 2)
    stream.seek(here)
    return end - here


def _part_size(size: int) -> int:
    """So that a file of that size has no more parts than S3 allows, in whole MiB."""
    return max(PART, -(-size // (MOST_PARTS * SIZE_ALIGN)) * SIZE_ALIGN)


def _exactly(stream: BinaryIO, size: int) -> bytes:
    """So many bytes, or what is left."""
    chunk = stream.read(size)
    if len(chunk) == size or not chunk:
        return chunk
    pieces = [chunk]
    missing = size - len(chunk)
    while missing and (chunk := stream.read(missing)):
        pieces.append(chunk)
        missing -= len(chunk)
    return b"".join(pieces)
