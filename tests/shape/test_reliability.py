"""docs/reliability.md claims what a test proves, and every proof is claimed."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MARKER = "pytest.mark.fault"
COLUMNS = ("row", "fault", "how injected", "times", "violations", "time to converge", "tests")


def claims() -> list[dict[str, str]]:
    """The lines of the table of rows that are claimed."""
    lines = (ROOT / "docs" / "reliability.md").read_text().splitlines()
    cells = [[c.strip() for c in line.strip("|").split("|")] for line in lines if line[:1] == "|"]
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells if row[0].isdigit()]


def proofs() -> Iterator[tuple[str, ast.FunctionDef, set[int]]]:
    """Marked tests as `path::name`, and the rows that their markers name."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        text = path.read_text()
        if MARKER not in text or path == Path(__file__):
            continue
        count = 0
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARKER:
                        rows = {int(ast.literal_eval(row)) for row in mark.args}
                        yield f"{path.relative_to(ROOT)}::{node.name}", node, rows
                        count += 1
        assert count == text.count(MARKER), f"{path}: the marker stands above a test, nowhere else"


PROVEN = {name: (node, rows) for name, node, rows in proofs()}
CLAIMED = {row["row"]: re.findall(r"`(tests/[^`]+)`", row["tests"]) for row in claims()}


@pytest.mark.parametrize("claim", claims(), ids=lambda claim: claim["row"])
def test_a_claim_is_proven(claim: dict[str, str]) -> None:
    assert all(claim.values()), "each column says something"
    tests = CLAIMED[claim["row"]]
    assert tests, "no row is claimed without a test"
    assert [t for t in tests if int(claim["row"]) not in PROVEN.get(t, (None, set()))[1]] == []
    assert claim["violations"] == "0"


@pytest.mark.parametrize("test", PROVEN)
def test_a_proof_is_claimed(test: str) -> None:
    node, rows = PROVEN[test]
    assert [row for row in rows if test not in CLAIMED.get(str(row), [])] == []
    assert "converged" in {a.arg for a in (*node.args.args, *node.args.kwonlyargs)}, (
        "what a fault test measures is recorded"
    )


def test_each_row_is_claimed_once() -> None:
    rows = [int(claim["row"]) for claim in claims()]
    assert rows == sorted(set(rows))
