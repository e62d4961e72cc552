"""How many statements volume requests cost: few, and no more for longer lists."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.harness.api import PROJECT, Client

VOLUMES, TYPES = "/volume/v3/volumes", "/volume/v3/types"


@pytest.fixture
def sent(api: Client, application: Any) -> list[str]:
    """The statements from now on; there are ten volumes."""
    for number in range(10):
        body = {"volume": {"name": str(number), "size": 1}}
        api.call("POST", VOLUMES, body, status=202)
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")):
            found.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)
    return found


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", VOLUMES, None, 1),
        ("GET", f"{VOLUMES}/detail", None, 1),
        ("GET", f"{VOLUMES}/detail?limit=3&with_count=True", None, 2),
        ("GET", f"{VOLUMES}/detail?marker={{id}}", None, 2),
        ("GET", f"{VOLUMES}/{{id}}", None, 1),
        ("GET", f"{VOLUMES}/summary", None, 2),
        ("GET", TYPES, None, 1),
        ("GET", f"/volume/v3/os-quota-sets/{PROJECT}", None, 2),
        # type, clusters, limit, volume, feed, quota, and the answer
        ("POST", VOLUMES, {"volume": {"size": 1}}, 7),
        ("PUT", f"{VOLUMES}/{{id}}", {"volume": {"name": "n"}}, 4),
        ("POST", f"{VOLUMES}/{{id}}/action", {"os-extend": {"new_size": 2}}, 5),
        ("DELETE", f"{VOLUMES}/{{id}}", None, 6),
    ],
)
def test_the_number_of_statements(
    api: Client, sent: list[str], method: str, path: str, body: Any, expected: int
) -> None:
    first = api.call("GET", f"{VOLUMES}?limit=1").json["volumes"][0]["id"]
    sent.clear()
    answer = api.call(method, path.format(id=first), body, version="3.71")
    assert answer.status_int < 300, answer.text
    assert len(sent) == expected, sent
