"""The catalog: which services there are, and where.

Our own services are built in: their addresses follow from how clients reach us. What
administrators add is kept beside them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import NAMESPACE_OID, uuid5

INTERFACES = ("public", "internal", "admin")


@dataclass(frozen=True, slots=True)
class CatalogService:
    """A service by type and name."""

    id: str
    type: str
    name: str = ""
    description: str | None = None
    enabled: bool = True
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service is, for one interface in one region."""

    id: str
    service_id: str
    interface: str
    url: str
    region_id: str | None = None
    name: str = ""
    enabled: bool = True
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the cloud."""

    id: str
    description: str = ""
    parent_region_id: str | None = None
    extra: Mapping[str, object] = field(default_factory=dict)


# (type, name, path): clients match the type, some of them the name as well. The volume
# service has its official type and the one that older clients look for.
BUILT_IN = (
    ("identity", "keystone", "/identity/v3"),
    ("compute", "nova", "/compute/v2.1"),
    ("network", "neutron", "/network"),
    ("image", "glance", "/image"),
    ("block-storage", "cinder", "/volume/v3"),
    ("volumev3", "cinderv3", "/volume/v3"),
)


def _stable_id(*parts: str) -> str:
    return uuid5(NAMESPACE_OID, "/".join(("cyclades", *parts))).hex


def built_in_services() -> list[CatalogService]:
    """Our own services; their ids never change."""
    return [CatalogService(_stable_id(kind), kind, name) for kind, name, _ in BUILT_IN]


def built_in_endpoints(base_url: str, region: str) -> list[Endpoint]:
    """Our own endpoints, as clients reach them; their ids never change."""
    return [
        Endpoint(
            _stable_id(kind, interface, region),
            _stable_id(kind),
            interface,
            f"{base_url}{path}",
            region,
        )
        for kind, _, path in BUILT_IN
        for interface in INTERFACES
    ]
