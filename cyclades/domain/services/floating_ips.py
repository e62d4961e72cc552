"""Floating IPs: get one, look at it, let it lead somewhere, give it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.addresses import parse_address, pooled
from cyclades.domain.model.errors import Forbidden, NotFound
from cyclades.domain.model.floating_ip import DOWN, FLOATING_OWNER, FloatingIp, WantedFloatingIp
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.port import WantedIp, WantedPort
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.router_errors import BadRequest
from cyclades.domain.model.sharing import Scope, project_for
from cyclades.domain.model.subnet import Subnet
from cyclades.domain.services.floating_associations import FloatingAssociations, nowhere
from cyclades.domain.services.plugging import Plugging
from cyclades.ports.addresses import AddressRepository
from cyclades.ports.clock import Clock
from cyclades.ports.floating_ips import FloatingIpRepository
from cyclades.ports.ids import Ids
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.subnets import SubnetRepository

IPV4 = 4
TARGET = frozenset({"port_id", "fixed_ip"})


@dataclass(frozen=True, slots=True)
class FloatingIps:
    """Its address is held by a port of its own, which no project has."""

    networks: NetworkRepository
    subnets: SubnetRepository
    floating_ips: FloatingIpRepository
    ports: PortRepository
    addresses: AddressRepository
    plugging: Plugging
    associations: FloatingAssociations
    quota: QuotaLedger
    clock: Clock
    ids: Ids

    def create(self, caller: Caller, wanted: WantedFloatingIp) -> FloatingIp:
        """Get one. Raises AddressesExhausted, IpAddressAlreadyAllocated, OverQuota and more."""
        project_id = project_for(caller, wanted.project_id, "create_floatingip:tenant_id")
        network = self.networks.hold(wanted.network_id)
        network.require_seen(caller)
        if not network.external:
            raise BadRequest(
                f"Bad floatingip request: Network {network.id} is not a valid external network."
            )
        floating_ip_id, now = self.ids.new(), self.clock.now()
        floating_ip = FloatingIp(
            floating_ip_id,
            project_id,
            wanted.description,
            network.id,
            self._address(caller, network, floating_ip_id, wanted),
            None,
            None,
            None,
            DOWN,
            wanted.dns_name,
            wanted.dns_domain,
            wanted.tags,
            now,
            now,
            1,
        )
        self.floating_ips.add(floating_ip)
        if wanted.port_id is None:
            self._require_no_fixed(wanted.fixed_ip)
            self.associations.publish(floating_ip)
        else:
            self.associations.save(
                self.associations.aim(caller, floating_ip, wanted.port_id, wanted.fixed_ip)
            )
            floating_ip = self.floating_ips.get(floating_ip.id)
        self.quota.charge(project_id, {"floatingip": 1})
        return floating_ip

    def show(self, caller: Caller, floating_ip_id: str) -> FloatingIp:
        """One of the caller's. Raises NotFound."""
        floating_ip = self.floating_ips.get(floating_ip_id)
        floating_ip.require_owned(caller)
        return floating_ip

    def page(self, listing: Listing) -> Sequence[FloatingIp]:
        """A page of a list."""
        return self.floating_ips.list(listing)

    def update(
        self,
        caller: Caller,
        floating_ip_id: str,
        changes: Mapping[str, Any],
        revision: int | None,
    ) -> FloatingIp:
        """Change words, or where it leads; `port_id` None: nowhere."""
        floating_ip = self._locked(caller, floating_ip_id)
        require_revision(floating_ip.version, revision)
        words = {name: value for name, value in changes.items() if name not in TARGET}
        changed = replace(floating_ip, **words)
        port_id = changes.get("port_id", floating_ip.port_id if "fixed_ip" in changes else None)
        fixed_ip = changes.get("fixed_ip")
        if port_id is not None:
            changed = self.associations.aim(caller, changed, port_id, fixed_ip)
        elif TARGET & changes.keys():
            self._require_no_fixed(fixed_ip)
            changed = nowhere(changed)
        self.associations.save(changed)
        return self.floating_ips.get(floating_ip.id)

    def delete(self, caller: Caller, floating_ip_id: str, revision: int | None) -> None:
        """Give it back; whatever it led to has it no more."""
        floating_ip = self._locked(caller, floating_ip_id)
        require_revision(floating_ip.version, revision)
        self._end(floating_ip)

    def end_idle(self, network_id: str) -> None:
        """Give back those of a network that lead nowhere: it ends, and waits for no user."""
        everybody = Scope(None, everything=True)
        for each in self.page(Listing(everybody, {"floating_network_id": (network_id,)})):
            try:
                found = self.floating_ips.lock(each.id)
            except NotFound:  # its user was faster
                continue
            if found.port_id is None:
                self._end(found)

    def _end(self, floating_ip: FloatingIp) -> None:
        self.associations.save(nowhere(floating_ip))
        self.floating_ips.remove(floating_ip.id)
        mine = [
            port.id
            for port in self.ports.of_device(floating_ip.id)
            if port.device_owner == FLOATING_OWNER
        ]
        self.addresses.release(mine)
        self.ports.remove(mine)
        self.quota.release(floating_ip.project_id, {"floatingip": 1})

    def _locked(self, caller: Caller, floating_ip_id: str) -> FloatingIp:
        floating_ip = self.floating_ips.lock(floating_ip_id)
        floating_ip.require_owned(caller)
        return floating_ip

    def _address(
        self, caller: Caller, network: Network, floating_ip_id: str, wanted: WantedFloatingIp
    ) -> str:
        """An address of the network, held by a port of the floating IP's own."""
        subnets = [s for s in self.subnets.of_network(network.id) if s.ip_version == IPV4]
        if not subnets:
            raise BadRequest(
                f"Bad floatingip request: Network {network.id} does not contain any IPv4 subnet."
            )
        fixed = None
        if wanted.address is not None:
            require_given_out(caller, subnets, wanted.address)
        if wanted.address is not None or wanted.subnet_id is not None:
            fixed = (WantedIp(wanted.subnet_id, wanted.address),)
        port = self.plugging.make(
            network,
            "",
            WantedPort(
                network.id,
                fixed_ips=fixed,
                device_id=floating_ip_id,
                device_owner=FLOATING_OWNER,
                port_security_enabled=False,
                among=frozenset(subnet.id for subnet in subnets),
            ),
            (),
        )
        return port.fixed_ips[0].ip_address

    @staticmethod
    def _require_no_fixed(fixed_ip: str | None) -> None:
        if fixed_ip is not None:
            raise BadRequest(
                "Bad floatingip request: fixed_ip_address cannot be specified without a port_id."
            )


def require_given_out(caller: Caller, subnets: Sequence[Subnet], address: str) -> None:
    """Raise Forbidden when users choose an address that no pool gives out, such as a gateway's."""
    chosen = str(parse_address(address, "floating_ip_address"))
    if not caller.is_admin and not any(pooled(subnet.pools, chosen) for subnet in subnets):
        raise Forbidden("(rule:create_floatingip:floating_ip_address) is disallowed by policy")
