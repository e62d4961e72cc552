"""Bring each weakness back in a copy of the tree, and see whether its tests notice.

    python -m tests.mutants [weakness ...]
    python -m tests.mutants --table

Ends with 1 when a mutant survives, or when the tests fail without any.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS, NOT_HERE, as_markdown

ROOT = Path(__file__).parents[2]
PARTS = ("cyclades", "tests", "config", "scripts", "docs")
FILES = ("pyproject.toml", "setup.py", "development.ini", "Makefile", "README.md", ".importlinter")
QUICK = "not real_postgres"
LONGEST = 300  # seconds that a mutant's tests may take: who hangs has noticed too
PYTEST = (sys.executable, "-m", "pytest", "-qx", "-p", "no:cacheprovider", "-m", QUICK)
FAILED = 1  # pytest's word for "some tests failed"


@contextmanager
def copied() -> Iterator[Path]:
    """A copy of the tree."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder)
        for name in PARTS:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, copy / name, ignore=ignored)
        for name in FILES:
            if (ROOT / name).exists():
                shutil.copy(ROOT / name, copy)
        yield copy


def passing(copy: Path, tests: Iterable[str]) -> bool:
    """Whether these tests pass there. Raises SystemExit when they cannot be run."""
    command = [*PYTEST, *tests]
    environment = os.environ | {"PYTHONPATH": str(copy)}
    try:
        ended = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if ended.returncode not in {0, FAILED}:
        raise SystemExit(f"{' '.join(command)}\n{ended.stdout.decode()}")
    return not ended.returncode


def failing(copy: Path, tests: Sequence[str]) -> Sequence[str]:
    """Those that do not pass."""
    files = groupby(tests, lambda test: test.partition("::")[0])
    parts = [(name, list(part)) for name, part in files]
    return [name for name, part in parts if not passing(copy, part)]


def killed(copy: Path, mutant: Mutant) -> bool:
    """Whether each of its tests notices the mutant; the copy is whole again afterwards."""
    path = copy / mutant.path
    whole = path.read_text()
    path.write_text(whole.replace(mutant.old, mutant.new, 1))
    try:
        return not any(passing(copy, [test]) for test in mutant.tests)
    finally:
        path.write_text(whole)


def say(line: str) -> None:
    """One line, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(chosen: Sequence[str]) -> int:
    """The number of mutants that survived, 0 or more."""
    if "--table" in chosen:
        say(as_markdown())
        return 0
    mutants = [mutant for mutant in MUTANTS if not chosen or mutant.weakness in chosen]
    survivors = 0
    with copied() as copy:
        tests = sorted({test for mutant in mutants for test in mutant.tests})
        if broken := failing(copy, tests):
            say(f"without any mutant these fail: {', '.join(broken)}")
            return 1
        for mutant in mutants:
            dead = killed(copy, mutant)
            survivors += not dead
            say(f"{mutant.weakness:4} {'killed' if dead else 'SURVIVES':9} {mutant.words}")
    say(f"{len(mutants) - survivors} of {len(mutants)} killed")
    for weakness, why in NOT_HERE.items():
        say(f"{weakness:4} cannot be brought back: {why}")
    return survivors


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
