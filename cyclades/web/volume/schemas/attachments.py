"""Lists and bodies of /attachments. Source: Block Storage API reference, "Attachments"."""

from cyclades.web.schema_types import mapping
from cyclades.web.volume.listing import Filter, Lists

LISTS = Lists(
    {
        "volume_id": Filter("volume_id"),
        "instance_id": Filter("server_id"),
        "status": Filter("status"),
        "attach_status": Filter("status"),
    },
    {name: name for name in ("created_at", "updated_at", "status", "id", "volume_id")},
)
LIST = LISTS.query
# Whatever is asked for is refused, with the way that there is.
ANY = mapping("", mapping("attachment", unknown="preserve"))
ACTION = mapping("", unknown="preserve")
