"""/info/stores: there is one, the operator's. Source: Image service API v2 reference, "Stores"."""

from collections.abc import Iterable
from typing import Any

from cyclades.domain.model.errors import InvalidInput
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource

stores = Resource("image_stores", "/image/v2/info/stores")
stores_detail = Resource("image_stores_detail", "/image/v2/info/stores/detail")


def require_known(request: CycladesRequest, names: Iterable[str]) -> None:
    """Refuse stores that are not there. Raises InvalidInput."""
    ours = request.app.settings.image_store
    for name in names:
        if name != ours:
            raise InvalidInput(f"There is no store {name[:64]!r}, only {ours!r}.", "stores")


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
