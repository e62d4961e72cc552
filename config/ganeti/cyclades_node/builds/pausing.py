"""A running guest stands still while its disk is copied, and goes on whatever becomes of us.

A process of its own does both: it stops the guest, says so, and lets it go on when its input ends
(because we are done, or dead) or after the longest time that a guest may stand. Source: QEMU's QMP
reference: qmp_capabilities, query-status, stop, cont.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cyclades_node.builds.trouble import BuildFailed

PROGRAM = Path(__file__).resolve().parents[2] / "cyclades-image"
SOCKETS = Path("/var/run/ganeti/kvm-hypervisor/ctrl")
LONGEST = 600.0  # seconds
PATIENCE = 20.0  # seconds for an answer, and between tries to let it go on
LATE = 3  # exit code: it went on before the copy was done
UNABLE = "The running server could not be paused: shut it down, or try again."
MOVED = "The server has moved or stopped since its disk was looked for: please try again."
GONE = b"gone"
TOO_LONG = "The disk takes too long to copy while its server runs: shut the server down first."


class QmpTrouble(Exception):
    """QEMU does not do what it is told."""


@contextmanager
def paused(instance: str, sockets: Path = SOCKETS, *, runs: bool = False) -> Iterator[None]:
    """The guest, if it runs under kvm on this node, stands still meanwhile.

    One of kvm's that `runs`, and not here, writes elsewhere to what would be copied. Raises
    BuildFailed.
    """
    path = sockets / f"{instance}.qmp"
    if "/" in instance or not path.exists():
        if runs:
            raise BuildFailed(MOVED)
        yield
        return
    with subprocess.Popen(  # noqa: S603  our own program
        [str(PROGRAM), "pause", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # who ends us does not end it
    ) as keeper:
        assert keeper.stdout is not None and keeper.stdin is not None  # noqa: S101, PT018  asked for
        said = keeper.stdout.readline().strip()
        if not said or (runs and said == GONE):
            raise BuildFailed(MOVED if said else UNABLE)
        try:
            yield
        finally:
            keeper.stdin.close()
            ended = keeper.wait()
    if ended == LATE:
        raise BuildFailed(TOO_LONG)


def keep_paused(path: Path, longest: float = LONGEST) -> int:
    """What `cyclades-image pause SOCKET` does, until the end of its input."""
    running, said = False, "paused"
    try:
        running = _ask(path, "query-status")["status"] == "running"
        if running:
            _ask(path, "stop")
    except ConnectionRefusedError:
        said = GONE.decode()  # nobody is there any more
    except (QmpTrouble, OSError, KeyError) as error:
        print(f"pause: {error}", file=sys.stderr)
        if running:
            _go_on(path)  # it may stop all the same, only later
        return 1
    try:
        print(said, flush=True)
        ended = bool(select.select([sys.stdin], [], [], longest)[0])
    finally:
        if running:
            _go_on(path)
    return 0 if ended else LATE


def _go_on(path: Path) -> None:
    """As long as there is a QEMU that can be told."""
    deadline = time.monotonic() + LONGEST
    while path.exists() and time.monotonic() < deadline:
        try:
            _ask(path, "cont")
        except (QmpTrouble, OSError) as error:
            print(f"pause: {error}", file=sys.stderr)
            time.sleep(1.0)
        else:
            return


def _ask(path: Path, command: str) -> dict[str, Any]:
    """One question in a conversation of its own: Ganeti wants to talk to it as well."""
    with socket.socket(socket.AF_UNIX) as to:
        to.settimeout(PATIENCE)
        to.connect(str(path))
        with to.makefile("rwb") as lines:
            json.loads(lines.readline() or b"{}")  # its greeting
            for each in ("qmp_capabilities", command):
                lines.write(json.dumps({"execute": each}).encode() + b"\n")
                lines.flush()
                answer = _answer(lines)
    return answer


def _answer(lines: Any) -> dict[str, Any]:
    """Past events, which come at any time."""
    while line := lines.readline():
        said = json.loads(line)
        if "error" in said:
            raise QmpTrouble(str(said["error"].get("desc")))
        if "return" in said:
            return dict(said["return"] or {})
    raise QmpTrouble("it has gone")
