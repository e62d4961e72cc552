"""The ground on which sites stand."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from tests.stateful.ground import Ground, template_in


@pytest.fixture(scope="session")
def ground(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Made once: each site is a copy of what a first run makes."""
    template = template_in(tmp_path_factory.mktemp("template"), sqlite_template)
    made = Ground(template, tmp_path_factory.mktemp("ground"))
    yield made
    made.close()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Workers under a thousand faults have a lot to say."""
    with structlog.testing.capture_logs():
        yield
