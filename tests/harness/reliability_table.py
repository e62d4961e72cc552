"""The figures of the fault tests: `python -m tests.harness.reliability_table [--into docs/...]`.

Prints a table; with `--into` also writes the figures into the lines of a table that is there.
"""

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.harness.reliability import DEFAULT, Figure

HEAD = "| row | times injected | violations | seconds to converge, p50 / max |\n|---|---|---|---|"
LINE = re.compile(
    r"^(\| (?P<row>\d+) \|[^|]*\|[^|]*\|) [^|]* \| [^|]* \| [^|]* (\|.*)$", re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One row of the matrix."""

    times: int
    violations: int
    took: str

    @classmethod
    def of(cls, figures: Sequence[Figure]) -> "Measured":
        """All figures of one row together."""
        took = [figure.seconds for figure in figures]
        return cls(
            sum(figure.times for figure in figures),
            sum(figure.violations for figure in figures),
            f"{median(took):.1f} / {max(took):.1f} s",
        )

    def cells(self) -> str:
        """As a line of a table has them."""
        return f"{self.times} | {self.violations} | {self.took}"


def measured(lines: Iterable[str]) -> Mapping[int, Measured]:
    """JSON lines, by row."""
    rows: dict[int, list[Figure]] = defaultdict(list)
    for line in lines:
        figure = Figure(**json.loads(line))
        rows[figure.row].append(figure)
    return {row: Measured.of(figures) for row, figures in sorted(rows.items())}


def filled(document: str, rows: Mapping[int, Measured]) -> str:
    """The document with new figures; rows that were not measured keep theirs."""

    def line(found: re.Match[str]) -> str:
        row = rows.get(int(found["row"]))
        return f"{found[1]} {row.cells()} {found[3]}" if row else found[0]

    return LINE.sub(line, document)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("figures", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--into", type=Path)
    arguments = parser.parse_args()
    rows = measured(arguments.figures.read_text().splitlines())
    lines = [HEAD, *(f"| {row} | {found.cells()} |" for row, found in rows.items())]
    sys.stdout.write("\n".join([*lines, ""]))
    if arguments.into:
        arguments.into.write_text(filled(arguments.into.read_text(), rows))


if __name__ == "__main__":
    main()
