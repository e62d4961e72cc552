"""Unmodified Tempest against a fresh embedded Cyclades: what exists passes.

python -m tests.conformance [REGEX]

`known-gaps.txt` names each test that cannot pass yet. It can only shrink: a failure that it
does not name fails the run, and so does a gap that has become a test that passes.
"""

import csv
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping

from tests.conformance.cloud import HERE, TEMPEST, Workspace, workspace

HOME = HERE.parents[1] / "var" / "conformance"
SELECTED = re.compile(
    r"""
    tempest\.api\.(?!object_storage) .* \[ .* \bsmoke\b
    | tempest\.api\.network\.
    | tempest\.api\.image\.
    | tempest\.api\.identity\.(admin\.)?v3\.
    | tempest\.api\.compute\.(admin\.)?(test_)?(flavors|keypairs|limits)
    | tempest\.api\.volume\.(?!admin\.test_(group|qos|snapshot_manage|volume_manage)
        |admin\.test_(encrypted|multi_backend|backends|user_messages))
    | tempest\.api\.compute\.(security_groups|floating_ips|servers\.test_attach_interfaces)
    | tempest\.api\.compute\.servers\.test_server_actions\.\w+\.test_create_backup
    | tempest\.api\.compute\.volumes\.test_attach_volume\w*\.AttachVolume(Negative)?Test
    """,
    re.VERBOSE,
)
PASSED, FAILED, SKIPPED = "success", "failure", "skip"


def main() -> int:
    """Run, compare, say. Exit status 1 when the list and the results differ."""
    wanted = re.compile(sys.argv[1] if len(sys.argv) > 1 else "")
    shutil.rmtree(HOME, ignore_errors=True)
    HOME.mkdir(parents=True)
    print("Starting a fresh Cyclades; what it and Tempest say is in", HOME)
    with workspace(HOME) as place:
        tests = [test for test in selected(place.stestr("list")) if wanted.search(test)]
        print(f"Running {len(tests)} tests ...", flush=True)
        (HOME / "selection").write_text("\n".join(tests))
        with (HOME / "run.log").open("wb") as log:
            place.stestr("run", "--load-list", HOME / "selection", "--concurrency", "2", output=log)
        results = read_results(place)
    gaps = {test: why for test, why in known_gaps().items() if wanted.search(test)}
    return report(results, gaps)


def selected(listing: str) -> list[str]:
    """The tests of our choice."""
    return [test for test in listing.splitlines() if SELECTED.match(test)]


def read_results(place: Workspace) -> dict[str, str]:
    """The outcome of each test, by its name; a class that could not be set up is one test."""
    with (HOME / "results.subunit").open("wb") as stream:
        place.stestr("last", "--subunit", output=stream)
    with (HOME / "results.subunit").open("rb") as stream:
        table = subprocess.run(
            [TEMPEST / "bin" / "subunit2csv", "--no-passthrough"],
            stdin=stream,
            stdout=subprocess.PIPE,
            text=True,
            check=False,  # it tells of failures by its exit status
        ).stdout
    return {
        row["test"].partition("[")[0]: row["status"] for row in csv.DictReader(table.splitlines())
    }


def known_gaps() -> dict[str, str]:
    """Reasons by test, from lines of the form `test  # reason`."""
    lines = (HERE / "known-gaps.txt").read_text().splitlines()
    entries = (line.partition("  # ") for line in lines if line and not line.startswith("#"))
    return {test: why for test, _, why in entries}


def report(results: Mapping[str, str], gaps: Mapping[str, str]) -> int:
    """Say what is wrong with whom."""
    by_status: dict[str, set[str]] = {PASSED: set(), FAILED: set(), SKIPPED: set()}
    for test, status in results.items():
        by_status[status].add(test)
    failed = by_status[FAILED]
    new, closed = failed - gaps.keys(), gaps.keys() - failed
    show("Failed", new)
    show("No gap any more: remove it from tests/conformance/known-gaps.txt", closed)
    counts = [
        (len(by_status[PASSED]), "passed"),
        (len(new), "failed"),
        (len(failed) - len(new), "known gaps"),
        (len(by_status[SKIPPED]), "skipped"),
    ]
    print(", ".join(f"{number} {what}" for number, what in counts))
    return 1 if new or closed or not by_status[PASSED] else 0


def show(title: str, tests: Iterable[str]) -> None:
    """A list, unless it is empty."""
    for number, test in enumerate(sorted(tests)):
        print(f"\n{title}:\n  {test}" if number == 0 else f"  {test}")


if __name__ == "__main__":
    sys.exit(main())
