"""Projects and domains: who owns things, and what keeps their names apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field

DEFAULT_DOMAIN = "default"
NO_DOMAIN = ""  # the domain of a domain


@dataclass(frozen=True, slots=True)
class Project:
    """A project, or (`is_domain`) a domain, which is a project that holds others.

    `parent_id` is another project or the domain. `extra` is what clients add of their own.
    """

    id: str
    name: str
    domain_id: str
    parent_id: str | None = None
    description: str = ""
    enabled: bool = True
    is_domain: bool = False
    tags: tuple[str, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)
