"""An S3 server of its own: an implementation from PyPI, over HTTP, in another process."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import requests

from cyclades.adapters.s3 import image_store
from cyclades.adapters.s3.image_store import S3ImageStore
from cyclades.settings import Settings
from tests.harness.processes import free_port, stop, wait_until

SECRET = "canary-of-the-store"


@contextmanager
def s3_server() -> Iterator[str]:
    """Its URL, for as long as the block lasts."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"

    def answers() -> bool:
        try:
            return requests.get(f"{url}/moto-api/data.json", timeout=5).ok
        except (requests.ConnectionError, requests.Timeout):
            return False

    try:
        wait_until(answers, "the S3 server", seconds=60)
        yield url
    finally:
        stop(process, SIGTERM)


def s3_settings(url: str, folder: Path) -> dict[str, Any]:
    """For a bucket that nobody else has; it is to be made."""
    secret = folder / "s3.secret"
    secret.touch(0o600)
    secret.write_text(f"{SECRET}\n")
    return {
        "s3_endpoint": url,
        "s3_region": "us-east-1",
        "s3_bucket": f"b{uuid4()}",
        "s3_key_id": "key",
        "s3_secret_file": str(secret),
    }


def s3_store(url: str, folder: Path) -> tuple[S3ImageStore, Any, str]:
    """A store, a client beside it, and the bucket, made as an operator makes it."""
    said = s3_settings(url, folder)
    store = image_store.make(SimpleNamespace(settings=Settings(**said)))
    client, bucket = store.client, said["s3_bucket"]
    client.create_bucket(Bucket=bucket)
    return store, client, bucket
