"""Images are looked at by a process of its own, which has next to nothing."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.image_formats import WrongFormat
from cyclades.ports.image_inspector import ImageInspector, Read

COMMAND = (sys.executable, "-I", "-m", "cyclades.adapters.inspection.looking")
SECONDS = 30.0  # for all of it, reading from the store included
MOST_ASKED = 64 << 20  # bytes
LONGEST_LINE = 400
TOO_MUCH = "The image takes too much to be looked at: it is broken, or was made to do harm."


class SandboxedInspector(ImageInspector):
    """A process an image: no files, no network, little memory, little time."""

    def virtual_size(self, disk_format: str, size: int, read: Read) -> int:
        """Answer its questions until it knows."""
        first = f"{disk_format} {size}".encode()
        with _process() as process:
            said = _talk(process, bytes([len(first)]) + first, read)
        verdict, _, words = said.partition(" ")
        if verdict == "=" and words.isdigit():
            return int(words)
        raise WrongFormat(words if verdict == "!" else TOO_MUCH, "disk_format")


def _talk(process: Any, first: bytes, read: Read) -> str:
    asked = 0
    try:
        process.stdin.write(first)
        while line := process.stdout.readline(LONGEST_LINE).decode("utf-8", "replace").rstrip():
            if not line[0].isdigit():
                return str(line)
            start, length = (int(word) for word in line.split())
            asked += length
            if asked > MOST_ASKED:
                break
            found = read(start, length)
            process.stdin.write(len(found).to_bytes(4) + found)
    except BrokenPipeError:
        pass  # it was stopped at a limit
    return ""


@contextmanager
def _process() -> Iterator["subprocess.Popen[bytes]"]:
    try:
        process = subprocess.Popen(  # noqa: S603 - our own program, nothing from outside in it
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            bufsize=0,
        )
    except OSError as error:
        raise Unavailable("Images cannot be looked at now. Please try again.") from error
    watch = threading.Timer(SECONDS, process.kill)
    watch.start()
    try:
        yield process
    finally:
        watch.cancel()
        process.kill()
        process.communicate()
