"""Images' bytes in a bucket: one object a blob, uploaded in parts.

What is unfinished is an upload in parts that nobody completed: `blobs` names it, `delete`
aborts it, and completing an aborted one fails, so that a swept writer cannot succeed.
"""

import hashlib
import logging
import re
import stat
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from urllib3.exceptions import HTTPError

from cyclades.domain.model.errors import NotFound, TooLarge, Unavailable
from cyclades.domain.services.digests import Digests
from cyclades.ports.image_store import BlobReader, ImageStore, Written

PIECE = 1 << 18
SMALLEST_PART = 8 << 20
MOST_PARTS = 9_000  # the protocol's own limit is 10,000
NAME = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z_-]{0,63}", re.ASCII)
MISSING = frozenset({"404", "NoSuchKey", "NoSuchUpload"})
BEYOND = frozenset({"416", "InvalidRange"})
BROKEN = "The image store does not work. Please try again."


class S3ImageStore(ImageStore):
    """Any number of processes and machines may use one bucket, which is ours alone."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        """`client` makes one, when first needed; it may be used by many threads."""
        self._make = client
        self._made: Any = None
        self._bucket = bucket

    def write(self, blob: str, chunks: Iterable[bytes], limit: int) -> Written:
        """A part at a time, each verified by its digest; then the whole by its length."""
        key = _key(blob)
        with _failing():
            upload = self._call("create_multipart_upload", **key)["UploadId"]
        try:
            with Digests() as digests:
                size, parts = 0, list[dict[str, Any]]()
                for part in _parts(chunks, max(SMALLEST_PART, limit // MOST_PARTS), limit):
                    digests.add(part)
                    size += len(part)
                    parts.append(self._part(key, upload, len(parts) + 1, part))
                self._complete(key, upload, parts, size)
                return Written(size, *digests.hexdigests())
        except BaseException:
            self.delete(blob)
            raise

    def read(self, blob: str, start: int = 0, length: int | None = None) -> BlobReader:
        """Asked now, so that a missing object is known before anything is answered."""
        wanted: dict[str, str] = _key(blob)
        if start or length is not None:
            last = start + (length or 1) - 1 if length is not None else ""
            wanted["Range"] = f"bytes={start}-{last}"
        try:
            with _failing():
                body = self._call("get_object", **wanted)["Body"]
        except _Beyond:
            return S3Reader(None)
        if length == 0:
            body.close()
            return S3Reader(None)
        return S3Reader(body)

    def delete(self, blob: str) -> None:
        """Abort its uploads, delete its object; readers keep what was sent to them."""
        key = _key(blob)
        with _failing():
            for upload in self._uploads(blob):
                try:
                    self._call("abort_multipart_upload", **key, UploadId=upload["UploadId"])
                except ClientError as error:
                    if _code(error) not in MISSING:
                        raise
            self._call("delete_object", **key)

    def blobs(self) -> Iterator[str]:
        """Unfinished uploads first: one that is completed meanwhile is named among the others."""
        with _failing():
            for upload in self._uploads(""):
                if NAME.fullmatch(upload["Key"]):
                    yield upload["Key"]
            for page in self._pages("list_objects_v2"):
                for found in page.get("Contents", ()):
                    if NAME.fullmatch(found["Key"]):
                        yield found["Key"]

    def _complete(
        self, key: dict[str, str], upload: str, parts: list[dict[str, Any]], size: int
    ) -> None:
        told = {"Parts": parts}
        with _failing():
            self._call("complete_multipart_upload", **key, UploadId=upload, MultipartUpload=told)
            there = self._call("head_object", **key)["ContentLength"]
        if there != size:
            raise Unavailable(BROKEN)

    def _part(self, key: dict[str, str], upload: str, number: int, part: bytes) -> dict[str, Any]:
        digest = b64encode(hashlib.md5(part, usedforsecurity=False).digest()).decode()
        with _failing():
            done = self._call(
                "upload_part",
                **key,
                UploadId=upload,
                PartNumber=number,
                Body=part,
                ContentMD5=digest,
            )
        return {"ETag": done["ETag"], "PartNumber": number}

    def _uploads(self, blob: str) -> Iterator[Any]:
        for page in self._pages("list_multipart_uploads", Prefix=blob):
            yield from (each for each in page.get("Uploads", ()) if blob in {"", each["Key"]})

    def _pages(self, operation: str, **more: str) -> Iterator[Any]:
        yield from self.client.get_paginator(operation).paginate(Bucket=self._bucket, **more)

    def _call(self, operation: str, **more: Any) -> Any:
        return getattr(self.client, operation)(Bucket=self._bucket, **more)

    @property
    def client(self) -> Any:
        """The client; made when first asked for."""
        self._made = self._made or self._make()
        return self._made


class S3Reader(BlobReader):
    """Pieces of an answer; None: there are none."""

    def __init__(self, body: Any) -> None:
        """Of botocore's body."""
        self._body = body

    def __iter__(self) -> Iterator[bytes]:
        """Read until the end, then close."""
        try:
            with _failing():
                while self._body is not None and (piece := self._body.read(PIECE)):
                    yield piece
        finally:
            self.close()

    def close(self) -> None:
        """Close the answer."""
        if self._body is not None:
            self._body.close()


class _Beyond(Exception):
    """The range begins behind the blob's end."""


@contextmanager
def _failing() -> Iterator[None]:
    """What the store says stays among us: it knows of buckets and keys."""
    try:
        yield
    except ClientError as error:
        if _code(error) in BEYOND:
            raise _Beyond from error
        if _code(error) == "NoSuchKey":
            raise NotFound("image data", "") from error
        raise Unavailable(BROKEN) from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise Unavailable(BROKEN) from error


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _key(blob: str) -> dict[str, str]:
    if not NAME.fullmatch(blob):
        raise NotFound("image data", blob[:64])
    return {"Key": blob}


def _parts(chunks: Iterable[bytes], size: int, limit: int) -> Iterator[bytes]:
    """At least one; all but the last are that big."""
    held, came, sent = bytearray(), 0, False
    for chunk in chunks:
        came += len(chunk)
        if came > limit:
            raise TooLarge(f"An image has at most {limit} bytes.")
        held += chunk
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
            sent = True
    if held or not sent:
        yield bytes(held)


def secret_of(path: Path) -> str:
    """The first line of a file that is its owner's alone. Raises PermissionError."""
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise PermissionError(f"{path} may be read by others: chmod 600 it")
    return path.read_text().splitlines()[0].strip()


def make(application: Any) -> S3ImageStore:
    """Entry point `s3` of group `cyclades.image_store`."""
    said = application.settings
    secret = secret_of(Path(said.s3_secret_file))  # at once: a start-up tells who forgot it

    def client() -> Any:
        logging.getLogger("botocore").setLevel(logging.WARNING)  # it tells too much below
        return boto3.session.Session().client(
            "s3",
            endpoint_url=said.s3_endpoint or None,
            region_name=said.s3_region or None,
            aws_access_key_id=said.s3_key_id,
            aws_secret_access_key=secret,
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"max_attempts": 4, "mode": "standard"},
                max_pool_connections=32,
                # Others' stores do not know the newer checksums; parts have MD5s.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    return S3ImageStore(client, said.s3_bucket)
