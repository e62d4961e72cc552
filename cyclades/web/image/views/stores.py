"""/info/stores: there is one, the operator's. Source: Image service API v2 reference, "Stores"."""

from typing import Any

from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

stores = Resource("image_stores", "/image/v2/info/stores")
stores_detail = Resource("image_stores_detail", "/image/v2/info/stores/detail")


def store(request: CycladesRequest) -> dict[str, Any]:
    """The one store; flags are texts there."""
    name = request.app.settings.image_store
    return {"id": name, "description": "Where images' data is kept", "default": "true"}


@stores.on("GET")
def list_stores(request: CycladesRequest) -> Any:
    """Where images can be kept."""
    return {"stores": [store(request)]}


@stores_detail.on("GET", access=Access.ADMIN)
def list_stores_in_detail(request: CycladesRequest) -> Any:
    """With what administrators may know; paths, buckets and keys are nobody's."""
    kind = request.app.settings.image_store
    return {"stores": [{**store(request), "type": kind, "weight": 0, "properties": {}}]}
