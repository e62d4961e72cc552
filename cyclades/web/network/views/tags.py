"""Tags of networks, subnets, ports, security groups, routers and floating IPs.

Source: Networking API v2.0, "Standard Attributes Tag".
"""

from typing import Any, Protocol

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.web.network.bodies import tag_list
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, View, nothing
from cyclades.web.schema_types import mapping

MAX_TAGS = 50
MAX_TAG = 255
TAGS = mapping("", tag_list(missing=()))
# The service that has the objects, by the last part of the collection's path.
SERVICES = {
    "networks": "networks",
    "subnets": "subnets",
    "ports": "ports",
    "security-groups": "security_groups",
    "subnetpools": "subnetpools",
    "routers": "routers",
    "floatingips": "floating_ips",
}


class Tagged(Protocol):
    """A service whose objects have tags."""

    def show(self, caller: Any, object_id: str) -> Any:
        """One object. Raises NotFound."""
        ...

    def update(self, caller: Any, object_id: str, changes: Any, revision: int | None) -> Any:
        """Change it."""
        ...


def service_of(request: CycladesRequest) -> Tagged:
    """The service behind this path."""
    service: Tagged = getattr(request.cyclades, SERVICES[request.path.split("/")[3]])
    return service


def tags_now(request: CycladesRequest) -> tuple[str, ...]:
    """The object's tags."""
    tags: tuple[str, ...] = service_of(request).show(request.caller, request.matchdict["id"]).tags
    return tags


def write(request: CycladesRequest, tags: tuple[str, ...]) -> list[str]:
    """Give the object these tags; each once."""
    unique = tuple(dict.fromkeys(tags))
    if len(unique) > MAX_TAGS:
        raise InvalidInput(f"An object has at most {MAX_TAGS} tags.", "tags")
    service_of(request).update(request.caller, request.matchdict["id"], {"tags": unique}, None)
    return list(unique)


def read_tags(request: CycladesRequest) -> Any:
    """All tags."""
    return {"tags": list(tags_now(request))}


def replace_tags(request: CycladesRequest) -> Any:
    """These tags and no others."""
    return {"tags": write(request, tuple(request.body_in["tags"]))}


def add_tags(request: CycladesRequest) -> Any:
    """These tags besides those that there are."""
    return {"tags": write(request, (*tags_now(request), *request.body_in["tags"]))}


def clear_tags(request: CycladesRequest) -> Any:
    """No tags."""
    write(request, ())
    return nothing(request)


def has_tag(request: CycladesRequest) -> Any:
    """Whether it has this one."""
    require_tag(request, tags_now(request))
    return nothing(request)


def add_tag(request: CycladesRequest) -> Any:
    """One more."""
    tag = request.matchdict["tag"]
    if len(tag) > MAX_TAG or "," in tag:
        raise InvalidInput(f"A tag has at most {MAX_TAG} characters and no comma.", "tag")
    write(request, (*tags_now(request), tag))
    request.response.status_int = 201


def remove_tag(request: CycladesRequest) -> Any:
    """One less."""
    now = tags_now(request)
    tag = require_tag(request, now)
    write(request, tuple(each for each in now if each != tag))
    return nothing(request)


def require_tag(request: CycladesRequest, tags: tuple[str, ...]) -> str:
    """The tag that the path names. Raises NotFound."""
    tag: str = request.matchdict["tag"]
    if tag not in tags:
        raise NotFound("tag", tag)
    return tag


def all_tags(collection: str) -> Resource:
    """/tags of an object."""
    resource = Resource(f"{collection}-tags", f"/network/v2.0/{collection}/{{id}}/tags")
    resource.on("GET")(read_tags)
    resource.on("PUT", access=Access.MEMBER, body=TAGS)(replace_tags)
    resource.on("POST", access=Access.MEMBER, body=TAGS)(add_tags)
    resource.on("DELETE", access=Access.MEMBER)(clear_tags)
    return resource


def one_tag(collection: str) -> Resource:
    """/tags/{tag} of an object."""
    resource = Resource(f"{collection}-tag", f"/network/v2.0/{collection}/{{id}}/tags/{{tag}}")
    writes: dict[str, View] = {"PUT": add_tag, "DELETE": remove_tag}
    resource.on("GET")(has_tag)
    for method, view in writes.items():
        resource.on(method, access=Access.MEMBER)(view)
    return resource


network_tags, network_tag = all_tags("networks"), one_tag("networks")
subnet_tags, subnet_tag = all_tags("subnets"), one_tag("subnets")
port_tags, port_tag = all_tags("ports"), one_tag("ports")
pool_tags, pool_tag = all_tags("subnetpools"), one_tag("subnetpools")
group_tags, group_tag = all_tags("security-groups"), one_tag("security-groups")
router_tags, router_tag = all_tags("routers"), one_tag("routers")
floating_ip_tags, floating_ip_tag = all_tags("floatingips"), one_tag("floatingips")
