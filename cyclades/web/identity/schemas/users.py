"""Bodies and filters of users. Source: Identity API, "Users"."""

import colander

from cyclades.web.identity.schemas.records import OPTIONS, flag, listing, name_of, note, record
from cyclades.web.schema_types import boolean, mapping, text

LONGEST_PASSWORD = 4096
FIELDS = (
    note("password", LONGEST_PASSWORD),
    note("domain_id", 64),
    note("default_project_id", 64),
    flag("enabled"),
    OPTIONS,
)
CREATE = record("user", name_of(), *FIELDS)
UPDATE = record("user", name_of(optional=True), *FIELDS)
PASSWORD = mapping(
    "",
    mapping(
        "user",
        text("original_password", maximum=LONGEST_PASSWORD),
        text("password", minimum=1, maximum=LONGEST_PASSWORD),
        unknown="ignore",
    ),
    unknown="ignore",
)
LIST = listing(note("name"), note("domain_id"), boolean("enabled", missing=colander.drop))
