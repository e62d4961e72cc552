"""What clients ask for and no volume has: groups, qualities of service, messages. Empty lists.

Source: Block Storage API reference, "Generic volume groups", "Quality of service", "Messages",
"Clusters", "Default types", "Consistency groups".
"""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

BASE = "/volume/v3"


def empty(
    path: str, key: str, since: tuple[int, int] | None = None, access: Access = Access.PROJECT
) -> Resource:
    """A list of nothing."""
    resource = Resource(f"no-{path.replace('/', '-')}", f"{BASE}/{path}")

    def list_nothing(request: CycladesRequest) -> Any:
        """Nothing."""
        del request
        return {key: []}

    resource.on("GET", access=access, since=since)(list_nothing)
    return resource


def none(
    path: str, noun: str, since: tuple[int, int] | None = None, access: Access = Access.PROJECT
) -> Resource:
    """An object that there is not, whatever its id."""
    resource = Resource(f"no-single-{noun.replace(' ', '-')}", f"{BASE}/{path}/{{id}}")

    def show_nothing(request: CycladesRequest) -> Any:
        """404."""
        raise NotFound(noun, request.matchdict["id"][:64])

    resource.on("GET", access=access, since=since)(show_nothing)
    return resource


groups = empty("groups", "groups", (3, 13))
groups_detail = empty("groups/detail", "groups", (3, 13))
group = none("groups", "group", (3, 13))
group_types = empty("group_types", "group_types", (3, 11))
group_type = none("group_types", "group type", (3, 11))
group_snapshots = empty("group_snapshots", "group_snapshots", (3, 14))
group_snapshots_detail = empty("group_snapshots/detail", "group_snapshots", (3, 14))
group_snapshot = none("group_snapshots", "group snapshot", (3, 14))
consistencygroups = empty("consistencygroups", "consistencygroups")
consistencygroups_detail = empty("consistencygroups/detail", "consistencygroups")
consistencygroup = none("consistencygroups", "consistency group")
cgsnapshots = empty("cgsnapshots", "cgsnapshots")
cgsnapshots_detail = empty("cgsnapshots/detail", "cgsnapshots")
cgsnapshot = none("cgsnapshots", "cgsnapshot")
qos_specs = empty("qos-specs", "qos_specs", access=Access.ADMIN)
qos_spec = none("qos-specs", "qos specs", access=Access.ADMIN)
messages = empty("messages", "messages", (3, 3))
message = none("messages", "message", (3, 3))
clusters = empty("clusters", "clusters", (3, 7), Access.ADMIN)
clusters_detail = empty("clusters/detail", "clusters", (3, 7), Access.ADMIN)
default_types = empty("default-types", "default_types", (3, 62), Access.ADMIN)
default_type = none("default-types", "default type", (3, 62), Access.ADMIN)
manageable_volumes = empty("manageable_volumes", "manageable-volumes", (3, 8), Access.ADMIN)
volumes_to_manage = empty("os-volume-manage", "manageable-volumes", access=Access.ADMIN)
