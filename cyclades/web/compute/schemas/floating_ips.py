"""Bodies of /os-floating-ips.

Source: Compute API reference, "Floating IPs (os-floating-ips) (DEPRECATED)".
"""

from cyclades.web.schema_types import mapping, text

CREATE = mapping("", text("pool", maximum=255, missing=None, nullable=True))
