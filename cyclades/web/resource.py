"""Declaring resources: the one module that knows Cornice.

A view says who, what, do, say: `who` is the `access` of the method, `what` its schemas,
`do` and `say` are the function. The same declarations make the OpenAPI document.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import colander
from cornice import Service
from pyramid.httpexceptions import HTTPNotFound

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.sharing import require_admin, require_member
from cyclades.web.idempotency import idempotent
from cyclades.web.request import CycladesRequest
from cyclades.web.validation import check, json_body, query_values
from cyclades.web.versioned import Versioned, schema_at

View = Callable[[CycladesRequest], Any]


class Access(Enum):
    """Who may call a method; ownership of objects is the services' matter."""

    ANYONE = "anyone"  # no token at all: discovery and login
    USER = "user"  # any valid token
    PROJECT = "project"  # a token scoped to a project
    MEMBER = "member"  # ... whose role may change things
    ADMIN = "admin"
    NODE = "node"  # a node of a cluster, by its cluster's key


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one resource, as declared."""

    method: str
    view: View
    access: Access
    body: colander.SchemaNode | Versioned | None
    query: colander.SchemaNode | None
    status: int
    since: tuple[int, int] | None
    until: tuple[int, int] | None
    creates: bool
    raw: bool


class PlainService(Service):
    """Cornice without its own filters and validators."""

    default_filters: list[Any] = []  # noqa: RUF012  Cornice reads it from the class
    default_validators: list[Any] = []  # noqa: RUF012  the same


@dataclass(slots=True)
class Resource:
    """A path and its methods."""

    name: str
    path: str
    rule: str = ""
    operations: dict[str, Operation] = field(default_factory=dict)

    def on(  # noqa: PLR0913  each names one word of a declaration
        self,
        method: str,
        *,
        access: Access = Access.PROJECT,
        body: colander.SchemaNode | Versioned | None = None,
        query: colander.SchemaNode | None = None,
        status: int = 200,
        since: tuple[int, int] | None = None,
        until: tuple[int, int] | None = None,
        creates: bool = False,
        raw: bool = False,
    ) -> Callable[[View], View]:
        """Declare a method.

        `since`/`until`: the microversions that have it (outside: 404). `creates`: honours
        Idempotency-Key. `raw`: the body is bytes that the view itself reads.
        """

        def register(view: View) -> View:
            self.operations[method] = Operation(
                method, view, access, body, query, status, since, until, creates, raw
            )
            return view

        return register

    def as_service(self) -> Service:
        """The Cornice service, for `config.add_cornice_service`."""
        service = PlainService(name=f"{self.name} {self.path}", path=self.path)
        for operation in self.operations.values():
            service.add_view(operation.method, bound(self, operation), renderer="orjson")
        return service


def bound(resource: Resource, operation: Operation) -> View:
    """The view behind its checks."""
    rule = resource.rule or f"{resource.name}:{operation.method.lower()}"
    act = idempotent(operation.view) if operation.creates else operation.view

    def view(request: CycladesRequest) -> Any:
        within_versions(operation, request)
        admit(operation.access, request, rule)
        if operation.query is not None:
            request.query_in = query_values(operation.query, request.GET)
        if operation.body is not None:
            request.body_in = check(
                schema_at(operation.body, request.microversion), json_body(request)
            )
        request.response.status_int = operation.status
        return act(request)

    return view


def within_versions(operation: Operation, request: CycladesRequest) -> None:
    """A method outside its microversions does not exist. Raises HTTPNotFound."""
    version = request.microversion
    if (operation.since and version < operation.since) or (
        operation.until and version > operation.until
    ):
        raise HTTPNotFound


def admit(access: Access, request: CycladesRequest, rule: str) -> None:
    """Raise Unauthenticated or Forbidden unless the caller may call this at all."""
    if access is Access.ANYONE:
        return
    if access is Access.NODE:
        request.cluster_id  # noqa: B018 - looked up here, so that it is refused here
        return
    caller = request.caller
    if access is Access.ADMIN:
        require_admin(caller, rule)
    elif access is Access.MEMBER:
        require_member(caller, rule)
    if access in {Access.PROJECT, Access.MEMBER} and caller.project_id is None:
        raise Forbidden(f"Policy doesn't allow {rule} to be performed without a project.")


def nothing(request: CycladesRequest, status: int = 204) -> Any:
    """An answer without a body."""
    response = request.response
    response.status_int = status
    response.body = b""
    response.content_type = None
    return response
