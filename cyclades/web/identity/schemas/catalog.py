"""Bodies and filters of services, endpoints and regions. Source: Identity API."""

import colander

from cyclades.domain.model.catalog import INTERFACES
from cyclades.web.identity.schemas.records import flag, listing, name_of, note, record
from cyclades.web.schema_types import boolean, text

NAME = text("name", maximum=255, missing=colander.drop)
SERVICE_FIELDS = (NAME, note("description"), flag("enabled"))
CREATE_SERVICE = record("service", name_of("type"), *SERVICE_FIELDS)
UPDATE_SERVICE = record("service", name_of("type", optional=True), *SERVICE_FIELDS)
LIST_SERVICES = listing(note("name"), note("type"))

URL = r"^[a-zA-Z][a-zA-Z0-9+.-]*://\S+\Z"
ENDPOINT_FIELDS = (note("region", 255), note("region_id", 255), NAME, flag("enabled"))
CREATE_ENDPOINT = record(
    "endpoint",
    text("service_id", minimum=1, maximum=64),
    text("interface", one_of=INTERFACES),
    text("url", maximum=4096, pattern=URL),
    *ENDPOINT_FIELDS,
)
UPDATE_ENDPOINT = record(
    "endpoint",
    text("service_id", minimum=1, maximum=64, missing=colander.drop),
    text("interface", one_of=INTERFACES, missing=colander.drop),
    text("url", maximum=4096, pattern=URL, missing=colander.drop),
    *ENDPOINT_FIELDS,
)
LIST_ENDPOINTS = listing(
    note("service_id"),
    note("interface"),
    note("region_id"),
    boolean("enabled", missing=colander.drop),
)

REGION_FIELDS = (note("description"), note("parent_region_id", 255))
CREATE_REGION = record(
    "region", text("id", maximum=255, missing=colander.drop, pattern=r"^[^/]*\Z"), *REGION_FIELDS
)
UPDATE_REGION = record("region", *REGION_FIELDS)
LIST_REGIONS = listing(note("parent_region_id"))
