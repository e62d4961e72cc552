"""/limits. Source: Compute API reference, "Limits (limits)"."""

from typing import Any

from cyclades.web.compute.presenters import quotas as present
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource
from cyclades.web.schema_types import mapping, text

QUERY = mapping(
    "",
    text("tenant_id", minimum=1, missing=None),
    text("reserved", missing=None),  # nothing is ever reserved without being used
    unknown="ignore",
)
limits = Resource("limits", "/compute/v2.1/limits")


@limits.on("GET", query=QUERY)
def show_limits(request: CycladesRequest) -> Any:
    """The caller's project, or the one that an administrator names."""
    project_id = request.query_in["tenant_id"] or request.caller.project_id
    holdings = request.cyclades.quotas.holdings(
        request.caller, project_id, list(present.LAST_VERSION)
    )
    return present.absolute(holdings, request.microversion)
