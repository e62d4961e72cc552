"""Conversion by qemu-img, which has two files, little else, and is told what the first is."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from cyclades.domain.model.errors import Unavailable
from cyclades.domain.model.image_formats import CONVERTIBLE, RAW, WrongFormat
from cyclades.ports.image_converter import ImageConverter

PIECE = 1 << 20
MEMORY = 4 << 30  # of addresses: its threads' stacks and its cache are counted
SECONDS = 3600  # of CPU
LOOK = 1.0  # seconds between two signs of life
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# VHD says its size in two ways; the other one is rounded to cylinders.
OPTIONS: Mapping[str, Mapping[str, Any]] = {"vhd": {"force_size_calc": "current_size"}}


class QemuConverter(ImageConverter):
    """Needs room for the image and for what it becomes; holes take none."""

    def __init__(self, folder: Path, program: str | None = None) -> None:
        """`folder` is made when first needed; `program` is looked for when not given."""
        self._folder = folder
        self._program = program or shutil.which("qemu-img") or ""

    def to_raw(
        self, disk_format: str, virtual_size: int, chunks: Iterable[bytes]
    ) -> Iterator[bytes]:
        """Write the source, convert, read."""
        if not self._program:
            raise Unavailable("Images cannot be converted here: qemu-img is missing.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Files without names: whatever dies, nothing is left behind.
            with self._nameless() as source, self._nameless() as target:
                for chunk in chunks:
                    source.write(chunk)
                    yield b""
                source.flush()
                yield from self._run(disk_format, virtual_size, source.fileno(), target.fileno())
                if os.fstat(target.fileno()).st_size != virtual_size:
                    raise WrongFormat("The disk inside is not as big as the image says.")
                while piece := target.read(PIECE):
                    yield piece
        except OSError as error:
            full = error.errno in FULL
            why = "There is no room to convert images." if full else "Images cannot be converted."
            raise Unavailable(f"{why} Please try again later.") from error

    def _nameless(self) -> IO[bytes]:
        return tempfile.TemporaryFile(dir=self._folder)

    def _run(
        self, disk_format: str, virtual_size: int, source: int, target: int
    ) -> Iterator[bytes]:
        # Only this file, whatever else the image may name.
        said = {"driver": CONVERTIBLE[disk_format], "backing": None, **OPTIONS.get(disk_format, {})}
        said["file"] = {"driver": "file", "filename": f"/proc/self/fd/{source}"}
        process = subprocess.Popen(  # noqa: S603 - no shell; the names are ours
            [
                *(sys.executable, "-I", "-m", "cyclades.adapters.inspection.confined"),
                *(str(SECONDS), str(MEMORY), str(max(virtual_size, PIECE)), self._program),
                *("convert", "-O", RAW, "-t", "writeback"),
                *(f"json:{json.dumps(said)}", f"/proc/self/fd/{target}"),
            ],
            pass_fds=(source, target),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
        )
        try:
            while process.poll() is None:
                try:
                    process.wait(LOOK)
                except subprocess.TimeoutExpired:
                    yield b""
        finally:
            process.kill()
            process.wait()
        if process.returncode:
            raise WrongFormat("The image is broken, or converting it takes too much.")


def make(application: Any) -> QemuConverter:
    """From the settings."""
    said = application.settings
    return QemuConverter(Path(said.image_work_dir or said.var_dir / "conversions"))
