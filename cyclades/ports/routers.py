"""Where routers are kept, what gateway hosts are to make of them, and what hosts say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from cyclades.domain.model.listing import Listing
from cyclades.domain.model.router import Router, Touch
from cyclades.domain.model.router_state import RouterState


class RouterRepository(Protocol):
    """Routers by id, with their gateways' addresses."""

    def add(self, router: Router) -> None:
        """Keep it. Raises NotFound when its external network has gone."""
        ...

    def get(self, router_id: str) -> Router:
        """Raises NotFound."""
        ...

    def hold(self, router_id: str) -> Router:
        """Get it; until the transaction ends nobody changes or removes it. Raises NotFound."""
        ...

    def lock(self, router_id: str) -> Router:
        """Get it for changing: nobody else holds or locks it. Raises NotFound."""
        ...

    def save(self, router: Router) -> None:
        """Keep its new version.

        Raises StaleVersion when another was faster, NotFound when its external network has gone.
        """
        ...

    def mark(self, router_id: str, gateway_host: str, status: str, now: datetime) -> Router | None:
        """Give it a status, if it is this host's and had another; it, changed, or None."""
        ...

    def remove(self, router_id: str) -> None:
        """Forget it; its ports are removed before."""
        ...

    def list(self, listing: Listing) -> Sequence[Router]:
        """A page. Raises NotFound for a bad marker."""
        ...

    def touches(self, router_id: str) -> Sequence[Touch]:
        """Every address that the router has, in order of ports."""
        ...

    def between(self, subnet_id: str, external_network_id: str) -> str | None:
        """A router with an interface on the subnet and its gateway on the external network.

        The one that has the subnet's gateway address comes first.
        """
        ...

    def loads(self) -> Mapping[str, int]:
        """How many routers each gateway host carries; hosts with none are not named."""
        ...


@dataclass(frozen=True, slots=True)
class RouterReport:
    """What a host last said. `trouble` is empty when all is as it should be."""

    router_id: str
    gateway_host: str
    digest: str
    trouble: str
    reported: datetime


class RouterReports(Protocol):
    """Desired states for gateway hosts, and what they made of them."""

    def wanted(self, gateway_host: str) -> Sequence[RouterState]:
        """What the host is to carry now: its routers that are up."""
        ...

    def of_host(self, gateway_host: str) -> Mapping[str, RouterReport]:
        """What the host said, by router; of routers that are gone, too."""
        ...

    def of(self, router_ids: Sequence[str]) -> Mapping[str, RouterReport]:
        """What was said of these."""
        ...

    def record(self, report: RouterReport) -> None:
        """Keep the last word on a router."""
        ...

    def forget(self, router_id: str, gateway_host: str) -> None:
        """The host has let go of it."""
        ...
