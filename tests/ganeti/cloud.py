"""Cyclades over real clusters, as its user and its operator see it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from cyclades.bootstrap import Application, Unit
from cyclades.commands.first_run import first_run
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.identity import Caller
from cyclades.domain.model.image import UPLOAD
from cyclades.domain.model.image_edits import Edit
from cyclades.domain.model.server import Server
from cyclades.domain.model.server_actions import Action
from cyclades.domain.model.wanted_server import WantedServer
from cyclades.domain.services.clusters import Probe, probe
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import wait_until

PATIENCE = 120  # seconds: real jobs on a busy machine
TINY = "1"


class Cloud:
    """What a user and an operator do; `ids` are ours of the clusters, by name."""

    def __init__(self, app: Application, clusters: Mapping[str, GanetiCluster]) -> None:
        self.app = app
        self.clusters = clusters
        self.caller: Caller = app.atomically(lambda unit: unit.identity_bootstrap.administrator())
        self.image = self.make_image(None)

    def make_image(self, image_id: str | None) -> str:
        edits = [Edit("add", "disk_format", "raw"), Edit("add", "container_format", "bare")]
        made = self.app.atomically(lambda unit: unit.images.create(self.caller, edits, image_id))
        self.app.image_uploads.receive(self.caller, made.id, UPLOAD, [b"an image"])
        return made.id

    def create(self, name: str, image: str | None = None, count: int = 1) -> list[Server]:
        wanted = WantedServer(name, TINY, image or self.image, min_count=count, max_count=count)
        request_id = f"req-{self.app.ids.new()}"
        promised = self.app.atomically(
            lambda unit: unit.server_creation.create(self.caller, request_id, wanted)
        )
        return list(promised.servers)

    def act(self, server: Server, action: Action, kind: str = "") -> None:
        request_id = f"req-{self.app.ids.new()}"
        self.app.atomically(
            lambda unit: unit.server_actions.act(self.caller, request_id, server.id, action, kind)
        )

    def delete(self, server: Server) -> None:
        request_id = f"req-{self.app.ids.new()}"
        self.app.atomically(
            lambda unit: unit.server_actions.delete(self.caller, request_id, server.id)
        )

    def see(self, server: Server) -> Server:
        with self.app.reader() as unit:
            return unit.servers.by_id(server.id)

    def until(self, server: Server, status: str) -> Server:
        def reached() -> bool:
            return self.see(server).status == status

        wait_until(reached, f"{status} of {server.name}", seconds=PATIENCE, pause=0.2)
        return self.see(server)

    def home_of(self, server: Server) -> GanetiCluster:
        with self.app.reader() as unit:
            return self.clusters[unit.clusters.get(server.cluster_id).name]

    def drain(self, name: str, *, drained: bool) -> None:
        self.app.atomically(lambda unit: unit.cluster_register.drain(name, drained=drained))


def registered(name: str, connection: ClusterConnection, seen: Probe, unit: Unit) -> None:
    unit.cluster_register.register(name, connection, seen, "nova")


def cloud_over(app: Application, clusters: Mapping[str, GanetiCluster]) -> Cloud:
    """A new installation that has these clusters, without instances."""
    first_run(app, "http://cloud.test", lambda _said: None)
    for name, cluster in clusters.items():
        cluster.clear()
        cold = {**cluster.connection.options, "hotplug": "no"}  # as its fake hypervisor has it
        connection = replace(cluster.connection, id=app.ids.new(), options=cold)
        link = app.drivers.connect(connection, None)
        seen = probe(link, app.settings.disk_template)
        link.close()
        app.atomically(partial(registered, name, connection, seen))
    return Cloud(app, clusters)
