"""Which files of this node a program may write: its disk, whatever it was made to do.

It runs as the files' owner, who is root: without this, who takes over a reader of file systems
has the node's files. Kernels that cannot do it (before 5.13, or without Landlock) leave it out.
Source: Linux, userspace-api/landlock.rst.
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Sequence

CREATE, ADD, RESTRICT = 444, 445, 446  # numbers of calls, the same on every machine
VERSION, BENEATH = 1, 1
NO_NEW_PRIVILEGES = 38  # prctl(2)
WRITE, REMOVE_FILE, MAKE_FILE = 1 << 1, 1 << 5, 1 << 8
CHANGES = sum(1 << bit for bit in (1, *range(4, 13)))  # write, remove and make, of any kind
MOVE, SHORTEN = 1 << 13, 1 << 14  # since the second version, and since the third
ALWAYS = ("/dev/null",)


def possible() -> bool:
    """Whether this kernel can."""
    return _version(ctypes.CDLL(None, use_errno=True)) > 0


def write_only(paths: Sequence[str]) -> None:
    """Nothing but these files, and what is in these folders, is written from now on.

    For this process and its children, for good. Raises OSError.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = _version(libc)
    if version < 1:
        return
    known = CHANGES | (MOVE if version > 1 else 0) | (SHORTEN if version > 2 else 0)  # noqa: PLR2004  versions
    rules = _called(libc, CREATE, ctypes.create_string_buffer(struct.pack("=Q", known), 8), 8, 0)
    for path in (*paths, *ALWAYS):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        inside = MAKE_FILE | REMOVE_FILE if stat.S_ISDIR(os.fstat(place).st_mode) else 0
        rule = struct.pack("=Qi", known & (WRITE | SHORTEN | inside), place)
        _called(libc, ADD, rules, BENEATH, ctypes.create_string_buffer(rule, len(rule)), 0)
        os.close(place)
    libc.prctl(NO_NEW_PRIVILEGES, ctypes.c_ulong(1), *[ctypes.c_ulong(0)] * 3)
    _called(libc, RESTRICT, rules, 0)
    os.close(rules)


def _version(libc: ctypes.CDLL) -> int:
    return int(libc.syscall(ctypes.c_long(CREATE), None, ctypes.c_size_t(0), VERSION))


def _called(libc: ctypes.CDLL, number: int, *arguments: object) -> int:
    said = int(libc.syscall(ctypes.c_long(number), *arguments))
    if said < 0:
        raise OSError(ctypes.get_errno(), "landlock")
    return said
