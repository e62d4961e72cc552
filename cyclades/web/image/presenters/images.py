"""Images as clients read them; custom properties stand among the attributes."""

from typing import Any

from cyclades.domain.model.image import Image, Status
from cyclades.web.rendering import iso


def full(image: Image, store: str) -> dict[str, Any]:
    """One form for lists and single images; `store` is where data is kept."""
    data = image.data
    path = f"/v2/images/{image.id}"
    shown = {
        **image.properties,
        "id": image.id,
        "name": image.name,
        "status": image.status.value,
        "visibility": image.visibility.value,
        "protected": image.protected,
        "os_hidden": image.hidden,
        "owner": image.owner,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "min_disk": image.min_disk,
        "min_ram": image.min_ram,
        "size": data.size if data else None,
        "virtual_size": data.virtual_size if data else None,
        "checksum": data.md5 if data else None,
        "os_hash_algo": "sha512" if data else None,
        "os_hash_value": data.sha512 if data else None,
        "tags": list(image.tags),
        "created_at": iso(image.created),
        "updated_at": iso(image.updated),
        "self": path,
        "file": f"{path}/file",
        "schema": "/v2/schemas/image",
    }
    if data:
        shown["stores"] = store
    elif image.status is Status.IMPORTING:
        shown["os_glance_importing_to_stores"] = store
    if image.trouble:
        shown |= {"os_glance_failed_import": store, "SNF:trouble": image.trouble}
    return shown
