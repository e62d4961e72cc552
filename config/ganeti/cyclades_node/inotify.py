"""The kernel's news of folders (Linux), by ctypes."""

from __future__ import annotations

import ctypes
import os
import select
import struct
from pathlib import Path
from typing import NamedTuple

MOVED_TO = 0x80
MOVED_FROM = 0x40
DELETE = 0x200
DELETE_SELF = 0x400
MOVE_SELF = 0x800
UNMOUNT = 0x2000
OVERFLOW = 0x4000
IGNORED = 0x8000
ONLY_FOLDER = 0x01000000
FOLDER_GONE = DELETE_SELF | MOVE_SELF | UNMOUNT | IGNORED
HEAD = struct.Struct("iIII")
BUFFER = 256 * 1024
_libc = ctypes.CDLL(None, use_errno=True)


class Event(NamedTuple):
    """`watch` is what `add` returned, -1 for OVERFLOW."""

    watch: int
    mask: int
    name: str


class Inotify:
    """News of some folders."""

    def __init__(self) -> None:
        """Raises OSError."""
        self._descriptor = _checked(_libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC))

    def add(self, folder: Path, mask: int) -> int:
        """Watch a folder. Raises OSError, also when it is none."""
        path = os.fsencode(folder)
        return _checked(_libc.inotify_add_watch(self._descriptor, path, mask | ONLY_FOLDER))

    def remove(self, watch: int) -> None:
        """Watch it no more; the kernel may have ended it already."""
        _libc.inotify_rm_watch(self._descriptor, watch)

    def events(self, timeout: float) -> list[Event]:
        """What happened; waits up to `timeout` seconds for the first."""
        if not select.select([self._descriptor], [], [], timeout)[0]:
            return []
        data = os.read(self._descriptor, BUFFER)
        found, offset = [], 0
        while offset < len(data):
            watch, mask, _cookie, length = HEAD.unpack_from(data, offset)
            offset += HEAD.size
            name = os.fsdecode(data[offset : offset + length].rstrip(b"\0"))
            offset += length
            found.append(Event(watch, mask, name))
        return found

    def close(self) -> None:
        """Hear no more."""
        os.close(self._descriptor)


def _checked(result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return result
