"""/extensions: parts of compute that clients may look for by name.

Source: Compute API reference, "Extensions (extensions)".
"""

from typing import Any

from cyclades.domain.model.errors import NotFound
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

# By alias: the name, and what it means here.
EXTENSIONS = {
    "OS-DCF": ("DiskConfig", "Servers say how their disk was prepared."),
    "OS-EXT-AZ": ("ExtendedAvailabilityZone", "Servers say their availability zone."),
    "OS-EXT-IPS": ("ExtendedIps", "Addresses say whether they are fixed or floating."),
    "OS-EXT-IPS-MAC": ("ExtendedIpsMac", "Addresses say their MAC address."),
    "OS-EXT-SRV-ATTR": ("ExtendedServerAttributes", "Servers say where they run, to operators."),
    "OS-EXT-STS": ("ExtendedStatus", "Servers say their task, their power and their VM's state."),
    "OS-FLV-DISABLED": ("FlavorDisabled", "Flavors say whether they are disabled."),
    "OS-FLV-EXT-DATA": ("FlavorExtraData", "Flavors say their ephemeral disk."),
    "OS-SRV-USG": ("ServerUsage", "Servers say when they were launched and terminated."),
    "os-availability-zone": ("AvailabilityZone", "Availability zones, listed and chosen."),
    "os-config-drive": ("ConfigDrive", "Servers say whether they have a configuration drive."),
    "os-extended-volumes": ("ExtendedVolumes", "Servers say which volumes are attached."),
    "os-flavor-access": ("FlavorAccess", "Private flavors and who may use them."),
    "os-flavor-extra-specs": ("FlavorExtraSpecs", "Free properties of flavors."),
    "os-flavor-manage": ("FlavorManage", "Flavors made and removed by administrators."),
    "os-flavor-rxtx": ("FlavorRxtx", "Flavors say their share of bandwidth."),
    "os-instance-actions": ("InstanceActions", "What was done to a server."),
    "os-keypairs": ("Keypairs", "Keys for the guests of servers."),
    "os-multiple-create": ("MultipleCreate", "Many servers in one request."),
    "os-personality": ("Personality", "Files put into new servers."),
    "os-quota-sets": ("Quotas", "Quotas of projects."),
    "os-security-groups": ("SecurityGroups", "Servers say their security groups."),
    "os-server-diagnostics": ("ServerDiagnostics", "Figures about a running server."),
    "os-used-limits": ("UsedLimits", "How much of its limits a project uses."),
    "os-user-data": ("UserData", "Data for the first boot of servers."),
}
extensions = Resource("extensions", "/compute/v2.1/extensions")
extension = Resource("extension", "/compute/v2.1/extensions/{alias}")


def shown(alias: str) -> dict[str, Any]:
    """An extension as clients read it."""
    name, meaning = EXTENSIONS[alias]
    return {
        "alias": alias,
        "name": name,
        "description": meaning,
        "links": [],
        "namespace": "http://docs.openstack.org/compute/ext/fake_xml",
        "updated": "2014-12-03T00:00:00Z",
    }


@extensions.on("GET")
def list_extensions(request: CycladesRequest) -> Any:
    """All of them."""
    return {"extensions": [shown(alias) for alias in EXTENSIONS]}


@extension.on("GET")
def show_extension(request: CycladesRequest) -> Any:
    """One of them."""
    alias = request.matchdict["alias"]
    if alias not in EXTENSIONS:
        raise NotFound("extension", alias)
    return {"extension": shown(alias)}
