"""What every request meets: ids, versions, paths, errors in each service's form."""

import re
from typing import Any

import pytest
from pyramid.interfaces import IRequestExtensions

from cyclades.web.api import make_api
from tests.harness.api import Client, client_of

KEYS = "/compute/v2.1/os-keypairs"
REQUEST_ID = re.compile(r"req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FORMS = {
    "/identity/v3/nothing": "error",
    "/compute/v2.1/nothing": "itemNotFound",
    "/volume/v3/nothing": "itemNotFound",
    "/network/v2.0/nothing": "NeutronError",
    "/image/v2/nothing": "message",
    "/nothing": "error",
}


@pytest.mark.parametrize(
    ("sent", "said", "status"),
    [
        ({}, "2.1", 200),
        ({"OpenStack-API-Version": "compute 2.35"}, "2.35", 200),
        ({"OpenStack-API-Version": "Compute 2.35"}, "2.35", 200),
        ({"OpenStack-API-Version": "compute latest"}, "2.96", 200),
        ({"OpenStack-API-Version": "volume 3.5, compute 2.35"}, "2.35", 200),
        ({"OpenStack-API-Version": "volume 3.5"}, "2.1", 200),
        ({"X-OpenStack-Nova-API-Version": "2.35"}, "2.35", 200),
        ({"X-OpenStack-Nova-API-Version": "latest"}, "2.96", 200),
        (
            {
                "OpenStack-API-Version": "compute 2.40",
                "X-OpenStack-Nova-API-Version": "2.35",
            },
            "2.40",
            200,
        ),
        ({"OpenStack-API-Version": "compute 2.97"}, "2.1", 406),
        ({"OpenStack-API-Version": "compute 2.0"}, "2.1", 406),
        ({"OpenStack-API-Version": "compute 3.1"}, "2.1", 406),
        ({"OpenStack-API-Version": "compute 2.9999"}, "2.1", 406),
        ({"OpenStack-API-Version": "compute"}, "2.1", 400),
        ({"OpenStack-API-Version": "compute 2"}, "2.1", 400),
        ({"OpenStack-API-Version": "compute 2.01"}, "2.1", 400),
        ({"OpenStack-API-Version": "compute -2.1"}, "2.1", 400),
        ({"OpenStack-API-Version": "compute 2.1.1"}, "2.1", 400),
        ({"OpenStack-API-Version": "compute \u0662.1".encode().decode("latin-1")}, "2.1", 400),
        ({"X-OpenStack-Nova-API-Version": "two"}, "2.1", 400),
    ],
)
def test_compute_versions_are_agreed_on(
    api: Client, sent: dict[str, str], said: str, status: int
) -> None:
    answer = api.call("GET", KEYS, headers=sent, status=status)
    assert answer.headers["OpenStack-API-Version"] == f"compute {said}"
    assert answer.headers["X-OpenStack-Nova-API-Version"] == said
    assert answer.headers["Vary"] == "OpenStack-API-Version, X-OpenStack-Nova-API-Version"
    if status == 406:
        message = answer.json["notAcceptable"]["message"]
        assert message.endswith("Minimum is 2.1 and maximum is 2.96.")
    if status == 400:
        assert "invalid format" in answer.json["badRequest"]["message"]


def test_volume_versions_have_one_header(api: Client) -> None:
    answer = api.call("GET", "/volume/v3/limits", version="3.60", status=200)
    assert answer.headers["OpenStack-API-Version"] == "volume 3.60"
    assert answer.headers["Vary"] == "OpenStack-API-Version"
    assert "X-OpenStack-Nova-API-Version" not in answer.headers
    api.call("GET", "/volume/v3/limits", version="3.72", status=406)


@pytest.mark.parametrize("path", ["/", KEYS, "/nothing", "/network/v2.0", "/%00", "/%ff"])
def test_every_answer_has_an_id_of_its_own(api: Client, path: str) -> None:
    first, second = (api.call("GET", path) for _turn in range(2))
    one, two = (answer.headers["X-Openstack-Request-Id"] for answer in (first, second))
    assert REQUEST_ID.fullmatch(one)
    assert one != two
    named = first.headers.get("X-Compute-Request-Id")
    assert named == (one if path.startswith("/compute") else None)


def test_a_clients_own_id_is_kept_beside_ours(api: Client) -> None:
    theirs = "req-11111111-2222-3333-4444-555555555555"
    answer = api.call("GET", KEYS, headers={"X-Openstack-Request-Id": theirs})
    assert answer.headers["X-Openstack-Request-Id"] != theirs


