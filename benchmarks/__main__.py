"""Speed and memory, as ratios against references of the same run.

python -m benchmarks
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import (
    allocations,
    documents,
    image_bytes,
    images,
    measures,
    update_rate,
    updates,
    volumes,
)
from benchmarks.ground import Ground, ground

RESULTS = Path("var/bench.json")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measurement, and what it should come to."""

    title: str
    measure: Callable[[Ground], dict[str, float]]
    number: str = ""
    aim: Callable[[float], bool] = lambda _number: True
    said: str = ""


MEASURES = (
    Measure(
        "detail list of 1,000 servers",
        partial(measures.listing, noun="servers"),
        "ratio",
        lambda n: n <= 2,
        "ratio <= 2",
    ),
    Measure(
        "list of 1,000 ports",
        partial(measures.listing, noun="ports"),
        "ratio",
        lambda n: n <= 2,
        "ratio <= 2",
    ),
    Measure(
        "list of 1,000 images",
        images.listing_images,
        "ratio",
        lambda n: n <= 2,
        "ratio <= 2",
    ),
    Measure(
        "list of 1,000 volumes",
        volumes.listing_volumes,
        "ratio",
        lambda n: n <= 2,
        "ratio <= 2",
    ),
    Measure("show a server", measures.showing, "ratio", lambda n: n <= 3, "ratio <= 3"),
    Measure("token validation", measures.validating, "statements", lambda n: n == 0, "no SQL"),
    Measure(
        "creates accepted",
        measures.creating,
        "accepted per second",
        lambda n: n >= 100,
        ">= 100 a second",
    ),
    Measure(
        "addresses claimed",
        allocations.claiming,
        "ratio",
        lambda n: n >= 2,
        "ratio >= 2",
    ),
    Measure(
        "addresses in long transactions",
        allocations.claiming_slowly,
        "ratio",
        lambda n: n >= 4,
        "ratio >= 4",
    ),
    Measure(
        "ports made",
        allocations.making_ports,
        "a second",
        lambda n: n >= 100,
        ">= 100 a second",
    ),
    Measure(
        "documents of 1,000 ports",
        documents.compiling,
        "us a port",
        lambda n: n <= 1000,
        "<= 1 ms a port",
    ),
    Measure(
        "1,000 ports, asked by a node",
        documents.asking,
        "nothing new ms",
        lambda n: n <= 20,
        "nothing new <= 20 ms",
    ),
    Measure("memory of a process", measures.memory),
    Measure(
        "1 GiB up and down",
        image_bytes.moving,
        "ratio",
        lambda n: n <= 1.5,
        "<= 1.5 of a bare upload",
    ),
    Measure(
        "updates applied by a worker",
        update_rate.rate,
        "updates per second",
        lambda n: n >= 300,
        ">= 300 a second",
    ),
    Measure(
        "a change is seen, hooks on", updates.by_hooks, "median s", lambda n: n < 1, "median < 1 s"
    ),
    Measure(
        "a change is seen, polls alone", updates.by_polls, "max s", lambda n: n < 15, "max < 15 s"
    ),
)


def main() -> int:
    """Measure, say, keep. Missed aims are said, and are no error: machines differ."""
    started = time.perf_counter()
    print("Starting PostgreSQL and granian, making 1,000 servers ...", flush=True)
    results: dict[str, Mapping[str, float]] = {}
    with (
        tempfile.TemporaryDirectory(prefix="cyclades-bench-") as home,
        ground(Path(home)) as made,
    ):
        for one in MEASURES:
            results[one.title] = one.measure(made)
            print(row(one, results[one.title]), flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=2) + "\n")
    print(f"{time.perf_counter() - started:.0f} s; the numbers are in {RESULTS}")
    return 0


def row(one: Measure, found: Mapping[str, float]) -> str:
    """One line of the table."""
    if not found:
        return f"{one.title:<30} not measured: needs root"
    numbers = ", ".join(f"{name} {value:,.3g}" for name, value in found.items())
    verdict = (
        f"[{one.said}: {'met' if one.aim(found[one.number]) else 'MISSED'}]" if one.said else ""
    )
    return f"{one.title:<30} {numbers} {verdict}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
