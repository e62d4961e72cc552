"""The OpenAPI document of everything that is declared; served at /openapi.json.

Source: OpenAPI Specification 3.1.
"""

import re
from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

from cyclades.web.faults import FORMS, service_of
from cyclades.web.idempotency import HEADER
from cyclades.web.json_schema import Json, schema_of
from cyclades.web.microversions import BY_PREFIX, MAIN_HEADER
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Operation, Resource

PARAMETER = re.compile(r"\{(\w+)(?::([^{}]*))?\}")
JSON_TYPE = "application/json"
FAULT: Json = {
    "type": "object",
    "properties": {"code": {"type": "integer"}, "message": {"type": "string"}},
    "required": ["code", "message"],
}
ERRORS: dict[str, Json] = {
    "identity": {"type": "object", "properties": {"error": FAULT}, "required": ["error"]},
    "compute": {"type": "object", "additionalProperties": FAULT, "minProperties": 1},
    "network": {
        "type": "object",
        "properties": {
            "NeutronError": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("type", "message", "detail")},
                "required": ["type", "message", "detail"],
            }
        },
        "required": ["NeutronError"],
    },
    "image": {
        "type": "object",
        "properties": {name: {"type": "string"} for name in ("message", "code", "title")},
        "required": ["message", "code", "title"],
    },
}
ERRORS["volume"] = ERRORS["compute"]
# Who does not show a token as all others do.
SECURITY: dict[Access, list[Json]] = {Access.ANYONE: [], Access.NODE: [{"node": []}]}
openapi = Resource("openapi", "/openapi.json")


@openapi.on("GET", access=Access.ANYONE)
def show_openapi(request: CycladesRequest) -> Any:
    """This document."""
    document = request.registry.get("cyclades.openapi")
    if document is None:
        document = document_of(request.registry["cyclades.resources"])
        request.registry["cyclades.openapi"] = document
    return document | {"servers": [{"url": request.base_url}]}


def document_of(resources: Iterable[Resource]) -> Json:
    """The document of these resources, without its servers."""
    paths: dict[str, Json] = {}
    for resource in resources:
        item = paths.setdefault(PARAMETER.sub(r"{\1}", resource.path), {})
        if parameters := path_parameters(resource.path):
            item["parameters"] = parameters
        for operation in resource.operations.values():
            item[operation.method.lower()] = operation_of(resource, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Cyclades", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": {f"{name}-error": schema for name, schema in ERRORS.items()},
            "securitySchemes": {
                "token": {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
                "node": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"token": []}],
    }


def path_parameters(path: str) -> list[Json]:
    """What a path names in braces."""
    return [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^(?:{shape})$" if shape else "^[^/]+$"},
        }
        for name, shape in PARAMETER.findall(path)
    ]


def operation_of(resource: Resource, operation: Operation) -> Json:
    """One method of one resource."""
    service = service_of(resource.path)
    body: Json = {
        "operationId": f"{service}.{resource.name}.{operation.method.lower()}",
        "summary": operation.view.__name__.replace("_", " ").capitalize(),
        "tags": [service],
        "parameters": query_parameters(operation) + header_parameters(service, operation),
        "responses": responses(service, operation),
        "x-access": operation.access.value,
    }
    if operation.view.__doc__:
        body["description"] = cleandoc(operation.view.__doc__)
    if operation.access in SECURITY:
        body["security"] = SECURITY[operation.access]
    for name in ("since", "until"):
        if version := getattr(operation, name):
            body[f"x-{name}"] = ".".join(map(str, version))
    if operation.body is not None:
        content = {JSON_TYPE: {"schema": schema_of(operation.body)}}
        body["requestBody"] = {"required": True, "content": content}
    elif operation.raw:
        body["requestBody"] = {"content": {"application/octet-stream": {}}}
    return body


def query_parameters(operation: Operation) -> list[Json]:
    """What the query may say."""
    return [
        {"name": node.name, "in": "query", "required": node.required, "schema": schema_of(node)}
        for node in (operation.query.children if operation.query is not None else ())
    ]


def header_parameters(service: str, operation: Operation) -> list[Json]:
    """Microversions, and the key that makes creation repeatable."""
    found = []
    if service in BY_PREFIX:
        versions = BY_PREFIX[service]
        shown = {"type": "string", "examples": [f"{service} {versions.maximum}"]}
        found.append({"name": MAIN_HEADER, "in": "header", "schema": shown})
    if operation.creates:
        key = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"}
        found.append({"name": HEADER, "in": "header", "schema": key})
    return found


def responses(service: str, operation: Operation) -> Json:
    """How it may end. Statuses of success differ with the microversion."""
    error = fault_of(service, "The request cannot be done.")
    found = {
        f"{operation.status // 100}XX": {"description": "Done."},
        "4XX": error,
        "5XX": fault_of(service, "Something that is needed does not answer, or failed."),
    }
    if operation.access is not Access.ANYONE:
        found["401"] = fault_of("identity", "There is no valid token.")
    return found


def fault_of(service: str, description: str) -> Json:
    """An error in the service's form."""
    name = service if service in FORMS else "identity"
    content = {JSON_TYPE: {"schema": {"$ref": f"#/components/schemas/{name}-error"}}}
    return {"description": description, "content": content}
