"""Routers: create, look at, change, delete."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.addresses import parse_address, parse_block
from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.events import Changed
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.router import (
    ACTIVE,
    INTERFACE_OWNER,
    Router,
    WantedGateway,
    WantedRouter,
    check_routes,
)
from cyclades.domain.model.router_errors import RouterInUse
from cyclades.domain.model.sharing import project_for
from cyclades.domain.model.subnet import HostRoute
from cyclades.domain.services.router_gateways import RouterGateways
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.routers import RouterRepository

Routes = tuple[HostRoute, ...]


@dataclass(frozen=True, slots=True)
class Routers:
    """A router is accepted here, and carried by a gateway host afterwards."""

    routers: RouterRepository
    gateways: RouterGateways
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids
    hosts: tuple[str, ...]

    def create(self, caller: Caller, wanted: WantedRouter) -> Router:
        """Make it, on the gateway host with the fewest. Raises OverQuota and what gateways do."""
        project_id = project_for(caller, wanted.project_id, "create_router:tenant_id")
        now = self.clock.now()
        router = Router(
            self.ids.new(),
            project_id,
            wanted.name,
            wanted.description,
            wanted.admin_state_up,
            ACTIVE,
            None,
            True,
            (),
            wanted.tags,
            self._host(),
            now,
            now,
            1,
        )
        self.routers.add(router)
        if wanted.gateway:
            network = self.gateways.hold(caller, wanted.gateway)
            router = self.gateways.open(router, network, wanted.gateway)
            router = replace(router, version=2)
            self.routers.save(router)
        self._publish(router)
        self.quota.charge(project_id, {"router": 1})
        return router

    def show(self, caller: Caller, router_id: str) -> Router:
        """One router of the caller's. Raises NotFound."""
        router = self.routers.get(router_id)
        router.require_owned(caller)
        return router

    def page(self, listing: Listing) -> Sequence[Router]:
        """A page of a list."""
        return self.routers.list(listing)

    def update(
        self, caller: Caller, router_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> Router:
        """Change some attributes; `gateway`: a WantedGateway, or None for none."""
        router = self.routers.lock(router_id)
        router.require_owned(caller)
        require_revision(router.version, revision)
        plain = {name: value for name, value in changes.items() if name != "gateway"}
        if "routes" in plain:
            plain["routes"] = canonical(plain["routes"])
        changed = replace(router, **plain)
        if "gateway" in changes:
            changed = self._regated(caller, changed, changes["gateway"])
        if changes.keys() & {"routes", "gateway"} and changed.routes:
            check_routes(changed.routes, self.routers.touches(router.id))
        return self._saved(changed)

    def add_routes(self, caller: Caller, router_id: str, routes: Routes) -> Router:
        """More routes, besides those that there are. Raises InvalidRoutes, RoutesExhausted."""
        return self._rerouted(caller, router_id, routes, lambda old, new: (*old, *new))

    def remove_routes(self, caller: Caller, router_id: str, routes: Routes) -> Router:
        """Without these routes; those that are not there are fine."""
        return self._rerouted(
            caller, router_id, routes, lambda old, new: tuple(r for r in old if r not in new)
        )

    def delete(self, caller: Caller, router_id: str, revision: int | None) -> None:
        """Forget it and its way out. Raises RouterInUse while it has interfaces."""
        router = self.routers.lock(router_id)
        router.require_owned(caller)
        require_revision(router.version, revision)
        touches = self.routers.touches(router.id)
        used = dict.fromkeys(t.port_id for t in touches if t.owner == INTERFACE_OWNER)
        if used:
            raise RouterInUse(f"Router {router.id} has ports still attached: {', '.join(used)}")
        self.gateways.close(router)
        self.routers.remove(router.id)
        self._publish(replace(router, version=router.version + 1))
        self.quota.release(router.project_id, {"router": 1})

    def move(self, router_id: str, gateway_host: str) -> Router:
        """Let another host carry it: for operators. Raises NotFound, InvalidInput."""
        if gateway_host not in self.hosts:
            raise InvalidInput(
                f"{gateway_host} is not among the gateway hosts {', '.join(self.hosts)}."
            )
        return self._saved(replace(self.routers.lock(router_id), gateway_host=gateway_host))

    def _host(self) -> str:
        loads = self.routers.loads()
        return min(self.hosts, key=lambda host: loads.get(host, 0))

    def _regated(self, caller: Caller, router: Router, wanted: WantedGateway | None) -> Router:
        if wanted is None:
            return self.gateways.close(router)
        network = self.gateways.hold(caller, wanted)
        return self.gateways.open(router, network, wanted)

    def _rerouted(
        self,
        caller: Caller,
        router_id: str,
        routes: Routes,
        combine: Callable[[Routes, Routes], Routes],
    ) -> Router:
        router = self.routers.lock(router_id)
        router.require_owned(caller)
        combined = combine(router.routes, canonical(routes))
        changed = replace(router, routes=tuple(dict.fromkeys(combined)))
        check_routes(changed.routes, self.routers.touches(router.id))
        return self._saved(changed)

    def _saved(self, router: Router) -> Router:
        changed = replace(router, updated=self.clock.now(), version=router.version + 1)
        self.routers.save(changed)
        self._publish(changed)
        return changed

    def _publish(self, router: Router) -> None:
        self.feed.publish(Changed("router", router.id, router.version, router.project_id))


def canonical(routes: Sequence[HostRoute]) -> Routes:
    """Routes as we write them, each once. Raises InvalidInput."""
    written = (
        HostRoute(
            str(parse_block(route.destination, "routes")),
            str(parse_address(route.nexthop, "routes")),
        )
        for route in routes
    )
    return tuple(dict.fromkeys(written))
