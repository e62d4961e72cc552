"""How many SQL statements each request about images takes, however many there are."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from cyclades.bootstrap import Application
from tests.harness.api import OTHER_PROJECT, PROJECT, Client
from tests.web.image.making import BYTES, IMAGES, PATCH, make

NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")
ROOT = "/image/v2"
NAME = [{"op": "add", "path": "/name", "value": "n"}]
MEMBER = f"{IMAGES}/{{draft}}/members/{OTHER_PROJECT}"
# Method, path, body, headers and what they take; `active` has data, `draft` gets it.
STEPS: tuple[tuple[str, str, Any, dict[str, str], int], ...] = (
    ("GET", IMAGES, None, {}, 1),
    ("GET", f"{IMAGES}?tag=t&k=v&sort=name:asc,size:desc&visibility=all", None, {}, 1),
    ("GET", f"{IMAGES}?marker={{active}}", None, {}, 2),
    ("GET", f"{IMAGES}/{{active}}", None, {}, 1),
    ("GET", f"{IMAGES}/{{active}}/file", None, {}, 1),
    ("GET", f"{IMAGES}/{{active}}/tasks", None, {}, 2),
    ("GET", f"{IMAGES}/{{active}}/members", None, {}, 2),
    ("GET", f"{ROOT}/info/usage", None, {}, 1),
    ("GET", f"{ROOT}/info/stores", None, {}, 0),
    ("GET", f"{ROOT}/info/import", None, {}, 0),
    ("GET", f"{ROOT}/quotas/{PROJECT}", None, {}, 1),
    ("GET", f"{ROOT}/schemas/image", None, {}, 0),
    ("POST", IMAGES, {"name": "n"}, {}, 4),
    ("PATCH", f"{IMAGES}/{{active}}", NAME, PATCH, 4),
    ("PUT", f"{IMAGES}/{{active}}/tags/u", None, {}, 5),
    ("POST", f"{IMAGES}/{{active}}/actions/deactivate", None, {}, 4),
    ("POST", f"{IMAGES}/{{draft}}/members", {"member": OTHER_PROJECT}, {}, 4),
    ("DELETE", MEMBER, None, {}, 3),
    ("PUT", f"{IMAGES}/{{draft}}/file", b"data", BYTES, 10),
    # Without data: what else names an image's bytes is asked after the commit.
    ("DELETE", f"{IMAGES}/{{blank}}", None, {}, 6),
)


@pytest.fixture
def taken(api: Client, application: Application) -> Callable[..., int]:
    """How many statements a request takes."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NOT_COUNTED):
            seen.append(statement)

    event.listen(application.engine, "before_cursor_execute", note)

    def ask(method: str, path: str, body: Any, headers: dict[str, str]) -> int:
        seen.clear()
        answer = api.call(method, path, body, headers=headers)
        assert answer.status_int < 300, answer.text
        return len(seen)

    return ask


@pytest.mark.parametrize("others", [0, 6])
def test_the_number_of_statements_is_fixed(
    api: Client, taken: Callable[..., int], others: int
) -> None:
    for _ in range(others):
        make(api, b"x", k="v", tags=["t"])
    names = {"active": make(api, b"x", k="v", tags=["t"]), "draft": make(api), "blank": make(api)}
    found = {
        (method, path): taken(method, path.format(**names), body, headers)
        for method, path, body, headers, _ in STEPS
    }
    assert found == {(method, path): count for method, path, _, _, count in STEPS}
