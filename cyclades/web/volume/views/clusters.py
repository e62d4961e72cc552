"""/os-services, /os-hosts, /scheduler-stats/get_pools: clusters, for administrators.

Source: Block Storage API reference, "Services", "Hosts extension", "Back-end storage pools".
"""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource
from cyclades.web.schema_types import boolean, mapping, text
from cyclades.web.volume.presenters import clusters as present

QUERY = mapping("", text("binary", missing=None), text("host", missing=None), unknown="ignore")
POOLS = mapping("", boolean("detail", missing=False), text("name", missing=None), unknown="ignore")
services = Resource("volume-services", "/volume/v3/os-services", rule="volume_extension:services")
FROZEN = frozenset({"freeze", "thaw"})
ACTION = mapping(
    "",
    *(text(name, nullable=True, missing=None) for name in ("host", "binary")),
    unknown="ignore",
)
service_action = Resource(
    "volume-service-action",
    "/volume/v3/os-services/{action:enable|disable|disable-log-reason|freeze|thaw}",
    rule="volume_extension:services",
)
hosts = Resource("volume-hosts", "/volume/v3/os-hosts", rule="volume_extension:hosts")
host = Resource("volume-host", "/volume/v3/os-hosts/{name}", rule="volume_extension:hosts")
pools = Resource(
    "volume-pools", "/volume/v3/scheduler-stats/get_pools", rule="scheduler_extension:get_pools"
)


@services.on("GET", access=Access.ADMIN, query=QUERY)
def list_volume_services(request: CycladesRequest) -> Any:
    """Ourselves, and the clusters; by name and binary where asked."""
    wanted = {name: value for name, value in request.query_in.items() if value is not None}
    return {"services": [each for each in every(request) if wanted.items() <= each.items()]}


def every(request: CycladesRequest) -> list[dict[str, Any]]:
    """Ourselves first."""
    now, version = request.app.clock.now(), request.microversion
    clusters = request.cyclades.clusters.list()
    return [
        present.scheduler(now, version),
        *(present.service(each, now, version) for each in clusters),
    ]


@service_action.on("PUT", access=Access.ADMIN, body=ACTION)
def act_on_volume_service(request: CycladesRequest) -> Any:
    """Operators drain clusters, by a command of their own."""
    told = request.body_in
    named = (told["host"], told["binary"])
    known = {(each["host"], each["binary"]) for each in every(request)}
    if named not in known and request.matchdict["action"] not in FROZEN:
        raise NotFound("service", f"{named[1]} on {named[0]}"[:64])
    raise InvalidInput(
        "Services are not enabled or disabled here: an operator drains a cluster with "
        "`cyclades-manage`.",
        "host",
    )


@hosts.on("GET", access=Access.ADMIN)
def list_volume_hosts(request: CycladesRequest) -> Any:
    """Ourselves, and the clusters."""
    return {"hosts": [present.host(each) for each in every(request)]}


@host.on("GET", access=Access.ADMIN)
def show_volume_host(request: CycladesRequest) -> Any:
    """What a cluster has, by project."""
    name = request.matchdict["name"]
    found = [each for each in request.cyclades.clusters.list() if each.name == name]
    if not found:
        raise NotFound("host", name[:64])
    stocks = request.cyclades.volume_views.stocks(found[0].id)
    return present.host_detail(found[0], stocks)


@pools.on("GET", access=Access.ADMIN, query=POOLS)
def list_pools(request: CycladesRequest) -> Any:
    """The clusters; with `detail`, what they have."""
    now, query = request.app.clock.now(), request.query_in
    return {
        "pools": [
            present.pool(each, now, in_detail=query["detail"])
            for each in request.cyclades.clusters.list()
            if query["name"] in {None, each.name}
        ]
    }
