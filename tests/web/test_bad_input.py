"""Bad input at every declared operation: 4xx that says why, never 5xx, and nothing changed."""

import json
import shutil
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote

import colander
import pytest

from tests.harness.postgres import PostgresServer
from tests.web.bad_world import Declared, World, declared, world

BODIES = {
    "not JSON": b"{",
    "nothing": b"",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"17",
    "null": b"null",
    "a lone surrogate": b'{"a": "\\ud800"}',
    "NUL": b'{"a": "\\u0000"}',
    "NUL in a key": b'{"a\\u0000": {}}',
    "too deep": b"[" * 5000 + b"]" * 5000,
    "not a number": b'{"a": NaN}',
    "beyond all integers": b'{"a": 1' + b"0" * 400 + b"}",
    "an unknown member": b'{"no_such_member": {}}',
}
KINDS = {
    "text": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "a form without boundary": "multipart/form-data",
    "XML": "application/xml",
    "odd": "\u00e9/;;=",
}
IDS = {
    "unknown": "0199aaaa-bbbb-7ccc-8ddd-eeeeffff0000",
    "a word": "nope",
    "overlong": "a" * 5000,
    "odd": quote("\u202e\U0001f4a5\u0301 %"),
    "NUL": "a%00b",
    "not UTF-8": "%ff%fe",
    "a surrogate": "%ed%a0%80",
    "a quote": quote("' OR 1=1 --"),
    "newlines": "a%0d%0ab",
}
VALUES = ("", "-1", "9" * 40, "nope", quote("\U0001f4a5\u202e"), "a%00b", "%ff", "a" * 5000)
PARAMETERS = ("limit", "marker", "no_such_parameter")
WRONG: tuple[Any, ...] = (
    {},
    {"a": ["b"]},
    [],
    [1],
    "",
    "\U0001f4a5" * 400,
    -1,
    2**70,
    1.5,
    True,
    None,
)
# An id that nobody knows is no error here: limits are kept by project, and projects are an
# identity service's matter, which may be somebody else's.
ANY_ID = ("/os-quota-sets/", "/os-quota-class-sets/", "/network/v2.0/quotas/", "/image/v2/quotas/")


@pytest.fixture(
    scope="module",
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_postgres)],
)
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for all tests here: nothing may change in it."""
    folder: Path = tmp_path_factory.mktemp("world")
    if request.param == "sqlite":
        file = shutil.copy(request.getfixturevalue("sqlite_template"), folder / "world.db")
        with world(f"sqlite:///{file}", folder) as made:
            yield made
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create(request.getfixturevalue("postgres_template"))
    with world(server.url(name), folder) as made:
        yield made
        assert made.changes() == []
    server.drop(name)


@pytest.fixture(autouse=True)
def nothing_changes(place: World, request: pytest.FixtureRequest) -> Iterator[None]:
    """Every row is as before; where looking takes longer, one look at the end must do."""
    yield
    if request.node.callspec.params["place"] == "sqlite":
        assert place.changes() == []


def refused(answer: Any, what: object) -> None:
    """4xx, in JSON, with words."""
    assert 400 <= answer.status_int < 500, (what, answer.status, answer.text[:500])
    if answer.request.method != "HEAD":
        (fault,) = [answer.json] if "message" in answer.json else answer.json.values()
        assert fault["message"], what


def with_body(item: Declared) -> bool:
    return item.operation.body is not None


@pytest.mark.parametrize("item", declared(with_body), ids=str)
def test_bodies_that_are_none(place: World, item: Declared) -> None:
    for what, body in BODIES.items():
        refused(place.ask(item, item.url(), body), what)


@pytest.mark.parametrize("item", declared(with_body), ids=str)
def test_bodies_of_another_type(place: World, item: Declared) -> None:
    for what, kind in KINDS.items():
        headers = {"Content-Type": kind}
        refused(place.ask(item, item.url(), b"{}", headers=headers), what)


@pytest.mark.parametrize("item", declared(with_body), ids=str)
def test_envelopes_of_wrong_types(place: World, item: Declared) -> None:
    """An envelope has members; where there is none, the next test has all there is to try."""
    envelopes = [n for n in item.schema.children if isinstance(n.typ, colander.Mapping)]
    for envelope, wrong in product(envelopes, WRONG[2:]):
        body = json.dumps({envelope.name: wrong}).encode()
        refused(place.ask(item, item.url(), body), body[:200])


@pytest.mark.parametrize("item", declared(with_body), ids=str)
def test_members_of_wrong_types(place: World, item: Declared) -> None:
    """Some are right after all, and then something is made."""
    for envelope in item.schema.children:
        for member, wrong in product(envelope.children, WRONG):
            body = json.dumps({envelope.name: {member.name: wrong}}).encode()
            answer = place.ask(item, item.url("mine"), body)
            assert answer.status_int < 500, (body[:200], answer.text[:500])
            if answer.status_int < 300:
                place.changes()


@pytest.mark.parametrize("item", declared(lambda item: bool(item.free)), ids=str)
def test_ids_that_nobody_knows(place: World, item: Declared) -> None:
    for what, value in IDS.items():
        answer = place.ask(item, item.url(value), {} if with_body(item) else None)
        if any(prefix in item.path for prefix in ANY_ID):
            assert answer.status_int < 500, (what, answer.text[:500])
        else:
            refused(answer, what)


@pytest.mark.parametrize(
    "item", declared(lambda item: item.operation.method in {"GET", "DELETE"}), ids=str
)
def test_odd_queries(place: World, item: Declared) -> None:
    named = [node.name for node in item.operation.query.children] if item.operation.query else []
    for name, value in product({*PARAMETERS, *named}, VALUES):
        answer = place.ask(item, f"{item.url()}?{quote(name)}={value}")
        assert answer.status_int < 500, (name, value, answer.text[:500])
