"""Which tests stay together when several processes share the work, and which begin.

Tests of one file share fixtures and stay together. What takes long to set up, or tells one
story over several files, is one group. The longest groups begin, so that no process is left
alone with them at the end.
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

# The first that the test's id begins with; else its group is its file.
GROUPS = {
    "tests/ganeti/": "clusters",
    "tests/adapters/ganeti/test_real_ganeti.py": "clusters",
    "tests/contracts/test_cluster_driver.py": "clusters",
    "tests/clients/test_journeys.py::test_the_python_client": "clusters",
    "tests/nodes/packets/test_with_routers.py": "gateway",
    "tests/routing/": "gateway",
}
# What takes long by itself; the rest is small enough to be shared out in any order.
FIRST = (
    "tests/clients/test_journeys.py",
    "clusters",
    "tests/stateful/test_machine.py",
    "tests/stateful/test_volumes.py",
    "tests/stateful/test_volume_copies.py",
    "tests/workers/test_crashes.py",
    "gateway",
    "tests/web/test_bad_input.py",
    "tests/web/test_schemathesis.py",
)


def group_of(nodeid: str) -> str:
    """The group of a test."""
    for beginning, group in GROUPS.items():
        if nodeid.startswith(beginning):
            return group
    return nodeid.partition("::")[0]


class Groups(LoadScopeScheduling):
    """A group goes to one process as a whole.

    pytest-xdist's own `loadgroup` looks for marks in ids where pytest 9.2 shows none.
    """

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Groups:
    config.option.loadscopereorder = False  # the order is ours
    return Groups(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Bring the long groups to the front, in the processes of pytest-xdist."""
    if hasattr(config, "workerinput"):
        places = {group: place for place, group in enumerate(FIRST)}
        items.sort(key=lambda item: places.get(group_of(item.nodeid), len(FIRST)))
