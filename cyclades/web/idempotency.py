"""Idempotency-Key: a creating request that is sent again gets its first answer again.

The record is in the request's transaction, so there is never an effect without its
record. The same key with another body is 422.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from cyclades.domain.model.errors import IdempotencyMismatch, InvalidInput, StaleVersion
from cyclades.domain.model.idempotency import MAX_KEY, Recorded
from cyclades.web.rendering import JSON, to_bytes

HEADER = "Idempotency-Key"


def idempotent(view: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The view, remembering its answer under the client's key."""

    def remembered(request: Any) -> Any:
        key = request.headers.get(HEADER)
        if key is None:
            return view(request)
        if not 0 < len(key) <= MAX_KEY or not key.isprintable():
            raise InvalidInput(f"{HEADER} must have 1 to {MAX_KEY} printable characters.", HEADER)
        records, caller = request.cyclades.idempotency, request.caller
        who = (caller.user_id, caller.project_id or "", request.path, key)
        fingerprint = fingerprint_of(request)
        # Claimed before anything is done: a twin waits here, not at a unique name.
        if not records.claim(*who):
            known = records.find(*who)
            if known is None:
                raise StaleVersion(f"The {HEADER} was being forgotten.")
            return replayed(request, known, fingerprint)
        answer = view(request)
        location = request.response.headers.get("Location", "")
        records.keep(
            *who, Recorded(fingerprint, request.response.status_int, location, to_bytes(answer))
        )
        return answer

    return remembered


def fingerprint_of(request: Any) -> str:
    """What must be equal for two requests to be the same."""
    seen = f"{request.method} {request.path_qs} {request.microversion}\n".encode() + request.body
    return hashlib.sha256(seen).hexdigest()


def replayed(request: Any, known: Recorded, fingerprint: str) -> Any:
    """The first answer, marked. Raises IdempotencyMismatch."""
    if known.fingerprint != fingerprint:
        raise IdempotencyMismatch(f"{HEADER} was used before with a different request.")
    response = request.response
    response.status_int = known.status
    response.body = known.body
    response.content_type = JSON
    if known.location:
        response.headers["Location"] = known.location
    response.headers["Idempotent-Replayed"] = "true"
    return response
