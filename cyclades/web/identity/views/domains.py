"""/v3/domains. Source: Identity API, "Domains"."""

from typing import Any

from cyclades.web.identity.presenters import projects as present
from cyclades.web.identity.presenters.records import listed
from cyclades.web.identity.schemas import projects as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

domains = Resource("domains", "/identity/v3/domains")
domain = Resource("domain", "/identity/v3/domains/{id}")


@domains.on("GET", access=Access.USER, query=schemas.LIST_DOMAINS)
def list_domains(request: CycladesRequest) -> Any:
    may(request, "list_domains")
    rows = request.cyclades.identity.store.projects.find({**request.query_in, "is_domain": True})
    return listed(request, "domains", rows, present.domain)


@domains.on("POST", access=Access.USER, body=schemas.CREATE_DOMAIN, status=201, creates=True)
def create_domain(request: CycladesRequest) -> Any:
    may(request, "create_domain")
    wanted, extra = parted(request.body_in, schemas.CREATE_DOMAIN)
    made = request.cyclades.identity.projects.create_domain(wanted, extra)
    return {"domain": present.domain(request, made)}


@domain.on("GET", access=Access.USER)
def show_domain(request: CycladesRequest) -> Any:
    caller, wanted = request.caller, request.matchdict["id"]
    mine = wanted in {caller.domain_id, caller.project_domain_id}
    may(request, "get_domain", own=mine)
    found = request.cyclades.identity.projects.show_domain(wanted)
    return {"domain": present.domain(request, found)}


@domain.on("PATCH", access=Access.USER, body=schemas.UPDATE_DOMAIN)
def update_domain(request: CycladesRequest) -> Any:
    may(request, "update_domain")
    service = request.cyclades.identity.projects
    changes, extra = parted(request.body_in, schemas.UPDATE_DOMAIN)
    found = service.show_domain(request.matchdict["id"])
    return {"domain": present.domain(request, service.update(found.id, changes, extra))}


@domain.on("DELETE", access=Access.USER)
def delete_domain(request: CycladesRequest) -> Any:
    may(request, "delete_domain")
    request.cyclades.identity.projects.delete_domain(request.matchdict["id"])
    return nothing(request)
