"""/schemas. Source: Image service API v2 reference, "Image schemas"."""

from typing import Any

from cyclades.web.image.presenters.schemas import BY_NAME
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Resource

schema = Resource("image_schema", "/image/v2/schemas/{name:image|images|member|members|task|tasks}")


@schema.on("GET")
def show_schema(request: CycladesRequest) -> Any:
    """What a body looks like."""
    return BY_NAME[request.matchdict["name"]]
