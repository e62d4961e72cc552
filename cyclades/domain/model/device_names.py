"""The names that the guests of servers have for their disks."""

from collections.abc import Collection
from string import ascii_lowercase

from cyclades.domain.model.errors import Forbidden

MOST_DISKS = 16  # of one instance: Ganeti's own limit
ROOT = "/dev/vda"
LETTERS = ascii_lowercase[:MOST_DISKS]


def next_device(taken: Collection[str], *, root: bool = False) -> str:
    """The first free name; only the root disk is /dev/vda. Raises Forbidden beyond the limit."""
    names = [f"/dev/vd{letter}" for letter in (LETTERS if root else LETTERS[1:])]
    free = next((name for name in names if name not in taken), None)
    if free is None:
        raise Forbidden(
            f"The maximum allowed number of disk devices ({MOST_DISKS}) to attach to a single "
            "instance has been exceeded."
        )
    return free
