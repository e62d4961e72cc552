"""/v3/auth/tokens. Source: Identity API, "Authentication and token management"."""

from typing import Any

from cyclades.domain.model.errors import InvalidInput, NotFound
from cyclades.domain.model.identity_policy import authorise
from cyclades.domain.model.login import TokenDetails
from cyclades.web.identity.presenters import tokens as present
from cyclades.web.identity.schemas import tokens as schemas
from cyclades.web.request import CycladesRequest
from cyclades.web.resource import Access, Resource, nothing

SUBJECT = "X-Subject-Token"

tokens = Resource("tokens", "/identity/v3/auth/tokens")


@tokens.on("POST", access=Access.ANYONE, body=schemas.LOGIN, status=201)
def log_in(request: CycladesRequest) -> Any:
    """A new token."""
    login = schemas.login_of(request.body_in)
    # Verifying takes long and only reads: no transaction is held meanwhile. The address is
    # the connection's, for what a client says about itself must not help it to guess on.
    with request.app.reader() as unit:
        token, details = unit.identity.authentication.log_in(login, request.remote_addr or "")
        body = present.token(details, catalog_for(request, unit.identity.catalog, details))
    return with_token(request, token, body)


@tokens.on("GET", access=Access.USER)
def show_token(request: CycladesRequest) -> Any:
    """What a token stands for."""
    token, details = subject_of(request, "validate_token")
    catalog = request.cyclades.identity.catalog
    return with_token(
        request, token, present.token(details, catalog_for(request, catalog, details))
    )


@tokens.on("DELETE", access=Access.USER)
def revoke_token(request: CycladesRequest) -> Any:
    """Make a token void, everywhere."""
    _, details = subject_of(request, "revoke_token")
    audit_id = details.claims.audit_ids[0]
    request.cyclades.identity.store.revocations.add([("token", audit_id)])
    return nothing(request)


def subject_of(request: CycladesRequest, action: str) -> tuple[str, TokenDetails]:
    """The token that the request is about: one's own, or any for administrators."""
    token = request.headers.get(SUBJECT, "")
    if not token:
        raise InvalidInput(f"The {SUBJECT} header is missing.", SUBJECT)
    caller = request.caller
    try:
        details = request.cyclades.identity.authentication.inspect(token)
    except NotFound:
        authorise(caller, action, own=True)
        raise
    authorise(caller, action, own=details.claims.user_id == caller.user_id)
    return token, details


def catalog_for(request: CycladesRequest, catalog: Any, details: TokenDetails) -> Any:
    """The catalog's entries, unless the client does not want them or has no scope."""
    if "nocatalog" in request.GET or details.claims.scope.kind == "unscoped":
        return None
    return catalog.entries(request.base_url)


def with_token(request: CycladesRequest, token: str, body: Any) -> Any:
    """The answer, with the token in its header."""
    request.response.headers[SUBJECT] = token
    request.response.headers["Vary"] = "X-Auth-Token"
    return body
