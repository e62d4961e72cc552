"""Whom the feed tells: the owner's project, those something is shared with, or everybody."""

from collections.abc import Callable
from typing import Any

import pytest

from cyclades.bootstrap import Application
from cyclades.domain.model.cluster import ClusterConnection
from cyclades.domain.model.feed import Position
from cyclades.domain.services.clusters import probe
from tests.harness.api import CALLERS, OTHER_PROJECT, PROJECT, Client
from tests.web.image.making import make, patch

EVERYBODY = "everybody"
Told = Callable[[], set[tuple[str, str | None]]]


@pytest.fixture
def told(application: Application) -> Told:
    """(kind, project or everybody) of the events since this was asked last."""
    seen = [Position()]

    def since() -> set[tuple[str, str | None]]:
        with application.reader() as unit:
            entries = unit.feed_reader.after(seen[-1], 1000).entries
        seen.extend(entry.position for entry in entries)
        return {
            (entry.event.kind, EVERYBODY if entry.event.public else entry.event.project_id)
            for entry in entries
        }

    return since


def test_images(api: Client, told: Told) -> None:
    image_id = make(api)
    assert told() == {("image", PROJECT)}
    members = f"/image/v2/images/{image_id}/members"
    api.call("POST", members, {"member": OTHER_PROJECT}, status=200)
    assert told() == {("image", OTHER_PROJECT)}
    for visibility, whom in (
        ("shared", {PROJECT, OTHER_PROJECT}),
        ("private", {PROJECT, OTHER_PROJECT}),  # it was shared until now
        ("private", {PROJECT}),
        ("community", {EVERYBODY}),
        ("shared", {EVERYBODY}),
    ):
        patch(api, image_id, ("replace", "/visibility", visibility), status=200)
        assert told() == {("image", one) for one in whom}, visibility
    api.call("DELETE", f"/image/v2/images/{image_id}", status=204)
    assert told() == {("image", PROJECT), ("image", OTHER_PROJECT)}


def test_networks_and_their_subnets(api: Client, told: Told) -> None:
    def network(method: str, path: str = "", **values: Any) -> Any:
        body = {"network": values} if method != "DELETE" else None
        url = f"/network/v2.0/networks{path}"
        answer = api.call(method, url, body, token="admin")
        assert answer.status_int < 300
        return answer

    path = f"/{network('POST', name='n').json['network']['id']}"
    assert told() == {("network", PROJECT)}
    for shared in (True, False):
        network("PUT", path, shared=shared)
        assert told() == {("network", EVERYBODY)}
    network("PUT", path, name="m")
    assert told() == {("network", PROJECT)}
    for shared, whom in ((True, EVERYBODY), (False, PROJECT)):
        network("PUT", path, shared=shared)
        told()
        subnet = {"network_id": path[1:], "ip_version": 4, "cidr": "10.1.0.0/24"}
        body = {"subnet": subnet}
        made = api.call("POST", "/network/v2.0/subnets", body, token="admin", status=201)
        api.call("DELETE", f"/network/v2.0/subnets/{made.json['subnet']['id']}", token="admin")
        assert told() == {("subnet", whom)}
    network("DELETE", path)
    assert told() == {("network", PROJECT)}


def test_flavors(api: Client, told: Told) -> None:
    flavors = "/compute/v2.1/flavors"

    def make_one(name: str, *, public: bool) -> None:
        flavor = {"id": name, "name": name, "ram": 1, "vcpus": 1, "disk": 1}
        body = {"flavor": flavor | {"os-flavor-access:is_public": public}}
        api.call("POST", flavors, body, token="admin", status=200)

    make_one("f", public=True)
    api.call("DELETE", f"{flavors}/f", token="admin", status=202)
    assert told() == {("flavor", EVERYBODY)}
    make_one("p", public=False)
    assert told() == {("flavor", None)}
    access = {"addTenantAccess": {"tenant": PROJECT}}
    api.call("POST", f"{flavors}/p/action", access, token="admin", status=200)
    assert told() == {("flavor", PROJECT)}
    api.call("DELETE", f"{flavors}/p", token="admin", status=202)
    assert told() == {("flavor", PROJECT), ("flavor", None)}


def test_keys_are_told_by_their_owner(api: Client, application: Application, told: Told) -> None:
    api.call("POST", "/compute/v2.1/os-keypairs", {"keypair": {"name": "k"}}, status=200)
    with application.reader() as unit:
        (entry,) = unit.feed_reader.after(Position(), 10).entries
    assert entry.event.object_id == CALLERS["member"].user_id
    assert told() == {("keypair", PROJECT)}


def test_clusters_are_the_operators_matter(application: Application, told: Told) -> None:
    connection = ClusterConnection("c", "simulated")
    seen = probe(application.drivers.connect(connection, None), "sharedfile")
    application.atomically(
        lambda unit: unit.cluster_register.register("one", connection, seen, "nova")
    )
    assert told() == {("cluster", None)}
    application.atomically(lambda unit: unit.cluster_register.drain("one", drained=True))
    assert told() == {("cluster", None)}
    application.atomically(lambda unit: unit.cluster_register.remove("one"))
    assert told() == {("cluster", None)}