@pytest.mark.parametrize(("path", "key"), FORMS.items())
def test_unknown_paths_are_404_in_the_services_form(api: Client, path: str, key: str) -> None:
    for token in ("member", None):
        answer = api.call("GET", path, token=token, status=404)
        assert key in answer.json
        assert answer.content_type == "application/json"


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/identity/v3", "error"),
        ("/compute/v2.1/flavors", "badMethod"),
        ("/volume/v3/limits", "badMethod"),
        ("/network/v2.0", "NeutronError"),
        ("/image/versions", "message"),
    ],
)
def test_wrong_methods_are_405_and_say_the_right_ones(api: Client, path: str, key: str) -> None:
    answer = api.call("PATCH", path, status=405)
    assert key in answer.json
    assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("token", [None, "nobody", "", "\xff"])
@pytest.mark.parametrize("path", [KEYS, "/volume/v3/limits", "/network/v2.0/quotas/x"])
def test_without_a_valid_token_it_is_401_in_one_form(
    api: Client, path: str, token: str | None
) -> None:
    headers = {} if token is None else {"X-Auth-Token": token}
    answer = api.call("GET", path, token=None, headers=headers, status=401)
    assert answer.json["error"]["code"] == 401
    assert answer.headers["WWW-Authenticate"].startswith('Keystone uri="http://')


def test_the_project_in_a_path_says_nothing(api: Client) -> None:
    for project in ("a" * 32, "0" * 32):
        api.call("GET", f"/compute/v2.1/{project}/os-keypairs", status=200)
        api.call("GET", f"/volume/v3/{project}/limits", status=200)
        api.call("GET", f"/volume/v3/{project}/os-quota-sets/{'a' * 32}", status=200)


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        f"{KEYS}/%00",
        f"{KEYS}/a%00b",
        "/%ff%fe",
        f"{KEYS}/%ff",
        "/compute/v2.1/flavors/%c3%28",
        "//",
        "/./../compute",
        "/compute/v2.1/flavors/..%2f..%2f",
        "/compute/v2.1/flavors/" + "a" * 5000,
        "/compute/v2.1/flavors/%F0%9F%90%91",
        "/compute/v2.1//flavors//x",
    ],
)
def test_garbage_in_paths_is_not_found(api: Client, path: str) -> None:
    for method in ("GET", "DELETE"):
        assert api.call(method, path, token="admin").status_int in {404, 405, 200}
    assert api.call("GET", path).status_int in ({200} if path == "//" else {404})


@pytest.mark.parametrize("query", ["marker=%00", "%00=1", "limit=%00", "limit=-1", "limit=x"])
def test_garbage_in_queries_is_400(api: Client, query: str) -> None:
    api.call("GET", f"{KEYS}?{query}", version="2.35", status=400)


@pytest.mark.parametrize("query", ["limit=%ff", "marker=%c3%28", "%ff=1"])
def test_queries_that_are_no_text_are_4xx(api: Client, query: str) -> None:
    assert 400 <= api.call("GET", f"{KEYS}?{query}", version="2.35").status_int < 500


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"null", 400),
        (b"[]", 400),
        (b'"x"', 400),
        (b"\xff\xfe", 400),
        (b'{"keypair": {"name": "\\ud800"}}', 400),
        (b'{"keypair": {"name": "a\\u0000"}}', 400),
        (b'{"keypair": {"name\\u0000": "a"}}', 400),
        (b'{"keypair": NaN}', 400),
        (b'{"keypair": 1e999}', 400),
        (b"[" * 100_000, 400),
        (b'{"keypair":' * 40 + b"1" + b"}" * 40, 400),
        (b'{"keypair": {"name": "' + b"a" * (1 << 20) + b'"}}', 413),
    ],
)
def test_bad_bodies_are_4xx(api: Client, body: bytes, status: int) -> None:
    answer = api.call("POST", KEYS, body, status=status)
    assert set(answer.json) == {"badRequest" if status == 400 else "overLimit"}


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml"])
def test_other_kinds_of_bodies_are_refused(api: Client, kind: str) -> None:
    headers = {"Content-Type": kind}
    answer = api.call("POST", KEYS, b'{"keypair": {"name": "k"}}', headers=headers)
    assert answer.status_int in {400, 415}


def test_no_class_is_built_for_a_request(application: Any) -> None:
    extensions = make_api(application).registry.getUtility(IRequestExtensions)
    assert not extensions.descriptors


def test_an_unexpected_error_tells_nothing(api: Client, application: Any) -> None:
    class Broken:
        def caller(self, token: str) -> None:
            raise ZeroDivisionError("canary")

    application.identity = Broken()
    answer = api.call("GET", KEYS, status=500)
    assert set(answer.json) == {"computeFault"}
    assert "canary" not in answer.text
    assert REQUEST_ID.fullmatch(answer.headers["X-Openstack-Request-Id"])


def test_a_database_that_is_away_is_503(application_maker: Any) -> None:
    api = client_of(application_maker("postgresql+psycopg://nobody@127.0.0.1:1/none"))
    answer = api.call("GET", KEYS, status=503)
    assert answer.json["serviceUnavailable"]["code"] == 503
    assert answer.headers["Retry-After"] == "5"
