"""Taking an instance that is in a cluster already into a project, as a server.

Nothing is changed in the cluster: what is written down is what is there.
"""

from dataclasses import asdict, dataclass, field

from cyclades.domain.model.cluster import Cluster
from cyclades.domain.model.errors import Conflict, InvalidInput, NotFound, OverQuota
from cyclades.domain.model.events import Changed
from cyclades.domain.model.flavor import Flavor, FlavorQuery
from cyclades.domain.model.instance_action import SUCCESS, InstanceAction
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import Network
from cyclades.domain.model.network_errors import (
    InvalidIpForNetwork,
    IpAddressAlreadyAllocated,
)
from cyclades.domain.model.port import ACTIVE, COMPUTE_OWNER, DOWN, WantedIp, WantedPort
from cyclades.domain.model.reports import InstanceReport, JobRank, NicSeen, Power
from cyclades.domain.model.server import Server, kept_on
from cyclades.domain.model.server_states import AS_SEEN, VmState
from cyclades.domain.model.sharing import Scope
from cyclades.domain.model.wanted_server import host_name
from cyclades.domain.services.address_history import AddressHistory
from cyclades.domain.services.disk_steps import HOLDER_TAG
from cyclades.domain.services.plugging import Plugging
from cyclades.domain.services.security_groups import SecurityGroups
from cyclades.ports.audit import Audit
from cyclades.ports.clock import Clock
from cyclades.ports.cluster_driver import ClusterDriver
from cyclades.ports.feed import Feed
from cyclades.ports.flavors import FlavorRepository
from cyclades.ports.ids import Ids
from cyclades.ports.networks import NetworkRepository
from cyclades.ports.ports import PortRepository
from cyclades.ports.quota import QuotaLedger
from cyclades.ports.servers import InstanceActions, ServerRepository

GIB = 1024  # MiB
CUSTOM = "custom"  # the name of a size that no flavor has
EVERYTHING = Scope(None, everything=True)
MOST_FLAVORS = 10_000
TOLD = "An operator took this server over from its cluster."


@dataclass(frozen=True, slots=True)
class WantedAdoption:
    """Whose server it becomes. No `name`: the instance's; no `flavor`: one that fits."""

    project_id: str
    user_id: str
    name: str = ""
    flavor: str = ""
    force: bool = False  # also beyond the project's quota


@dataclass(slots=True)
class Adopted:
    """The server, and what of its instance could not be taken over."""

    server: Server
    notes: list[str] = field(default_factory=list)


def sighted(driver: ClusterDriver, name: str) -> InstanceReport:
    """The instance as it is now. Raises NotFound, Conflict, ClusterUnavailable."""
    live = [job for job in driver.jobs() if job.rank < JobRank.FINAL and job.instance == name]
    seen = driver.instance(name)
    if seen is None:
        raise NotFound("instance", name)
    if live:
        raise Conflict(f"Job {live[0].job_id} is about instance {name}: wait for its end.")
    if seen.power is Power.UNKNOWN:
        raise Conflict(f"The node of instance {name} does not answer: its state is not known.")
    return seen


