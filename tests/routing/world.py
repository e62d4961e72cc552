"""A gateway host and what is around it: namespaces that end with the test, wherever it ends."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.ganeti.node import ENVIRONMENT, CommandFailed, run
from tests.harness.processes import dying_with_us, wait_until
from tests.routing.hosts import Host

INIT = Path(__file__).with_name("world_init.py")
ROOT = Path(__file__).parents[2]


@dataclass(slots=True)
class World:
    """`folder` is for its log. Bridges are the gateway host's; hosts are plugged into them."""

    folder: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Process 1 of the world, as the machine numbers it."""
        return int((self.folder / "pid").read_text())

    def boot(self) -> None:
        """Make the namespaces; the kernel ends it all should we die."""
        unshare = ["unshare", "--kill-child", "--net", "--mount", "--pid", "--fork"]
        init = ["/usr/bin/python3", "-S", str(INIT), str(self.folder)]
        with (self.folder / "init.log").open("wb") as log:
            self._process = subprocess.Popen(
                dying_with_us(*unshare, *init, signal="KILL"),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._booted, "world of its own", pause=0.01)

    def _booted(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise CommandFailed((self.folder / "init.log").read_text())
        return (self.folder / "pid").exists()

    def end(self) -> None:
        """The kernel ends all that runs inside."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def inside(self, *command: str | Path) -> list[str]:
        """The command, as it runs on the gateway host."""
        return ["nsenter", f"--target={self.pid}", "-m", "-n", "-p", "-r", *map(str, command)]

    def run(self, *command: str | Path) -> str:
        """Run a command on the gateway host; returns what it printed, raises CommandFailed."""
        return run(*self.inside(*command))

    def python(self, module: str, *words: str, under: Sequence[str] = ()) -> list[str]:
        """A module of ours, as it runs on the gateway host; `under`: what it is started by."""
        folder = f"--wd={ROOT}"
        python = ["env", f"PYTHONPATH={ROOT}", sys.executable, "-m", module, *words]
        return ["nsenter", f"--target={self.pid}", "-m", "-n", "-p", folder, *under, *python]

    def batch(self, *lines: str, namespace: str = "") -> None:
        """Have `ip` do the lines, in one process."""
        file = self.folder / "batch"
        file.write_text("\n".join([*lines, ""]))
        self.run("ip", *(("-n", namespace) if namespace else ()), "-batch", file)

    def bridge(self, name: str) -> None:
        """A bridge of the gateway host."""
        self.batch(f"link add {name} type bridge", f"link set {name} up addrgenmode none")

    def host(self, name: str, bridge: str, *addresses: str, mac: str = "", via: str = "") -> Host:
        """A machine with one interface in a bridge; `via`: the router that it knows."""
        end, address = f"to-{name}", f"address {mac}" if mac else ""
        self.batch(
            f"netns add {name}",
            f"link add {end} type veth peer name eth0 {address} netns {name}",
            f"link set {end} master {bridge} up",
        )
        host = Host(name, Path(f"/proc/{self.pid}/root/run/netns/{name}"), self)
        # It asks routers at once, and its own addresses are good at once.
        switches = ("accept_dad=0", "accept_ra=2", "router_solicitation_delay=0")
        host.run("sysctl", "-qw", *(f"net.ipv6.conf.eth0.{switch}" for switch in switches))
        self.batch(
            *(f"address add {item} dev eth0" for item in addresses),
            "link set lo up",
            "link set eth0 up",
            *([f"route add default via {via}"] if via else []),
            namespace=name,
        )
        return host
