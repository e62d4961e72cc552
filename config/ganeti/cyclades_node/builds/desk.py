"""Cyclades' node API, where a ticket is worth build orders, an image's bytes, a place for ours."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

from cyclades_node.api import opener
from cyclades_node.builds.orders import Image, Orders, read_orders
from cyclades_node.builds.trouble import BuildFailed
from cyclades_node.conf import BadConf, Conf

PATIENCE = 60.0  # seconds without a byte
ANSWERED = 900.0  # seconds that the cloud may take to keep what it was sent, and to look at it
TRIES = 6  # in a row without a byte more
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds between them
CHUNK = 2**20
LARGEST = 16 * 2**20  # bytes of orders
AWAY = "The cloud could not be reached from the node that builds the server."
EXPIRED = "The orders for this build are no longer valid."
BROKEN = "The image's bytes are not those that were stored: the image is damaged."
AGAIN = frozenset({408, 429, *range(500, 600)})  # worth another try


class Desk:
    """One build's; TLS is verified, and the key and the ticket go nowhere else."""

    def __init__(self, conf: Conf, ticket: str, pauses: tuple[float, ...] = PAUSES) -> None:
        """Raises BuildFailed."""
        try:
            self._opener = opener(conf)
        except (BadConf, OSError) as error:
            raise BuildFailed(AWAY) from error
        self._url = f"{conf.api.rstrip('/')}/node/v1/build"
        self._headers = {
            "Authorization": f"Bearer {conf.node_key}",
            "X-Cyclades-Ticket": ticket,
        }
        self._pauses = pauses

    def orders(self) -> Orders:
        """Raises BuildFailed."""
        for tried in range(1, TRIES + 1):
            try:
                with self._open("") as response:
                    said = json.loads(response.read(LARGEST))
                return read_orders(said)
            except (OSError, HTTPException, ValueError) as error:
                _refused(error)
                self._wait(tried)
        raise BuildFailed(AWAY)

    def read(self, image: Image) -> Iterator[bytes]:
        """The image's bytes; the last comes when all are known to be right. Raises BuildFailed."""
        digest, position, held, failures = hashlib.sha512(), 0, b"", 0
        while position < image.size:
            before = position
            try:
                for chunk in self._from(position, image.size):
                    digest.update(chunk)
                    position += len(chunk)
                    if held:
                        yield held
                    held = chunk
            except (OSError, HTTPException, ValueError) as error:
                _refused(error)
            failures = 0 if position > before else failures + 1
            if failures >= TRIES:
                raise BuildFailed(AWAY)
            if position < image.size:
                self._wait(failures)
        if digest.hexdigest() != image.sha512:
            raise BuildFailed(BROKEN)
        if held:
            yield held

    def _from(self, position: int, size: int) -> Iterator[bytes]:
        headers = {"Range": f"bytes={position}-"} if position else {}
        with self._open("/image", headers) as response:
            if position and response.status != HTTPStatus.PARTIAL_CONTENT:
                raise ValueError("the whole again, not the rest")
            while chunk := response.read(min(CHUNK, size - position)):
                position += len(chunk)
                yield chunk

    def send(self, disk_format: str, sha512: str, size: int, chunks: Iterable[bytes]) -> None:
        """Give disk 0's bytes to Cyclades, once. Raises BuildFailed."""
        query = urlencode({"disk_format": disk_format, "sha512": sha512})
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(size)}
        try:
            with self._open(f"/data?{query}", headers, chunks, ANSWERED):
                return
        except (OSError, HTTPException) as error:
            _refused(error)
            raise BuildFailed("The cloud did not take what was on the disk.") from error

    def _open(
        self,
        path: str,
        more: dict[str, str] | None = None,
        data: Iterable[bytes] | None = None,
        patience: float = PATIENCE,
    ) -> Any:
        request = Request(  # noqa: S310  the operator's own URL
            self._url + path,
            data=data,
            method="GET" if data is None else "PUT",
            headers={**self._headers, **(more or {})},
        )
        return self._opener.open(request, timeout=patience)

    def _wait(self, failures: int) -> None:
        time.sleep(self._pauses[min(max(failures, 1), len(self._pauses)) - 1])


def _refused(error: Exception) -> None:
    """Raises BuildFailed where trying again is of no use."""
    if isinstance(error, HTTPError):
        error.close()
        if error.code not in AGAIN:
            raise BuildFailed(EXPIRED if error.code == HTTPStatus.NOT_FOUND else AWAY) from None
