"""/quotas. Source: Networking API reference, "Quotas extension (quotas)"."""

from collections.abc import Mapping
from typing import Any

from cyclades.domain.model.quota import NETWORK, Holding
from cyclades.web.network.schemas import quotas as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

BASE = "/network/v2.0/quotas"
quotas = Resource("quotas", BASE, rule="get_quota")
quota = Resource("quota", f"{BASE}/{{project_id}}", rule="update_quota")
quota_details = Resource("quota-details", f"{BASE}/{{project_id}}/details")
quota_details_json = Resource("quota-details-json", f"{BASE}/{{project_id}}/details.json")
quota_default = Resource("quota-default", f"{BASE}/{{project_id}}/default")


def held(request: CycladesRequest) -> Mapping[str, Holding]:
    """What the path's project has."""
    project_id = request.matchdict["project_id"]
    return request.cyclades.quotas.holdings(request.caller, project_id, NETWORK)


def limits(request: CycladesRequest) -> dict[str, Any]:
    """The limits of the path's project."""
    return {"quota": {name: holding.limit for name, holding in held(request).items()}}


@quotas.on("GET", access=Access.ADMIN)
def list_quotas(request: CycladesRequest) -> Any:
    """The projects that have limits of their own."""
    own = request.cyclades.quotas.own_limits(NETWORK)
    return {
        "quotas": [
            {**limits, "project_id": project_id, "tenant_id": project_id}
            for project_id, limits in own.items()
        ]
    }


@quota.on("GET")
def show_quota(request: CycladesRequest) -> Any:
    """The limits of a project."""
    return limits(request)


@quota_details_json.on("GET")  # some clients name the format
@quota_details.on("GET")
def show_quota_in_detail(request: CycladesRequest) -> Any:
    """Limits and usage of a project."""
    return {
        "quota": {
            name: {"limit": holding.limit, "used": holding.used, "reserved": 0}
            for name, holding in held(request).items()
        }
    }


@quota_default.on("GET")
def show_default_quota(request: CycladesRequest) -> Any:
    """The limits of projects that have none of their own."""
    return {"quota": request.cyclades.quotas.defaults(NETWORK)}


@quota.on("PUT", access=Access.ADMIN, body=schemas.UPDATE)
def update_quota(request: CycladesRequest) -> Any:
    """Give a project limits of its own; below its usage, unless `check_limit` is asked for."""
    wanted = dict(request.body_in["quota"])
    checked = wanted.pop("check_limit") and not wanted["force"]
    del wanted["force"]
    request.cyclades.quotas.set_limits(request.matchdict["project_id"], wanted, force=not checked)
    return limits(request)


@quota.on("DELETE", access=Access.ADMIN)
def reset_quota(request: CycladesRequest) -> Any:
    """Back to the defaults."""
    request.cyclades.quotas.reset(request.matchdict["project_id"], NETWORK)
    return nothing(request)
