"""Bodies and filters of roles. Source: Identity API, "Roles"."""

from typing import Any

import colander

from cyclades.web.identity.schemas.records import flag, listing, name_of, note, record
from cyclades.web.schema_types import mapping

OPTIONS = mapping("options", flag("immutable"), missing=colander.drop)
FIELDS = (note("description", 255), note("domain_id", 64), OPTIONS)
CREATE = record("role", name_of(), *FIELDS)
UPDATE = record("role", name_of(optional=True), *FIELDS)
LIST = listing(note("name"), note("domain_id"))


def immutable_of(body: dict[str, Any]) -> dict[str, Any]:
    """The one option that roles have, if it is named."""
    return dict((body["role"].get("options") or {}).items())


LIST_ASSIGNMENTS = listing(
    note("user.id"),
    note("group.id"),
    note("role.id"),
    note("scope.project.id"),
    note("scope.domain.id"),
    note("scope.system"),
    note("scope.OS-INHERIT:inherited_to"),
    note("effective"),
    note("include_names"),
    note("include_subtree"),
)
