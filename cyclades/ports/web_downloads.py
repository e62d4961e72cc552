"""Files of others' web servers, fetched for users who name them."""

from collections.abc import Iterator
from typing import Protocol


class WebDownloads(Protocol):
    """Fetches for users what they could fetch themselves, and nothing else."""

    def check(self, uri: str) -> None:
        """Raises InvalidInput for a URI that is never fetched. Asks nobody."""
        ...

    def fetch(self, uri: str) -> Iterator[bytes]:
        """The file in pieces, whole, or an error in the end.

        Raises InvalidInput (also for where the URI's name or a redirect leads), TooLarge, or
        Unavailable when trying again makes sense. Errors never quote what a server said.
        """
        ...
