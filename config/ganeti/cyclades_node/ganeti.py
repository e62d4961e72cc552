"""What Ganeti keeps on disk: who is master, and the jobs."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any, NamedTuple

from cyclades_node import hints
from cyclades_node.conf import Conf

JOB_FILE = re.compile(r"job-([1-9][0-9]{0,14})")
ARCHIVED_TOGETHER = 10_000  # jobs a folder
FINAL = frozenset({"success", "error", "canceled"})
# Of a job's operations, the first of these that any of them is in is the job's.
ORDER = ("error", "canceled", "canceling", "running", "waiting", "queued", "success")
LARGEST_JOB = 64 * 2**20  # bytes


def is_master(conf: Conf) -> bool:
    """Whether this node is the master, as the cluster's configuration has it.

    Names are compared as they are: looking one up could take longer than a hook has.
    """
    try:
        master = (conf.ganeti / "ssconf_master_node").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    own = conf.node or socket.gethostname()
    return bool(master) and own in {master, master.partition(".")[0]}


class Job(NamedTuple):
    """What of a job is told. `seen` is another text whenever the job has changed."""

    id: int
    status: str | None = None
    opcode: str | None = None
    instance: str | None = None
    seen: str = ""

    def hint(self, cluster: str) -> bytes:
        """The message about it."""
        return hints.hint(
            cluster,
            "job",
            job=self.id,
            status=self.status,
            opcode=self.opcode,
            instance=self.instance,
        )


def job_ids(queue: Path) -> list[int]:
    """The jobs that are not archived, oldest first."""
    found = (JOB_FILE.fullmatch(path.name) for path in queue.iterdir())
    return sorted(int(match.group(1)) for match in found if match)


def read_job(queue: Path, job: int) -> Job:
    """From its file, or the archive; only the id when neither can be read."""
    archive = queue / "archive" / str(job // ARCHIVED_TOGETHER)
    for path in (queue / f"job-{job}", archive / f"job-{job}"):
        try:
            with path.open("rb") as file:
                return _job(job, json.loads(file.read(LARGEST_JOB)))
        except (OSError, ValueError, RecursionError, TypeError, KeyError, AttributeError):
            continue
    return Job(job)


def _job(job: int, data: dict[str, Any]) -> Job:
    ops = data["ops"]
    statuses = [op["status"] for op in ops]
    status = next((word for word in ORDER if word in statuses), None)
    inputs = [op["input"] for op in ops]
    names = (name for given in inputs if (name := _instance(given)))
    opcode = hints.name(inputs[0].get("OP_ID")) if inputs else None
    steps = sum(len(op["log"]) for op in ops) + sum(word in FINAL for word in statuses)
    # When it came tells it from another that has its number, should the queue be made anew.
    seen = f"{status} {steps} {data.get('received_timestamp')}"
    return Job(job, status, opcode, next(names, None), seen)


def _instance(given: dict[str, Any]) -> str | None:
    tagged = given.get("name") if given.get("kind") == "instance" else None
    return hints.name(given.get("instance_name")) or hints.name(tagged)
