"""A real Ganeti cluster, and the operator's hands on it."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import requests
import urllib3
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from cyclades.domain.model.cluster import ClusterConnection
from tests.ganeti.cluster_files import free_devices, write_node_files, write_shared_files
from tests.ganeti.node import CommandFailed, Node
from tests.harness.processes import dying_with_us, free_port, wait_until

RELAY = Path(__file__).with_name("relay.py")
RAPI_PORT = 5080
USER, PASSWORD = "cyclades", "only-for-tests"
TEMPLATES = "file,sharedfile,ext,diskless"
# Wide bounds: what a test asks for, it gets.
LOWEST = "disk-size=0,cpu-count=1,disk-count=0,memory-size=1,nic-count=0,spindle-use=0"
HIGHEST = (
    "disk-size=1048576,cpu-count=64,disk-count=16,memory-size=262144,nic-count=32,spindle-use=12"
)


def relay(*routes: str) -> "subprocess.Popen[bytes]":
    """Runs until it is killed, or we are."""
    command = dying_with_us(sys.executable, RELAY, *routes, signal="KILL")
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)


@dataclass(slots=True)
class GanetiCluster:
    """`number` (1, 2, ...) keeps clusters apart in addresses and MAC prefixes."""

    name: str
    number: int
    folder: Path
    size: int = 2
    nodes: dict[str, Node] = field(init=False)
    connection: ClusterConnection = field(init=False)
    master_name: str = field(init=False, default="node1")
    _relay: "subprocess.Popen[bytes] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.nodes = {
            f"node{i}": Node(
                name=f"node{i}",
                fqdn=f"node{i}.{self.fqdn}",
                address=f"{self._network}.{10 + i}",
                folder=self.folder / f"node{i}",
                shared=self.folder / "shared",
            )
            for i in range(1, self.size + 1)
        }

    @property
    def fqdn(self) -> str:
        """The cluster's own name."""
        return f"{self.name}.ganeti.test"

    @property
    def _network(self) -> str:
        return f"10.91.{self.number}"

    @property
    def address(self) -> str:
        """The master's, whichever node that is."""
        return f"{self._network}.1"

    @property
    def master(self) -> Node:
        """The first node, until another is made it."""
        return self.nodes[self.master_name]

    @property
    def queue_dir(self) -> Path:
        """The master's job queue, seen from the host: `job-N` files, good for inotify."""
        return self.master.folder / "lib" / "queue"

    def up(self) -> None:
        """Boot the nodes and make a cluster of them."""
        nodes = list(self.nodes.values())
        for node in nodes:
            node.folder.mkdir(parents=True)
            write_node_files(node, USER, PASSWORD)
        write_shared_files(self.folder / "shared", self.fqdn, self.address, nodes)
        for node in nodes:
            node.boot()
            node.connect_to(None if node is self.master else self.master)
        self._initialise()
        for node in nodes:
            with suppress(CommandFailed):  # the monitoring agent only costs time
                node.daemon("stop", "ganeti-mond")
        self._publish_rapi()

    def _initialise(self) -> None:
        storage = "/srv/ganeti"
        self.gnt(
            *("cluster", "init", "--no-etc-hosts", "--no-ssh-init", "--master-netdev=gntbr"),
            *("--enabled-hypervisors=fake", f"--enabled-disk-templates={TEMPLATES}"),
            f"--file-storage-dir={storage}/file-storage",
            f"--shared-file-storage-dir={storage}/shared-file-storage",
            *("--default-iallocator=hail", "--nic-parameters=link=snf_public,mode=bridged"),
            f"--mac-prefix=aa:0{self.number}:00",
            f"--ipolicy-bounds-specs=min:{LOWEST}/max:{HIGHEST}",
            *("--ipolicy-vcpu-ratio=1000", "--ipolicy-spindle-ratio=100000", self.fqdn),
        )
        for node in self.nodes.values():
            if node is not self.master:
                self.gnt("node", "add", "--no-ssh-key-check", node.fqdn)

    def _publish_rapi(self) -> None:
        port = free_port()
        # By the cluster's own address, which goes where the master goes.
        self._relay = relay(f"0:{port}:{self.master.pid}:{self.address}:{RAPI_PORT}")
        certificate = load_pem_x509_certificate(
            (self.master.folder / "lib" / "rapi.pem").read_bytes()
        )
        self.connection = ClusterConnection(
            id=self.name,
            driver="ganeti",
            endpoint=f"https://127.0.0.1:{port}",
            username=USER,
            password=PASSWORD,
            fingerprint=hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest(),
            options={"os": "test-image+default"},
        )
        wait_until(self.rapi_answers, f"RAPI of {self.name}")

    @contextmanager
    def reach_host(self, port_inside: int, port: int) -> Iterator[None]:
        """For a while, nodes find the host's loopback `port` at their own `port_inside`."""
        nodes = self.nodes.values()
        running = relay(*(f"{node.pid}:{port_inside}:0:127.0.0.1:{port}" for node in nodes))
        try:
            yield
        finally:
            running.kill()
            running.wait()

    def rapi_answers(self) -> bool:
        """Whether an authenticated request gets its answer."""
        session = requests.Session()
        session.trust_env = False
        session.auth = (USER, PASSWORD)
        session.verify = False
        urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        try:
            return session.get(f"{self.connection.endpoint}/2/info", timeout=10).ok
        except requests.RequestException:
            return False

    def down(self) -> None:
        """End everything and remove every trace."""
        if self._relay is not None:
            self._relay.kill()
            self._relay.wait()
        for node in self.nodes.values():
            node.kill()
        free_devices(self.folder / "shared")
        shutil.rmtree(self.folder, ignore_errors=True)

    # What an administrator does by hand.

    def exec(self, node: str, *command: str) -> str:
        """Run a command inside a node; returns what it printed, raises CommandFailed."""
        return self.nodes[node].execute(*command)

    def gnt(self, noun: str, *arguments: str) -> str:
        """`gnt("instance", "list")` is `gnt-instance list` on the master."""
        return self.master.execute(f"gnt-{noun}", *arguments)

    def instance_names(self) -> set[str]:
        """All instances, running or not."""
        return set(self.gnt("instance", "list", "--no-headers", "-o", "name").split())

    def network_names(self) -> set[str]:
        """All networks, connected or not."""
        return set(self.gnt("network", "list", "--no-headers", "-o", "name").split())

    def clear(self) -> None:
        """Leave the cluster empty."""
        for name in self.instance_names():
            self.gnt("instance", "remove", "--force", "--shutdown-timeout=0", name)
        for name in self.network_names():
            self.gnt("network", "disconnect", name, "default")
            self.gnt("network", "remove", name)

    def crash(self, instance: str) -> None:
        """The hypervisor loses the instance, and nobody told Ganeti."""
        for node in self.nodes.values():
            (node.run_folder() / "ganeti" / "fake-hypervisor" / instance).unlink(missing_ok=True)

    def fail_over(self, name: str) -> None:
        """Another node becomes the master, without asking the others: two have no majority."""
        self.nodes[name].execute("gnt-cluster", "master-failover", "--no-voting", "--yes-do-it")
        self.master_name = name

    def stop_rapi(self) -> None:
        """RAPI refuses connections from now on; jobs go on."""
        self.master.daemon("stop", "ganeti-rapi")

    def start_rapi(self) -> None:
        """RAPI answers again when this returns."""
        self.master.daemon("check-and-start", "ganeti-rapi")
        wait_until(self.rapi_answers, f"RAPI of {self.name}")

    def restart_rapi(self) -> None:
        """Connections under way are cut off."""
        self.stop_rapi()
        self.start_rapi()

    def hook_log(self) -> Path:
        """One JSON object for each hook that the master ran."""
        return self.master.folder / "log" / "hooks.jsonl"
