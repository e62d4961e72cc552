"""Around every request: its id, its path, its microversion, its line in the log."""

import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import structlog
from pyramid.response import Response

from cyclades.web.faults import fault
from cyclades.web.microversions import (
    MalformedVersion,
    ServiceVersions,
    UnsupportedVersion,
    answer_headers,
    negotiate,
    versions_of,
)
from cyclades.web.traffic import count

log = structlog.get_logger("cyclades.request")
Handler = Callable[[Any], Response]

REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Forms of paths that clients also use. The project's id in a path says nothing that the token
# does not say; the legacy compute API is 2.1 without microversions; some network clients
# name the format.
OTHER_FORMS = (
    (re.compile(r"^(/compute/v2\.1|/compute/v2|/volume/v3)/[0-9a-f]{32}(?=/|$)"), r"\1"),
    (re.compile(r"^/compute/v2/(?=.)"), "/compute/v2.1/"),
    (re.compile(r"^(/network/v2\.0/.+)\.json$"), r"\1"),
)
# A slash at the end is tolerated, but for some: an image without its id is no image.
WITHOUT_ID = frozenset(
    {"/image/v2/images/", "/compute/v2.1/os-security-groups/", "/volume/v3/volumes/"}
)
LEGACY_COMPUTE = re.compile(r"^/compute/v2/.")


def surroundings(handler: Handler, _registry: object) -> Handler:
    """The outermost tween."""

    def tween(request: Any) -> Response:
        started = time.perf_counter()
        name_request(request)
        response = routed(handler, request)
        response.headers["X-Openstack-Request-Id"] = request.request_id
        # Answers depend on who asks; no cache on the way may keep them.
        response.headers.setdefault("Cache-Control", "no-store")
        if request.path.startswith("/compute"):
            response.headers["X-Compute-Request-Id"] = request.request_id
        seconds = time.perf_counter() - started
        count(request.method, response.status_int, seconds)
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_int,
            ms=round(seconds * 1000, 1),
            request_id=request.request_id,
            global_request_id=request.global_request_id or None,
        )
        return response

    return tween


def name_request(request: Any) -> None:
    """Give the request its id; keep a well-formed one of the client's beside it."""
    request.request_id = f"req-{request.app.ids.new()}"
    claimed = request.headers.get("X-Openstack-Request-Id", "")
    request.global_request_id = claimed if REQUEST_ID.fullmatch(claimed) else ""


def routed(handler: Handler, request: Any) -> Response:
    """Tidy the path, agree on a version, handle."""
    try:
        path = request.path_info
    except UnicodeDecodeError:
        request.environ["PATH_INFO"] = "/"
        return fault("/", 404, "The resource could not be found.")
    if "\x00" in path:
        return fault(path, 404, "The resource could not be found.")
    if not is_text(request.query_string):
        return fault(path, 400, "The query is not text in UTF-8.")
    claimed = None if LEGACY_COMPUTE.match(path) else versions_of(path)
    for form, usual in OTHER_FORMS:
        path = form.sub(usual, path)
    request.path_info = path if path in WITHOUT_ID else path.rstrip("/") or "/"
    if claimed is None:
        return handler(request)
    return at_version(claimed, handler, request)


def is_text(query: str) -> bool:
    """Whether a query, once unquoted, is UTF-8."""
    try:
        unquote(query, errors="strict")
    except UnicodeDecodeError:
        return False
    return True


def at_version(versions: ServiceVersions, handler: Handler, request: Any) -> Response:
    """Handle in the version that was agreed on; say so."""
    version = versions.minimum
    try:
        version = request.microversion = negotiate(versions, request.headers)
        response = handler(request)
    except MalformedVersion as error:
        response = fault(request.path, 400, str(error))
    except UnsupportedVersion as error:
        response = fault(request.path, 406, str(error))
    response.headers.update(answer_headers(versions, version))
    return response
