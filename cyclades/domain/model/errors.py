"""Foreseen outcomes that are not success.

Each error says what happened in words that a user may read; the web layer
alone knows which HTTP status and body it becomes.
"""


class CycladesError(Exception):
    """Base of everything that we foresee; `str(error)` is meant for users."""


class InvalidInput(CycladesError):
    """The request is well-formed but cannot mean anything. `field` says where."""

    def __init__(self, message: str, field: str | None = None) -> None:
        """Keep the dotted path of the offending field beside the message."""
        super().__init__(message)
        self.field = field


class NotFound(CycladesError):
    """No such object, or none that this caller may see: the two look alike."""

    def __init__(self, kind: str, name: str) -> None:
        """`kind` is the field's noun ("server"), `name` what the caller asked for."""
        super().__init__(f"{kind.capitalize()} {name} could not be found.")
        self.kind = kind
        self.name = name


class Unauthenticated(CycladesError):
    """The caller has not shown who they are."""


class Forbidden(CycladesError):
    """The caller is known and may not do this."""


class Conflict(CycladesError):
    """The object is in a state that does not allow this now."""


class AlreadyExists(Conflict):
    """A unique name or address is taken."""


class AddressesExhausted(Conflict):
    """A pool of addresses has none left."""


class StaleVersion(Conflict):
    """Somebody else changed the object since it was read; the unit is retried."""


class PreconditionFailed(CycladesError):
    """The object is not what the caller said it would be."""


class OverQuota(CycladesError):
    """The project's limit would be passed.

    Amounts are in the resource's own unit (ram in MiB).
    """

    def __init__(self, resource: str, requested: int, used: int, limit: int) -> None:
        """Keep the figures that clients show."""
        super().__init__(
            f"Quota exceeded for {resource}: Requested {requested}, "
            f"but already used {used} of {limit} {resource}"
        )
        self.resource = resource
        self.requested = requested
        self.used = used
        self.limit = limit


class NoCapacity(CycladesError):
    """No cluster can take this server now."""


class TooLarge(CycladesError):
    """More bytes than are accepted."""


class TooManyRequests(CycladesError):
    """Slow down; `retry_after` is in seconds."""

    def __init__(self, message: str, retry_after: int) -> None:
        """Keep the delay for the Retry-After header."""
        super().__init__(message)
        self.retry_after = retry_after


class IdempotencyMismatch(CycladesError):
    """The same Idempotency-Key was used before with another request."""


class Unavailable(CycladesError):
    """Something we depend on does not answer; trying later makes sense."""


class Collision(Unavailable):
    """Somebody else was faster, and the database let one of us go; the unit is retried."""
