"""Private servers: on free loopback ports, and never outliving the tests."""

import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def program(name: str, *folders: Path) -> Path:
    """Where a program is; looks into `folders` first."""
    path = ":".join(str(folder) for folder in folders)
    found = shutil.which(name, path=path) or shutil.which(name)
    if found is None:
        message = f"{name} is missing: run scripts/install-test-packages as root"
        raise RuntimeError(message)
    return Path(found)


def dying_with_us(*command: str | Path, user: str | None = None, signal: str = "TERM") -> list[str]:
    """The command, run as `user`, and signalled by the kernel should we die without a word."""
    switch = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    return ["setpriv", *switch, f"--pdeathsig={signal}", *map(str, command)]


def wait_until(
    ready: Callable[[], bool], what: str, *, seconds: float = 30, pause: float = 0.05
) -> None:
    """Poll until `ready()`; raises TimeoutError naming `what`."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            message = f"no {what} within {seconds} s"
            raise TimeoutError(message)
        time.sleep(pause)


def stop(process: "subprocess.Popen[bytes]", signal: int, seconds: float = 15) -> None:
    """Ask the process to end, and insist when it does not listen."""
    if process.poll() is None:
        process.send_signal(signal)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
