"""What a process that looks at strangers' images may use, and whom it may talk to: nobody.

Imported by such processes alone, early: the standard library only.
"""

import ctypes
import resource
import signal

DIE_WITH_PARENT, NO_NEW_PRIVILEGES = 1, 38  # prctl(2)
NEW_NETWORK, NEW_USER = 0x40000000, 0x10000000  # unshare(2)


def confine(*, seconds: int, memory: int, file_size: int, files: int) -> None:
    """Limits in seconds of CPU, bytes of address space and of each file, open files.

    What is open stays open, also beyond `files`. Where the kernel lets us, there is no
    network, not even loopback.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(DIE_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    if libc.unshare(NEW_NETWORK) != 0:
        libc.unshare(NEW_USER | NEW_NETWORK)
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, files),
    ):
        resource.setrlimit(kind, (most, most))
