"""Bodies of /servers/{id}/metadata. Source: Compute API reference, "Server metadata"."""

from cyclades.web.compute.schemas.server_words import metadata, single_metadata
from cyclades.web.schema_types import mapping

ALL = mapping("", metadata())
ONE = mapping("", single_metadata("meta"))
