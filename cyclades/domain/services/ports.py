"""Ports that users make: create, look at, change, delete."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import Forbidden, InvalidInput, NotFound
from cyclades.domain.model.events import Changed
from cyclades.domain.model.firewall_profile import Profiles, chosen
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import PortInUse
from cyclades.domain.model.port import MOST_ADDRESSES, Port, WantedIp, WantedPort
from cyclades.domain.model.port_security import Protection, require_trust
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.router_errors import ServicePortInUse
from cyclades.domain.model.sharing import project_for
from cyclades.domain.services.floating_associations import FloatingAssociations
from cyclades.domain.services.plugged_ports import PluggedPorts
from cyclades.domain.services.plugging import Plugging
from cyclades.domain.services.security_groups import SecurityGroups
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger

# What a port has for as long as a server, or anything else, uses it.
FIXED_ON_SERVERS = frozenset({"mac", "device_id", "device_owner"})
FIXED_ELSEWHERE = FIXED_ON_SERVERS | {"fixed_ips"}


@dataclass(frozen=True, slots=True)
class Ports:
    """A port that a server uses is the server's until it is unplugged."""

    networks: NetworkRepository
    ports: PortRepository
    addresses: AddressRepository
    plugging: Plugging
    groups: SecurityGroups
    profiles: Profiles
    plugged: PluggedPorts
    associations: FloatingAssociations
    quota: QuotaLedger
    feed: Feed
    clock: Clock

    def create(self, caller: Caller, wanted: WantedPort) -> Port:
        """Make it. Raises AddressesExhausted, IpAddressAlreadyAllocated, OverQuota and more."""
        project_id = project_for(caller, wanted.project_id, "create_port:tenant_id")
        network = self.networks.hold(wanted.network_id)
        network.require_pluggable(caller)
        require_own(caller, network, wanted)
        if wanted.mac is not None:
            wanted = replace(wanted, mac=network.own_mac(wanted.mac))
        wanted = self._protected(network, wanted)
        port = self.plugging.make(network, project_id, wanted, self._groups(project_id, wanted))
        self._publish(port)
        self.quota.charge(project_id, {"port": 1})
        return port

    def show(self, caller: Caller, port_id: str) -> Port:
        """One port of the caller's. Raises NotFound."""
        port = self.ports.get(port_id)
        if not (caller.is_admin or port.project_id == caller.project_id):
            raise NotFound("port", port_id)
        return port

    def page(self, listing: Listing) -> Sequence[Port]:
        """A page of a list."""
        return self.ports.list(listing)

    def update(
        self, caller: Caller, port_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> Port:
        """Change some attributes."""
        port = self.show(caller, port_id)
        require_revision(port.version, revision)
        different = {n: v for n, v in changes.items() if getattr(port, n) != v}
        if "fixed_ips" in different and has_already(port, different["fixed_ips"]):
            del different["fixed_ips"]
        fixed = FIXED_ON_SERVERS if port.on_server and not port.leaving else FIXED_ELSEWHERE
        if fixed & different.keys():
            require_free(port)
        network = self.networks.hold(port.network_id)
        self._check_changes(caller, network, port, different)
        fixed_ips = different.pop("fixed_ips", None)
        require_few(port, fixed_ips)
        changed = replace(port, **different, updated=self.clock.now(), version=port.version + 1)
        protection_of(changed).check()
        self.ports.save(changed)
        if "mac" in different or fixed_ips is not None:
            changed = self.plugging.readdress(network, changed, fixed_ips)
            self.associations.follow(changed)
            if changed.on_server:
                self.plugged.readdressed(port, changed)
        self._publish(changed)
        return changed

    def delete(self, caller: Caller, port_id: str, revision: int | None) -> None:
        """Forget it and free its addresses. Raises PortInUse while a server uses it."""
        port = self.show(caller, port_id)
        require_revision(port.version, revision)
        require_free(port)
        # Saving first settles who was faster: a server that takes the port, or its end.
        self.ports.save(replace(port, version=port.version + 1))
        self.associations.leave([port.id])
        self.addresses.release([port.id])
        self.ports.remove([port.id])
        self._publish(replace(port, version=port.version + 1))
        self.quota.release(port.project_id, {"port": 1})

    def _check_changes(
        self, caller: Caller, network: Network, port: Port, changes: dict[str, Any]
    ) -> None:
        if changes.get("mac"):
            changes["mac"] = network.own_mac(changes["mac"])
        require_own(
            caller,
            network,
            WantedPort(
                network.id,
                mac=changes.get("mac"),
                fixed_ips=_besides(port, changes.get("fixed_ips")),
                device_id=changes.get("device_id", ""),
                device_owner=changes.get("device_owner", ""),
                port_security_enabled=changes.get("port_security_enabled"),
                allowed_address_pairs=changes.get("allowed_address_pairs", ()),
            ),
        )
        if "firewall_profile" in changes:
            changes["firewall_profile"] = chosen(self.profiles, changes["firewall_profile"])
        if changes.get("security_groups"):
            changes["security_groups"] = self.groups.chosen(
                port.project_id, changes["security_groups"]
            )

    def _protected(self, network: Network, wanted: WantedPort) -> WantedPort:
        """What is wanted, with the network's own way where nothing is said."""
        said = wanted.port_security_enabled
        secure = network.port_security_enabled if said is None else said
        profile = chosen(self.profiles, wanted.firewall_profile)
        pairs = wanted.allowed_address_pairs
        Protection(secure, wanted.security_groups or (), pairs, profile).check()
        return replace(wanted, port_security_enabled=secure, firewall_profile=profile)

    def _groups(self, project_id: str, wanted: WantedPort) -> Sequence[str]:
        if not wanted.port_security_enabled or wanted.security_groups == ():
            return ()
        return self.groups.chosen(project_id, wanted.security_groups or ())

    def _publish(self, port: Port) -> None:
        self.feed.publish(Changed("port", port.id, port.version, port.project_id))


def has_already(port: Port, wanted: Sequence[WantedIp]) -> bool:
    """Whether these are the port's addresses, each for one; a subnet alone is any of its own."""
    left = list(port.fixed_ips)
    for item in sorted(wanted, key=lambda item: item.ip_address is None):
        same = [
            had
            for had in left
            if item.subnet_id in {None, had.subnet_id} and item.ip_address in {None, had.ip_address}
        ]
        if not same:
            return False
        left.remove(same[0])
    return not left


def require_few(port: Port, fixed_ips: Sequence[WantedIp] | None) -> None:
    """Raise InvalidInput for more addresses than a port can have, one by one or at once."""
    if len(fixed_ips or ()) > max(MOST_ADDRESSES, len(port.fixed_ips)):
        raise InvalidInput("Exceeded maximum amount of fixed ips per port.", "fixed_ips")


def _besides(port: Port, wanted: Sequence[WantedIp] | None) -> tuple[WantedIp, ...]:
    """What is wanted of addresses that the port does not have already."""
    had = {fixed.ip_address for fixed in port.fixed_ips}
    return tuple(item for item in wanted or () if item.ip_address not in had)


def require_own(caller: Caller, network: Network, wanted: WantedPort) -> None:
    """Raise Forbidden for what only the network's owner, or only an administrator, may say.

    On a shared network nobody chooses addresses, lest they take a neighbour's; and only
    servers plug their own ports.
    """
    if caller.is_admin:
        return
    if wanted.device_id or wanted.device_owner:
        raise Forbidden("(rule:create_port:device_owner) is disallowed by policy")
    chosen = [ip.ip_address for ip in wanted.fixed_ips or () if ip.ip_address]
    if not network.owned_by(caller) and (wanted.mac or chosen):
        which = "mac_address" if wanted.mac else "fixed_ips:ip_address"
        raise Forbidden(f"(rule:create_port:{which}) is disallowed by policy")
    require_trust(
        caller,
        network,
        secure=wanted.port_security_enabled,
        pairs=wanted.allowed_address_pairs,
    )


def protection_of(port: Port) -> Protection:
    """What it is protected with."""
    return Protection(
        port.port_security_enabled,
        port.security_groups,
        port.allowed_address_pairs,
        port.firewall_profile,
    )


def require_free(port: Port) -> None:
    """Raise PortInUse or ServicePortInUse when something is plugged into the port."""
    if port.on_server:
        raise in_use(port)
    if port.serving:
        raise ServicePortInUse(
            f"Port {port.id} cannot be deleted or changed directly via the port API: has device "
            f"owner {port.device_owner}."
        )


def in_use(port: Port) -> PortInUse:
    """What to say of a port that a server uses."""
    return PortInUse(
        f"Unable to complete operation on port {port.id} for network {port.network_id}. "
        f"Port already has an attached device {port.device_id}."
    )
