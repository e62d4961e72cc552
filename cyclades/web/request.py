"""The request: one class with everything a view needs.

Pyramid builds a new class for each request when attributes are added with
`add_request_method(reify=True)`; a subclass costs nothing.
"""

from typing import TYPE_CHECKING, Any

from cornice.util import current_service
from pyramid.decorator import reify
from pyramid.request import Request
from transaction import TransactionManager

from cyclades.bootstrap.faultpoints import reached
from cyclades.domain.model.errors import Unauthenticated
from cyclades.domain.model.identity import Caller
from cyclades.web.microversions import Microversion

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class CycladesRequest(Request):
    """A request to any of the services."""

    microversion: Microversion = Microversion(2, 1)
    request_id: str = ""
    global_request_id: str = ""
    current_service = reify(current_service)  # Cornice's own, without its per-request class

    @property
    def app(self) -> "Application":
        """The process-wide objects."""
        application: Application = self.registry["cyclades"]
        return application

    @reify
    def tm(self) -> TransactionManager:
        """This request's transaction (pyramid_tm begins and ends it)."""
        return TransactionManager(explicit=True)

    @reify
    def cyclades(self) -> "Unit":
        """Repositories and services; writing requests share one transaction."""
        if self.method in SAFE_METHODS:
            unit = self.app.reading()
            self.add_finished_callback(lambda _request: unit.close())
            return unit
        unit = self.app.joined(self.tm)
        self.tm.get().addBeforeCommitHook(reached, ("committing",))
        self.add_response_callback(lambda *_: reached("answering"))
        return unit

    @reify
    def caller(self) -> Caller:
        """Who asks. Raises Unauthenticated."""
        token = self.headers.get("X-Auth-Token", "")
        if not token:
            raise Unauthenticated("The request you have made requires authentication.")
        return self.app.identity.caller(token)

    @reify
    def cluster_id(self) -> str:
        """The cluster whose node asks. Raises Unauthenticated."""
        kind, _, key = self.headers.get("Authorization", "").partition(" ")
        with self.app.reader() as unit:
            return unit.node_keys.cluster_of(key.strip() if kind.lower() == "bearer" else "")

    @reify
    def base_url(self) -> str:
        """The public root of all services, without a trailing slash."""
        return self.app.settings.public_url.rstrip("/") or forwarded_root(self)

    def link(self, path: str) -> str:
        """The absolute URL of a path that starts with a slash."""
        return f"{self.base_url}{path}"

    @reify
    def body_in(self) -> Any:
        """The validated body (or what the schema left of it)."""
        return None

    @reify
    def query_in(self) -> dict[str, Any]:
        """The validated query."""
        return {}


def forwarded_root(request: Request) -> str:
    """The root as the client sees it, honouring a proxy's X-Forwarded-* headers."""
    get = request.headers.get
    scheme = get("X-Forwarded-Proto", request.scheme).split(",")[0].strip()
    host = get("X-Forwarded-Host", request.host).split(",")[0].strip()
    prefix = get("X-Forwarded-Prefix", request.script_name).rstrip("/")
    return f"{scheme}://{host}{prefix}"
