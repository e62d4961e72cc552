"""Anything in any order: the rules hold after every step, and in the end all is settled."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.ground import Ground
from tests.stateful.machine import WholeApp

QUICK = settings(
    max_examples=30,
    stateful_step_count=25,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.slow
def test_anything_in_any_order(ground: Ground) -> None:
    run_state_machine_as_test(WholeApp.on(ground), settings=QUICK)
