"""/v3/roles. Source: Identity API, "Roles"."""

from typing import Any

from cyclades.web.identity.presenters import roles as present
from cyclades.web.identity.presenters.records import collection_links, listed
from cyclades.web.identity.schemas import roles as schemas
from cyclades.web.identity.schemas.records import parted
from cyclades.web.identity.views.access import may
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

roles = Resource("roles", "/identity/v3/roles")
role = Resource("role", "/identity/v3/roles/{id}")
implied = Resource("implied-roles", "/identity/v3/roles/{id}/implies")
rule = Resource("implied-role", "/identity/v3/roles/{id}/implies/{implied_id}")
inferences = Resource("role-inferences", "/identity/v3/role_inferences")


@roles.on("GET", access=Access.USER, query=schemas.LIST)
def list_roles(request: CycladesRequest) -> Any:
    may(request, "list_roles")
    filters = {"domain_id": "", **request.query_in}
    rows = request.cyclades.identity.store.roles.find(filters)
    return listed(request, "roles", rows, present.role)


@roles.on("POST", access=Access.USER, body=schemas.CREATE, status=201, creates=True)
def create_role(request: CycladesRequest) -> Any:
    may(request, "create_role")
    wanted, extra = parted(request.body_in, schemas.CREATE)
    identity = request.cyclades.identity
    if wanted.get("domain_id"):
        identity.projects.show_domain(wanted["domain_id"])
    made = identity.roles.create(wanted | schemas.immutable_of(request.body_in), extra)
    return {"role": present.role(request, made)}


@role.on("GET", access=Access.USER)
def show_role(request: CycladesRequest) -> Any:
    may(request, "get_role")
    found = request.cyclades.identity.store.roles.get(request.matchdict["id"])
    return {"role": present.role(request, found)}


@role.on("PATCH", access=Access.USER, body=schemas.UPDATE)
def update_role(request: CycladesRequest) -> Any:
    may(request, "update_role")
    changes, extra = parted(request.body_in, schemas.UPDATE)
    changes |= schemas.immutable_of(request.body_in)
    changed = request.cyclades.identity.roles.update(request.matchdict["id"], changes, extra)
    return {"role": present.role(request, changed)}


@role.on("DELETE", access=Access.USER)
def delete_role(request: CycladesRequest) -> Any:
    may(request, "delete_role")
    request.cyclades.identity.roles.delete(request.matchdict["id"])
    return nothing(request)


@implied.on("GET", access=Access.USER)
def list_implied(request: CycladesRequest) -> Any:
    may(request, "list_implied_roles")
    identity, prior_id = request.cyclades.identity, request.matchdict["id"]
    identity.store.roles.get(prior_id)
    [(prior, rows)] = identity.roles.inferences(prior_id)
    return {
        "role_inference": present.inferences(request, prior, rows),
        "links": collection_links(request),
    }


@rule.on("PUT", access=Access.USER, status=201)
def create_rule(request: CycladesRequest) -> Any:
    may(request, "create_implied_role")
    prior, other = request.cyclades.identity.roles.imply(*pair(request))
    return present.inference(request, prior, other)


@rule.on("GET", access=Access.USER)
def show_rule(request: CycladesRequest) -> Any:
    may(request, "check_implied_role")
    prior, other = request.cyclades.identity.roles.implied(*pair(request))
    if request.method == "HEAD":
        return nothing(request)
    return present.inference(request, prior, other)


@rule.on("DELETE", access=Access.USER)
def delete_rule(request: CycladesRequest) -> Any:
    may(request, "delete_implied_role")
    request.cyclades.identity.roles.no_longer_imply(*pair(request))
    return nothing(request)


@inferences.on("GET", access=Access.USER)
def list_inferences(request: CycladesRequest) -> Any:
    may(request, "list_role_inference_rules")
    rules = request.cyclades.identity.roles.inferences()
    return {
        "role_inferences": [present.inferences(request, prior, rows) for prior, rows in rules],
        "links": collection_links(request),
    }


def pair(request: CycladesRequest) -> tuple[str, str]:
    """The ids of both roles."""
    return request.matchdict["id"], request.matchdict["implied_id"]
