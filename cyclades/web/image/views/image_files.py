"""Images' bytes, in and out. Source: Image service API v2 reference, "Image data".

Uploads bypass the request's transaction: the service opens short ones of its own.
"""

import re
from collections.abc import Iterator
from typing import Any

from pyramid.httpexceptions import HTTPLengthRequired, HTTPRequestRangeNotSatisfiable

from cyclades.domain.model.errors import InvalidInput, TooLarge
from cyclades.domain.model.image import STAGE, UPLOAD, Route
from cyclades.domain.model.image_task import Method
from cyclades.web.image.image_edits import content_type
from cyclades.web.image.schemas import images as schemas
from cyclades.web.image.views.images import IMPORT_METHODS
from cyclades.web.image.views.stores import require_known
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing
from cyclades.web.validation import UnsupportedType

BYTES = "application/octet-stream"
SIZE = "X-OpenStack-Image-Size"  # as clients announce it, 0 when they do not know
STORE = "X-Image-Meta-Store"
PIECE = 1 << 18
RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,99})\s*-\s*([0-9]{0,99})\s*(?:,|\Z)", re.IGNORECASE)

file = Resource("image_file", "/image/v2/images/{image_id}/file")
stage = Resource("image_stage", "/image/v2/images/{image_id}/stage")
importing = Resource("image_import", "/image/v2/images/{image_id}/import")
import_info = Resource("image_import_info", "/image/v2/info/import")


@file.on("PUT", access=Access.MEMBER, raw=True)
def upload(request: CycladesRequest) -> Any:
    """Fill a queued image."""
    require_known(request, filter(None, [request.headers.get(STORE)]))
    return receive(request, UPLOAD)


@stage.on("PUT", access=Access.MEMBER, raw=True)
def stage_image(request: CycladesRequest) -> Any:
    """Bring bytes that `import` will make the image's own."""
    return receive(request, STAGE)


@importing.on("POST", access=Access.MEMBER, body=schemas.IMPORT)
def import_image(request: CycladesRequest) -> Any:
    """Have an image's bytes brought: staged ones, or those of a URI."""
    asked = request.body_in["method"]
    require_known(request, request.body_in["stores"])
    image_id, method = request.matchdict["image_id"], Method(asked["name"])
    request.cyclades.image_imports.start(
        request.caller, image_id, method, asked["uri"], request.request_id
    )
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
    """First byte and the one after the last. Raises HTTPRequestRangeNotSatisfiable.

    What is no range is as if it were not there. Source: RFC 9110, 14.
    """
    said = request.headers.get("Range", "")
    asked = RANGE.match(said)
    if asked is None or asked.groups() == ("", ""):
        return 0, size
    first, last = asked.groups()
    start = int(first) if first else max(size - int(last), 0)
    stop = min(int(last) + 1, size) if first and last else size
    if first and last and int(last) < start:
        return 0, size
    # Several ranges at once are refused, as Glance does: they are a way to ask for much by little.
    if "," in said or start >= stop:
        raise HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return start, stop


def receive(request: CycladesRequest, route: Route) -> Any:
    """Stream the body into the image."""
    if content_type(request) != BYTES:
        raise UnsupportedType(f"Send the image's data as {BYTES}.")
    uploads = request.app.image_uploads
    size = announced_size(request)
    if (size or 0) > uploads.limit:
        raise TooLarge(f"An image has at most {uploads.limit} bytes.")
    image_id = request.matchdict["image_id"]
    uploads.receive(request.caller, image_id, route, body_pieces(request, size), size)
    return nothing(request)


def body_pieces(request: CycladesRequest, size: int | None) -> Iterator[bytes]:
    """The body as it comes: `size` bytes if that is known.

    Raises InvalidInput when it ends elsewhere.
    """
    source, length, received = request.environ["wsgi.input"], request.content_length, 0
    try:
        while size != 0 and (length is None or received < length):
            piece = source.read(PIECE if length is None else min(PIECE, length - received))
            if not piece:
                break
            received += len(piece)
            yield piece
    except OSError as error:
        raise InvalidInput("The connection broke before the data was complete.") from error
    if size is not None and received != size:
        raise InvalidInput(f"{received} bytes of data came, {size} were announced.")


def announced_size(request: CycladesRequest) -> int | None:
    """How many bytes will come; None when their end will be seen.

    Raises HTTPLengthRequired, and InvalidInput when two headers say two things.
    """
    said = request.headers.get(SIZE, "")
    promised = int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
    length = request.content_length
    if length is not None and promised not in {0, length}:
        raise InvalidInput(f"{length} bytes of data come, {promised} were announced.", SIZE)
    if length is not None:
        return length
    if "chunked" not in request.headers.get("Transfer-Encoding", "").lower():
        return 0
    if promised:
        return promised
    # Some servers hand over a broken stream as if it were complete: half an image must not
    # become active.
    if not request.environ.get("wsgi.input_terminated"):
        raise HTTPLengthRequired(f"Send the size of the data as Content-Length or {SIZE}.")
    return None
