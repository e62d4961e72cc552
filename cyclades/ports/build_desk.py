"""Where the OS definition's questions are answered: orders, bytes of images, saved disks."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, Protocol

from cyclades.domain.model.build import Build
from cyclades.ports.image_converter import ImageConverter
from cyclades.ports.image_store import BlobReader


class SavedDisks(Protocol):
    """What disks are saved as: images, backups. No method is called in a transaction."""

    def receive(self, object_id: str, chunks: Iterable[bytes], size: int | None = None) -> None:
        """Keep the bytes of a disk: all, or (on any error) none; `size` if it is known before.

        Nothing happens when the object has its bytes already: a job was retried. Raises
        NotFound, Conflict, TooLarge, OverQuota, Unavailable, and whatever `chunks` raises.
        """
        ...


class BuildDesk(Protocol):
    """A ticket counts in its cluster, until its effect has ended; else NotFound is raised.

    Not for callers in a transaction: each call has short ones of its own.
    """

    def orders(self, ticket: str, cluster_id: str) -> Build:
        """What is to be done."""
        ...

    def read(
        self, ticket: str, cluster_id: str, start: int = 0, length: int | None = None
    ) -> BlobReader:
        """The image's bytes from `start`. Raises NotFound when no image is ordered, Unavailable."""
        ...

    def save(
        self, ticket: str, cluster_id: str, chunks: Iterable[bytes], size: int | None = None
    ) -> None:
        """Disk 0, in the format that the orders say. Raises as `SavedDisks.receive` does."""
        ...


class NodeMeans(NamedTuple):
    """What a driver needs whose nodes are in this process; `folder` is for their disks."""

    desk: BuildDesk
    converter: ImageConverter
    folder: Path
