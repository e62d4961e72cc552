"""Whose the blobs of the store are: what nobody owns is swept."""

from collections.abc import Collection
from typing import Protocol


class BlobOwner(Protocol):
    """Rows that name blobs. A blob is named before it exists, and until it is deleted."""

    def known_blobs(self, blobs: Collection[str]) -> set[str]:
        """Those of these blobs that a row names, finished ones and ones being written."""
        ...
