"""Which server held which address, from when to when: for who asks about abuse, later."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Owner(NamedTuple):
    """Whose a server is, and who made it; None is not said."""

    project_id: str | None = None
    user_id: str | None = None


NOBODY = Owner()


@dataclass(frozen=True, slots=True)
class Holding:
    """A server had the address through a port; `until` is None while it still has."""

    address: str
    network_id: str
    port_id: str
    mac: str
    server_id: str
    project_id: str
    user_id: str | None
    since: datetime
    until: datetime | None
