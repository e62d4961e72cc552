"""Every operation of /openapi.json, asked what the document allows and what it does not."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from tests.web.bad_world import Declared, declared, world
from tests.web.owned import make_all

EXAMPLES = 3  # of each kind; the seed is fixed, so that a run says the same as the one before
PHASES = (Phase.explicit, Phase.generate)
HEADERS = {"X-Auth-Token": "admin"}
Operations = dict[tuple[str, str], Any]


@pytest.fixture(scope="module")
def operations(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path
) -> Iterator[Operations]:
    """Ours, by method and path; there is an object of each kind to be found."""
    folder = tmp_path_factory.mktemp("fuzzed")
    file = shutil.copy(sqlite_template, folder / "world.db")
    with world(f"sqlite:///{file}", folder) as there:
        make_all(there.api, token="admin")
        schema = schemathesis.openapi.from_wsgi("/openapi.json", there.api.app)
        found = [one.ok() for one in schema.get_all_operations() if isinstance(one, Ok)]
        yield {(operation.method.upper(), operation.path): operation for operation in found}


def tries() -> Iterator[Any]:
    """Each operation with what it allows; with what it does not, where it asks for anything."""
    for item in declared(lambda item: item.path != "/openapi.json"):
        yield pytest.param(item, GenerationMode.POSITIVE, id=f"{item} allowed")
        if item.operation.body is not None or item.operation.query is not None:
            yield pytest.param(item, GenerationMode.NEGATIVE, id=f"{item} not allowed")


# WebOb keeps long bodies in temporary files, and leaves those to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(("item", "mode"), list(tries()))
def test_it_never_breaks(operations: Operations, item: Declared, mode: GenerationMode) -> None:
    operation = operations[item.operation.method, item.plain]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=PHASES,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        answer = case.call(headers=HEADERS)
        assert answer.status_code < 500, (case.as_curl_command(), answer.text)

    ask()
