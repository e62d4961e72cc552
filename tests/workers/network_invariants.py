"""What must hold of networks, once nothing is left to do: see invariants.py."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import Row

from tests.workers.evidence import Evidence

COMPUTE = "compute:"
FLOATING = "network:floatingip"
ROUTER = "network:router_"
# Tables whose rows cost their project one of a resource each.
COUNTED: Mapping[str, str] = {
    "networks": "network",
    "subnets": "subnet",
    "ports": "port",
    "routers": "router",
    "floating_ips": "floatingip",
    "subnetpools": "subnetpool",
}
OF_SERVERS: Mapping[str, Callable[[Row[Any]], int]] = {
    "instances": lambda _: 1,
    "cores": lambda server: int(server.vcpus),
    "ram": lambda server: int(server.ram),
}


def nothing_is_silent(seen: Evidence) -> Iterator[str]:
    """I1: what is being plugged in or made somewhere has come to its end."""
    for port in seen.ports:
        if port.effect_id is not None or port.status == "BUILD":
            yield f"port {port.id} is {port.status} and waits for {port.effect_id}"
    for row in seen.rows["network_clusters"]:
        if row.effect_id is not None or (row.state == "error" and not row.trouble):
            yield f"network {row.network_id} in {row.cluster_id} is {row.state} without an end"


def one_holder_an_address(seen: Evidence) -> Iterator[str]:
    """I4: addresses and MACs have one holder, which lives."""
    devices = {
        COMPUTE: {server.id for server in seen.alive},
        FLOATING: {floating.id for floating in seen.rows["floating_ips"]},
        ROUTER: {router.id for router in seen.rows["routers"]},
    }
    for port in seen.ports:
        kind = next((kind for kind in devices if port.device_owner.startswith(kind)), None)
        if kind and port.device_id not in devices[kind]:
            yield f"port {port.id} belongs to {port.device_id}, which is gone"
        if bool(port.device_owner) > bool(port.device_id):
            yield f"port {port.id} is a {port.device_owner} of nothing"
    ports = {port.id: port for port in seen.ports}
    for row in seen.addresses:
        if row.port_id is not None and row.port_id not in ports:
            yield f"address {row.address} belongs to {row.port_id}, which is gone"
        elif row.port_id is not None and ports[row.port_id].network_id != row.network_id:
            yield f"address {row.address} of {row.network_id} belongs to a port elsewhere"
    macs = Counter((port.network_id, port.mac) for port in seen.ports)
    yield from (f"{count} ports have MAC {mac}" for (_, mac), count in macs.items() if count > 1)
    held = Counter((row.network_id, row.address) for row in seen.addresses)
    yield from (f"{count} rows are {at}" for (_, at), count in held.items() if count > 1)


def floating_ips_lead_somewhere(seen: Evidence) -> Iterator[str]:
    """I4: a floating IP has its address, and leads to one that its target has."""
    ports = {port.id: port for port in seen.ports}
    routers = {router.id for router in seen.rows["routers"]}
    held = {(row.port_id, row.address) for row in seen.addresses}
    own = {port.device_id: port for port in seen.ports if port.device_owner == FLOATING}
    for floating in seen.rows["floating_ips"]:
        port = own.get(floating.id)
        if port is None or (port.id, floating.address) not in held:
            yield f"floating IP {floating.address} does not have its address"
        if (floating.port_id is None) != (floating.fixed_ip is None):
            yield f"floating IP {floating.address} leads half somewhere"
        if floating.router_id is not None and floating.router_id not in routers:
            yield f"floating IP {floating.address} goes by a router that is gone"
        if floating.port_id is None:
            continue
        target = ports.get(floating.port_id)
        direct = target is not None and target.network_id == floating.network_id
        fixed = (floating.port_id, floating.fixed_ip)
        if fixed not in held and not (direct and floating.fixed_ip == floating.address):
            yield f"floating IP {floating.address} leads to {fixed}, which is not there"
        if direct != (floating.router_id is None):
            yield f"floating IP {floating.address} goes by the wrong way"
    led = Counter((f.port_id, f.fixed_ip) for f in seen.rows["floating_ips"] if f.router_id)
    yield from (f"{count} floating IPs lead to {to}" for to, count in led.items() if count > 1)


def pools_give_to_the_living(seen: Evidence) -> Iterator[str]:
    """I4: bridges, tables and MAC prefixes belong to networks that there are."""
    networks = {network.id: network for network in seen.rows["networks"]}
    for row in seen.rows["network_resources"]:
        if row.network_id is not None and row.network_id not in networks:
            yield f"{row.pool} {row.value} belongs to {row.network_id}, which is gone"
    prefixes = Counter(network.mac_prefix for network in networks.values() if network.mac_prefix)
    yield from (f"{count} networks have {it}" for it, count in prefixes.items() if count > 1)
    for port in seen.ports:
        prefix = networks[port.network_id].mac_prefix
        if prefix and not port.mac.startswith(prefix):
            yield f"port {port.id} has MAC {port.mac}, its network's begin with {prefix}"


def interfaces_agree(seen: Evidence) -> Iterator[str]:
    """I5: what is plugged in is what is written down, on the network that it says."""
    instances = {instance.name: instance for _, instance in seen.instances}
    addresses: dict[str, set[str]] = defaultdict(set)
    for row in seen.addresses:
        addresses[row.port_id].add(row.address)
    for server in seen.alive:
        instance = instances.get(server.instance)
        if instance is None:
            continue
        mine = [port for port in seen.ports if port.device_id == server.id]
        there = {(nic["mac"], nic["network"]) for nic in instance.nics}
        # Those of adopted instances are called, and plugged in, as whoever made them wanted.
        foreign = {
            nic["mac"]: nic["network"]
            for nic in instance.nics
            if not (nic["name"] or "").startswith(seen.prefix)
        }
        ours = {
            (port.mac, foreign.get(port.mac, f"{seen.prefix}net-{port.network_id}"))
            for port in mine
        }
        if there != ours:
            yield f"server {server.id} has {sorted(ours)}, its instance {sorted(there)}"
        kept = {port.mac: addresses[port.id] for port in mine}
        for nic in instance.nics:
            if nic["ip"] and nic["ip"] not in kept.get(nic["mac"], set()):
                yield f"interface {nic['mac']} of {server.id} has {nic['ip']}, which is not its"


def networks_are_where_they_are_needed(seen: Evidence) -> Iterator[str]:
    """I5: a network is in a cluster while a server there has a port on it, or it is mapped."""
    places = {server.id: server.cluster_id for server in seen.alive}
    needed = {
        (places[port.device_id], port.network_id) for port in seen.ports if port.device_id in places
    }
    unclear = set()
    written: dict[tuple[str, str], Row[Any]] = {}
    for row in seen.rows["network_clusters"]:
        at = (row.cluster_id, row.network_id)
        if row.state == "error":
            unclear.add(at)
        elif row.state == "active":
            written[at] = row
    made = {
        (cluster_id, network.name.removeprefix(f"{seen.prefix}net-")): network
        for cluster_id, network in seen.networks
        if network.name.startswith(f"{seen.prefix}net-")
    }
    for at in (made.keys() ^ written.keys()) - unclear:
        yield f"network {at} is {'there' if at in made else 'not there'}, it is written otherwise"
    for at in needed - made.keys() - unclear:
        yield f"network {at} is not there, and a server needs it"
    for at, row in written.items():
        if at not in needed and not row.mapped:
            yield f"network {at} is there, and nobody needs it"
        groups = sorted(group for group, *_ in made[at].groups) if at in made else []
        if at in made and groups != sorted(row.groups.split()):
            yield f"network {at} is connected to {groups}, it is written {row.groups}"


def homes_are_kept(seen: Evidence) -> Iterator[str]:
    """I3: a network that reaches no further than one cluster has all servers there."""
    places = {server.id: server.cluster_id for server in seen.alive}
    for network in seen.rows["networks"]:
        found = {
            places[port.device_id]
            for port in seen.ports
            if port.network_id == network.id and port.device_id in places
        }
        if not network.spans and not found <= {network.home_cluster_id}:
            yield f"network {network.id} of {network.home_cluster_id} has servers in {found}"


def usage_adds_up(seen: Evidence) -> Iterator[str]:
    """I6: the book says what there is."""
    counted: Counter[tuple[str, str]] = Counter()
    for server in seen.alive:
        counted.update({(server.project_id, of): n(server) for of, n in OF_SERVERS.items()})
    for table, resource in COUNTED.items():
        counted.update((row.project_id, resource) for row in seen.rows[table] if row.project_id)
    counted.update(
        (group.project_id, "security_group")
        for group in seen.rows["security_groups"]
        if not group.is_default
    )
    kept = {*OF_SERVERS, *COUNTED.values(), "security_group"}
    booked = {
        (row.project_id, row.resource): row.used for row in seen.quotas if row.resource in kept
    }
    for key in booked.keys() | counted.keys():
        if booked.get(key, 0) != counted[key]:
            yield f"{key} is booked as {booked.get(key, 0)} and is {counted[key]}"
