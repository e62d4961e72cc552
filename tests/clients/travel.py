"""The journeys: scripts that drive a cloud with unmodified real clients, step by step.

The scripts themselves know nothing of Cyclades. What they ask for and we do not have yet is
named in `skipped-steps.txt` (never tried) and `failing-steps.txt` (tried, and must fail).
"""

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.clients.warm_client import write_launcher
from tests.harness.processes import dying_with_us, stop, wait_until
from tests.harness.serving import Installation

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / "var" / "clients" / "bin"
CHECKED = re.compile(r"^(ok|FAIL|skip) +(\S+)", re.MULTILINE)
LONGEST = 2700  # seconds; a command takes one or two on an idle machine


@dataclass(frozen=True, slots=True)
class Journey:
    """What became of each step: its name among the passed, failed or skipped."""

    passed: frozenset[str]
    failed: frozenset[str]
    skipped: frozenset[str]
    said: str


def listed(name: str) -> dict[str, str]:
    """Reasons by pattern: each line is a regular expression, blanks, a reason."""
    lines = (HERE / name).read_text().splitlines()
    entries = (line.split(maxsplit=1) for line in lines if line and not line.startswith("#"))
    return {entry[0]: entry[1] for entry in entries}


def accounts(cloud: Installation) -> dict[str, str]:
    """The environment of a member, an administrator and a second tenant."""
    environment = cloud.account("demo").environment()
    for prefix, account in (("ADMIN", cloud.account("admin")), ("ALT", cloud.add_tenant("alt"))):
        environment |= {
            f"{prefix}_USERNAME": account.username,
            f"{prefix}_PASSWORD": account.password,
            f"{prefix}_PROJECT_NAME": account.project,
        }
    return environment


def travel(cloud: Installation, *command: str | Path, **environment: str) -> Journey:
    """Run a journey to its end."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    path = {"PATH": f"{CLIENTS}:{inherited['PATH']}", "HOME": str(cloud.home)}
    log = cloud.home / f"{Path(command[-1]).stem}.log"
    with log.open("wb") as said:
        subprocess.run(
            dying_with_us(*command),
            env=inherited | path | accounts(cloud) | environment,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            timeout=LONGEST,
            cwd=cloud.home,
            check=False,
        )
    return outcome(log.read_text())


@contextmanager
def warm_client() -> Iterator[Path]:
    """What to call instead of `openstack`: see tests/clients/warm_client.py."""
    with tempfile.TemporaryDirectory(prefix="cyclades-client-") as folder:
        launcher, place = Path(folder, "openstack"), Path(folder, "socket")
        write_launcher(launcher, CLIENTS / "python", place)
        server = subprocess.Popen(
            dying_with_us(CLIENTS / "python", HERE / "warm_client.py", place),
            stdin=subprocess.DEVNULL,
        )
        try:
            wait_until(place.exists, "the warm client")
            yield launcher
        finally:
            stop(server, signal.SIGTERM)


def outcome(said: str) -> Journey:
    """Sort the steps."""
    steps: Mapping[str, set[str]] = {"ok": set(), "FAIL": set(), "skip": set()}
    for result, name in CHECKED.findall(said):
        steps[result].add(name)
    passed, failed, skipped = (frozenset(names) for names in steps.values())
    return Journey(passed, failed, skipped, said)


def any_of(patterns: Mapping[str, str]) -> str:
    """One regular expression for all."""
    return f"^({'|'.join(patterns)})$"
