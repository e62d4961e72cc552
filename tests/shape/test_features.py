"""docs/features.md names tests that exist, and a reason where there are none."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATES = {"kept", "replaced", "not yet", "left out"}
DONE = {"kept", "replaced"}


def rows() -> list[list[str]]:
    lines = (ROOT / "docs" / "features.md").read_text().splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if "|" in line]
    return [row for row in cells if row[0] != "feature" and not row[0].startswith("---")]


def has_tests(path: Path) -> bool:
    inside = path.rglob("*") if path.is_dir() else [path]
    return any(found.is_file() and "__pycache__" not in found.parts for found in inside)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0][:60])
def test_a_row_is_true(row: list[str]) -> None:
    assert len(row) == 4
    _, status, how, tested = row
    assert status in STATES
    named = re.findall(r"`(tests/[^`]+)`", tested)
    assert bool(named) == (status in DONE), "what works names its tests, and nothing else does"
    assert [path for path in named if not has_tests(ROOT / path)] == []
    assert how or status == "kept", "what is not kept says why, or what instead"
