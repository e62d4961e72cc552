"""What gateway hosts say of routers, and what that makes of them."""

from dataclasses import dataclass

from cyclades.domain.model.events import Changed
from cyclades.domain.model.router import ACTIVE, ERROR
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.routers import RouterReport, RouterReports, RouterRepository


@dataclass(frozen=True, slots=True)
class RouterReporting:
    """The last word counts; a host that is not the router's any more changes nothing."""

    routers: RouterRepository
    reports: RouterReports
    feed: Feed
    clock: Clock

    def say(self, gateway_host: str, router_id: str, digest: str, trouble: str) -> None:
        """A host has a router in this state, or has trouble with it."""
        now = self.clock.now()
        self.reports.record(RouterReport(router_id, gateway_host, digest, trouble, now))
        status = ERROR if trouble else ACTIVE
        changed = self.routers.mark(router_id, gateway_host, status, now)
        if changed is not None:
            self.feed.publish(Changed("router", router_id, changed.version, changed.project_id))

    def forget(self, gateway_host: str, router_id: str) -> None:
        """A host has let go of a router, which is gone, or down, or another host's."""
        self.reports.forget(router_id, gateway_host)
