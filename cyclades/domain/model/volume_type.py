"""Volume types: what kinds of volumes an installation offers, and where their disks are kept."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cyclades.domain.model.errors import InvalidInput

DEFAULT_NAME = "__DEFAULT__"
DISK_TEMPLATE = "SNF:disk_template"  # the cluster's word; without it the installation's own
PROVIDER = "SNF:provider"  # of disks of the template "ext"
CLONES = "SNF:clone"  # the provider makes copies by its parameter `origin`
CLUSTERS = "SNF:clusters"  # names with blanks between; without it, any that has the template
KEY = re.compile(r"[a-zA-Z0-9\-_:. ]{1,255}")
WORD = r"[a-z0-9][a-z0-9_.-]{0,31}"
# What our own extra specs may say.
SHAPES: Mapping[str, re.Pattern[str]] = {
    DISK_TEMPLATE: re.compile(r"file|sharedfile|gluster|plain|drbd|rbd|ext"),
    PROVIDER: re.compile(WORD),
    CLONES: re.compile(r"true|false"),
    CLUSTERS: re.compile(rf"{WORD}( {WORD})*"),
}
MAX_SPECS = 128
MAX_VALUE = 255


@dataclass(frozen=True, slots=True)
class VolumeType:
    """`extra_specs` are texts; those that begin with SNF: say what disks are made of."""

    id: str
    name: str
    created: datetime
    updated: datetime
    description: str | None = None
    is_public: bool = True
    extra_specs: Mapping[str, str] = field(default_factory=dict)
    version: int = 1

    def disk_template(self, usual: str) -> str:
        """Of its volumes' disks; `usual` is the installation's."""
        return self.extra_specs.get(DISK_TEMPLATE, usual)

    @property
    def provider(self) -> str:
        """Who makes disks of the template "ext"; empty for others."""
        return self.extra_specs.get(PROVIDER, "")

    @property
    def clones(self) -> bool:
        """Whether the provider makes copies of disks."""
        return self.extra_specs.get(CLONES) == "true"

    def allows(self, cluster: str) -> bool:
        """Whether the cluster of this name may have its volumes."""
        named = self.extra_specs.get(CLUSTERS)
        return named is None or cluster in named.split()


def check_specs(specs: Mapping[str, str]) -> None:
    """Refuse extra specs that mean nothing. Raises InvalidInput."""
    for key, value in specs.items():
        where = f"extra_specs.{key[:60]}"
        if not KEY.fullmatch(key):
            raise InvalidInput(
                f"Key name {key[:60]!r} must have 1 to 255 letters, digits, blanks or -_:.", where
            )
        if len(value) > MAX_VALUE:
            raise InvalidInput(f"The value of {key} is longer than {MAX_VALUE}.", where)
        shape = SHAPES.get(key)
        if shape is None and key.startswith("SNF:"):
            raise InvalidInput(
                f"There is no extra spec {key}; there are {', '.join(SHAPES)}", where
            )
        if shape is not None and not shape.fullmatch(value):
            raise InvalidInput(f"Extra spec {key} cannot be {value[:60]!r}.", where)
