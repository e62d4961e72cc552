"""How many statements each of these resources costs: few, and no more for longer lists."""

from typing import Any

import pytest
from sqlalchemy import event

from cyclades.domain.model.flavor import Flavor
from tests.harness.api import PROJECT, Client

FLAVORS = "/compute/v2.1/flavors"
KEYS = "/compute/v2.1/os-keypairs"
QUOTA = f"/compute/v2.1/os-quota-sets/{PROJECT}"
NETWORK = f"/network/v2.0/quotas/{PROJECT}"


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", "/", None, 0),
        ("GET", "/compute/v2.1", None, 0),
        ("GET", "/openapi.json", None, 0),
        ("GET", FLAVORS, None, 1),
        ("GET", f"{FLAVORS}/detail", None, 1),
        ("GET", f"{FLAVORS}/detail?marker=1&limit=5", None, 2),
        ("GET", f"{FLAVORS}/1", None, 1),
        ("GET", f"{FLAVORS}/1/os-extra_specs", None, 1),
        ("POST", FLAVORS, {"flavor": {"name": "f", "ram": 1, "vcpus": 1, "disk": 1}}, 2),
        ("POST", f"{FLAVORS}/1/os-extra_specs", {"extra_specs": {"a": "b"}}, 4),
        ("DELETE", f"{FLAVORS}/1", None, 3),
        ("GET", KEYS, None, 1),
        ("POST", KEYS, {"keypair": {"name": "k"}}, 3),
        ("GET", QUOTA, None, 1),
        ("GET", f"{QUOTA}/detail", None, 1),
        ("GET", f"{QUOTA}/defaults", None, 0),
        ("GET", "/compute/v2.1/limits", None, 1),
        ("GET", "/compute/v2.1/os-availability-zone", None, 1),
        ("GET", "/compute/v2.1/extensions", None, 0),
        ("GET", f"{NETWORK}/details", None, 1),
        ("GET", "/network/v2.0/quotas", None, 1),
        ("GET", "/volume/v3/limits", None, 1),
        ("POST", "/feed/tickets", None, 1),
        ("PUT", NETWORK, {"quota": {"network": 4}}, 4),
    ],
)
def test_the_number_of_statements(
    api: Client, application: Any, method: str, path: str, body: Any, expected: int
) -> None:
    with application.transaction() as unit:
        for number in range(20):
            unit.flavors.create(Flavor(str(number), f"f{number}", 1, 1, 1))
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            sent.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)
    assert api.call(method, path, body, token="admin").status_int < 300
    assert len(sent) == expected, sent
