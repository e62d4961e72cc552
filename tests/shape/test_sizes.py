"""No file and no function grows past what a reader holds in mind."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("cyclades", "tests", "benchmarks", "config")
LONGEST_FILE = 299
LONGEST_FUNCTION = 49


OTHERS = (
    ROOT / "tests" / "clients" / "journeys",  # scripts kept as they are
    ROOT / "config" / "alembic" / "versions",  # records: written once, read once, never changed
)


def sources() -> list[Path]:
    found = (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if not set(OTHERS) & set(path.parents))


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_it_is_small(path: Path) -> None:
    text = path.read_text()
    too_long = [
        f"{path.name}:{node.lineno} {node.name} has {length} lines"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    if (lines := text.count("\n")) > LONGEST_FILE:
        too_long.append(f"{path.name} has {lines} lines")
    assert too_long == []
