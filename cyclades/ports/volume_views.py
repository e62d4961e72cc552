"""Reading volumes: rows for presenters, never aggregates.

What is JSON in the rows stays JSON text, ready to be put into an answer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope


class VolumeName(NamedTuple):
    """A volume in a short list."""

    id: str
    name: str


class VolumeView(NamedTuple):
    """All that answers show of a volume; size in GiB.

    JSON texts: `metadata`, `image_metadata`. `cluster` is for operators, None while there is no
    disk. What is said of an attachment is None while there is none.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    description: str | None
    size: int
    status: str
    type_id: str
    type_name: str
    availability_zone: str
    cluster: str | None
    bootable: bool
    readonly: bool
    metadata: str
    image_metadata: str
    snapshot_id: str | None
    source_volid: str | None
    fault: str | None
    created: datetime
    updated: datetime
    attachment_id: str | None
    server_id: str | None
    device: str | None
    attached: datetime | None


class Summary(NamedTuple):
    """All of a scope's volumes; size in GiB. `metadata`: every value that each key has."""

    number: int
    size: int
    metadata: Mapping[str, Sequence[str]]


class Stock(NamedTuple):
    """What a project has in a cluster; sizes in GiB."""

    volumes: int
    volume_size: int
    snapshots: int
    snapshot_size: int


class VolumeViews(Protocol):
    """One statement each, one more for a marker. Foreign volumes and missing ones are alike."""

    def show(self, scope: Scope, volume_id: str) -> VolumeView:
        """One volume. Raises NotFound."""
        ...

    def page(self, listing: Listing) -> Sequence[VolumeView]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def names(self, listing: Listing) -> Sequence[VolumeName]:
        """The same page in short."""
        ...

    def count(self, listing: Listing) -> int:
        """How many there are on all pages."""
        ...

    def summary(self, scope: Scope) -> Summary:
        """All volumes in sum; two statements."""
        ...

    def stocks(self, cluster_id: str) -> Mapping[str, Stock]:
        """What has a disk in the cluster, by project."""
        ...
