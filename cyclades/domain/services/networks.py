"""Networks: create, look at, change, delete."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cyclades.domain.model.errors import Forbidden
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network, WantedNetwork
from cyclades.domain.model.network_errors import InvalidSharedSetting
from cyclades.domain.model.revision import require_revision
from cyclades.domain.model.router_errors import ExternalNetworkInUse
from cyclades.domain.model.sharing import project_for
from cyclades.domain.services.cluster_networks import ClusterNetworks
from cyclades.domain.services.floating_ips import FloatingIps
from cyclades.domain.services.network_flavors import NetworkFlavors
from cyclades.domain.services.network_mapping import NetworkMapping
from cyclades.domain.services.rbac_policies import RbacPolicies, tell
from cyclades.ports.clock import Clock
from cyclades.ports.feed import Feed
from cyclades.ports.ids import Ids
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.subnets import SubnetRepository

FOR_ADMINISTRATORS = {"shared": "shared", "external": "router:external", "is_default": "is_default"}
MADE_BY_ADMINISTRATORS = FOR_ADMINISTRATORS | {
    "network_type": "provider:network_type",
    "physical_network": "provider:physical_network",
    "segmentation_id": "provider:segmentation_id",
    "mac_prefix": "SNF:mac_prefix",
}


@dataclass(frozen=True, slots=True)
class Networks:
    """What each is made of is its flavor's matter, where it is its clusters'."""

    networks: NetworkRepository
    subnets: SubnetRepository
    ports: PortRepository
    floating_ips: FloatingIps
    policies: RbacPolicies
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids
    flavors: NetworkFlavors
    clusters: ClusterNetworks
    mapping: NetworkMapping

    def create(self, caller: Caller, wanted: WantedNetwork) -> Network:
        """Make it, with what is its own. Raises NoNetworkAvailable, OverQuota."""
        project_id = project_for(caller, wanted.project_id, "create_network:tenant_id")
        said = {name: getattr(wanted, name) for name in MADE_BY_ADMINISTRATORS}
        self._require_admin(caller, "create", said)
        network_id, now = self.ids.new(), self.clock.now()
        making = self.flavors.make(caller, network_id, wanted)
        network = Network(
            network_id,
            project_id,
            wanted.name,
            wanted.description,
            wanted.admin_state_up,
            wanted.external,
            wanted.shared,
            wanted.is_default,
            wanted.mtu,
            wanted.port_security_enabled,
            making.mode,
            making.link,
            wanted.tags,
            now,
            now,
            1,
            making.flavor,
            making.mac_prefix,
            making.spans,
        )
        self.networks.add(network)
        if network.external:
            self.mapping.everywhere(network_id)
        if network.public:
            self.policies.follow(network)
        tell(self.feed, network)
        self.quota.charge(project_id, {"network": 1})
        return network

    def show(self, caller: Caller, network_id: str) -> Network:
        """One network that the caller may see. Raises NotFound."""
        network = self.networks.get(network_id)
        network.require_seen(caller)
        return network

    def page(self, listing: Listing) -> Sequence[Network]:
        """A page of a list."""
        return self.networks.list(listing)

    def update(
        self, caller: Caller, network_id: str, changes: Mapping[str, Any], revision: int | None
    ) -> Network:
        """Change some attributes."""
        network = self.networks.lock(network_id)
        network.require_owned(caller, "rule:update_network")
        require_revision(network.version, revision)
        self._require_admin(
            caller, "update", {n: changes[n] for n in FOR_ADMINISTRATORS if n in changes}
        )
        if network.shared and changes.get("shared") is False:
            self._require_alone(network)
        if network.external and changes.get("external") is False:
            self._require_no_way_out(network)
        changed = replace(network, **changes, updated=self.clock.now(), version=network.version + 1)
        self.networks.save(changed)
        if changed.external != network.external:
            self._move(changed)
        if (network.shared, network.external) != (changed.shared, changed.external):
            self.policies.follow(changed)
        # Those who see it no more hear of that, too.
        tell(self.feed, changed, network)
        return changed

    def delete(self, caller: Caller, network_id: str, revision: int | None) -> None:
        """Forget it and its subnets; its link is free again. Raises NetworkInUse.

        Floating IPs that lead nowhere go with an external one that an administrator deletes.
        """
        network = self.networks.lock(network_id)
        network.require_owned(caller, "rule:delete_network")
        require_revision(network.version, revision)
        if network.external and caller.is_admin:
            self.floating_ips.end_idle(network_id)
        # An administrator's subnet may be on anybody's network.
        owners = Counter(each.project_id for each in self.subnets.of_network(network_id))
        self.policies.forget(network)
        self.clusters.forget(network_id)
        self.networks.remove(network_id)
        tell(self.feed, replace(network, version=network.version + 1))
        for project_id in sorted({network.project_id, *owners}):
            amounts = {"network": int(project_id == network.project_id)}
            self.quota.release(project_id, amounts | {"subnet": owners[project_id]})

    def _move(self, network: Network) -> None:
        if network.external:
            self.mapping.everywhere(network.id)
        else:
            self.mapping.nowhere(network.id)

    def _require_alone(self, network: Network) -> None:
        owners = {port.project_id for port in self.ports.of_network(network.id)}
        if owners - {"", network.project_id, *network.shared_to}:
            raise InvalidSharedSetting(
                f"Unable to reconfigure sharing settings for network {network.id}. "
                "Multiple tenants are using it."
            )

    def _require_no_way_out(self, network: Network) -> None:
        if any(port.serving for port in self.ports.of_network(network.id)):
            raise ExternalNetworkInUse(
                f"External network {network.id} cannot be updated to be made non-external, since "
                "it has existing gateway ports."
            )

    @staticmethod
    def _require_admin(caller: Caller, verb: str, values: Mapping[str, Any]) -> None:
        for name, value in values.items():
            if value not in {None, False, ""} and not caller.is_admin:
                raise Forbidden(
                    f"(rule:{verb}_network and "
                    f"rule:{verb}_network:{MADE_BY_ADMINISTRATORS[name]}) "
                    "is disallowed by policy"
                )
