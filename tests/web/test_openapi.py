"""The OpenAPI document: whole, well-formed, and true to the declarations."""

from typing import Any

import colander
import jsonschema_rs
import pytest
import schemathesis

from cyclades.web.api import resources
from cyclades.web.json_schema import schema_of
from cyclades.web.openapi import PARAMETER, document_of
from cyclades.web.schema_types import anything, boolean, integer, mapping, number, sequence, text
from tests.harness.api import Client


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return document_of(resources())


def test_it_is_served_without_a_token(api: Client) -> None:
    served = api.call("GET", "/openapi.json", token=None, status=200).json
    assert served["openapi"] == "3.1.0"
    assert served["servers"] == [{"url": "http://localhost:80"}]


def test_every_resource_is_in_it(document: dict[str, Any]) -> None:
    for resource in resources():
        item = document["paths"][PARAMETER.sub(r"{\1}", resource.path)]
        assert {method.lower() for method in resource.operations} <= set(item)


def test_operations_have_names_of_their_own_and_summaries(document: dict[str, Any]) -> None:
    operations = [
        operation
        for item in document["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]
    names = [operation["operationId"] for operation in operations]
    assert sorted(set(names)) == sorted(names)
    assert [operation for operation in operations if not operation["summary"]] == []


def test_tools_can_read_it(document: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(document)
    found = [type(operation).__name__ for operation in schema.get_all_operations()]
    assert found == ["Ok"] * sum(len(resource.operations) for resource in resources())


def test_every_schema_is_a_schema() -> None:
    for resource in resources():
        for operation in resource.operations.values():
            for node in (operation.body, operation.query):
                if node is not None:
                    assert jsonschema_rs.meta.is_valid(schema_of(node)), resource.path


EXAMPLES: list[tuple[colander.SchemaNode, list[Any], list[Any]]] = [
    (text("x", minimum=1, maximum=3), ["a", "abc"], ["", "abcd", 1, None]),
    (text("x", nullable=True), ["a", None], [1, []]),
    (text("x", pattern=r"^[a-z]+\Z"), ["a"], ["A", ""]),
    (text("x", one_of=("a", "b")), ["a", "b"], ["c"]),
    (text("x", one_of=("a",), nullable=True), ["a", None], ["c"]),
    (text("x", numbers=True), ["a", 1], [1.5, None]),
    (integer("x", minimum=1, maximum=5), [1, "5"], [0, 6, "x", True, 1.5]),
    (number("x", maximum=2), [1.5, "1.5", 0], ["x", 3, -1]),
    (boolean("x"), [True, "yes", "0"], ["maybe", None]),
    (anything("x"), [1, None, {"a": []}], []),
    (sequence("x", text("y"), maximum=2), [[], ["a"]], [["a"] * 3, [1], "a"]),
    (mapping("x", text("y")), [{"y": "a"}], [{}, {"y": 1}, {"y": "a", "z": 1}, []]),
    (mapping("x", text("y", missing=None), unknown="ignore"), [{}, {"z": 1}], [{"y": 1}]),
    (mapping("x", text("y"), nullable=True), [None, {"y": ""}], [{}]),
]


@pytest.mark.parametrize(("node", "good", "bad"), EXAMPLES)
def test_schema_and_server_agree(
    node: colander.SchemaNode, good: list[Any], bad: list[Any]
) -> None:
    schema = schema_of(node)
    for value in good:
        assert jsonschema_rs.is_valid(schema, value), (schema, value)
        node.deserialize(value)
    for value in bad:
        assert not jsonschema_rs.is_valid(schema, value), (schema, value)
        with pytest.raises(colander.Invalid):
            node.deserialize(value)
