"""Which disks clusters keep for volumes and snapshots, and in which instances, says the database.

Each method is one sight: what it gives was true at one moment.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cyclades.domain.model.volume import Place


@dataclass(frozen=True, slots=True)
class KeptDisk:
    """A volume's or a snapshot's disk; `size` in GiB, `server` is the instance that has it.

    `holder`: its holder instance exists. `idle`: nothing is being done to it.
    """

    id: str
    version: int
    size: int
    place: Place
    holder: bool
    idle: bool
    server: str | None = None


class KeptDisks(Protocol):
    """Reads only."""

    def of_cluster(self, cluster_id: str) -> Sequence[KeptDisk]:
        """Volumes and snapshots that belong there, oldest first."""
        ...

    def needed(self, ids: Collection[str]) -> Mapping[str, bool]:
        """Whether a volume, a snapshot or a task with this id lives, or something is done to it.

        Ids that nothing of ours has ever had are left out.
        """
        ...
