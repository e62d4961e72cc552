"""Private folders for what must lie on this node for a while: none outlives its process long."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = "cyclades-build-"


@contextmanager
def work_folder(parent: Path) -> Iterator[Path]:
    """A folder that is gone after the block. Removes those of builds that were killed, too.

    A lock on the folder tells that its process lives. Raises OSError.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in parent.glob(f"{PREFIX}*"):
        _remove_if_abandoned(left)
    made, lock = _locked_folder(parent)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


def _locked_folder(parent: Path) -> tuple[Path, int]:
    while True:
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        lock = os.open(made, os.O_RDONLY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if made.is_dir():
            return made, lock
        os.close(lock)  # another build took it for one that was left


def _remove_if_abandoned(folder: Path) -> None:
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)
