"""/v3/services, /v3/endpoints. Source: Identity API, "Service catalog and endpoints"."""

from collections.abc import Iterable, Mapping
from typing import Any

from cyclades.web.identity.presenters import catalog as present
from cyclades.web.identity.presenters.records import listed
from cyclades.web.identity.schemas import catalog as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

services = Resource("services", "/identity/v3/services")
service = Resource("service", "/identity/v3/services/{id}")
endpoints = Resource("endpoints", "/identity/v3/endpoints")
endpoint = Resource("endpoint", "/identity/v3/endpoints/{id}")


def matching(rows: Iterable[Any], filters: Mapping[str, Any]) -> list[Any]:
    """The rows whose fields equal the filters; built-in rows are not in the database."""
    return [row for row in rows if all(getattr(row, key) == filters[key] for key in filters)]


@services.on("GET", access=Access.USER, query=schemas.LIST_SERVICES)
def list_services(request: CycladesRequest) -> Any:
    may(request, "list_services")
    rows = matching(request.cyclades.identity.catalog.services(), request.query_in)
    return listed(request, "services", rows, present.service)


@services.on("POST", access=Access.USER, body=schemas.CREATE_SERVICE, status=201, creates=True)
def create_service(request: CycladesRequest) -> Any:
    may(request, "create_service")
    wanted, extra = parted(request.body_in, schemas.CREATE_SERVICE)
    made = request.cyclades.identity.catalog.create_service(wanted, extra)
    return {"service": present.service(request, made)}


@service.on("GET", access=Access.USER)
def show_service(request: CycladesRequest) -> Any:
    may(request, "get_service")
    found = request.cyclades.identity.catalog.service(request.matchdict["id"])
    return {"service": present.service(request, found)}


@service.on("PATCH", access=Access.USER, body=schemas.UPDATE_SERVICE)
def update_service(request: CycladesRequest) -> Any:
    may(request, "update_service")
    changes, extra = parted(request.body_in, schemas.UPDATE_SERVICE)
    catalog = request.cyclades.identity.catalog
    changed = catalog.update_service(request.matchdict["id"], changes, extra)
    return {"service": present.service(request, changed)}


@service.on("DELETE", access=Access.USER)
def delete_service(request: CycladesRequest) -> Any:
    may(request, "delete_service")
    request.cyclades.identity.catalog.delete_service(request.matchdict["id"])
    return nothing(request)


@endpoints.on("GET", access=Access.USER, query=schemas.LIST_ENDPOINTS)
def list_endpoints(request: CycladesRequest) -> Any:
    may(request, "list_endpoints")
    found = request.cyclades.identity.catalog.endpoints(request.base_url)
    return listed(request, "endpoints", matching(found, request.query_in), present.endpoint)


@endpoints.on("POST", access=Access.USER, body=schemas.CREATE_ENDPOINT, status=201, creates=True)
def create_endpoint(request: CycladesRequest) -> Any:
    may(request, "create_endpoint")
    wanted, extra = parted(request.body_in, schemas.CREATE_ENDPOINT)
    made = request.cyclades.identity.catalog.create_endpoint(wanted, extra)
    return {"endpoint": present.endpoint(request, made)}


@endpoint.on("GET", access=Access.USER)
def show_endpoint(request: CycladesRequest) -> Any:
    may(request, "get_endpoint")
    catalog = request.cyclades.identity.catalog
    found = catalog.endpoint(request.matchdict["id"], request.base_url)
    return {"endpoint": present.endpoint(request, found)}


@endpoint.on("PATCH", access=Access.USER, body=schemas.UPDATE_ENDPOINT)
def update_endpoint(request: CycladesRequest) -> Any:
    may(request, "update_endpoint")
    changes, extra = parted(request.body_in, schemas.UPDATE_ENDPOINT)
    catalog = request.cyclades.identity.catalog
    changed = catalog.update_endpoint(request.matchdict["id"], changes, extra)
    return {"endpoint": present.endpoint(request, changed)}


@endpoint.on("DELETE", access=Access.USER)
def delete_endpoint(request: CycladesRequest) -> Any:
    may(request, "delete_endpoint")
    request.cyclades.identity.catalog.delete_endpoint(request.matchdict["id"])
    return nothing(request)
