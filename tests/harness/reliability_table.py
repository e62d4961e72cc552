"""The figures of the fault tests as a table: `python -m tests.harness.reliability_table [file]`."""

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

from tests.harness.reliability import DEFAULT, Figure

HEAD = (
    "| row | times injected | violations | seconds to converge, p50 / max |",
    "|---|---|---|---|",
)


def table(figures: Iterable[Figure]) -> Iterator[str]:
    """Markdown, one line a row of the matrix."""
    rows: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        rows[figure.row].append(figure)
    yield from HEAD
    for row, found in sorted(rows.items()):
        times, wrong = sum(f.times for f in found), sum(f.violations for f in found)
        took = [f.seconds for f in found]
        yield f"| {row} | {times} | {wrong} | {median(took):.1f} / {max(took):.1f} |"


def main(arguments: list[str]) -> None:
    """Print the table."""
    path = Path(*arguments) if arguments else DEFAULT
    lines = path.read_text().splitlines()
    sys.stdout.writelines(f"{line}\n" for line in table(Figure(**json.loads(x)) for x in lines))


if __name__ == "__main__":
    main(sys.argv[1:])
