"""What the fault tests measured: how often a fault was injected, what broke, how long it took.

`@pytest.mark.fault(10, 12)` says that a test proves these rows of docs/reliability.md; the
test hands what it measured to the fixture `converged`, before it asserts anything about it.
"""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

DEFAULT = Path("var", "reliability.jsonl")


@dataclass(frozen=True, slots=True)
class Figure:
    """One row's measurement: `seconds` is the longest wait of `times` injections."""

    row: int
    seconds: float
    times: int
    violations: int
    test: str


@dataclass(frozen=True, slots=True)
class Recorder:
    """Keeps what one test measured; only about the rows that its marker names."""

    test: str
    rows: frozenset[int]
    figures: list[Figure]

    def __call__(self, row: int, seconds: float, times: int = 1, violations: int = 0) -> None:
        """`times` injections of the row's fault; after each, `seconds` until all was well."""
        assert row in self.rows, f"{self.test} has no marker fault({row})"
        self.figures.append(Figure(row, round(seconds, 3), times, violations, self.test))

    @contextmanager
    def timed(self, row: int, times: int = 1) -> Iterator[None]:
        """The block is the convergence: recorded when it ends without an exception."""
        began = time.monotonic()
        yield
        self(row, time.monotonic() - began, times)


FIGURES = pytest.StashKey[list[Figure]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("cyclades")
    group.addoption("--figures", type=Path, help=f"where fault tests' figures go ({DEFAULT})")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


@pytest.fixture
def converged(request: pytest.FixtureRequest) -> Recorder:
    """`converged(row, seconds, times=1, violations=0)`, or `with converged.timed(row):`."""
    rows = frozenset(row for mark in request.node.iter_markers("fault") for row in mark.args)
    test = request.node.nodeid.partition("[")[0]
    return Recorder(test, rows, request.config.stash[FIGURES])


def pytest_sessionfinish(session: pytest.Session) -> None:
    figures = session.config.stash[FIGURES]
    if figures:
        path = session.config.getoption("--figures") or session.config.rootpath / DEFAULT
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as lines:
            lines.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
