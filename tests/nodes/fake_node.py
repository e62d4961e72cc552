"""A node as our scripts see one: a configuration, Ganeti's files, a spool; and its programs."""

import json
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cyclades_node import hints
from cyclades_node.conf import Conf
from cyclades_node.spool import Spool

from cyclades.domain.model.hints import Hint, read_hint
from tests.harness.processes import dying_with_us, stop, wait_until

PROGRAMS = Path(__file__).parents[2] / "config" / "ganeti"
NOWHERE = "amqp://guest:guest@127.0.0.1:1/"
WHAT_WAS_SAVED = 0.5  # seconds: the watcher's state is on disk


@dataclass(slots=True)
class FakeNode:
    """`name` is Ganeti's for it; nodes of one cluster have a folder each."""

    home: Path
    cluster: str = "cluster-1"
    broker: str = NOWHERE
    name: str = "node1"
    watcher: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.queue.mkdir(parents=True)
        self.write_conf()
        self.say_master(self.name)

    @property
    def queue(self) -> Path:
        return self.home / "ganeti" / "queue"

    @property
    def conf(self) -> Conf:
        return Conf(
            self.cluster,
            (self.broker,),
            spool=self.home / "spool",
            ganeti=self.home / "ganeti",
            node=self.name,
        )

    @property
    def log(self) -> str:
        """What the watcher said."""
        return (self.home / "watcher.log").read_text()

    def write_conf(self) -> None:
        lines = [
            "[cyclades]",
            f"cluster = {self.cluster}",
            f"brokers = {self.broker}",
            f"spool = {self.conf.spool}",
            f"ganeti = {self.conf.ganeti}",
            f"node = {self.name}",
        ]
        (self.home / "cyclades.conf").write_text("\n".join(lines) + "\n")

    # What Ganeti does.

    def say_master(self, name: str) -> None:
        written = self.home / "ganeti" / "ssconf.new"
        written.write_text(name + "\n")
        written.rename(self.home / "ganeti" / "ssconf_master_node")

    def write_job(self, job: int, status: str = "running", logged: int = 0, **given: Any) -> None:
        """The way luxid does: another file, then a rename."""
        given = {"OP_ID": "OP_INSTANCE_STARTUP", "instance_name": f"vm{job}", **given}
        log = [[serial, [0, 0], "message", "a line"] for serial in range(logged)]
        op = {"input": given, "status": status, "log": log, "result": None}
        written = self.queue / f"job{job}.new"
        written.write_text(json.dumps({"id": job, "ops": [op], "received_timestamp": [job, 0]}))
        written.rename(self.queue / f"job-{job}")

    def archive(self, job: int) -> None:
        folder = self.queue / "archive" / str(job // 10000)
        folder.mkdir(parents=True, exist_ok=True)
        (self.queue / f"job-{job}").rename(folder / f"job-{job}")

    def hook(self, **said: str) -> float:
        """Run the hook with this of Ganeti's environment; seconds taken."""
        usual = {"HOOKS_PHASE": "post", "HOOKS_PATH": "instance-start", "OP_CODE": "OP_SOME"}
        environment = {f"GANETI_{key}": value for key, value in (usual | said).items()}
        started = time.perf_counter()
        done = self.run("cyclades-hook", env=environment)
        taken = time.perf_counter() - started
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        return taken

    # Our programs.

    def run(
        self, name: str, *arguments: str, env: dict[str, str] | None = None, fed: str = ""
    ) -> "subprocess.CompletedProcess[str]":
        """Run one of our programs to its end."""
        return subprocess.run(
            [PROGRAMS / name, *arguments],
            env={"CYCLADES_CONF": str(self.home / "cyclades.conf"), **(env or {})},
            input=fed,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )

    def start(self) -> None:
        """Start the watcher; it watches when this returns."""
        with (self.home / "watcher.log").open("wb") as log:
            self.watcher = subprocess.Popen(
                dying_with_us(PROGRAMS / "cyclades-watcher", signal="KILL"),
                env={**os.environ, "CYCLADES_CONF": str(self.home / "cyclades.conf")},
                stdin=subprocess.DEVNULL,
                stderr=log,
            )
        wait_until(lambda: "master" in self.log, f"watcher of {self.name}")
        if "is the master" in self.log:
            wait_until((self.conf.spool / "jobs.json").exists, "the watcher's state")

    def settle(self) -> None:
        """Let the watcher write its state."""
        time.sleep(WHAT_WAS_SAVED)

    def kill(self) -> None:
        if self.watcher is not None:
            stop(self.watcher, signal.SIGKILL)
            self.watcher = None

    def waiting(self) -> list[Hint]:
        """What is in the spool."""
        spool = Spool(self.conf.spool, hints.hint(self.cluster, "sync"))
        bodies = [spool.read(name) for name in spool.names()]
        return [read_hint(self.cluster, body) for body in bodies if body]

    def lose_queue(self) -> None:
        shutil.rmtree(self.queue)
