"""What a simulated node does with the disks of a new instance, as the OS definition would.

The bytes of a disk are a file in the format in which they came, written once; a blank disk
has none. All this takes place where bytes may be waited for: not in the world's document,
which only hears how it ended.
"""

import hashlib
import os
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

from cyclades.adapters.simulated.qcow2 import as_qcow2
from cyclades.adapters.simulated.verdicts import Failure
from cyclades.adapters.simulated.world import Opcode
from cyclades.domain.model.build import BuildOrders, DiskToSave, ImageToWrite
from cyclades.domain.model.errors import Conflict, CycladesError
from cyclades.ports.build_desk import NodeMeans

PIECE: Final = 1 << 20
MIB: Final = 1 << 20
RAW, QCOW2 = "raw", "qcow2"
MARK: Final = "@"  # no quoted name has it
Pieces = Iterable[bytes]


@dataclass(frozen=True, slots=True)
class Kept:
    """A disk's bytes: the file, its format, and the size of the disk inside."""

    path: Path
    disk_format: str
    virtual_size: int


class Builds:
    """The nodes' storage. Each verb may be done twice."""

    def __init__(self, cluster_id: str, means: NodeMeans) -> None:
        """The cluster's disks are files below the folder."""
        self._cluster_id = cluster_id
        self._folder = means.folder / quote(cluster_id, safe="")
        self._desk = means.desk
        self._converter = means.converter

    def carry_out(self, op: Opcode, ticket: str) -> Failure:
        """Fetch the orders and follow them. What stops the job, if anything does."""
        name, size = str(op["disks"][0]["name"]), int(op["disks"][0]["size"]) * MIB
        try:
            orders = self._desk.orders(ticket, self._cluster_id).orders
            self._fill(name, orders, ticket)
            if orders.save:
                pieces = self._as_wanted(self.find(name), orders.save, size)
                self._desk.save(ticket, self._cluster_id, pieces)
        except (CycladesError, OSError) as error:
            text = f"Could not add os for instance {op['instance_name']}: {error}"
            return ["OpExecError", [text]]
        return None

    def find(self, name: str) -> Kept | None:
        """A disk's bytes, None while it is blank."""
        for path in self._files(name):
            _, disk_format, size = path.name.split(MARK)
            return Kept(path, disk_format, int(size))
        return None

    def sweep(self, names: Callable[[], Collection[str]]) -> None:
        """Forget all disks but these."""
        # A disk is in the world before it is a file: what was there before one looked in the
        # world and is not in it is nobody's.
        files = list(self._folder.iterdir()) if self._folder.is_dir() else []
        known = names() if files else ()
        for path in files:
            if unquote(path.name.split(MARK)[0].removeprefix(".")) not in known:
                path.unlink(missing_ok=True)

    def _fill(self, name: str, orders: BuildOrders, ticket: str) -> None:
        image = orders.image
        if image:
            pieces = iter(self._desk.read(ticket, self._cluster_id))
            self._put(name, image.disk_format, image.virtual_size, _right(pieces, image))
        elif orders.copy:
            source = self.find(orders.copy.name)
            if source:
                link = _link(source.path)
                self._place(name, source.disk_format, source.virtual_size, link)

    def _put(self, name: str, disk_format: str, size: int, pieces: Pieces) -> None:
        def write(path: Path) -> None:
            with path.open("wb") as file:
                for piece in pieces:
                    if piece.strip(b"\0"):
                        file.write(piece)
                    else:
                        file.seek(len(piece), os.SEEK_CUR)  # a hole
                file.truncate()

        self._place(name, disk_format, size, write)

    def _place(self, name: str, disk_format: str, size: int, make: Callable[[Path], None]) -> None:
        """A new file in place of the old one, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        quoted = quote(name, safe="")
        part = self._folder / f".{quoted}{MARK}{os.getpid()}-{threading.get_ident()}"
        try:
            part.unlink(missing_ok=True)
            make(part)
            for old in self._files(name):
                old.unlink(missing_ok=True)
            part.replace(self._folder / f"{quoted}{MARK}{disk_format}{MARK}{size}")
        finally:
            part.unlink(missing_ok=True)

    def _files(self, name: str) -> list[Path]:
        quoted = quote(name, safe="")
        if not self._folder.is_dir():
            return []
        return [each for each in self._folder.iterdir() if each.name.startswith(quoted + MARK)]

    def _as_wanted(self, kept: Kept | None, wanted: DiskToSave, size: int) -> Pieces:
        """The disk in the format in which it is to be saved."""
        if kept is not None and kept.disk_format == wanted.disk_format:
            return _pieces(kept.path)
        if wanted.disk_format == QCOW2 and (kept is None or kept.disk_format == RAW):
            return as_qcow2(kept.path if kept else None, size)
        if wanted.disk_format != RAW:
            raise Conflict(f"A simulated node makes no {wanted.disk_format} of such a disk.")
        if kept is None:
            return _zeros(size)
        pieces = _pieces(kept.path)
        raw = self._converter.to_raw(kept.disk_format, kept.virtual_size, pieces)
        return (piece for piece in raw if piece)


def _link(source: Path) -> Callable[[Path], None]:
    """The same bytes under another name: they never change."""

    def make(path: Path) -> None:
        path.hardlink_to(source)

    return make


def _right(pieces: Pieces, image: ImageToWrite) -> Iterator[bytes]:
    """The pieces; in the end they must be what was ordered."""
    digest = hashlib.sha512()
    for piece in pieces:
        digest.update(piece)
        yield piece
    if digest.hexdigest() != image.sha512:
        raise Conflict("The image's bytes are not those that were stored: the image is damaged.")


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _zeros(size: int) -> Iterator[bytes]:
    for start in range(0, size, PIECE):
        yield bytes(min(PIECE, size - start))
