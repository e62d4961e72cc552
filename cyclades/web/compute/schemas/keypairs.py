"""Bodies and queries of /os-keypairs.

Source: Compute API reference, "Keypairs (keypairs)".
"""

from cyclades.domain.model.keypair import SSH
from cyclades.web.schema_types import integer, mapping, text

NAME = text("name", minimum=1, pattern=r"^(?! )[\w \-@.:+]+(?<! )\Z")
CREATE = mapping(
    "",
    mapping(
        "keypair",
        NAME,
        text("public_key", minimum=1, maximum=16384, missing=None, nullable=True),
        text("type", one_of=(SSH, "x509"), missing=SSH),
        text("user_id", minimum=1, missing=None),
    ),
)
LIST = mapping(
    "",
    text("user_id", missing=None),
    integer("limit", minimum=0, missing=None),
    text("marker", missing=None),
    unknown="ignore",
)
