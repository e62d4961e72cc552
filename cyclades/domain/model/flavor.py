"""Flavors: the sizes that servers come in."""

from collections.abc import Mapping
from dataclasses import dataclass, field

SORT_KEYS: Mapping[str, str] = {
    "flavorid": "id",
    "id": "id",
    "name": "name",
    "memory_mb": "ram",
    "root_gb": "disk",
    "ephemeral_gb": "ephemeral",
    "vcpus": "vcpus",
    "swap": "swap",
    "rxtx_factor": "rxtx_factor",
    "is_public": "is_public",
    "disabled": "disabled",
}
"""What a list may be sorted by: the API's word and our field."""


@dataclass(frozen=True, slots=True)
class Flavor:
    """`ram` and `swap` in MiB, `disk` and `ephemeral` in GiB."""

    id: str
    name: str
    vcpus: int
    ram: int
    disk: int
    ephemeral: int = 0
    swap: int = 0
    rxtx_factor: float = 1.0
    is_public: bool = True
    disabled: bool = False
    description: str | None = None
    extra_specs: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FlavorQuery:
    """Which flavors, in which order. `is_public` None: both kinds.

    With `is_public` true, private flavors that the project was given count as well.
    """

    limit: int
    marker: str | None = None
    is_public: bool | None = True
    with_disabled: bool = False
    min_ram: int = 0
    min_disk: int = 0
    sort_by: str = "id"
    descending: bool = False


def default_flavors() -> tuple[Flavor, ...]:
    """What a new installation offers."""
    return (
        Flavor("1", "m1.tiny", vcpus=1, ram=512, disk=1),
        Flavor("2", "m1.small", vcpus=1, ram=2048, disk=10),
        Flavor("3", "m1.medium", vcpus=2, ram=4096, disk=20),
        Flavor("4", "m1.large", vcpus=4, ram=8192, disk=40),
        Flavor("5", "m1.xlarge", vcpus=8, ram=16384, disk=80),
    )
