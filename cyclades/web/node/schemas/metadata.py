"""The body of /node/v1/metadata. Our own."""

from cyclades.web.schema_types import mapping, text

ASK = mapping("", text("network", minimum=1, maximum=255), text("ip", minimum=1, maximum=64))
