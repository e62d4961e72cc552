"""How many SQL statements routers and floating IPs take: few, and no more for longer lists."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from cyclades.bootstrap import Application
from tests.web.network.conftest import Network

NOT_COUNTED = ("BEGIN", "SAVEPOINT", "RELEASE", "PRAGMA")
READS = {
    "/routers": 2,  # with their addresses outside
    "/routers?limit=2&sort_key=name": 2,
    "/routers/{router}": 2,
    "/routers/{router}/tags": 2,
    "/floatingips": 1,
    "/floatingips?status=ACTIVE&port_id={port}": 1,
    "/floatingips/{floating_ip}": 1,
}


@contextmanager
def counting(engine: Engine) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(NOT_COUNTED):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def outside(net: Network) -> str:
    network = net.make("network", token="admin", **{"router:external": True})
    net.make(
        "subnet", token="admin", network_id=network["id"], ip_version=4, cidr="198.51.100.0/24"
    )
    return str(network["id"])


def built(net: Network, external: str, number: int) -> dict[str, str]:
    """A router with an interface, a port behind it, and a floating IP that leads there."""
    network, subnet = net.wired(cidr=f"10.{number}.0.0/24")
    router = net.make("router", external_gateway_info={"network_id": external})
    path = f"/routers/{router['id']}/add_router_interface"
    net.call("PUT", path, {"subnet_id": subnet["id"]}, status=200)
    port = net.make("port", network_id=network["id"])
    body = {"floatingip": {"floating_network_id": external, "port_id": port["id"]}}
    made = net.call("POST", "/floatingips", body, status=201).json["floatingip"]
    return {"router": router["id"], "port": port["id"], "floating_ip": made["id"]}


@pytest.mark.parametrize("count", [1, 4])
def test_reading(net: Network, application: Application, count: int) -> None:
    external = outside(net)
    names, *_ = [built(net, external, number) for number in range(count)]
    for path, expected in READS.items():
        with counting(application.engine) as statements:
            net.call("GET", path.format(**names), status=200)
        assert (path, len(statements)) == (path, expected)
    with counting(application.engine) as statements, application.reader() as unit:
        assert len(unit.router_reports.wanted("gateway")) == count
    assert len(statements) == 4


def test_changing_takes_as_many_however_many_there_are(
    net: Network, application: Application
) -> None:
    external = outside(net)
    counts: list[dict[str, int]] = []
    for number in range(3):
        names = built(net, external, number)
        network, subnet = net.wired(cidr=f"10.{100 + number}.0.0/24")
        del network
        way_out = {"external_gateway_info": {"network_id": external}}
        router, floating = (f"/{n}" for n in ("routers/{router}", "floatingips/{floating_ip}"))
        interface = {"subnet_id": subnet["id"]}
        taken = {}
        for name, method, path, body in [
            ("router", "POST", "/routers", {"router": way_out}),
            ("update", "PUT", router, {"router": {"name": "x"}}),
            ("join", "PUT", f"{router}/add_router_interface", interface),
            ("leave", "PUT", f"{router}/remove_router_interface", interface),
            ("allocate", "POST", "/floatingips", {"floatingip": {"floating_network_id": external}}),
            ("dissociate", "PUT", floating, {"floatingip": {"port_id": None}}),
            ("associate", "PUT", floating, {"floatingip": {"port_id": names["port"]}}),
            ("release", "DELETE", floating, None),
        ]:
            with counting(application.engine) as statements:
                assert net.call(method, path.format(**names), body).status_int < 300
            taken[name] = len(statements)
        counts.append(taken)
    # What happens once in a project, or to a pool, has happened with the first.
    assert counts[1] == counts[2]
    assert max(counts[2].values()) <= 20, counts[2]
