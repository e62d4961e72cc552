"""The query of /node/v1/build/data. Our own."""

from cyclades.web.schema_types import mapping, text

SAVE = mapping(
    "",
    text("disk_format", minimum=1, maximum=16),
    text("sha512", pattern=r"^[0-9a-fA-F]{128}\Z", missing=None),
)
