"""The table of mutants fits the code: each edit can still be made, each test is still there."""

import re
from pathlib import Path

import pytest

from tests.mutants.mutant import Mutant
from tests.mutants.table import MUTANTS, NOT_HERE, WEAKNESSES, as_markdown

ROOT = Path(__file__).parents[2]
each = pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.weakness} {m.words}")


def test_every_weakness_is_there_or_has_a_reason_not_to_be() -> None:
    assert {mutant.weakness for mutant in MUTANTS} | NOT_HERE.keys() == set(WEAKNESSES)


@each
def test_the_edit_can_be_made(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text().count(mutant.old) == 1
    assert mutant.old != mutant.new


@each
def test_its_tests_are_there(mutant: Mutant) -> None:
    assert mutant.tests
    for test in mutant.tests:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text()
        assert not name or re.search(rf"^def {name}\(", text, re.MULTILINE), test


def test_the_documentation_shows_the_table() -> None:
    """`python -m tests.mutants --table` prints it."""
    assert as_markdown() in (ROOT / "docs" / "mutants.md").read_text()
