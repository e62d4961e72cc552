"""Network namespaces without processes: a descriptor keeps each alive, threads go in and out."""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")
NEW_NETWORK = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(slots=True)
class Space:
    """One namespace; what `inside` makes there (sockets) stays of there."""

    name: str
    handle: int = field(init=False)

    def __post_init__(self) -> None:
        self.handle = in_thread(self._made)
        self.run("ip", "link", "set", "lo", "up")

    def _made(self) -> int:
        _checked(LIBC.unshare(NEW_NETWORK))
        return os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)

    @property
    def path(self) -> str:
        """Where other processes of ours find it."""
        return f"/proc/{os.getpid()}/fd/{self.handle}"

    def inside(self, act: Callable[[], Result]) -> Result:
        def acting() -> Result:
            _checked(LIBC.setns(self.handle, NEW_NETWORK))
            return act()

        return in_thread(acting)

    def socket(self, family: int, kind: int, protocol: int = 0) -> socket.socket:
        return self.inside(lambda: socket.socket(family, kind, protocol))

    def run(self, *command: str | Path) -> str:
        """A command in there; raises AssertionError with what it said."""
        return said(["nsenter", f"--net={self.path}", *command])

    def close(self) -> None:
        os.close(self.handle)


def said(command: "list[str | Path]") -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done.stdout


def in_thread(act: Callable[[], Result]) -> Result:
    """A thread of its own: which namespace it is in ends with it."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def acting() -> None:
        try:
            results.append(act())
        except BaseException as error:  # noqa: BLE001  it is raised again, out there
            errors.append(error)

    thread = threading.Thread(target=acting)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
