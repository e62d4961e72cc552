"""Other programs on tenants' data: shut in, with limits, without our environment.

They have no network, no rights beyond those of the files' owner, no files to change but their
disk, and a bounded share of memory, time and disk; nothing that they print is more than their
callers can hold.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Callable, NamedTuple

from cyclades_node.builds.reach import write_only

ENVIRONMENT = {
    "HOME": "/nonexistent",
    "LC_ALL": "C",
    "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
    "MTOOLSRC": "/dev/null",
}
SHUT_IN = (
    *("unshare", "--net", "--ipc", "--"),
    *("setpriv", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all", "--"),
)
MOST_SAID = 8 * 2**20  # bytes
MOST_TROUBLE = 4096  # bytes of what went wrong
SHOWN = 500  # characters of it: Ganeti hands on the last of a log, which is to have our sentence
MEMORY = 2 * 2**30
PATIENCE = 900.0  # seconds
SLOWEST = 20 * 2**20  # bytes a second that storage moves at least


def patience_for(size: int) -> float:
    """Seconds in which so many bytes are moved, or never will be."""
    return PATIENCE + size / SLOWEST


class ToolFailed(Exception):
    """The program ended badly, or said too much; for operators."""


class Done(NamedTuple):
    """How a program ended, and what it said."""

    code: int
    out: bytes
    err: str


def run(
    *command: str,
    fed: bytes = b"",
    fine: Sequence[int] = (0,),
    files: Sequence[int] = (),
    writes: Sequence[str] = (),
    largest: int = resource.RLIM_INFINITY,
    patience: float = PATIENCE,
    ready: Callable[[], None] | None = None,
) -> Done:
    """Run it to its end with `fed` as input. Raises ToolFailed.

    `fine` are the exit codes that are none of a failure, `files` descriptors that it keeps,
    `writes` the files (and the folders of files) that it may change,
    `largest` how far it may write into a file; `ready` is the last thing done before it starts.
    """

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(patience), int(patience)))
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        write_only(writes)
        if ready:
            ready()

    if not shutil.which(command[0], path=ENVIRONMENT["PATH"]):
        raise ToolFailed(f"{command[0]} is not installed")
    with private_file(fed) as given, tempfile.TemporaryFile() as trouble:
        with subprocess.Popen(  # noqa: S603  a program of ours with arguments of ours
            [*SHUT_IN, *command],
            env=ENVIRONMENT,
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=trouble,
            pass_fds=files,
            preexec_fn=limit,  # noqa: PLW1509  this program has one thread where it starts others
        ) as running:
            out = _said(running, patience)
        trouble.seek(0)
        err = trouble.read(MOST_TROUBLE).decode(errors="replace").strip()
    if running.returncode not in fine:
        raise ToolFailed(f"{command[0]}: exit {running.returncode}: {err[-SHOWN:]}")
    return Done(running.returncode, out, err)


def _said(running: subprocess.Popen[bytes], patience: float) -> bytes:
    late = threading.Timer(patience, running.kill)
    late.start()
    try:
        assert running.stdout is not None  # noqa: S101  it was asked for
        out = running.stdout.read(MOST_SAID + 1)
        if len(out) > MOST_SAID:
            raise ToolFailed("it says too much")
        running.wait()
        return out
    finally:
        late.cancel()
        running.kill()


@contextmanager
def private_file(contents: bytes, mode: int = 0o600) -> Iterator[int]:
    """A file that is nowhere but in memory, read from its beginning."""
    descriptor = os.memfd_create("build")
    try:
        os.fchmod(descriptor, mode)
        view = memoryview(contents)
        while view:
            view = view[os.write(descriptor, view) :]
        os.lseek(descriptor, 0, os.SEEK_SET)
        yield descriptor
    finally:
        os.close(descriptor)
