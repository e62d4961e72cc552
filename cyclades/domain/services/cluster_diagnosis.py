"""What is dangerous in how a cluster is set up, in words for operators."""

from collections.abc import Iterator, Sequence
from typing import Final

from cyclades.domain.model.cluster import ClusterIdentity
from cyclades.domain.model.volume_type import VolumeType
from cyclades.domain.services.diagnosis import Finding

# Where new disks have what was last written there, unless somebody wipes them.
KEEP_OLD_BYTES: Final = frozenset({"blockdev", "drbd", "plain", "rbd"})
MODIFY: Final = "gnt-cluster modify --prealloc-wipe-disks={}"


def examine(name: str, identity: ClusterIdentity, types: Sequence[VolumeType]) -> Iterator[Finding]:
    """Of one cluster, by its name; `types` are all volume types."""
    kept = sorted(KEEP_OLD_BYTES & set(identity.disk_templates))
    if kept and not identity.wipes_disks:
        yield Finding(
            name,
            f"New disks on {', '.join(kept)} are not wiped: users may read what others wrote.",
            f"Disable what you do not use, or on its master: {MODIFY.format('yes')}",
        )
    cloning = sorted(kind.name for kind in types if kind.clones and kind.allows(name))
    if cloning and identity.wipes_disks and "ext" in identity.disk_templates:
        yield Finding(
            name,
            f"Copies that providers make are wiped: what is made of {', '.join(cloning)} is blank.",
            f"Keep block disks in another cluster, and on its master: {MODIFY.format('no')}",
        )
