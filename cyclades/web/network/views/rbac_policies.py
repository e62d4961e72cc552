"""/rbac-policies. Source: Networking API v2.0, "RBAC Policies"."""

from typing import Any

from cyclades.domain.model.rbac_policy import WantedPolicy
from cyclades.web.network.bodies import create_all, renamed
from cyclades.web.network.listing import FIELDS, listing_of, page_answer, picked
from cyclades.web.network.presenters.rbac_policies import policy_body
from cyclades.web.network.schemas import rbac_policies as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

rbac_policies = Resource("rbac-policies", "/network/v2.0/rbac-policies")
rbac_policy = Resource("rbac-policy", "/network/v2.0/rbac-policies/{id}")


@rbac_policies.on("GET", query=schemas.LIST)
def list_policies(request: CycladesRequest) -> Any:
    """The project's policies."""
    listing = listing_of(request)
    rows = request.cyclades.rbac_policies.page(listing)
    return page_answer(request, "rbac_policies", rows, listing, policy_body)


@rbac_policies.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_policies(request: CycladesRequest) -> Any:
    """One policy, or several at once: all or none."""

    def make(item: dict[str, Any]) -> dict[str, Any]:
        wanted = WantedPolicy(**renamed(item, schemas.NAMES))
        return policy_body(request.cyclades.rbac_policies.create(request.caller, wanted))

    return create_all(request.body_in, "rbac_policy", "rbac_policies", make)


@rbac_policy.on("GET", query=FIELDS)
def show_policy(request: CycladesRequest) -> Any:
    """One policy."""
    found = request.cyclades.rbac_policies.show(request.caller, request.matchdict["id"])
    return {"rbac_policy": picked(policy_body(found), request.query_in["fields"])}


@rbac_policy.on("PUT", access=Access.MEMBER, body=schemas.UPDATE)
def update_policy(request: CycladesRequest) -> Any:
    """Let another project do it instead."""
    target = request.body_in["rbac_policy"].get("target_tenant")
    service, policy_id = request.cyclades.rbac_policies, request.matchdict["id"]
    if target is None:
        return {"rbac_policy": policy_body(service.show(request.caller, policy_id))}
    return {"rbac_policy": policy_body(service.update(request.caller, policy_id, target))}


@rbac_policy.on("DELETE", access=Access.MEMBER)
def delete_policy(request: CycladesRequest) -> Any:
    """Share no more."""
    request.cyclades.rbac_policies.delete(request.caller, request.matchdict["id"])
    return nothing(request)
