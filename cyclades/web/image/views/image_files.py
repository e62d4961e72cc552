"""Images' bytes, in and out. Source: Image service API v2 reference, "Image data".

Uploads bypass the request's transaction: the service opens short ones of its own.
"""

from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPRequestRangeNotSatisfiable

from cyclades.domain.model.errors import InvalidInput, TooLarge
from cyclades.domain.model.image import STAGE, UPLOAD, Route
from cyclades.web.image.image_edits import content_type
from cyclades.web.image.schemas import images as schemas
from cyclades.web.image.views.images import IMPORT_METHODS
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.validation import UnsupportedType

BYTES = "application/octet-stream"
PIECE = 1 << 18

file = Resource("image_file", "/image/v2/images/{image_id}/file")
stage = Resource("image_stage", "/image/v2/images/{image_id}/stage")
importing = Resource("image_import", "/image/v2/images/{image_id}/import")
import_info = Resource("image_import_info", "/image/v2/info/import")


@file.on("PUT", access=Access.MEMBER, raw=True)
def upload(request: CycladesRequest) -> Any:
    """Fill a queued image."""
    return receive(request, UPLOAD)


@stage.on("PUT", access=Access.MEMBER, raw=True)
def stage_image(request: CycladesRequest) -> Any:
    """Bring bytes that `import` will make the image's own."""
    return receive(request, STAGE)


@importing.on("POST", access=Access.MEMBER, body=schemas.IMPORT)
def import_image(request: CycladesRequest) -> Any:
    """Take staged bytes; they are checked already, so that it is done at once."""
    request.cyclades.images.import_staged(request.caller, request.matchdict["image_id"])
    return nothing(request, 202)


@import_info.on("GET")
def show_import_info(request: CycladesRequest) -> Any:
    """How images can be imported."""
    return {
        "import-methods": {
            "description": "Import methods available.",
            "type": "array",
            "value": list(IMPORT_METHODS),
        }
    }


@file.on("GET")
def download(request: CycladesRequest) -> Any:
    """An image's bytes or a range of them; 204 when it has none."""
    image = request.cyclades.images.show(request.caller, request.matchdict["image_id"])
    start, stop = wanted_range(request, image.data.size) if image.data else (0, 0)
    reader = request.app.image_uploads.send(request.caller, image, start, stop - start)
    if reader is None or image.data is None:
        return nothing(request)
    response = request.response
    if (start, stop) != (0, image.data.size):
        response.status_int = 206
        response.headers["Content-Range"] = f"bytes {start}-{stop - 1}/{image.data.size}"
    else:
        response.headers["Content-MD5"] = image.data.md5
    response.headers["Accept-Ranges"] = "bytes"
    response.content_type = BYTES
    response.charset = None
    response.app_iter = reader
    response.content_length = stop - start
    return response


def wanted_range(request: CycladesRequest, size: int) -> tuple[int, int]:
    """First byte and the one after the last. Raises HTTPRequestRangeNotSatisfiable."""
    if request.range is None or "," in request.headers["Range"]:
        return 0, size  # several ranges at once are more than we answer
    found = request.range.range_for_length(size)
    if found is None:
        raise HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    start, stop = found
    return start, stop


def receive(request: CycladesRequest, route: Route) -> Any:
    """Stream the body into the image."""
    if content_type(request) != BYTES:
        raise UnsupportedType(f"Send the image's data as {BYTES}.")
    uploads = request.app.image_uploads
    if (request.content_length or 0) > uploads.limit:
        raise TooLarge(f"An image has at most {uploads.limit} bytes.")
    image_id = request.matchdict["image_id"]
    uploads.receive(request.caller, image_id, route, body_pieces(request))
    return nothing(request)


def body_pieces(request: CycladesRequest) -> Iterator[bytes]:
    """The body as it comes. Raises InvalidInput when it ends before its announced end."""
    source, left = request.environ["wsgi.input"], request.content_length
    if left is None and not has_end(request):
        return
    try:
        while left is None or left > 0:
            piece = source.read(PIECE if left is None else min(PIECE, left))
            if not piece:
                break
            left = None if left is None else left - len(piece)
            yield piece
    except OSError as error:
        raise InvalidInput("The connection broke before the data was complete.") from error
    if left:
        raise InvalidInput(f"The data ended {left} bytes before its announced end.")


def has_end(request: CycladesRequest) -> bool:
    """Whether a body without a length ends by itself (chunked, decoded by the server)."""
    chunked = "chunked" in request.headers.get("Transfer-Encoding", "").lower()
    return chunked or bool(request.environ.get("wsgi.input_terminated"))
