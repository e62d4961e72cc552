"""Messages on their way to the broker: one file each, in a folder, in order.

Any number of processes put, one takes. A file is put by a rename, so it is whole or not there;
its name is the next number, given out under a lock. What does not fit is given up for one message
that says "look at everything".
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MOST = 10_000  # files
LOCK_PATIENCE = 1.0  # seconds
DIGITS = 16


class SpoolBusy(Exception):
    """Somebody holds the lock for too long."""


class Spool:
    """`sync` is the message that stands for all others."""

    def __init__(self, folder: Path, sync: bytes, most: int = MOST) -> None:
        """Make the folder if it is missing; nobody else may look into it."""
        self._folder = folder
        self._sync = sync
        self._most = most
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)

    def put(self, bodies: Iterable[bytes]) -> None:
        """Append. Raises OSError, SpoolBusy."""
        with self._lock() as lock:
            self._append(lock, self.names(), bodies)

    def put_sync(self) -> None:
        """Ask for a look at everything, which also tells what waits. Raises OSError, SpoolBusy."""
        with self._lock() as lock:
            waiting = self.names()
            self._append(lock, waiting, [self._sync])
            self._remove(waiting)

    def clear(self) -> None:
        """Give up what waits."""
        with self._lock():
            self._remove(self.names())

    def names(self) -> list[str]:
        """What waits, oldest first."""
        return sorted(path.name for path in self._folder.iterdir() if path.name.isdigit())

    def read(self, name: str) -> bytes | None:
        """A message, or None when it was given up."""
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, name: str) -> None:
        """It has arrived. Numbers are never given twice, so this is no other message."""
        self._remove([name])

    def _append(self, lock: int, waiting: list[str], bodies: Iterable[bytes]) -> None:
        count = len(waiting)
        last = max(int(waiting[-1]) if waiting else 0, _number(os.pread(lock, DIGITS, 0)))
        for body in bodies:
            last += 1
            if count >= self._most:
                self._remove(self.names())
                count = 0
                self._write(last, self._sync)
            else:
                self._write(last, body)
            count += 1
        os.pwrite(lock, f"{last:0{DIGITS}}".encode(), 0)

    def _write(self, number: int, body: bytes) -> None:
        unfinished = self._folder / ".next"  # one is enough: we hold the lock
        unfinished.write_bytes(body)
        unfinished.rename(self._folder / f"{number:0{DIGITS}}")

    def _remove(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(FileNotFoundError):
                (self._folder / name).unlink()

    @contextmanager
    def _lock(self) -> Iterator[int]:
        """The lock's file remembers the last number: names are never used again."""
        lock = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + LOCK_PATIENCE
            while not _locked(lock):
                if time.monotonic() > deadline:
                    raise SpoolBusy(str(self._folder))
                time.sleep(0.001)
            yield lock
        finally:
            os.close(lock)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _number(text: bytes) -> int:
    return int(text) if text.isdigit() else 0
