"""A filter of system calls under which nobody shortens a file.

resize2fs cuts a regular file down to the file system's size as its last step, forgetting that the
file system may begin behind a partition table: the end of the file system would be lost. What it
is refused it only complains about. Source: e2fsprogs, resize/main.c; Linux, seccomp_filter.rst.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Mapping

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF's
ALLOW, REFUSE = 0x7FFF0000, 0x00050001  # with EPERM
NUMBER, ARCHITECTURE = 0, 4  # where they are in struct seccomp_data
# By machine: the audit's word for the architecture, and the number of ftruncate.
MACHINES: Mapping[str, tuple[int, int]] = {
    "x86_64": (0xC000003E, 77),
    "aarch64": (0xC00000B7, 46),
    "riscv64": (0xC00000F3, 46),
    "ppc64le": (0xC0000015, 94),
    "s390x": (0x80000016, 94),
}


def possible() -> bool:
    """Whether this machine's numbers are known."""
    return os.uname().machine in MACHINES


def keep_length() -> None:
    """For this process and its children, for good. Raises OSError."""
    architecture, number = MACHINES[os.uname().machine]
    program = (
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 0, 3, architecture),
        (LOAD, 0, 0, NUMBER),
        (EQUAL, 0, 1, number),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    )
    steps = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in program))
    described = ctypes.create_string_buffer(
        struct.pack("@HP", len(program), ctypes.addressof(steps))
    )
    libc = ctypes.CDLL(None, use_errno=True)
    nothing = ctypes.c_ulong(0)
    one = ctypes.c_ulong(1)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, one, nothing, nothing, nothing) or libc.prctl(
        PR_SET_SECCOMP, ctypes.c_ulong(FILTER), described, nothing, nothing
    ):
        raise OSError(ctypes.get_errno(), "seccomp")
