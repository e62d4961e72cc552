"""/os-quota-sets. Source: Compute API reference, "Quota sets (os-quota-sets)"."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.quota import Holding
from cyclades.web.compute.presenters import quotas as present
from cyclades.web.compute.schemas import quotas as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

RULE = "os_compute_api:os-quota-sets"
BASE = "/compute/v2.1/os-quota-sets/{project_id}"
quota_set = Resource("quota-set", BASE, rule=RULE)
quota_detail = Resource("quota-set-detail", f"{BASE}/detail", rule=RULE)
quota_defaults = Resource("quota-set-defaults", f"{BASE}/defaults", rule=RULE)


def held(request: CycladesRequest) -> Mapping[str, Holding]:
    """What the path's project has."""
    named = request.matchdict["project_id"]
    return request.cyclades.quotas.holdings(
        request.caller, named, present.names(request.microversion)
    )


@quota_set.on("GET", query=schemas.QUERY)
def show_quota(request: CycladesRequest) -> Any:
    """The limits of a project."""
    limits = {name: holding.limit for name, holding in held(request).items()}
    return {"quota_set": {"id": request.matchdict["project_id"]} | limits}


@quota_detail.on("GET", query=schemas.QUERY)
def show_quota_in_detail(request: CycladesRequest) -> Any:
    """Limits and usage of a project."""
    return {"quota_set": {"id": request.matchdict["project_id"]} | present.detail(held(request))}


@quota_defaults.on("GET")
def show_default_quota(request: CycladesRequest) -> Any:
    """The limits of projects that have none of their own."""
    limits = request.cyclades.quotas.defaults(present.names(request.microversion))
    return {"quota_set": {"id": request.matchdict["project_id"], **limits}}


@quota_set.on("PUT", access=Access.ADMIN, body=schemas.UPDATE, query=schemas.QUERY)
def update_quota(request: CycladesRequest) -> Any:
    """Give a project limits of its own."""
    refuse_user(request)
    wanted = dict(request.body_in["quota_set"])
    force = wanted.pop("force")
    unknown = sorted(set(wanted) - set(present.names(request.microversion)))
    if unknown:
        raise InvalidInput(
            "Invalid input for field/attribute quota_set. Additional properties are not allowed "
            f"({unknown[0]!r} was unexpected)",
            f"quota_set.{unknown[0]}",
        )
    request.cyclades.quotas.set_limits(request.matchdict["project_id"], wanted, force=force)
    return {"quota_set": {name: holding.limit for name, holding in held(request).items()}}


@quota_set.on("DELETE", access=Access.ADMIN, query=schemas.QUERY)
def reset_quota(request: CycladesRequest) -> Any:
    """Back to the defaults."""
    refuse_user(request)
    names = present.names(request.microversion)
    request.cyclades.quotas.reset(request.matchdict["project_id"], names)
    return nothing(request, 202)


def refuse_user(request: CycladesRequest) -> None:
    """Quotas are projects' here. Raises InvalidInput."""
    if request.query_in["user_id"] is not None:
        raise InvalidInput("Users have no quota of their own, projects have.", "user_id")
