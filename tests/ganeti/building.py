"""What lets a cluster's nodes build by orders: our OS definition, and the node API to ask."""

import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from cyclades.bootstrap import Application, Unit
from cyclades.commands.serve import Server
from cyclades.web.api import make_api
from cyclades.web.bridge import Bridge
from cyclades.web.live import Live
from tests.ganeti.cluster import GanetiCluster

DEFINITION = Path(__file__).parents[2] / "config" / "ganeti" / "os" / "cyclades-image"
OPTIONS = {"os": "cyclades-image+default"}
PORT = 8774  # where nodes find the API


@contextmanager
def served(app: Application) -> Iterator[int]:
    """The API of an application in this process; its port on the loopback."""
    listening = socket.create_server(("127.0.0.1", 0))
    bridge = Bridge(make_api(app), 4)
    server = Server(Live(app, bridge))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        bridge.close()


@contextmanager
def building(app: Application, name: str, cluster: GanetiCluster) -> Iterator[None]:
    """The nodes of this registered cluster know the API, and have the definition."""

    def key(unit: Unit) -> tuple[str, str]:
        return unit.clusters.by_name(name).id, unit.node_keys.make(name)

    cluster_id, node_key = app.atomically(key)
    with served(app) as port, knowing(cluster, cluster_id, node_key, port):
        yield


@contextmanager
def knowing(cluster: GanetiCluster, cluster_id: str, node_key: str, port: int) -> Iterator[None]:
    """The nodes have the definition, and find an API at this port of the host's loopback."""
    definition = cluster.folder / "shared" / "srv" / "os" / DEFINITION.name
    shutil.copytree(DEFINITION, definition, dirs_exist_ok=True)
    lines = ["[cyclades]", f"cluster = {cluster_id}", "brokers = amqp://u:p@127.0.0.1:1/"]
    lines += [f"api = http://127.0.0.1:{PORT}", f"node_key = {node_key}"]
    lines += ["builds = /srv/ganeti/images"]
    files = [node.folder / "root/etc/cyclades/cyclades.conf" for node in cluster.nodes.values()]
    with cluster.reach_host(PORT, port):
        for path in files:
            path.write_text("\n".join(lines) + "\n")
            path.chmod(0o600)
        try:
            yield
        finally:
            for path in files:
                path.unlink(missing_ok=True)
