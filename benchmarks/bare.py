"""The reference for images' bytes: a WSGI application that keeps one file and gives it back."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

PIECE = 1 << 18
PLACE = Path(tempfile.gettempdir()) / f"cyclades-bare-{os.getuid()}"


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """PUT: written and synced, at /digested with the digests of images. GET: read."""
    if environ["REQUEST_METHOD"] == "PUT":
        digested = environ["PATH_INFO"] == "/digested"
        digests = (hashlib.md5(usedforsecurity=False), hashlib.sha512()) if digested else ()
        with PLACE.open("wb") as file:
            while piece := environ["wsgi.input"].read(PIECE):
                for digest in digests:
                    digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        start_response("204 No Content", [])
        return [b""]
    if environ["PATH_INFO"] == "/":
        start_response("200 OK", [("Content-Length", "0")])
        return [b""]
    start_response("200 OK", [("Content-Length", str(PLACE.stat().st_size))])
    return pieces()


def pieces() -> Iterator[bytes]:
    with PLACE.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def application() -> Any:
    """A WSGI application."""
    return bare
