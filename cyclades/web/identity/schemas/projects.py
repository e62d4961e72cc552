"""Bodies and filters of projects and domains. Source: Identity API, "Projects", "Domains"."""

import colander

from cyclades.web.identity.schemas.records import OPTIONS, flag, listing, name_of, note, record
from cyclades.web.schema_types import boolean, mapping, sequence, text

LONGEST_NAME = 64
TAG = text("tag", minimum=1, maximum=255, pattern=r"^[^/,]+\Z")
TAGS = sequence("tags", TAG, missing=colander.drop, maximum=80)
PROJECT_FIELDS = (
    note("description"),
    note("domain_id", 64),
    note("parent_id", 64),
    flag("is_domain"),
    flag("enabled"),
    TAGS,
    OPTIONS,
)
DOMAIN_FIELDS = (note("description"), flag("enabled"), TAGS, OPTIONS)

CREATE = record("project", name_of(longest=LONGEST_NAME), *PROJECT_FIELDS)
UPDATE = record("project", name_of(optional=True, longest=LONGEST_NAME), *PROJECT_FIELDS)
CREATE_DOMAIN = record("domain", name_of(longest=LONGEST_NAME), *DOMAIN_FIELDS)
UPDATE_DOMAIN = record("domain", name_of(optional=True, longest=LONGEST_NAME), *DOMAIN_FIELDS)
SET_TAGS = mapping("", sequence("tags", TAG, maximum=80), unknown="ignore")

TAG_FILTERS = ("tags", "tags-any", "not-tags", "not-tags-any")
LIST = listing(
    note("name"),
    note("domain_id"),
    note("parent_id"),
    boolean("enabled", missing=colander.drop),
    boolean("is_domain", missing=False),
    *(note(name) for name in TAG_FILTERS),
)
LIST_DOMAINS = listing(note("name"), boolean("enabled", missing=colander.drop))
