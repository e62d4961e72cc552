"""One router's network namespace, as `ip netns` knows it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cyclades.adapters.netns.commands import Commands

NAMESPACES: Final = Path("/run/netns")
PREFIX: Final = "cyclades-router-"

# Of a router, before it has its first interface: `default` is what new interfaces begin with.
SWITCHES: Final[Mapping[str, int]] = {
    "net.ipv4.ip_forward": 1,
    "net.ipv6.conf.all.forwarding": 1,
    "net.ipv6.conf.default.forwarding": 1,
    **{
        f"net.ipv4.conf.{scope}.{switch}": value
        for scope in ("all", "default")
        for switch, value in {
            "rp_filter": 1,
            "accept_redirects": 0,
            "send_redirects": 0,
            "accept_source_route": 0,
            # An address is answered for where it is, not on every side.
            "arp_ignore": 1,
            "arp_announce": 2,
            "arp_notify": 1,
            "promote_secondaries": 1,
        }.items()
    },
    **{
        f"net.ipv6.conf.{scope}.{switch}": value
        for scope in ("all", "default")
        for switch, value in {
            "accept_ra": 0,
            "accept_redirects": 0,
            "autoconf": 0,
            # The database gives addresses: a guest who claims one must not switch it off here.
            "accept_dad": 0,
            "ndisc_notify": 1,
        }.items()
    },
}


@dataclass(frozen=True, slots=True)
class Namespace:
    """The namespace of one router, whether it is there or not."""

    router_id: str
    commands: Commands

    @property
    def name(self) -> str:
        """As in `ip netns list`."""
        return PREFIX + self.router_id

    @property
    def path(self) -> Path:
        """Where it is mounted."""
        return NAMESPACES / self.name

    @property
    def alive(self) -> bool:
        """Whether it is there; a file that nothing is mounted on is half a namespace."""
        own = Path("/proc/self/ns/net").stat()
        return self.path.exists() and self.path.stat().st_dev == own.st_dev

    @property
    def number(self) -> int:
        """What the kernel knows it by; another after it was made again."""
        return self.path.stat().st_ino

    def ensure(self) -> None:
        """Make it, if it is not there, and make it one that forwards."""
        if not self.alive:
            if self.path.exists():
                self.delete()
            self.commands.run("ip", "netns", "add", self.name)
        self.run("sysctl", "-q", "-w", *(f"{name}={value}" for name, value in SWITCHES.items()))

    def delete(self) -> None:
        """Let go of it: it ends with its last process."""
        self.commands.run("ip", "netns", "delete", self.name)

    def run(self, *command: str, stdin: str = "") -> str:
        """Run a program in it. Raises RouterTrouble."""
        return self.commands.run("nsenter", f"--net={self.path}", *command, stdin=stdin)

    def show(self, *words: str) -> list[dict[str, Any]]:
        """What `ip` knows in it."""
        found: list[dict[str, Any]] = json.loads(
            self.commands.run("ip", "-n", self.name, "-json", *words) or "[]"
        )
        return found

    def batch(self, lines: Sequence[str]) -> None:
        """Have `ip` do the lines in it, in one process. Raises RouterTrouble."""
        self.commands.batch(lines, "-n", self.name)

    def processes(self) -> Sequence[int]:
        """Who lives in it."""
        return [int(word) for word in self.commands.run("ip", "netns", "pids", self.name).split()]
