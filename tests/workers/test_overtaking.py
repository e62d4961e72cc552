"""A deletion overtakes a creation: every order of steps, and its address goes to somebody else.

The subnet has one address, so that the next server can only have the first one's; it asks
for it after each step. No two instances may ever have it at the same time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Final

import pytest

from cyclades.domain.model.errors import CycladesError
from tests.harness.cloud import Cloud, cloud_on
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

# What becomes of the creation's submission or job, and how many steps the orders then have.
FATES: Final = {"": 3, "swallow_answers": 2, "swallow_requests": 2, "fail_jobs": 2}


def pause(cloud: Cloud) -> None:
    cloud.clock.passed += 0.3


def step(cloud: Cloud, seconds: float) -> None:
    cloud.turn()
    cloud.clock.passed += seconds


STEPS: Final[dict[str, Callable[[Cloud], object]]] = {
    "w": lambda cloud: cloud.workers[0].turn(),
    "p": lambda cloud: cloud.pollers["one"].turn(),
    "t": pause,
}


def orders(length: int) -> Iterator[tuple[str, int]]:
    """Words of steps, and after how many of them the deletion comes."""
    for word in map("".join, product(STEPS, repeat=length)):
        if "ww" not in word and "pp" not in word:  # nothing happens the second time
            yield from ((word, place) for place in range(length + 1))


@pytest.fixture
def narrow(sqlite_database_url: str, tmp_path: Path) -> Iterator[Cloud]:
    """One address for all."""
    made = cloud_on(sqlite_database_url, tmp_path, public_subnet="203.0.113.0/30")
    yield made
    made.close()


def conflicts(cloud: Cloud) -> list[str]:
    """Addresses that two instances have."""
    instances = cloud.cluster().store.look(lambda world: [*world.instances.values()])
    found = Counter(nic["ip"] for instance in instances for nic in instance.nics if nic["ip"])
    return [address for address, count in found.items() if count > 1]


def next_one(cloud: Cloud) -> str:
    """A server with the address, or nothing while somebody has it; the fault was the first's."""
    try:
        made = cloud.create()
    except CycladesError:
        return ""
    cloud.cluster().faults.clear()
    return made


def play(cloud: Cloud, word: str, place: int) -> list[str]:
    """One order of things; what was wrong."""
    first, second = cloud.create(), ""
    wrong: list[str] = []
    for number, letter in enumerate([*word, ""]):
        if number == place:
            cloud.delete(first)
        second = second or next_one(cloud)
        if letter:
            STEPS[letter](cloud)
        wrong += conflicts(cloud)
    began = cloud.clock.passed
    while cloud.unfinished() or not second:
        assert cloud.clock.passed < began + 300, f"{word} {place}: stuck"
        step(cloud, 0.7 if cloud.clock.passed < began + 5 else 4)
        second = second or next_one(cloud)
        wrong += conflicts(cloud)
    if cloud.server(first).status != "DELETED" or cloud.server(second).status != "ACTIVE":
        wrong.append(f"{word} {place}: not as asked for")
    cloud.delete(second)
    while cloud.unfinished():
        step(cloud, 0.7)
    return wrong


@pytest.mark.fault(40)
@pytest.mark.slow
@pytest.mark.parametrize("fate", FATES)
def test_a_deletion_overtakes_a_creation(narrow: Cloud, converged: Recorder, fate: str) -> None:
    count, wrong, longest = 0, [], 0.0
    for word, place in orders(FATES[fate]):
        if fate:
            narrow.cluster().faults.set(**{fate: 1})
        began = narrow.clock.passed
        wrong += play(narrow, word, place)
        narrow.cluster().faults.clear()
        longest, count = max(longest, narrow.clock.passed - began), count + 1
    wrong += violations(narrow.app)
    converged(40, longest, count, len(wrong))
    assert narrow.instances() == []
    assert narrow.holds_nothing()
    assert wrong == []
