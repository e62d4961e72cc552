"""A node in namespaces of its own: its bridge, Ganeti's script, ours, and the API it asks."""

import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.processes import dying_with_us, stop, wait_until
from tests.nodes.packets.documents import PORT
from tests.nodes.packets.fake_api import FakeApi
from tests.nodes.packets.guest import Guest
from tests.nodes.packets.netns import Space, said

PROGRAMS = Path(__file__).parents[3] / "config" / "ganeti"
KEY = "only-for-tests"
# Its own /sys shows its own devices; named namespaces and Ganeti's files are its own.
SETUP = """
mount -t sysfs none /sys && mount -t tmpfs none /run && cp -a /etc/ganeti/. /run/ganeti &&
mount --bind /run/ganeti /etc/ganeti && echo nameserver 127.0.0.1 > /run/resolv.conf &&
mount --bind /run/resolv.conf /etc/resolv.conf && ln -s {ifup} /etc/ganeti/kvm-vif-bridge &&
echo > {ready} && exec sleep infinity
"""


@dataclass(slots=True)
class PacketNode:
    """`prv0` is the bridge of all networks that are told apart by their MACs."""

    home: Path
    space: Space = field(init=False)
    api: FakeApi = field(init=False)
    guests: list[Guest] = field(default_factory=list)
    _holder: "subprocess.Popen[bytes]" = field(init=False)
    daemon: "subprocess.Popen[bytes] | None" = None

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        self.space = Space("node")
        ready = self.home / "ready"
        setup = SETUP.format(ifup=PROGRAMS / "cyclades-ifup", ready=ready)
        self._holder = subprocess.Popen(
            dying_with_us(
                "nsenter",
                f"--net={self.space.path}",
                *("unshare", "--mount", "--propagation=private", "sh", "-c", setup),
                signal="KILL",
            ),
            stdin=subprocess.DEVNULL,
        )
        wait_until(ready.exists, "the node's namespaces", pause=0.01)
        self.api = FakeApi(self.space, KEY)
        self.write_conf(self.api.url)
        self.bridge("prv0")

    def write_conf(self, url: str, key: str = KEY) -> None:
        lines = [
            "[cyclades]",
            "cluster = cluster-1",
            "brokers = amqp://guest:guest@127.0.0.1:1/",
            f"api = {url}",
            f"node_key = {key}",
            f"ports = {self.home / 'ports'}",
        ]
        (self.home / "cyclades.conf").write_text("\n".join(lines))

    def bridge(self, name: str) -> None:
        self.run("ip", "link", "add", name, "type", "bridge", "forward_delay", "0")
        self.run("ip", "link", "set", name, "up")

    @property
    def environment(self) -> dict[str, str]:
        return {
            "CYCLADES_CONF": str(self.home / "cyclades.conf"),
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        }

    def inside(self, *command: str | Path) -> list[str]:
        enter = ["nsenter", f"--target={self._holder.pid}", "--net", "--mount", "--wd=/"]
        return [*enter, *map(str, command)]

    def run(self, *command: str | Path) -> str:
        return said(list(self.inside(*command)))

    def guest(
        self, number: int, prefix: str, *addresses: str, port: str = "", mac: str = ""
    ) -> Guest:
        """Made, and wired to the node; nothing is up yet."""
        made = Guest(
            f"guest{number}",
            f"tap{number}",
            port or PORT.format(number),
            mac or f"{prefix}:00:00:{number:02x}",
            list(addresses),
        )
        self.space.run(
            *("ip", "link", "add", made.tap, "type", "veth", "peer", "name", "eth0"),
            *("address", made.mac, "netns", made.space.path),
        )
        self.guests.append(made)
        return made

    def up(self, guest: Guest, mode: str = "bridged", link: str = "prv0", **other: str) -> str:
        """As Ganeti does it, with `other` words of its own; returns what the script said."""
        words = {
            **self.environment,
            "INSTANCE": "cyclades-1",
            "INTERFACE": guest.tap,
            "INTERFACE_NAME": f"cyclades-nic-{guest.port}",
            "MAC": guest.mac,
            "MODE": mode,
            "LINK": link,
            "TAGS": "",
            **other,
        }
        done = subprocess.run(
            self.inside("/usr/lib/ganeti/kvm-ifup", guest.tap),
            env=words,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        guest.configure()
        return done.stdout + done.stderr

    def start(self) -> None:
        """The daemon."""
        with (self.home / "netd.log").open("ab") as log:
            self.daemon = subprocess.Popen(
                dying_with_us(*self.inside(PROGRAMS / "cyclades-netd"), signal="KILL"),
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        wait_until(lambda: self.has("/run/cyclades/netd.sock"), "the daemon", seconds=5)

    def has(self, path: str) -> bool:
        """Whether the node has the file: its /run is its own."""
        return Path(f"/proc/{self._holder.pid}/root{path}").exists()

    def kill(self) -> None:
        """The daemon dies without a word."""
        assert self.daemon is not None
        stop(self.daemon, signal.SIGKILL)
        self.run("rm", "/run/cyclades/netd.sock")

    @property
    def log(self) -> str:
        return (self.home / "netd.log").read_text()

    def rules(self, *what: str) -> str:
        """What nftables has."""
        return self.run("nft", "--stateless", "list", *(what or ("ruleset",)))

    def close(self) -> None:
        if self.daemon:
            stop(self.daemon, signal.SIGTERM)
        self.api.close()
        self.run(
            "sh",
            "-c",
            "cat /run/cyclades/dhcp/*/pid /run/cyclades/resolver/pid 2>/dev/null | xargs -r kill",
        )
        stop(self._holder, signal.SIGKILL)
        for guest in self.guests:
            guest.close()
        self.space.close()
