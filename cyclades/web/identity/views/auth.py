"""What a token gives access to. Source: Identity API, "Authentication and token management"."""

from typing import Any

from cyclades.domain.services.grants import SYSTEM_TARGET
from cyclades.web.identity.presenters import projects as present
from cyclades.web.identity.presenters.records import collection_links, listed
from cyclades.web.identity.presenters.tokens import catalog as present_catalog
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

catalog = Resource("auth-catalog", "/identity/v3/auth/catalog")
projects = Resource("auth-projects", "/identity/v3/auth/projects")
domains = Resource("auth-domains", "/identity/v3/auth/domains")
system = Resource("auth-system", "/identity/v3/auth/system")


@catalog.on("GET", access=Access.USER)
def show_catalog(request: CycladesRequest) -> Any:
    entries = request.cyclades.identity.catalog.entries(request.base_url)
    return {"catalog": present_catalog(entries), "links": collection_links(request)}


@projects.on("GET", access=Access.USER)
def list_projects(request: CycladesRequest) -> Any:
    rows = request.cyclades.identity.grants.projects(request.caller.user_id)
    enabled = [row for row in rows if row.enabled]
    return listed(request, "projects", enabled, present.project)


@domains.on("GET", access=Access.USER)
def list_domains(request: CycladesRequest) -> Any:
    identity = request.cyclades.identity
    targets = identity.grants.targets(request.caller.user_id)
    ids = tuple(target.id for target in targets if target.kind == "domain")
    rows = identity.store.projects.find({"id": ids, "enabled": True}) if ids else ()
    return listed(request, "domains", rows, present.domain)


@system.on("GET", access=Access.USER)
def show_system(request: CycladesRequest) -> Any:
    has_any = SYSTEM_TARGET in request.cyclades.identity.grants.targets(request.caller.user_id)
    return {"system": [{"all": True}] if has_any else [], "links": collection_links(request)}
