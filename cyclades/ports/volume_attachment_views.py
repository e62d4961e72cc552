"""Reading which server has which volume: rows for presenters."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope


class VolumeAttachmentView(NamedTuple):
    """All that answers show of a volume in a server."""

    id: str
    volume_id: str
    server_id: str
    device: str
    tag: str | None
    delete_on_termination: bool
    status: str
    created: datetime
    updated: datetime


class VolumeAttachmentViews(Protocol):
    """One statement each. What is foreign and what is missing are equally NotFound."""

    def of_server(self, scope: Scope, server_id: str) -> Sequence[VolumeAttachmentView]:
        """What a live server has, in the order of its devices. Raises NotFound."""
        ...

    def show(self, scope: Scope, attachment_id: str) -> VolumeAttachmentView:
        """One. Raises NotFound."""
        ...

    def page(self, listing: Listing) -> Sequence[VolumeAttachmentView]:
        """A page, newest first unless it has an order; filters: volume_id, server_id, status.

        Raises NotFound for a marker.
        """
        ...

    def count(self, listing: Listing) -> int:
        """How many the listing has on all its pages."""
        ...
