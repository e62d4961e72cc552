"""Queries of /network-ip-availabilities."""

from cyclades.web.network.listing import number, word
from cyclades.web.schema_types import mapping, sequence

NAMES = {"tenant_id": "project_id"}
FILTERS = {
    "network_id": word,
    "network_name": word,
    "tenant_id": word,
    "project_id": word,
    "ip_version": number,
    "fields": word,
}
LIST = mapping("", *(sequence(name, node(), missing=()) for name, node in FILTERS.items()))
