"""Bodies of /servers/{id}/tags. Source: Compute API reference, "Server tags"."""

from cyclades.web.compute.schemas.server_words import tags
from cyclades.web.schema_types import mapping

ALL = mapping("", tags())
