"""Errors out: one table from outcome to status, one form for each service."""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from pyramid.httpexceptions import HTTPException
from pyramid.response import Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cyclades.domain.model import errors
from cyclades.domain.model.image_formats import WrongFormat
from cyclades.web.microversions import MalformedVersion, UnsupportedVersion
from cyclades.web.rendering import json_response
from cyclades.web.validation import UnsupportedType

log = logging.getLogger(__name__)

STATUS: Mapping[type[Exception], int] = {
    errors.InvalidInput: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.OverQuota: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.IdempotencyMismatch: 422,
    errors.TooManyRequests: 429,
    errors.NoCapacity: 503,
    errors.Unavailable: 503,
    MalformedVersion: 400,
    UnsupportedVersion: 406,
    PoolTimeout: 503,
    DBAPIError: 503,
}
# Over quota is 403 for compute, 409 for network, 413 for volume: each service's own.
STATUS_OF_SERVICE: Mapping[tuple[str, type[Exception]], int] = {
    ("network", errors.OverQuota): 409,
    ("volume", errors.OverQuota): 413,
    ("image", errors.OverQuota): 413,
    ("image", UnsupportedType): 415,
    ("image", WrongFormat): 415,
}
TITLES: Mapping[int, str] = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    409: "Conflict",
    412: "Precondition Failed",
    413: "Request Entity Too Large",
    415: "Unsupported Media Type",
    416: "Requested Range Not Satisfiable",
    422: "Unprocessable Entity",
    429: "Too Many Requests",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
}
COMPUTE_NAMES: Mapping[int, str] = {
    400: "badRequest",
    401: "unauthorized",
    403: "forbidden",
    404: "itemNotFound",
    405: "badMethod",
    406: "notAcceptable",
    409: "conflictingRequest",
    413: "overLimit",
    415: "badMediaType",
    422: "unprocessableEntity",
    429: "overLimit",
    500: "computeFault",
    501: "notImplemented",
    503: "serviceUnavailable",
}
NEUTRON_TYPES: Mapping[int, str] = {
    400: "HTTPBadRequest",
    403: "PolicyNotAuthorized",
    404: "HTTPNotFound",
    405: "HTTPMethodNotAllowed",
    409: "Conflict",
    412: "RevisionNumberConstraintFailed",
}
UNEXPECTED = "Unexpected error. Please report it with the request id."


def _identity(status: int, message: str, error: Exception) -> dict[str, Any]:
    if isinstance(error, errors.NotFound):
        message = f"Could not find {error.kind}: {error.name}."
    return {"error": {"code": status, "title": TITLES.get(status, "Error"), "message": message}}


def _compute(status: int, message: str, error: Exception) -> dict[str, Any]:
    fault: dict[str, Any] = {"code": status, "message": message}
    if isinstance(error, errors.TooManyRequests):
        fault["retryAfter"] = str(error.retry_after)
    return {COMPUTE_NAMES.get(status, "computeFault"): fault}


def _network(status: int, message: str, error: Exception) -> dict[str, Any]:
    kind = getattr(error, "neutron_type", None) or neutron_type(status, error)
    return {"NeutronError": {"type": kind, "message": message, "detail": ""}}


def _image(status: int, message: str, error: Exception) -> dict[str, Any]:
    del error
    title = TITLES.get(status, "Error")
    return {"message": message, "code": f"{status} {title}", "title": title}


FORMS: Mapping[str, Callable[[int, str, Exception], dict[str, Any]]] = {
    "identity": _identity,
    "compute": _compute,
    "volume": _compute,
    "network": _network,
    "image": _image,
}
NOUN_OF_NEUTRON = {
    "floating IP": "FloatingIP",
    "security group": "SecurityGroup",
    "security group rule": "SecurityGroupRule",
}


def neutron_type(status: int, error: Exception) -> str:
    """The exception name that network clients look at."""
    if isinstance(error, errors.NotFound):
        noun = NOUN_OF_NEUTRON.get(error.kind, error.kind.title().replace(" ", ""))
        return f"{noun}NotFound"
    if isinstance(error, errors.OverQuota):
        return "OverQuota"
    if isinstance(error, errors.AddressesExhausted):
        return "IpAddressGenerationFailure"
    return NEUTRON_TYPES.get(status, "InternalServerError")


def service_of(path: str) -> str:
    """The service whose form an error on this path takes."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in FORMS else "identity"


def status_of(service: str, error: Exception) -> int:
    """The status of an error; 500 for what nobody foresaw."""
    for kind in type(error).__mro__:
        status = STATUS_OF_SERVICE.get((service, kind)) or STATUS.get(kind)
        if status:
            return status
    return 500


def fault(path: str, status: int, message: str, error: Exception | None = None) -> Response:
    """An error response in the service's own form."""
    cause = error or Exception(message)
    # Whoever lacks a token is told by the token's own form, whatever the service.
    form = _identity if status == 401 else FORMS[service_of(path)]
    response = json_response(status, form(status, message, cause))
    if isinstance(error, errors.TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after)
    elif status == 503:
        response.headers["Retry-After"] = "5"
    elif status == 413:
        response.headers["Retry-After"] = "0"
    return response


def exception_view(error: Exception, request: Any) -> Response:
    """Every exception that leaves a view ends here."""
    path = request.path
    if isinstance(error, HTTPException):
        return http_fault(path, error)
    status = status_of(service_of(path), error)
    if isinstance(error, DBAPIError | PoolTimeout):
        log.warning("database: %s", type(error).__name__, exc_info=error)
        return fault(path, status, "The database does not answer. Please try again.", error)
    if status == 500:
        log.error("unexpected error", exc_info=error)
        return fault(path, status, UNEXPECTED, error)
    response = fault(path, status, str(error), error)
    if status == 401:
        response.headers["WWW-Authenticate"] = f'Keystone uri="{request.link("/identity/v3")}"'
    return response


def http_fault(path: str, error: HTTPException) -> Response:
    """Pyramid's own (unknown path, wrong method) in the service's form."""
    message = {
        404: "The resource could not be found.",
        405: "The method is not allowed for this resource.",
    }.get(error.status_int, error.detail or error.title or error.explanation)
    response = fault(path, error.status_int, message, error)
    for name in ("Allow", "Content-Range", "Location"):
        if name in error.headers:
            response.headers[name] = error.headers[name]
    return response
