"""/metrics: who may read it, and what it says."""

from collections.abc import Callable

import pytest
from prometheus_client.parser import text_string_to_metric_families

from cyclades.bootstrap import Application
from cyclades.domain.model.server_actions import Action
from tests.harness.api import Client, KnownCallers, client_of
from tests.harness.cloud import Cloud, cloud

__all__ = ["cloud"]

KEY = "only-for-tests"
Figures = dict[tuple[str, ...], float]


@pytest.fixture
def keyed(application_maker: Callable[..., Application], sqlite_database_url: str) -> Client:
    return client_of(application_maker(sqlite_database_url, metrics_key=KEY))


def figures(text: str) -> Figures:
    """Each sample by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    ("token", "authorization"),
    [
        (None, None),
        ("member", None),
        ("unscoped", None),
        ("nobody", None),
        (None, "Bearer wrong"),
        (None, "Bearer "),
        (None, f"Basic {KEY}"),
        (None, "Bearer \xe9"),
    ],
)
def test_others_get_one_and_the_same_answer(
    keyed: Client, token: str | None, authorization: str | None
) -> None:
    usual = keyed.call("GET", "/metrics", token=None)
    headers = {"Authorization": authorization} if authorization else {}
    answer = keyed.call("GET", "/metrics", token=token, headers=headers)
    assert (answer.status_int, answer.body) == (401, usual.body)


def test_without_a_key_nobody_has_it(api: Client) -> None:
    for shown in ("Bearer ", "Bearer"):
        headers = {"Authorization": shown}
        assert api.call("GET", "/metrics", token=None, headers=headers).status_int == 401


def test_the_operators_key_and_administrators_may(keyed: Client) -> None:
    shown = {"Authorization": f"Bearer {KEY}"}
    by_key = keyed.call("GET", "/metrics", token=None, headers=shown, status=200)
    by_token = keyed.call("GET", "/metrics", token="admin", status=200)
    for answer in (by_key, by_token):
        assert answer.content_type == "text/plain"
        assert figures(answer.text)[("cyclades_feed_rows",)] == 0


def test_what_it_says(cloud: Cloud) -> None:
    cloud.app.identity = KnownCallers()
    cloud.cluster()
    stopped, _ = cloud.running(), cloud.running()
    cloud.act(stopped, Action.STOP)
    cloud.converge()
    waiting = cloud.create()
    cloud.clock.passed += 30
    client = client_of(cloud.app)
    seen = figures(client.call("GET", "/metrics", token="admin", status=200).text)
    assert seen["cyclades_servers", "one", "ACTIVE"] == 1
    assert seen["cyclades_servers", "one", "SHUTOFF"] == 1
    assert seen["cyclades_servers", "one", "BUILD"] == 1
    assert seen["cyclades_effects", "one", "queued"] == 1
    assert seen["cyclades_effects_oldest_age_seconds", "one"] == 30
    assert seen["cyclades_cluster_answering", "one"] == 1
    assert seen["cyclades_cluster_memory_free_bytes", "one"] > 0
    assert seen["cyclades_operations_recent", "create", "done"] == 2
    assert seen["cyclades_operation_seconds", "stop", "done", "0.5"] > 0
    assert seen["cyclades_feed_rows",] > 0
    assert seen["process_resident_memory_bytes",] > 0
    cloud.delete(waiting)
    again = figures(client.call("GET", "/metrics", token="admin").text)
    assert again["cyclades_requests_total", "GET", "200"] > 0
    assert again["cyclades_request_seconds_count", "GET"] > 0
