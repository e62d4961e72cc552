"""Extra specs of flavors."""

from typing import Any

import pytest

from cyclades.domain.model.flavor import Flavor
from tests.harness.api import Client
from tests.web.golden import differences, exchange

BASE = "/compute/v2.1/flavors/1/os-extra_specs"


@pytest.fixture
def specs(api: Client, application: Any) -> Client:
    with application.transaction() as unit:
        unit.flavors.create(Flavor("1", "f", 1, 1, 1, extra_specs={"a": "1"}))
    return api


def test_put_shown_and_dropped(specs: Client) -> None:
    recorded = exchange("POST /compute/v2.1/flavors/{id}/os-extra_specs", version="2.61")
    put = specs.call("POST", BASE, recorded.body, token="admin", status=200)
    assert differences(recorded.answer, put.json) == []
    changed = specs.call("PUT", f"{BASE}/a", {"a": "2"}, token="admin", status=200)
    assert changed.json == {"a": "2"}
    shown = specs.call("GET", BASE, token="reader", status=200).json
    assert shown == {"extra_specs": {"a": "2", "x:y": "z"}}
    assert specs.call("GET", f"{BASE}/x:y", status=200).json == {"x:y": "z"}
    assert specs.call("DELETE", f"{BASE}/a", token="admin", status=200).body == b""
    specs.call("GET", f"{BASE}/a", status=404)
    specs.call("DELETE", f"{BASE}/a", token="admin", status=404)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"extra_specs": []},
        {"extra_specs": {"a": 1}},
        {"extra_specs": {"a": None}},
        {"extra_specs": {"a": "x" * 256}},
        {"extra_specs": {"": "x"}},
        {"extra_specs": {"a/b": "x"}},
        {"extra_specs": {"k" * 256: "x"}},
        {"extra_specs": {"a": "x"}, "more": 1},
    ],
)
def test_bad_specs_are_400_and_not_kept(specs: Client, body: Any) -> None:
    specs.call("POST", BASE, body, token="admin", status=400)
    assert specs.call("GET", BASE).json == {"extra_specs": {"a": "1"}}


def test_one_spec_is_named_alike_in_path_and_body(specs: Client) -> None:
    for body in ({"b": "1"}, {"a": "1", "b": "1"}, {}):
        specs.call("PUT", f"{BASE}/a", body, token="admin", status=400)


def test_computes_own_specs_are_checked_since_2_86(specs: Client) -> None:
    body = {"extra_specs": {"hw:cpu_policy": "sharrred"}}
    specs.call("POST", BASE, body, token="admin", version="2.86", status=400)
    specs.call("POST", BASE, body, token="admin", version="2.85", status=200)


def test_there_are_not_too_many(specs: Client) -> None:
    body = {"extra_specs": {f"k{number}": "x" for number in range(128)}}
    specs.call("POST", BASE, body, token="admin", status=409)
    assert specs.call("GET", BASE).json == {"extra_specs": {"a": "1"}}
