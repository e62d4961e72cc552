"""What was told of which job: kept over restarts, so that what was missed is known."""

from __future__ import annotations

import json
from pathlib import Path

from cyclades_node.ganeti import Job

BOOT = Path("/proc/sys/kernel/random/boot_id")


class ToldJobs:
    """`seen` of each job in the queue, as it was when it was last told."""

    def __init__(self, path: Path) -> None:
        """`path` is the file; `load` reads it. `saved`: the file is up to date."""
        self._path = path
        self._seen: dict[str, str] = {}
        self.saved = True

    def load(self) -> bool:
        """False when nothing is known: no file, or not of this boot.

        Only what the kernel had in memory is lost with a process; with the machine, the file and
        the spool may be of different moments.
        """
        try:
            data = json.loads(self._path.read_bytes())
            self._seen = {str(job): str(seen) for job, seen in data["jobs"].items()}
            return bool(data["boot"] == _boot())
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return False

    def told(self, job: Job) -> bool:
        """Whether it has not changed since."""
        return self._seen.get(str(job.id)) == job.seen

    def note(self, job: Job) -> None:
        """It is told (the message is in the spool)."""
        self._seen[str(job.id)] = job.seen
        self.saved = False

    def forget(self, job_id: int) -> None:
        """It is archived."""
        if self._seen.pop(str(job_id), None) is not None:
            self.saved = False

    def ids(self) -> list[int]:
        """All that are known."""
        return sorted(map(int, self._seen))

    def save(self) -> None:
        """Write the file, if it is not up to date. Raises OSError."""
        if self.saved:
            return
        unfinished = self._path.with_name(self._path.name + ".next")
        unfinished.write_text(json.dumps({"boot": _boot(), "jobs": self._seen}))
        unfinished.rename(self._path)
        self.saved = True

    def begin(self) -> None:
        """Know nothing, from now on: on disk only with the next `save`."""
        self.clear()
        self.saved = False

    def clear(self) -> None:
        """Know nothing, and leave no file."""
        self._seen = {}
        self.saved = True
        self._path.unlink(missing_ok=True)


def _boot() -> str:
    return BOOT.read_text().strip()
