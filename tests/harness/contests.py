"""Many requests at the same moment, and what came of them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

from tests.harness.api import Client, KnownCallers, client_of
from tests.harness.cloud import Cloud, cloud_on

SERVERS = "/compute/v2.1/servers"
NETWORK = "/network/v2.0"
VERSION = "2.79"
Call = Callable[[Client], Any]


@dataclass(slots=True)
class Arena:
    """A cloud with the API before it."""

    cloud: Cloud

    @property
    def client(self) -> Client:
        return client_of(self.cloud.app)

    def contest(self, *calls: Call) -> list[Any]:
        """The answers, in the order of the calls; all begin at once."""
        start = Barrier(len(calls))

        def one(call: Call) -> Any:
            start.wait(30)
            return call(self.client)

        with ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(one, calls))

    def crowd(self, clients: int, calls: Sequence[Call]) -> list[Any]:
        """The answers of so many clients, who share the calls between them."""
        with ThreadPoolExecutor(clients) as threads:
            return list(threads.map(lambda call: call(self.client), calls))

    def make(self, noun: str, token: str = "member", **values: Any) -> str:
        """Something of network's; its id."""
        answer = posts(noun, token, **values)(self.client)
        assert answer.status_int == 201, answer.text
        made: str = answer.json[noun]["id"]
        return made

    def network(self, *pool: str, **subnet: Any) -> str:
        """A network with a subnet whose pool reaches from one address to the other."""
        network = self.make("network", name="n")
        wanted: dict[str, Any] = {"cidr": "10.0.0.0/24", "ip_version": 4, "network_id": network}
        if pool:
            first, last = pool
            wanted["allocation_pools"] = [{"start": first, "end": last}]
        self.make("subnet", **wanted | subnet)
        return network


@contextmanager
def arena_on(url: str, home: Path, **settings: Any) -> Iterator[Arena]:
    """Callers are known by name, clusters are simulated, workers turn when told to."""
    made = cloud_on(url, home, **settings)
    made.app.identity = KnownCallers()
    yield Arena(made)
    made.close()


def posts(noun: str, token: str = "member", **values: Any) -> Call:
    """A call that makes something of network's."""
    return lambda client: client.call("POST", path_of(noun), {noun: values}, token=token)


def puts(noun: str, its_id: str, token: str = "member", **values: Any) -> Call:
    """A call that changes something of network's."""
    path = f"{path_of(noun)}/{its_id}"
    return lambda client: client.call("PUT", path, {noun: values}, token=token)


def deletes(path: str, token: str = "member") -> Call:
    """A call that removes anything."""
    return lambda client: client.call("DELETE", path, token=token, version=compute(path))


def calls(method: str, path: str, body: Any, token: str = "member") -> Call:
    """Any call."""
    return lambda client: client.call(method, path, body, token=token)


def public_network(arena: Arena) -> str:
    """The one with floating IPs."""
    found = arena.client.call("GET", f"{NETWORK}/networks?router:external=true")
    (network,) = found.json["networks"]
    return str(network["id"])


def builds(arena: Arena, token: str = "member", **wanted: Any) -> Call:
    """A call that makes a server."""
    wish = {"name": "web", "imageRef": arena.cloud.image, "flavorRef": "1", "networks": "none"}
    body = {"server": wish | wanted}
    return lambda client: client.call("POST", SERVERS, body, token=token, version=VERSION)


def plugs(server: str, token: str = "member", **wanted: Any) -> Call:
    """A call that plugs an interface into a server."""
    path, body = f"{SERVERS}/{server}/os-interface", {"interfaceAttachment": wanted}
    return lambda client: client.call("POST", path, body, token=token, version=VERSION)


def path_of(noun: str) -> str:
    """Where network has them."""
    return f"{NETWORK}/{noun.replace('_', '-')}s"


def compute(path: str) -> str | None:
    """The microversion, for who understands one."""
    return VERSION if path.startswith("/compute") else None


def statuses(answers: Sequence[Any]) -> Counter[int]:
    """How often each."""
    return Counter(answer.status_int for answer in answers)


def errors(answers: Sequence[Any]) -> list[str]:
    """What nobody should ever be told, whatever others do at the same moment."""
    return [answer.text for answer in answers if answer.status_int >= 500]
