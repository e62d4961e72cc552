"""Servers, clusters and effects to begin with; each test says only what matters to it."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from cyclades.domain.model.cluster import Capacity, Cluster, ClusterConnection
from cyclades.domain.model.disk_commands import DiskWanted
from cyclades.domain.model.effects import Command, CreateInstance, Effect, GuestConfig, NicWanted
from cyclades.domain.model.server import Server

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
PROJECT = "a" * 32
USER = "1" * 32
CAPACITY = Capacity(2, 128, 524_288, 400_000, 16_777_216, 16_000_000, 10)
_numbers = count(1)


def fresh(word: str) -> str:
    """A name that no other object of this run has."""
    return f"{word}-{next(_numbers):04}"


def a_server(**values: Any) -> Server:
    """A new server, as it is right after its request."""
    server_id = values.pop("id", None) or fresh("server")
    usual: dict[str, Any] = {
        "project_id": PROJECT,
        "user_id": USER,
        "name": "web",
        "cluster_id": "one",
        "instance": f"cyclades-{server_id}",
        "availability_zone": "nova",
        "flavor_id": "1",
        "flavor": {"id": "1", "name": "m1.tiny"},
        "vcpus": 1,
        "ram": 512,
        "disk": 1,
        "created": NOW,
        "updated": NOW,
    }
    return Server(id=server_id, **(usual | values))


def a_cluster(name: str = "one", **values: Any) -> Cluster:
    """A cluster with room, that answers."""
    usual: dict[str, Any] = {
        "connection": ClusterConnection(name, "simulated", password="not yet said"),
        "uuid": f"uuid-of-{name}",
        "release": "3.0.2",
        "disk_templates": ("sharedfile", "file", "diskless"),
        "hypervisors": ("fake",),
        "capacity": CAPACITY,
    }
    return Cluster(id=name, name=name, **(usual | values))


def create_of(server: Server, image: str = "blank") -> CreateInstance:
    """The command that makes the server's instance."""
    return CreateInstance(
        instance=server.instance,
        vcpus=server.vcpus,
        memory_mib=server.ram,
        disk_template="sharedfile",
        disks=(DiskWanted(f"disk-{server.id}", 1024),),
        nics=(NicWanted(f"nic-{server.id}", mac_of(server), "snf_public"),),
        image_id=image,
        image_format="raw",
        tags=(f"cyclades:server:{server.id}",),
    )


def mac_of(server: Server) -> str:
    """A MAC address that only this sample has."""
    number = int(server.id.rpartition("-")[2]) if server.id[-4:].isdigit() else 1
    return f"aa:0c:de:00:{number // 256 % 256:02x}:{number % 256:02x}"


def effect_of(server: Server, command: Command, **values: Any) -> Effect:
    """An effect of its own for a server's command."""
    usual: dict[str, Any] = {
        "id": fresh("effect"),
        "cluster_id": server.cluster_id,
        "server_id": server.id,
        "generation": server.generation,
        "request_id": fresh("req"),
        "guest": GuestConfig(),
    }
    return Effect(command=command, **(usual | values))
