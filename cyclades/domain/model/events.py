"""What we tell the feed: that something changed, never what to."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "server",
    "flavor",
    "keypair",
    "image",
    "network",
    "subnet",
    "port",
    "security_group",
    "router",
    "floating_ip",
    "subnetpool",
    "rbac_policy",
    "volume_type",
    "volume",
    "snapshot",
    "backup",
    "cluster",
    "quota",
]


@dataclass(frozen=True, slots=True)
class Changed:
    """An object has a new version; readers ask the API what it is now.

    `public`: everybody may know; otherwise its project and administrators.
    """

    kind: Kind
    object_id: str
    version: int
    project_id: str | None
    public: bool = False
