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


def rows_in(node: ast.AST) -> Iterator[int]:
    """What the markers inside a decorator or an assignment name."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call) and ast.unparse(call.func) == MARKER:
            yield from (int(ast.literal_eval(row)) for row in call.args)


def proofs() -> Iterator[tuple[str, ast.FunctionDef, set[int]]]:
    """Tests that are marked, alone or with their file, as `path::name`, and their rows."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        tree = ast.parse(path.read_text())
        marks = [node for node in tree.body if ast.unparse(node).startswith("pytestmark")]
        of_file = {row for mark in marks for row in rows_in(mark)}
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                rows = of_file.union(*(rows_in(mark) for mark in node.decorator_list))
                if rows:
                    yield f"{path.relative_to(ROOT)}::{node.name}", node, rows


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
