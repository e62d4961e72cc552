"""What makes a cluster's nodes report: done as `cyclades-manage cluster hooks` tells operators."""

import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from cyclades.commands.hooks import instructions
from cyclades.domain.model.cluster import Cluster
from tests.ganeti.cluster import GanetiCluster
from tests.harness.processes import stop, wait_until
from tests.harness.rabbitmq import RabbitServer

INSIDE = "/usr/lib/cyclades"
PORT = 5672  # where nodes find the broker


@dataclass(slots=True)
class Reporting:
    """The watchers of a cluster's nodes."""

    cluster: GanetiCluster
    watchers: "dict[str, subprocess.Popen[bytes]]" = field(default_factory=dict)

    @contextmanager
    def running(self, server: RabbitServer, registered: Cluster) -> Iterator[None]:
        """All nodes report to this broker for as long as the block lasts."""
        with self.cluster.reach_host(PORT, server.port):
            self.configure(server, registered)
            try:
                for name in self.cluster.nodes:
                    self.start(name)
                yield
            finally:
                self.end()

    def configure(self, server: RabbitServer, registered: Cluster) -> None:
        """Make the user and write the files, as the instructions say."""
        said = instructions(registered, f"amqp://guest:guest@127.0.0.1:{PORT}/")
        for line in said.splitlines():
            if line.startswith("rabbitmqctl "):
                server.ctl(*shlex.split(line)[1:])
        conf = re.search(r"<<'END'\n(.*)END\n", said, re.DOTALL)
        assert conf
        for node in self.cluster.nodes.values():
            path = node.folder / "root" / "etc" / "cyclades" / "cyclades.conf"
            path.write_text(conf.group(1))
            path.chmod(0o600)

    def start(self, name: str) -> None:
        """Run the watcher of a node; it watches when this returns."""
        node = self.cluster.nodes[name]
        log = node.folder / "watcher.log"
        log.write_bytes(b"")
        self.watchers[name] = node.spawn(log, f"{INSIDE}/cyclades-watcher")
        wait_until(lambda: "master" in log.read_text(), f"watcher of {name}")

    def kill(self, name: str) -> None:
        stop(self.watchers.pop(name), signal.SIGKILL)

    def waiting(self, name: str) -> int:
        """How many messages are in a node's spool."""
        spool = self.cluster.nodes[name].folder / "root" / "var" / "spool" / "cyclades"
        return sum(path.name.isdigit() for path in spool.iterdir())

    def test(self, name: str, token: str) -> str:
        """What the operator's test prints there."""
        return self.cluster.exec(name, f"{INSIDE}/cyclades-watcher", "--test", token)

    def end(self) -> None:
        """No watcher, no configuration, no spool."""
        for name in list(self.watchers):
            self.kill(name)
        for node in self.cluster.nodes.values():
            root = node.folder / "root"
            (root / "etc" / "cyclades" / "cyclades.conf").unlink(missing_ok=True)
            for path in (root / "var" / "spool" / "cyclades").iterdir():
                with suppress(FileNotFoundError):
                    path.unlink()