@dataclass(frozen=True, slots=True)
class ServerAdoption:
    """In one transaction; the instance was looked at before it."""

    servers: ServerRepository
    actions: InstanceActions
    audit: Audit
    flavors: FlavorRepository
    networks: NetworkRepository
    ports: PortRepository
    plugging: Plugging
    groups: SecurityGroups
    history: AddressHistory
    quota: QuotaLedger
    feed: Feed
    clock: Clock
    ids: Ids

    def adopt(self, cluster: Cluster, seen: InstanceReport, wanted: WantedAdoption) -> Adopted:
        """A server that stands for the instance. Raises Conflict, OverQuota, InvalidInput."""
        if any(tag.startswith(HOLDER_TAG) for tag in seen.tags):
            raise Conflict(f"Instance {seen.instance} keeps a disk for a volume: leave it alone.")
        self._require_free(seen.instance)
        made = Adopted(self._server(cluster, seen, wanted))
        self.servers.add(made.server)
        count = sum(self._plug(made, place, nic) for place, nic in enumerate(seen.nics))
        self._record(made.server)
        self._charge(made.server, count, force=wanted.force)
        return made

    def _require_free(self, instance: str) -> None:
        owner = self.audit.named([instance]).get(instance)
        if owner is None:
            return
        if owner.deleted:
            raise Conflict(
                f"Instance {instance} was the deleted server {owner.id}, and names are never used "
                "again: rename it (gnt-instance rename), then adopt it under its new name."
            )
        raise Conflict(f"Instance {instance} is server {owner.id} already.")

    def _server(self, cluster: Cluster, seen: InstanceReport, wanted: WantedAdoption) -> Server:
        now, disk = self.clock.now(), -(-sum(d.size_mib for d in seen.disks) // GIB)
        name = wanted.name or seen.instance
        flavor = self._flavor(seen, disk, wanted)
        return Server(
            id=self.ids.new(),
            project_id=wanted.project_id,
            user_id=wanted.user_id,
            name=name,
            cluster_id=cluster.id,
            instance=seen.instance,
            availability_zone=cluster.availability_zone,
            flavor_id=flavor.id,
            flavor=asdict(flavor),
            vcpus=seen.vcpus,
            ram=seen.memory_mib,
            disk=disk,
            created=now,
            updated=now,
            hostname=host_name(name),
            reservation_id=f"r-{self.ids.new().replace('-', '')[-8:]}",
            vm_state=AS_SEEN[seen.power],
            task_state=None,
            power=seen.power,
            progress=100,
            disk_template=kept_on(seen),
            placement={"cluster": cluster.name, "adopted": True},
            launched=now,
        )

    def _flavor(self, seen: InstanceReport, disk: int, wanted: WantedAdoption) -> Flavor:
        query = FlavorQuery(MOST_FLAVORS, is_public=None, with_disabled=True)
        sizes = self.flavors.list(EVERYTHING, query)
        custom = Flavor(f"{CUSTOM}-{self.ids.new()}", CUSTOM, seen.vcpus, seen.memory_mib, disk)
        if not wanted.flavor:
            fitting = [
                f for f in sizes if f.is_public and not f.disabled and size(f) == size(custom)
            ]
            return fitting[0] if fitting else custom
        named = [flavor for flavor in sizes if wanted.flavor in {flavor.id, flavor.name}]
        if not named:
            raise NotFound("flavor", wanted.flavor)
        if size(named[0])[:2] != size(custom)[:2]:
            raise InvalidInput(
                f"Instance {seen.instance} has {seen.vcpus} VCPUs and {seen.memory_mib} MiB of "
                f"memory, flavor {named[0].name} has {named[0].vcpus} and {named[0].ram}.",
                "flavor",
            )
        return named[0]

    def _plug(self, made: Adopted, position: int, nic: NicSeen) -> bool:
        """Whether the interface became a port."""
        server, what = made.server, f"interface {position} ({nic.mac} on {nic.link})"
        network = self._network(server.project_id, nic)
        if network is None:
            made.notes.append(f"{what} is on no network that the project may use: left out")
            return False
        self.networks.hold(network.id)
        wanted = WantedPort(
            network.id,
            mac=nic.mac,
            fixed_ips=(),
            device_id=server.id,
            device_owner=f"{COMPUTE_OWNER}{server.availability_zone}",
            keep=False,
            position=position,
        )
        groups = self.groups.chosen(server.project_id, ())
        safe = groups if network.port_security_enabled else ()
        port = self.plugging.make(network, server.project_id, wanted, safe)
        if nic.ip:
            try:
                own = [WantedIp(*held) for held in port.fixed_ips]
                self.plugging.readdress(network, port, [*own, WantedIp(ip_address=nic.ip)])
            except IpAddressAlreadyAllocated:
                made.notes.append(f"{what}: address {nic.ip} is another port's")
            except InvalidIpForNetwork:
                made.notes.append(f"{what}: address {nic.ip} is in no subnet of {network.name}")
        else:
            made.notes.append(f"{what} has no address in its cluster: none is reserved for it")
        self.history.begin([port.id])
        self.feed.publish(Changed("port", port.id, port.version, port.project_id))
        return True

    def _network(self, project_id: str, nic: NicSeen) -> Network | None:
        found = [
            network
            for network in self.networks.list(Listing(EVERYTHING))
            if network.link == nic.link and (network.project_id == project_id or network.public)
        ]
        return found[0] if found else None

    def _record(self, server: Server) -> None:
        now, request_id = server.created, f"req-{self.ids.new()}"
        for port in self.ports.mark(server.id, ACTIVE if running(server) else DOWN, now):
            self.feed.publish(Changed("port", port.id, port.version, port.project_id))
        self.actions.begin(
            InstanceAction(
                self.ids.new(),
                server.id,
                request_id,
                "adopt",
                server.user_id,
                server.project_id,
                None,
                now,
                now,
                now,
                SUCCESS,
                TOLD,
            )
        )
        self.feed.publish(Changed("server", server.id, server.version, server.project_id))

    def _charge(self, server: Server, ports: int, *, force: bool) -> None:
        amounts = server.usage | ({"port": ports} if ports else {})
        try:
            self.quota.charge(server.project_id, amounts)
        except OverQuota:
            if not force:
                raise
            # The book follows the facts: a negative release is not measured by limits.
            self.quota.release(server.project_id, {name: -n for name, n in amounts.items()})


def running(server: Server) -> bool:
    """Its ports carry traffic."""
    return server.vm_state is VmState.ACTIVE


def size(flavor: Flavor) -> tuple[int, int, int]:
    """What must be equal."""
    return flavor.vcpus, flavor.ram, flavor.disk
