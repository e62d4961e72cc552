"""Networks: a private one is a link of its own; public ones share the public link."""

from dataclasses import dataclass
from datetime import datetime

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.mac import parse_mac

BRIDGED = "bridged"
DEFAULT_MTU = 1500


@dataclass(frozen=True, slots=True)
class Network:
    """`mode` and `link` are what clusters plug interfaces into; `subnets` are ids.

    `flavor` is how the operator makes it; `mac_prefix` begins its ports' MAC addresses (None:
    the installation's). One that does not `spans` clusters has all servers in its home.
    `shared_to`: projects that may plug into it without its being shared. `external_to`: the
    only projects that see an external network; none for everybody. `zones`: of the clusters
    that have it.
    """

    id: str
    project_id: str
    name: str
    description: str
    admin_state_up: bool
    external: bool
    shared: bool
    is_default: bool
    mtu: int
    port_security_enabled: bool
    mode: str
    link: str
    tags: tuple[str, ...]
    created: datetime
    updated: datetime
    version: int
    flavor: str = "CUSTOM"
    mac_prefix: str | None = None
    spans: bool = True
    home_cluster_id: str | None = None
    subnets: tuple[str, ...] = ()
    shared_to: tuple[str, ...] = ()
    external_to: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()

    def owned_by(self, caller: Caller) -> bool:
        """May change it."""
        return caller.is_admin or self.project_id == caller.project_id

    @property
    def public(self) -> bool:
        """Everybody may look at it."""
        return self.shared or (self.external and not self.external_to)

    def shared_with(self, caller: Caller) -> bool:
        """May plug into it without owning it."""
        return self.shared or caller.project_id in self.shared_to

    def seen_by(self, caller: Caller) -> bool:
        """May look at it."""
        return (
            self.owned_by(caller)
            or self.public
            or self.shared_with(caller)
            or caller.project_id in self.external_to
        )

    @property
    def audience(self) -> tuple[str, ...]:
        """The projects that hear of its changes."""
        return tuple(dict.fromkeys((self.project_id, *self.shared_to, *self.external_to)))

    def require_seen(
        self, caller: Caller, kind: str = "network", asked_for: str | None = None
    ) -> None:
        """Raise NotFound of what was asked for unless the caller may look at the network."""
        if not self.seen_by(caller):
            raise NotFound(kind, asked_for or self.id)

    def require_owned(self, caller: Caller, rule: str) -> None:
        """Raise NotFound when it is hidden, Forbidden when it is only to be looked at."""
        self.require_seen(caller)
        if not self.owned_by(caller):
            raise Forbidden(f"({rule}) is disallowed by policy")

    def own_mac(self, text: str) -> str:
        """A MAC address for a port of its, in our form. Raises InvalidInput.

        Networks that share a bridge are told apart by the prefix: with another's, a router would
        be among that one's servers, and a server nowhere.
        """
        mac = parse_mac(text)
        if self.mac_prefix and not mac.startswith(f"{self.mac_prefix}:"):
            raise InvalidInput(
                f"MAC addresses on network {self.id} begin with {self.mac_prefix}.", "mac_address"
            )
        return mac

    def require_pluggable(self, caller: Caller) -> None:
        """Raise unless the caller may have ports on it."""
        self.require_seen(caller)
        if not (self.owned_by(caller) or self.shared_with(caller)):
            raise Forbidden(f"It is not allowed to create an interface on network {self.id}")


@dataclass(frozen=True, slots=True)
class WantedNetwork:
    """What somebody asks for; `project_id` only when an administrator says whose it is.

    No `flavor`: the operator's. The last four are an administrator's words for CUSTOM ones.
    """

    name: str = ""
    description: str = ""
    admin_state_up: bool = True
    external: bool = False
    shared: bool = False
    is_default: bool = False
    mtu: int = DEFAULT_MTU
    port_security_enabled: bool = True
    project_id: str | None = None
    tags: tuple[str, ...] = ()
    flavor: str | None = None
    network_type: str | None = None
    physical_network: str | None = None
    segmentation_id: int | None = None
    mac_prefix: str | None = None
