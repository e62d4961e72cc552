"""A private RabbitMQ: its own data, its own ports, its own epmd, gone at the end."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import amqp
import pytest

from tests.harness.processes import dying_with_us, free_port, program, stop, wait_until

FOLDER = Path("/usr/lib/rabbitmq/bin")
# For tests: answers at once, small files, and no plugins.
CONFIGURATION = """
listeners.tcp.default = 127.0.0.1:{port}
loopback_users = none
disk_free_limit.absolute = 1MB
raft.wal_max_size_bytes = 16777216
heartbeat = 10
log.console = false
log.file.level = warning
cluster_partition_handling = ignore
"""


@dataclass(slots=True)
class RabbitServer:
    """A broker on this machine; `name` tells it from others that share the `epmd`."""

    home: Path
    epmd: int
    name: str = "cyclades"
    port: int = field(default_factory=free_port)
    distribution: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def node(self) -> str:
        return f"{self.name}@localhost"

    def url(self, user: str = "guest", password: str = "guest", vhost: str = "/") -> str:
        """For our settings and for kombu."""
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost.removeprefix('/')}"

    def start(self) -> None:
        """Run it, with the data of the time before; returns when it answers."""
        self.launch()
        wait_until(self.answers, "RabbitMQ", seconds=90)

    def launch(self) -> None:
        """Run it, and do not wait: brokers of a cluster wait for each other."""
        self.home.mkdir(exist_ok=True)
        configuration = self.home / f"{self.name}.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port))
        (self.home / "plugins").write_text("[].\n")
        with (self.home / f"{self.name}.out").open("ab") as log:
            self.process = subprocess.Popen(
                dying_with_us(program("rabbitmq-server", FOLDER), signal="KILL"),
                env=self._environment(),
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def stop(self) -> None:
        """Let it end in good order."""
        if self.process:
            stop(self.process, signal.SIGTERM, seconds=30)
            self.process = None

    def kill(self) -> None:
        """What a power cut does."""
        if self.process:
            stop(self.process, signal.SIGKILL)
            self.process = None

    def pause(self) -> None:
        """It keeps its connections and says no more."""
        if self.process:
            self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGCONT)

    def ctl(self, *arguments: str) -> str:
        """What rabbitmqctl prints; raises CalledProcessError. Takes two seconds."""
        command: list[str | Path] = [program("rabbitmqctl", FOLDER), "--quiet", *arguments]
        result = subprocess.run(
            command, env=self._environment(), check=True, capture_output=True, text=True
        )
        return result.stdout

    def answers(self) -> bool:
        if self.process and self.process.poll() is not None:
            message = f"RabbitMQ ended: see {self.home}"
            raise RuntimeError(message)
        try:
            with amqp.Connection(f"127.0.0.1:{self.port}", connect_timeout=5, read_timeout=5):
                return True
        except (OSError, amqp.AMQPError):
            return False

    def _environment(self) -> dict[str, str]:
        own = "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false"
        return {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),  # where the cookie lies
            "detached": "1",  # the script makes way for the broker: signals meet the right one
            "ERL_EPMD_PORT": str(self.epmd),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_NODENAME": self.node,
            "RABBITMQ_DIST_PORT": str(self.distribution),
            # An idle broker spins for a while before it sleeps, unless told not to.
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{own} +sbwt none +sbwtdcpu none",
            "RABBITMQ_CTL_ERL_ARGS": own,
            "RABBITMQ_CONFIG_FILE": str(self.home / f"{self.name}.conf"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "data"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / f"{self.name}.pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "plugins"),
        }


@contextmanager
def private_epmd() -> Iterator[tuple[Path, int]]:
    """A folder for brokers, with a cookie of its own, and the port where they find each other."""
    home = Path(tempfile.mkdtemp(prefix="cyclades-rabbitmq-"))
    cookie = home / ".erlang.cookie"
    cookie.write_text(os.urandom(16).hex())
    cookie.chmod(0o400)
    port = free_port()
    process = subprocess.Popen(
        dying_with_us(program("epmd"), "-port", str(port), "-address", "127.0.0.1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield home, port
    finally:
        stop(process, signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_rabbitmq() -> Iterator[RabbitServer]:
    """Run a broker for as long as the block lasts."""
    with private_epmd() as (home, epmd):
        server = RabbitServer(home, epmd)
        try:
            server.start()
            yield server
        finally:
            with suppress(ProcessLookupError):
                server.resume()
            server.kill()


@pytest.fixture(scope="session")
def rabbitmq_server() -> Iterator[RabbitServer]:
    """The session's private RabbitMQ. Tests share it: names of their own, left empty."""
    with running_rabbitmq() as server:
        yield server
