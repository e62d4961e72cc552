"""Reading what was done to servers: rows for presenters."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from cyclades.domain.model.instance_action import InstanceActionEvent
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.sharing import Scope


class ActionView(NamedTuple):
    """One thing that was done; `owner_id` is the server's project."""

    id: str
    server_id: str
    request_id: str
    action: str
    user_id: str | None
    project_id: str | None
    started: datetime
    updated: datetime
    finished: datetime | None
    result: str | None
    message: str | None
    owner_id: str
    cluster_id: str
    cluster: str


class InstanceActionViews(Protocol):
    """One statement each. Foreign servers and missing ones are equally NotFound."""

    def page(self, server_id: str, listing: Listing, *, deleted: bool) -> Sequence[ActionView]:
        """A page, newest first; the marker is a request's id.

        Filters: `changes-since` and `changes-before`. `deleted`: also of servers that are
        gone. Raises NotFound for the server, InvalidInput for the marker.
        """
        ...

    def events(self, action_id: str) -> Sequence[InstanceActionEvent]:
        """What its steps said, oldest first."""
        ...

    def show(self, scope: Scope, server_id: str, request_id: str, *, deleted: bool) -> ActionView:
        """What one request did. Raises NotFound."""
        ...
