"""The catalog: our own services, and what administrators add to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cyclades.domain.model.catalog import (
    CatalogService,
    Endpoint,
    Region,
    built_in_endpoints,
    built_in_services,
)
from cyclades.domain.model.errors import AlreadyExists, Forbidden, InvalidInput, NotFound
from cyclades.domain.model.identity_ids import bare
from cyclades.ports.identity_store import IdentityStore
from cyclades.ports.ids import Ids

Extra = Mapping[str, object]
Entry = TypeVar("Entry", CatalogService, Endpoint, Region)


@dataclass(frozen=True, slots=True)
class Catalog:
    """`home` is the region where our own services are."""

    store: IdentityStore
    ids: Ids
    home: Region

    def services(self) -> list[CatalogService]:
        """Built in first, then by name."""
        return [*built_in_services(), *self.store.services.find({})]

    def endpoints(self, base_url: str) -> list[Endpoint]:
        """Built in first, as this client reaches them."""
        built_in = built_in_endpoints(base_url, self.home.id)
        return [*built_in, *self.store.endpoints.find({})]

    def regions(self) -> list[Region]:
        """The home region first."""
        return [self.home, *self.store.regions.find({})]

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

    def service(self, service_id: str) -> CatalogService:
        """One service. Raises NotFound."""
        return _one(self.services(), "service", service_id)

    def endpoint(self, endpoint_id: str, base_url: str) -> Endpoint:
        """One endpoint. Raises NotFound."""
        return _one(self.endpoints(base_url), "endpoint", endpoint_id)

    def region(self, region_id: str) -> Region:
        """One region. Raises NotFound."""
        return _one(self.regions(), "region", region_id)

    def create_service(self, wanted: Mapping[str, Any], extra: Extra) -> CatalogService:
        """A service beside our own."""
        service = CatalogService(
            id=bare(self.ids.new()),
            type=wanted["type"],
            name=wanted.get("name") or "",
            description=wanted.get("description"),
            enabled=wanted.get("enabled", True),
            extra=extra,
        )
        self.store.services.add(service)
        return service

    def update_service(
        self, service_id: str, changes: Mapping[str, Any], extra: Extra
    ) -> CatalogService:
        """Change a service that was added."""
        self._require_added(self.service(service_id), built_in_services())
        service = self.store.services.get(service_id, lock=True)
        changed = replace(service, **changes, extra={**service.extra, **extra})
        self.store.services.save(changed)
        return changed

    def delete_service(self, service_id: str) -> None:
        """Remove a service that was added, and its endpoints."""
        self._require_added(self.service(service_id), built_in_services())
        self.store.endpoints.remove({"service_id": service_id})
        self.store.services.remove({"id": service_id})

    def create_endpoint(self, wanted: Mapping[str, Any], extra: Extra) -> Endpoint:
        """An address of a service."""
        self._require_service(wanted["service_id"])
        endpoint = Endpoint(
            id=bare(self.ids.new()),
            service_id=wanted["service_id"],
            interface=wanted["interface"],
            url=wanted["url"],
            region_id=self._region_for(wanted),
            name=wanted.get("name") or "",
            enabled=wanted.get("enabled", True),
            extra=extra,
        )
        self.store.endpoints.add(endpoint)
        return endpoint

    def update_endpoint(
        self, endpoint_id: str, changes: Mapping[str, Any], extra: Extra
    ) -> Endpoint:
        """Change an endpoint that was added."""
        built_in = built_in_endpoints("", self.home.id)
        self._require_added(self.endpoint(endpoint_id, ""), built_in)
        endpoint = self.store.endpoints.get(endpoint_id, lock=True)
        wanted = dict(changes)
        if "service_id" in wanted:
            self._require_service(wanted["service_id"])
        if "region" in wanted or "region_id" in wanted:
            wanted["region_id"] = self._region_for(wanted)
            wanted.pop("region", None)
        changed = replace(endpoint, **wanted, extra={**endpoint.extra, **extra})
        self.store.endpoints.save(changed)
        return changed

    def delete_endpoint(self, endpoint_id: str) -> None:
        """Remove an endpoint that was added."""
        built_in = built_in_endpoints("", self.home.id)
        self._require_added(self.endpoint(endpoint_id, ""), built_in)
        self.store.endpoints.remove({"id": endpoint_id})

    def create_region(self, wanted: Mapping[str, Any], extra: Extra) -> Region:
        """A region, with the id that the client gives or a new one."""
        region_id = wanted.get("id") or bare(self.ids.new())
        if region_id == self.home.id:
            raise AlreadyExists(f"There is a region {region_id} already.")
        parent = wanted.get("parent_region_id")
        if parent:
            self.region(parent)
        region = Region(region_id, wanted.get("description") or "", parent, extra)
        self.store.regions.add(region)
        return region

    def update_region(self, region_id: str, changes: Mapping[str, Any], extra: Extra) -> Region:
        """Change a region that was added."""
        self._require_added(self.region(region_id), [self.home])
        region = self.store.regions.get(region_id, lock=True)
        wanted = dict(changes)
        if "description" in wanted:
            wanted["description"] = wanted["description"] or ""
        if parent := wanted.get("parent_region_id"):
            self.region(parent)
        changed = replace(region, **wanted, extra={**region.extra, **extra})
        self.store.regions.save(changed)
        return changed

    def delete_region(self, region_id: str) -> None:
        """Remove a region that was added and is not in use."""
        self._require_added(self.region(region_id), [self.home])
        if self.store.endpoints.find({"region_id": region_id}):
            raise Forbidden(f"Region {region_id} has endpoints: delete those first.")
        if self.store.regions.find({"parent_region_id": region_id}):
            raise Forbidden(f"Region {region_id} has regions below it: delete those first.")
        self.store.regions.remove({"id": region_id})

    def _require_service(self, service_id: str) -> None:
        try:
            self.service(service_id)
        except NotFound as error:
            raise InvalidInput(f"There is no service {service_id}.", "service_id") from error

    def _region_for(self, wanted: Mapping[str, Any]) -> str | None:
        """The region that is named; the old word `region` makes it when it is missing."""
        region_id: str | None = wanted.get("region_id") or wanted.get("region")
        if region_id and region_id not in {region.id for region in self.regions()}:
            if wanted.get("region_id"):
                raise InvalidInput(f"There is no region {region_id}.", "region_id")
            self.create_region({"id": region_id}, {})
        return region_id

    def _require_added(self, record: Entry, built_in: Sequence[Entry]) -> None:
        if record.id in {one.id for one in built_in}:
            raise Forbidden("This part of the catalog is built in and cannot be changed.")


def _one(rows: Sequence[Entry], noun: str, id: str) -> Entry:
    for row in rows:
        if row.id == id:
            return row
    raise NotFound(noun, id)
