"""Bodies and queries of /images. Source: Image service API v2 reference, "Images"."""

import colander

from cyclades.domain.model.image import CONTAINER_FORMATS, DISK_FORMATS, Visibility
from cyclades.domain.model.image_task import Method
from cyclades.web.schema_types import anything, boolean, integer, mapping, sequence, text

UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
TAG = text("tag", minimum=1)
# One node for each attribute that has rules; what is not here is a custom property.
FIELDS = {
    node.name: node
    for node in (
        text("name", nullable=True, missing=colander.drop),
        text("visibility", one_of=tuple(Visibility), missing=colander.drop),
        text("container_format", one_of=CONTAINER_FORMATS, nullable=True, missing=colander.drop),
        text("disk_format", one_of=DISK_FORMATS, nullable=True, missing=colander.drop),
        integer("min_disk", minimum=0, missing=colander.drop),
        integer("min_ram", minimum=0, missing=colander.drop),
        boolean("protected", missing=colander.drop),
        boolean("os_hidden", missing=colander.drop),
        sequence("tags", text("tag", minimum=1), missing=colander.drop),
        text("owner", minimum=1, maximum=64, missing=colander.drop),
    )
}
CREATE = mapping("", text("id", pattern=UUID, missing=None), *FIELDS.values(), unknown="preserve")
STEP = mapping(
    "",
    text("op", one_of=("add", "replace", "remove")),
    text("path", maximum=1024),
    anything("value", missing=colander.drop),
)
PATCH = sequence("", STEP, maximum=1000)
LIST = mapping(
    "",
    sequence("tag", TAG, missing=()),
    sequence("sort_key", text("sort_key"), missing=()),
    sequence("sort_dir", text("sort_dir", one_of=("asc", "desc")), missing=()),
    unknown="preserve",
)
IMPORT = mapping(
    "",
    sequence("stores", text("store", minimum=1), missing=(), maximum=16),
    boolean("all_stores", missing=False),
    boolean("all_stores_must_succeed", missing=True),
    mapping(
        "method",
        text("name", one_of=tuple(Method)),
        text("uri", missing=None, maximum=2048),
        unknown="ignore",
    ),
    unknown="ignore",
)
