"""Idempotency-Key: sent again, a creating request has its first answer and no second effect."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from tests.harness.api import Client, client_of

KEYS = "/compute/v2.1/os-keypairs"
FLAVORS = "/compute/v2.1/flavors"
KEY = {"Idempotency-Key": "one"}
BODY = {"keypair": {"name": "k"}}


def test_the_first_answer_is_given_again(each_api: Client) -> None:
    first = each_api.call("POST", KEYS, BODY, headers=KEY, version="2.10", status=201)
    again = each_api.call("POST", KEYS, BODY, headers=KEY, version="2.10", status=201)
    assert again.json == first.json
    assert again.json["keypair"]["private_key"]
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Content-Type"] == "application/json"
    assert again.headers["X-Openstack-Request-Id"] != first.headers["X-Openstack-Request-Id"]


@pytest.mark.parametrize(
    "other",
    [
        {"body": {"keypair": {"name": "l"}}},
        {"version": "2.11"},
    ],
)
def test_the_same_key_for_another_request_is_422(api: Client, other: dict[str, Any]) -> None:
    api.call("POST", KEYS, BODY, headers=KEY, version="2.10", status=201)
    call: dict[str, Any] = {"body": BODY, "version": "2.10"} | other
    body = call.pop("body")
    api.call("POST", KEYS, body, headers=KEY, status=422, **call)
    assert len(api.call("GET", KEYS).json["keypairs"]) == 1


def test_keys_are_their_callers_own(api: Client) -> None:
    mine = api.call("POST", KEYS, BODY, headers=KEY, status=200).json
    theirs = api.call("POST", KEYS, BODY, headers=KEY, token="other", status=200).json
    assert mine["keypair"]["public_key"] != theirs["keypair"]["public_key"]


def test_a_refusal_is_not_remembered(api: Client) -> None:
    flavor = {"flavor": {"name": "f", "ram": 1, "vcpus": 1, "disk": 0}}
    api.call("POST", FLAVORS, flavor, headers=KEY, status=403)
    api.call("POST", FLAVORS, {"flavor": {}}, headers=KEY, token="admin", status=400)
    api.call("POST", FLAVORS, flavor, headers=KEY, token="admin", status=200)


@pytest.mark.parametrize("key", ["", "k" * 256, "\xff", "a\tb"])
def test_impossible_keys_are_400(api: Client, key: str) -> None:
    answer = api.call("POST", KEYS, BODY, headers={"Idempotency-Key": key})
    assert answer.status_int == (200 if key == "\xff" else 400)


@pytest.mark.real_postgres
@pytest.mark.parametrize(
    ("path", "body", "token"),
    [
        (KEYS, BODY, "member"),
        (FLAVORS, {"flavor": {"name": "f", "ram": 1, "vcpus": 1, "disk": 0}}, "admin"),
    ],
)
def test_twenty_at_once_have_one_effect_and_one_answer(
    application_maker: Any, postgres_database_url: str, path: str, body: Any, token: str
) -> None:
    api = client_of(application_maker(postgres_database_url))
    wsgi, started = api.app, Barrier(20)

    def send(_number: int) -> tuple[int, bytes]:
        client = Client(wsgi)
        started.wait()
        answer = client.call("POST", path, body, headers=KEY, token=token)
        return answer.status_int, answer.body

    with ThreadPoolExecutor(20) as pool:
        answers = set(pool.map(send, range(20)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200
    (rows,) = api.call("GET", path, token=token).json.values()
    assert len(rows) == 1
