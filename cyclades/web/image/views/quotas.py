"""/info/usage, and /quotas, which is Cyclades' own: Glance's limits are the identity service's.

Source: Image service API v2 reference, "Quota usage".
"""

from typing import Any

from cyclades.domain.model.quota import IMAGE
from cyclades.web.image.schemas import quotas as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

usage = Resource("image_usage", "/image/v2/info/usage", rule="get_quota")
quota = Resource("image_quota", "/image/v2/quotas/{project_id}", rule="update_quota")


@usage.on("GET")
def show_usage(request: CycladesRequest) -> Any:
    """What the caller's project has and may have; sizes in MiB."""
    found = request.cyclades.quotas.holdings(request.caller, request.caller.project_id or "", IMAGE)
    return {
        "usage": {name: {"usage": held.used, "limit": held.limit} for name, held in found.items()}
    }


@quota.on("GET")
def show_quota(request: CycladesRequest) -> Any:
    """A project's limits."""
    project_id = request.matchdict["project_id"]
    found = request.cyclades.quotas.holdings(request.caller, project_id, IMAGE)
    return {"quota": {name: held.limit for name, held in found.items()}}


@quota.on("PUT", access=Access.ADMIN, body=schemas.UPDATE)
def update_quota(request: CycladesRequest) -> Any:
    """Give a project limits of its own; below its usage, too: what is there stays."""
    wanted = request.body_in["quota"]
    request.cyclades.quotas.set_limits(request.matchdict["project_id"], wanted, force=True)
    return show_quota(request)


@quota.on("DELETE", access=Access.ADMIN)
def reset_quota(request: CycladesRequest) -> Any:
    """Back to the defaults."""
    request.cyclades.quotas.reset(request.matchdict["project_id"], IMAGE)
    return nothing(request)
