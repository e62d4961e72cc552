"""The same machine for as long as wanted: `make soak SOAK_MINUTES=60`.

Each batch has a seed, which is printed: `make soak SOAK_SEED=...` begins with it. What fails
is shrunk, printed as a story, and kept in .hypothesis, whence the next run tries it first.
"""

import os
import sys
import time
from itertools import count

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.stateful.ground import Ground
from tests.stateful.machine import WholeApp

BATCH = 50  # stories
LONG = settings(
    max_examples=BATCH,
    stateful_step_count=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.long
def test_anything_in_any_order_for_long(ground: Ground) -> None:
    minutes = float(os.environ.get("SOAK_MINUTES", "30"))
    first = int(os.environ.get("SOAK_SEED", str(time.time_ns() % 10**9)))
    end = time.monotonic() + 60 * minutes
    for number in count(first):
        sys.stderr.write(f"batch of {BATCH}, SOAK_SEED={number}\n")
        run_state_machine_as_test(seed(number)(WholeApp.on(ground)), settings=LONG)
        if time.monotonic() > end:
            return
