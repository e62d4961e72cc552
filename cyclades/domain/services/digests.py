"""Digests of a stream, taken beside whatever else is done with it.

Hashing lets other threads run, and two digests are worth a thread each: a stream is then as
fast as the slower one of them, not as all of them together.
"""

import hashlib
from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Protocol, Self

ENOUGH = 1 << 18  # bytes that are worth handing over
AHEAD = 8  # of which so many may wait


class Hash(Protocol):
    """What hashlib makes."""

    def update(self, data: bytes, /) -> None:
        """More of it."""
        ...

    def hexdigest(self) -> str:
        """In hexadecimal."""
        ...


class Digests:
    """MD5 is the checksum that clients compare; SHA-512 is the one to trust."""

    def __init__(self) -> None:
        """Of nothing yet. Threads begin when there is enough for them, and end with the block."""
        self._hashes: tuple[Hash, Hash] = (hashlib.md5(usedforsecurity=False), hashlib.sha512())
        self._held: list[bytes] = []
        self._bytes = 0
        self._threads: list[tuple[Thread, Queue[list[bytes]]]] = []

    def __enter__(self) -> Self:
        """In a block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the threads."""
        self._join()

    def add(self, chunk: bytes) -> None:
        """More of the stream. Waits while hashing lags behind: memory is bounded."""
        self._held.append(chunk)
        self._bytes += len(chunk)
        if self._bytes >= ENOUGH:
            if not self._threads:
                self._threads = [self._begin(each) for each in self._hashes]
            for _, waiting in self._threads:
                waiting.put(self._held)
            self._held, self._bytes = [], 0

    def hexdigests(self) -> tuple[str, str]:
        """MD5 and SHA-512 of all of it."""
        self._join()
        for each in self._hashes:
            for chunk in self._held:
                each.update(chunk)
        self._held = []
        md5, sha512 = self._hashes
        return md5.hexdigest(), sha512.hexdigest()

    def _begin(self, each: Hash) -> tuple[Thread, "Queue[list[bytes]]"]:
        waiting: Queue[list[bytes]] = Queue(AHEAD)

        def work() -> None:
            while chunks := waiting.get():
                for chunk in chunks:
                    each.update(chunk)

        thread = Thread(target=work, name="digest", daemon=True)
        thread.start()
        return thread, waiting

    def _join(self) -> None:
        for _, waiting in self._threads:
            waiting.put([])
        for thread, _ in self._threads:
            thread.join()
        self._threads = []
