"""Reading servers: rows for presenters, never aggregates.

What is JSON in the rows stays JSON text, ready to be put into an answer.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope


class ServerName(NamedTuple):
    """A server in a short list."""

    id: str
    name: str


class ServerView(NamedTuple):
    """All that answers show of a server.

    JSON texts: `flavor` (as it was), `metadata`, `tags`, `addresses` (entries by network
    name, None when there are none), `security_groups` (objects with a name, or None), `volumes`
    (objects with an id and delete_on_termination, in the order of their devices, or None).
    ram in MiB. `cluster` and what follows are for operators.
    """

    id: str
    project_id: str
    user_id: str
    name: str
    description: str | None
    hostname: str
    reservation_id: str
    launch_index: int
    availability_zone: str
    pinned_zone: str | None
    flavor_id: str
    flavor: str
    vcpus: int
    ram: int
    image_id: str | None
    key_name: str | None
    metadata: str
    tags: str
    config_drive: bool
    disk_config: str
    access_ipv4: str
    access_ipv6: str
    vm_state: str
    task_state: str | None
    power: str
    progress: int
    locked: bool
    locked_reason: str | None
    fault_code: int | None
    fault_message: str | None
    fault_created: datetime | None
    created: datetime
    updated: datetime
    launched: datetime | None
    terminated: datetime | None
    cluster_id: str
    instance: str
    cluster: str
    drained: bool
    offline: bool
    breaker_open: bool
    addresses: str | None
    security_groups: str | None
    volumes: str | None


class InterfaceView(NamedTuple):
    """A port of a server; `fixed_ips` is JSON text."""

    port_id: str
    network_id: str
    mac: str
    status: str
    tag: str | None
    fixed_ips: str | None


class GroupView(NamedTuple):
    """A security group of a server; `rules` is JSON text of those that let traffic in."""

    id: str
    name: str
    description: str
    project_id: str
    rules: str | None


class ServerViews(Protocol):
    """One statement each. Foreign servers and missing ones are equally NotFound."""

    def show(self, scope: Scope, server_id: str, *, deleted: bool = False) -> ServerView:
        """One server; `deleted`: also one that is gone. Raises NotFound."""
        ...

    def page(self, listing: Listing) -> Sequence[ServerView]:
        """A page, newest first unless the listing has an order. Raises NotFound for a marker.

        The filter `deleted` has one value: True for deleted ones, None for both kinds;
        without it the list shows living servers.
        """
        ...

    def names(self, listing: Listing) -> Sequence[ServerName]:
        """The same page in short."""
        ...

    def interfaces(self, scope: Scope, server_id: str) -> Sequence[InterfaceView]:
        """What plugs the server into networks, in order. Raises NotFound."""
        ...

    def security_groups(self, scope: Scope, server_id: str) -> Sequence[GroupView]:
        """The groups that its ports are in, by name. Raises NotFound."""
        ...
