"""What every test can ask for; each harness stands in a module of its own."""

from collections.abc import Iterator

import pytest

pytest_plugins = [
    "tests.harness.parallel",
    "tests.harness.databases",
    "tests.harness.rabbitmq",
    "tests.harness.api",
    "tests.harness.reliability",
    "tests.ganeti.fixtures",
    "tests.routing.fixtures",
]


@pytest.fixture(scope="session", autouse=True)
def logging_stays_as_it_is() -> Iterator[None]:
    """Commands that run in this process must not take over its logging for good."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cyclades.commands.ini.configure_logging", lambda _level: None)
        yield
