"""Extensions, zones and service providers: what this network service is and has.

Source: Networking API v2.0, "Extensions", "Availability zones", "Service providers".
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from cyclades.domain.model.availability_zone import zones_of
from cyclades.domain.model.errors import NotFound
from cyclades.web.network.listing import FIELDS, picked, word
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource
from cyclades.web.schema_types import mapping, sequence


class Extension(NamedTuple):
    """How an extension introduces itself."""

    name: str
    description: str


# Only what is true: clients decide by these what they ask for. Names are the ones that
# clients search by.
EXTENSIONS: Mapping[str, Extension] = {
    "agent": Extension("agent", "Gateway hosts are listed to administrators."),
    "allowed-address-pairs": Extension(
        "Allowed Address Pairs", "Ports record addresses that their guests may use besides."
    ),
    "availability_zone": Extension("Availability Zone", "The clusters' zones are listed."),
    "availability_zone_filter": Extension(
        "Availability Zone Filter Extension", "Zones can be found by name, resource and state."
    ),
    "binding": Extension("Port Binding", "Ports say how they are plugged in."),
    "default-subnetpools": Extension(
        "Default Subnetpools", "One pool of each version is for those who name none."
    ),
    "dns-integration": Extension("DNS Integration", "Ports have a name in their network's DNS."),
    "empty-string-filtering": Extension(
        "Empty String Filtering Extension", "Lists can be filtered by empty values."
    ),
    "ext-gw-mode": Extension(
        "Neutron L3 Configurable external gateway mode",
        "Routers hide private addresses, or do not.",
    ),
    "external-net": Extension(
        "Neutron external network", "Networks say whether they lead outside."
    ),
    "extraroute": Extension("Neutron Extra Route", "Routers have routes of their owners'."),
    "extraroute-atomic": Extension(
        "Atomically add/remove extra routes", "Routes are added and removed one by one."
    ),
    "extra_dhcp_opt": Extension("Neutron Extra DHCP options", "Ports record DHCP options."),
    "filter-validation": Extension("Filter parameters validation", "Unknown filters are refused."),
    "fip-port-details": Extension(
        "Floating IP Port Details Extension", "Floating IPs tell of the ports they lead to."
    ),
    "ip-substring-filtering": Extension(
        "IP address substring filtering", "Ports can be found by a part of an address."
    ),
    "ip_allocation": Extension("IP Allocation", "Ports get their addresses when they are made."),
    "l2_adjacency": Extension("L2 Adjacency", "Networks are one segment each."),
    "net-mtu": Extension("Network MTU", "Networks say how large a packet may be."),
    "net-mtu-writable": Extension("Network MTU (writable)", "Owners choose a network's MTU."),
    "network-ip-availability": Extension(
        "Network IP Availability", "Administrators see how many addresses are taken."
    ),
    "network_availability_zone": Extension(
        "Network Availability Zone", "Networks say in which zones they are."
    ),
    "pagination": Extension("Pagination support", "Lists come in pages that link to each other."),
    "port-security": Extension("Port Security", "Ports and networks can do without protection."),
    "port-security-groups-filtering": Extension(
        "Port filtering on security groups", "Ports can be found by their security groups."
    ),
    "project-id": Extension("project_id field enabled", "Objects and filters know project_id."),
    "provider": Extension(
        "Provider Network", "Administrators see and say what networks are made of."
    ),
    "quota-check-limit": Extension(
        "Quota engine limit check", "Limits can be refused that are below what is used."
    ),
    "quota_details": Extension("Quota details management support", "Quotas show what is used."),
    "quotas": Extension("Quota management support", "Projects have limits."),
    "rbac-policies": Extension(
        "RBAC Policies", "Networks are shared with everybody, or with projects one by one."
    ),
    "revision-if-match": Extension(
        "If-Match constraints based on revision_number",
        "Changes can be bound to the revision that the client has seen.",
    ),
    "router": Extension(
        "Neutron L3 Router", "Routers join networks and lead outside; floating IPs."
    ),
    "security-group": Extension("security-group", "Groups of rules that ports are in."),
    "security-groups-normalized-cidr": Extension(
        "Normalized CIDR field for security group rules", "Rules show their prefix tidied."
    ),
    "security-groups-rules-belongs-to-default-sg": Extension(
        "Security group rules belong to default SG", "Rules say whether their group is a default."
    ),
    "security-groups-shared-filtering": Extension(
        "Security group filtering on the shared field", "Groups can be found by being shared."
    ),
    "service-type": Extension(
        "Neutron Service Type Management", "Providers of services are listed; there is no choice."
    ),
    "sorting": Extension("Sorting support", "Lists can be ordered."),
    "standard-attr-description": Extension(
        "standard-attr-description", "Objects have a description."
    ),
    "standard-attr-revisions": Extension(
        "Resource revision numbers", "Objects count their changes."
    ),
    "standard-attr-tag": Extension("Tag support for resources", "Objects have tags."),
    "standard-attr-timestamp": Extension(
        "Resource timestamps", "Objects say when they were made and changed."
    ),
    "stateful-security-group": Extension(
        "Stateful security group", "Groups say that answers are let through; all do."
    ),
    "subnet-external-network": Extension(
        "Subnet belongs to external network", "Subnets say whether their network leads outside."
    ),
    "subnet_allocation": Extension("Subnet Allocation", "Subnets are cut from pools of prefixes."),
}
UPDATED = "2026-11-22T00:00:00-00:00"
ZONES = mapping(
    "", *(sequence(name, word(), missing=()) for name in ("name", "resource", "state", "fields"))
)

extensions = Resource("extensions", "/network/v2.0/extensions")
extension = Resource("extension", "/network/v2.0/extensions/{alias}")
service_providers = Resource("service-providers", "/network/v2.0/service-providers")
zones = Resource("network-availability-zones", "/network/v2.0/availability_zones")


@extensions.on("GET", access=Access.USER, query=FIELDS)
def list_extensions(request: CycladesRequest) -> Any:
    """All extensions."""
    return {"extensions": [body(alias) for alias in EXTENSIONS]}


@extension.on("GET", access=Access.USER, query=FIELDS)
def show_extension(request: CycladesRequest) -> Any:
    """One extension."""
    alias = request.matchdict["alias"]
    if alias not in EXTENSIONS:
        raise NotFound("extension", alias)
    return {"extension": body(alias)}


@zones.on("GET", query=ZONES)
def list_zones(request: CycladesRequest) -> Any:
    """The clusters' zones: whoever has servers in one has networks there."""
    found = [
        {
            "name": zone.name,
            "resource": "network",
            "state": "available" if zone.available else "unavailable",
        }
        for zone in zones_of(request.cyclades.clusters.list())
    ]
    asked = {name: request.query_in[name] for name in ("name", "resource", "state")}
    return {
        "availability_zones": [
            picked(zone, request.query_in["fields"])
            for zone in found
            if all(not values or zone[name] in values for name, values in asked.items())
        ]
    }


@service_providers.on("GET", query=FIELDS)
def list_service_providers(request: CycladesRequest) -> Any:
    """Nobody chooses between several: each service is provided in one way."""
    return {"service_providers": []}


def body(alias: str) -> dict[str, Any]:
    """An extension as clients read it."""
    return {
        "alias": alias,
        "name": EXTENSIONS[alias].name,
        "description": EXTENSIONS[alias].description,
        "updated": UPDATED,
        "links": [],
    }
