"""Which server held which address, from when to when: for who asks about abuse, later."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Holding:
    """A server had the address through a port; `until` is None while it still has.

    `user_id`: who gave it the address, if that is known.
    """

    address: str
    network_id: str
    port_id: str
    mac: str
    server_id: str
    project_id: str
    user_id: str | None
    since: datetime
    until: datetime | None
