"""The catalog: our own services, and what administrators add to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from cyclades.domain.model.catalog import (
    CatalogService,
    Endpoint,
    Region,
    built_in_endpoints,
    built_in_services,
)
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids


@dataclass(frozen=True, slots=True)
class Catalog:
    """`region` is where our own services are."""

    store: IdentityStore
    ids: Ids
    region: Region

    def services(self) -> list[CatalogService]:
        """Built in first, then by name."""
        return [*built_in_services(), *self.store.services.find({})]

    def endpoints(self, base_url: str) -> list[Endpoint]:
        """Built in first, as this client reaches them."""
        built_in = built_in_endpoints(base_url, self.region.id)
        return [*built_in, *self.store.endpoints.find({})]

    def entries(self, base_url: str) -> list[tuple[CatalogService, Sequence[Endpoint]]]:
        """What a token's catalog shows: enabled services that have enabled endpoints."""
        by_service: dict[str, list[Endpoint]] = {}
        for endpoint in self.endpoints(base_url):
            if endpoint.enabled:
                by_service.setdefault(endpoint.service_id, []).append(endpoint)
        return [
            (service, by_service[service.id])
            for service in self.services()
            if service.enabled and service.id in by_service
        ]
