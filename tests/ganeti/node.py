"""A Ganeti node: a set of namespaces on this machine, with a life of its own."""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.processes import dying_with_us, wait_until

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
ENVIRONMENT = {"HOME": "/root", "LC_ALL": "C", "PATH": PATH, "TERM": "dumb"}
INIT = Path(__file__).with_name("node_init.py")
DAEMONS = "/usr/lib/ganeti/daemon-util"


class CommandFailed(AssertionError):
    """A command inside a node failed; the message has what it said."""


def run(*command: str | Path) -> str:
    """Run a command with a clean environment; returns what it printed."""
    done = subprocess.run(
        [str(word) for word in command],
        env=ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        words = " ".join(map(str, command))
        message = f"{words}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        raise CommandFailed(message)
    return done.stdout


@dataclass(slots=True)
class Node:
    """`address` is the node's own in its cluster's network, which the host does not see."""

    name: str
    fqdn: str
    address: str
    folder: Path
    shared: Path
    _process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    @property
    def pid(self) -> int:
        """Process 1 of the node, as the host numbers it."""
        return int((self.folder / "pid").read_text())

    def boot(self) -> None:
        """Make the namespaces and what lives in them; the kernel ends it all should we die."""
        unshare = [
            "unshare",
            "--kill-child",
            "--net",
            "--mount",
            "--uts",
            "--ipc",
            "--pid",
            "--fork",
        ]
        init = ["/usr/bin/python3", "-S", *map(str, (INIT, self.folder, self.shared)), self.fqdn]
        with (self.folder / "init.log").open("wb") as log:
            self._process = subprocess.Popen(
                dying_with_us(*unshare, *init, signal="KILL"),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(self._booted, f"node {self.fqdn}")

    def _booted(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            raise CommandFailed((self.folder / "init.log").read_text())
        return (self.folder / "pid").exists()

    def connect_to(self, hub: "Node | None") -> None:
        """Take the address; every node but the first is wired to the first one's bridge."""
        if hub is not None:
            plug = f"to-{self.name}"
            run(
                *("ip", "link", "add", plug, "netns", str(hub.pid), "type", "veth"),
                *("peer", "name", "eth0", "netns", str(self.pid)),
            )
            hub.execute("ip", "link", "set", plug, "master", "gntbr", "up")
            self.execute("ip", "link", "set", "eth0", "master", "gntbr", "up")
        self.execute("ip", "address", "add", f"{self.address}/24", "dev", "gntbr")
        self.execute("/usr/sbin/sshd", "-f", "/etc/ssh/sshd_config")

    def execute(self, *command: str | Path) -> str:
        """Run a command inside the node; returns what it printed, raises CommandFailed."""
        return run(*self._inside(*command))

    def _inside(self, *command: str | Path) -> list[str | Path]:
        return ["nsenter", f"--target={self.pid}", "-m", "-u", "-i", "-n", "-p", "-r", *command]

    def spawn(self, log: Path, *command: str | Path) -> "subprocess.Popen[bytes]":
        """Leave a command running inside the node; it dies with the process returned."""
        with log.open("ab") as output:
            return subprocess.Popen(
                dying_with_us(
                    *self._inside(*dying_with_us(*command, signal="KILL")), signal="KILL"
                ),
                env=ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def daemon(self, verb: str, name: str) -> None:
        """`verb` is one of daemon-util's: check-and-start, stop."""
        self.execute(DAEMONS, verb, name)

    def run_folder(self) -> Path:
        """The node's /run, seen from the host."""
        return Path(f"/proc/{self.pid}/root/run")

    def kill(self) -> None:
        """Pull the plug: the kernel ends all that runs inside."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def require_root() -> None:
    """Namespaces need root."""
    if os.geteuid() != 0:
        message = f"real Ganeti clusters need root ({Path(sys.argv[0]).name} runs as another user)"
        raise RuntimeError(message)
