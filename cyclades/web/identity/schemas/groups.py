"""Bodies and filters of groups. Source: Identity API, "Groups"."""

from cyclades.web.identity.schemas.records import listing, name_of, note, record

FIELDS = (note("description"), note("domain_id", 64))
CREATE = record("group", name_of(longest=64), *FIELDS)
UPDATE = record("group", name_of(optional=True, longest=64), *FIELDS)
LIST = listing(note("name"), note("domain_id"))
