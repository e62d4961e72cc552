"""/images. Source: Image service API v2 reference, "Images"."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from cyclades.domain.model.image import Image
from cyclades.domain.model.image_task import ImageTask, Method
from cyclades.web.image.image_edits import creation_edits, edits_of
from cyclades.web.image.image_query import wanted
from cyclades.web.image.presenters import images as present
from cyclades.web.image.schemas import images as schemas
from cyclades.web.paging import Page, page_of
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.validation import check

IMPORT_METHODS = tuple(Method)

images = Resource("images", "/image/v2/images")
image = Resource("image", "/image/v2/images/{image_id}")
action = Resource(
    "image_action", "/image/v2/images/{image_id}/actions/{action:deactivate|reactivate}"
)
tag = Resource("image_tag", "/image/v2/images/{image_id}/tags/{tag}")


@images.on("GET", query=schemas.LIST)
def list_images(request: CycladesRequest) -> Any:
    """Images that the caller sees, newest first unless sorted."""
    page = page_of(request)
    query = wanted(request.query_in)
    rows = request.cyclades.images.page(request.caller, query, page.fetch, page.marker)
    store = request.app.settings.image_store
    return {
        "images": [present.full(row, store) for row in rows[: page.limit]],
        "schema": "/v2/schemas/images",
        **links(request, rows, page, "/v2/images"),
    }


def links(
    request: CycladesRequest, rows: Sequence[Image | ImageTask], page: Page, path: str
) -> dict[str, str]:
    """This service's links are relative to its root."""
    kept = [(name, value) for name, value in request.GET.items() if name != "marker"]
    found = {"first": href(path, kept)}
    if page.limit and len(rows) > page.limit:
        found["next"] = href(path, [*kept, ("marker", rows[page.limit - 1].id)])
    return found


def shown(request: CycladesRequest, image: Image) -> dict[str, Any]:
    """One image's body."""
    return present.full(image, request.app.settings.image_store)


def href(path: str, query: list[tuple[str, str]]) -> str:
    """The list's path with a query."""
    return f"{path}?{urlencode(query)}" if query else path


@images.on("POST", access=Access.MEMBER, body=schemas.CREATE, status=201, creates=True)
def create_image(request: CycladesRequest) -> Any:
    """A queued image."""
    body = dict(request.body_in)
    image_id = body.pop("id")
    made = request.cyclades.images.create(
        request.caller, creation_edits(body), image_id and image_id.lower()
    )
    headers = request.response.headers
    headers["Location"] = request.link(f"/image/v2/images/{made.id}")
    headers["OpenStack-image-import-methods"] = ",".join(IMPORT_METHODS)
    headers["OpenStack-image-store-ids"] = request.app.settings.image_store
    return shown(request, made)


@image.on("GET")
def show_image(request: CycladesRequest) -> Any:
    """One image."""
    found = request.cyclades.images.show(request.caller, request.matchdict["image_id"])
    return shown(request, found)


@image.on("PATCH", access=Access.MEMBER, raw=True)
def update_image(request: CycladesRequest) -> Any:
    """Apply a JSON patch."""
    edits = edits_of(request)
    changed = request.cyclades.images.edit(request.caller, request.matchdict["image_id"], edits)
    return shown(request, changed)


@image.on("DELETE", access=Access.MEMBER)
def delete_image(request: CycladesRequest) -> Any:
    """Forget an image."""
    request.cyclades.images.delete(request.caller, request.matchdict["image_id"])
    return nothing(request)


@action.on("POST", access=Access.MEMBER)
def act_on_image(request: CycladesRequest) -> Any:
    """Deactivate or reactivate an image."""
    name = request.matchdict
    request.cyclades.images.act(request.caller, name["image_id"], name["action"])
    return nothing(request)


@tag.on("PUT", access=Access.MEMBER)
def put_tag(request: CycladesRequest) -> Any:
    """Put a tag on an image."""
    name = request.matchdict
    check(schemas.TAG, name["tag"])
    request.cyclades.images.tag(request.caller, name["image_id"], name["tag"])
    return nothing(request)


@tag.on("DELETE", access=Access.MEMBER)
def delete_tag(request: CycladesRequest) -> Any:
    """Take a tag off an image."""
    name = request.matchdict
    request.cyclades.images.untag(request.caller, name["image_id"], name["tag"])
    return nothing(request)
