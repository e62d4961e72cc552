"""Around every request: its id, its path, its microversion, its line in the log."""

import re
import time
from collections.abc import Callable
from typing import Any

import structlog
from pyramid.response import Response

from cyclades.web.faults import fault
from cyclades.web.microversions import (
    MalformedVersion,
    UnsupportedVersion,
    answer_headers,
    negotiate,
    versions_of,
)

log = structlog.get_logger("cyclades.request")
Handler = Callable[[Any], Response]

REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
# Clients may put the project's id into compute and volume URLs; it says nothing that the
# token does not say.
PROJECT_IN_PATH = re.compile(r"^(/compute/v2\.1|/compute/v2|/volume/v3)/([0-9a-f]{32})(?=/|$)")


def surroundings(handler: Handler, _registry: object) -> Handler:
    """The outermost tween."""

    def tween(request: Any) -> Response:
        started = time.perf_counter()
        name_request(request)
        response = routed(handler, request)
        response.headers["X-Openstack-Request-Id"] = request.request_id
        if request.path.startswith("/compute"):
            response.headers["X-Compute-Request-Id"] = request.request_id
        log.info(
            "request",
            method=request.method,
            path=request.path,
            status=response.status_int,
            ms=round((time.perf_counter() - started) * 1000, 1),
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
    path = PROJECT_IN_PATH.sub(r"\1", path)
    request.path_info = path.rstrip("/") or "/"
    versions = versions_of(path)
    if versions is None:
        return handler(request)
    version = versions.minimum
    try:
        version = request.microversion = negotiate(versions, request.headers)
        response = handler(request)
    except MalformedVersion as error:
        response = fault(path, 400, str(error))
    except UnsupportedVersion as error:
        response = fault(path, 406, str(error))
    response.headers.update(answer_headers(versions, version))
    return response
