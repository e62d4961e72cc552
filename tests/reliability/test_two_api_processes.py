"""Two API processes with their workers, and more requests than may succeed."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from cyclades.commands import ini
from tests.harness.postgres import PostgresServer
from tests.harness.processes import wait_until
from tests.harness.reliability import Recorder
from tests.harness.serving import Installation, installation
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.slow]

LIMIT, TOO_MANY = 10, 50
CLIENTS = 8
SETTINGS: dict[str, Any] = {
    "simulated_cluster": True,
    "workers": True,
    "poll_fast": 0.2,
    "log_level": "ERROR",
    "quota_instances": LIMIT,
}
COMPUTE = "compute/v2.1/servers"
HEADERS = {"OpenStack-API-Version": "compute 2.79"}


@dataclass(frozen=True, slots=True)
class Nodes:
    """An installation and where it answers."""

    installed: Installation
    urls: tuple[str, str]
    wish: dict[str, Any]

    def crowd(self, tenants: dict[str, requests.Session], count: int) -> list[tuple[str, int]]:
        """So many requests for servers of each tenant, to both nodes in turn; who got what."""

        def ask(one: tuple[str, int]) -> tuple[str, int]:
            name, number = one
            url = f"{self.urls[number % 2]}/{COMPUTE}"
            answer = tenants[name].post(
                url, json={"server": self.wish}, headers=HEADERS, timeout=60
            )
            return name, answer.status_code

        with ThreadPoolExecutor(CLIENTS) as threads:
            return list(threads.map(ask, [(name, n) for n in range(count) for name in tenants]))

    def settles(self) -> None:
        """All that was asked for has happened, and nothing is wrong."""
        app = ini.application(self.installed.ini)
        try:
            wait_until(lambda: not violations(app), "everything to be settled", seconds=60)
        finally:
            app.close()


@pytest.fixture(scope="module")
def nodes(
    postgres_server: PostgresServer, postgres_template: str, tmp_path_factory: Any
) -> Iterator[Nodes]:
    database = postgres_server.create(postgres_template)
    home = tmp_path_factory.mktemp("nodes")
    with installation(home, database_url=postgres_server.url(database), **SETTINGS) as made:
        made.serve(name="first")
        first = made.url
        made.serve(name="second")
        images = made.account("admin").session().get(f"{first}/image/v2/images", timeout=30)
        image = images.json()["images"][0]["id"]
        wish = {"name": "web", "imageRef": image, "flavorRef": "1", "networks": "auto"}
        yield Nodes(made, (first, made.url), wish)
    postgres_server.drop(database)


@pytest.mark.fault(66)
def test_two_projects_get_exactly_their_limits(nodes: Nodes, converged: Recorder) -> None:
    tenants = {name: nodes.installed.add_tenant(name).session() for name in ("red", "blue")}
    with converged.timed(66, times=2 * (LIMIT + TOO_MANY)):
        answers = nodes.crowd(tenants, LIMIT + TOO_MANY)
        nodes.settles()
    for name, session in tenants.items():
        statuses = Counter(status for who, status in answers if who == name)
        assert statuses == {202: LIMIT, 403: TOO_MANY}
        url = f"{nodes.urls[0]}/compute/v2.1"
        there = session.get(f"{url}/servers?limit=1000", timeout=30).json()["servers"]
        limits = session.get(f"{url}/limits", timeout=30).json()["limits"]["absolute"]
        assert (len(there), limits["totalInstancesUsed"]) == (LIMIT, LIMIT)


def ends_of(nodes: Nodes, name: str) -> dict[str, Callable[[], requests.Response]]:
    """What an administrator removes, and how."""
    admin = nodes.installed.account("admin").session()
    identity = f"{nodes.urls[1]}/identity/v3"

    def remove(noun: str) -> requests.Response:
        found = admin.get(f"{identity}/{noun}s", params={"name": name}, timeout=30)
        its_id = found.json()[f"{noun}s"][0]["id"]
        return admin.delete(f"{identity}/{noun}s/{its_id}", timeout=30)

    return {"project": lambda: remove("project"), "user": lambda: remove("user")}


@pytest.mark.fault(68)
@pytest.mark.parametrize("noun", ["project", "user"])
def test_a_tenant_is_removed_while_its_servers_are_built(
    nodes: Nodes, converged: Recorder, noun: str
) -> None:
    """What was promised is kept; administrators can get rid of it."""
    name = f"gone-{noun}"
    session = nodes.installed.add_tenant(name).session()
    with converged.timed(68), ThreadPoolExecutor(2) as threads:
        crowd = threads.submit(nodes.crowd, {name: session}, LIMIT)
        gone = threads.submit(ends_of(nodes, name)[noun])
        answers = [status for _, status in crowd.result()]
        assert gone.result().status_code == 204
        nodes.settles()
    assert set(answers) <= {202, 401, 403, 404}, answers
    admin = nodes.installed.account("admin").session()
    url = f"{nodes.urls[0]}/{COMPUTE}"
    everybody = {"all_tenants": "1", "limit": "1000"}
    promised = admin.get(f"{url}/detail", params=everybody, timeout=30).json()["servers"]
    kinds = Counter(server["status"] for server in promised)
    assert set(kinds) <= {"ACTIVE"}, kinds
    for server in promised:
        assert admin.delete(f"{url}/{server['id']}", timeout=30).status_code in {204, 404}
    nodes.settles()
    assert admin.get(url, params=everybody, timeout=30).json()["servers"] == []
