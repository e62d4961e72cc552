"""Volume limits and quotas.

Source: Block Storage API reference, "Quota sets extension", "Quota class set extension", "Limits".
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.domain.model.quota import Holding
from cyclades.domain.model.sharing import reach_of
from cyclades.web.microversions import Microversion
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.volume.presenters import quotas as present
from cyclades.web.volume.schemas import quotas as schemas

OF_OTHERS = Microversion(3, 39)
RULE = "volume_extension:quotas"
UNLIMITED_WORDS = (-1, "-1")  # no set: whatever a body has is compared with them
BASE = "/volume/v3/os-quota-sets/{project_id}"
volume_limits = Resource("volume-limits", "/volume/v3/limits")
volume_quota = Resource("volume-quota-set", BASE, rule=RULE)
volume_quota_defaults = Resource("volume-quota-set-defaults", f"{BASE}/defaults", rule=RULE)
volume_quota_class = Resource(
    "volume-quota-class-set", "/volume/v3/os-quota-class-sets/{name}", rule=RULE
)


def held(request: CycladesRequest, project_id: str | None) -> Mapping[str, Holding]:
    """What a project has."""
    return request.cyclades.quotas.holdings(request.caller, project_id or "", present.NAMES)


def types(request: CycladesRequest) -> Sequence[str]:
    """The names of the types that the caller may use; they have no limits of their own."""
    return request.cyclades.volume_types.repository.names(reach_of(request.caller))


@volume_limits.on("GET", query=schemas.LIMITS)
def show_volume_limits(request: CycladesRequest) -> Any:
    """Of the caller's project or, since 3.39, of one that an administrator names."""
    named = request.query_in["project_id"] if request.microversion >= OF_OTHERS else None
    return present.absolute(held(request, named or request.caller.project_id))


@volume_quota.on("GET", query=schemas.QUERY)
def show_volume_quota(request: CycladesRequest) -> Any:
    """The limits of a project, with `usage` also what it uses."""
    project_id = request.matchdict["project_id"]
    say = present.usage if request.query_in["usage"] else present.limits
    return {"quota_set": say(held(request, project_id), types(request)) | {"id": project_id}}


@volume_quota.on("PUT", access=Access.ADMIN, body=schemas.UPDATE)
def update_volume_quota(request: CycladesRequest) -> Any:
    """Give a project limits of its own."""
    project_id, known = request.matchdict["project_id"], types(request)
    told = dict(request.body_in["quota_set"])
    force = told.pop("force")
    wanted = own_limits(told, known)
    request.cyclades.quotas.set_limits(project_id, wanted, force=force)
    return {"quota_set": present.limits(held(request, project_id), known)}


def own_limits(told: Mapping[str, Any], known: Sequence[str]) -> dict[str, int]:
    """Without those of types, which nobody can limit. Raises InvalidInput."""
    of_types = present.of_types(known)
    for name in told.keys() - set(present.NAMES) - {"id", "tenant_id", "project_id"}:
        if name not in of_types or told[name] not in UNLIMITED_WORDS:
            raise InvalidInput(
                f"Bad key(s) in quota set: {name[:60]}. Volumes of one type have no limits of "
                "their own.",
                f"quota_set.{name[:60]}",
            )
    return {name: told[name] for name in present.NAMES if name in told}


@volume_quota.on("DELETE", access=Access.ADMIN)
def reset_volume_quota(request: CycladesRequest) -> Any:
    """Back to the defaults."""
    request.cyclades.quotas.reset(request.matchdict["project_id"], present.NAMES)
    return nothing(request, 200)


@volume_quota_defaults.on("GET")
def show_default_volume_quota(request: CycladesRequest) -> Any:
    """The limits of projects that have none of their own."""
    limits = request.cyclades.quotas.defaults(present.NAMES)
    of_types = present.of_types(types(request))
    return {"quota_set": {**limits, **of_types, "id": request.matchdict["project_id"]}}


@volume_quota_class.on("GET", access=Access.ADMIN)
def show_quota_class(request: CycladesRequest) -> Any:
    """There is one class: every project's defaults."""
    limits = request.cyclades.quotas.defaults(present.NAMES)
    of_types = present.of_types(types(request))
    return {"quota_class_set": {**limits, **of_types, "id": request.matchdict["name"]}}


@volume_quota_class.on("PUT", access=Access.ADMIN, body=schemas.CLASS)
def update_quota_class(request: CycladesRequest) -> Any:
    """The defaults are settings of the installation: only what they are already is taken."""
    known = types(request)
    told = dict(request.body_in["quota_class_set"])
    told.pop("force")
    limits = request.cyclades.quotas.defaults(present.NAMES)
    for name, limit in own_limits(told, known).items():
        if limits[name] != limit:
            raise InvalidInput(
                f"The default of {name} is the setting cyclades.quota_{name}: ask an operator.",
                f"quota_class_set.{name}",
            )
    return {"quota_class_set": {**limits, **present.of_types(known)}}
