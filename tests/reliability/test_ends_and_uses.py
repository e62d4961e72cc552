"""Something is removed at the very moment at which others want to use it: one goes first."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.harness.contests import (
    NETWORK,
    SERVERS,
    VERSION,
    Arena,
    Call,
    arena_on,
    builds,
    calls,
    deletes,
    errors,
    plugs,
    posts,
    public_network,
    puts,
    statuses,
)
from tests.harness.reliability import Recorder
from tests.workers.invariants import violations

pytestmark = [pytest.mark.real_postgres, pytest.mark.fault(68)]

ROUNDS = pytest.mark.parametrize(
    "rounds", [3, pytest.param(300, marks=pytest.mark.long)], ids=["quick", "long"]
)
Story = Callable[[Arena, int], list[Call]]
"""Prepares one round; the end first, then the uses."""


@pytest.fixture
def arena(postgres_database_url: str, tmp_path: Path) -> Iterator[Arena]:
    with arena_on(postgres_database_url, tmp_path) as made:
        yield made


def subnets_of(arena: Arena, network: str) -> list[str]:
    found = arena.client.call("GET", f"{NETWORK}/networks/{network}")
    return list(found.json["network"]["subnets"])


def network(arena: Arena, _number: int) -> list[Call]:
    on_it = arena.network()
    return [
        deletes(f"{NETWORK}/networks/{on_it}"),
        *[posts("port", network_id=on_it)] * 3,
        *[builds(arena, networks=[{"uuid": on_it}])] * 3,
        posts("subnet", network_id=on_it, cidr="10.9.0.0/24", ip_version=4),
    ]


def subnet(arena: Arena, _number: int) -> list[Call]:
    on_it = arena.network()
    (its_id,) = subnets_of(arena, on_it)
    wanted = [{"subnet_id": its_id}]
    return [
        deletes(f"{NETWORK}/subnets/{its_id}"),
        *[posts("port", network_id=on_it, fixed_ips=wanted)] * 3,
        *[builds(arena, networks=[{"uuid": on_it}])] * 3,
    ]


def security_group(arena: Arena, number: int) -> list[Call]:
    on_it = arena.network()
    group = arena.make("security_group", name=f"group-{number}")
    port = arena.make("port", network_id=on_it)
    return [
        deletes(f"{NETWORK}/security-groups/{group}"),
        *[posts("port", network_id=on_it, security_groups=[group])] * 3,
        *[puts("port", port, security_groups=[group])] * 2,
        posts("security_group_rule", security_group_id=group, direction="ingress", protocol="tcp"),
        builds(arena, networks=[{"uuid": on_it}], security_groups=[{"name": group}]),
    ]


def port(arena: Arena, _number: int) -> list[Call]:
    on_it = arena.network()
    server = arena.cloud.create()
    arena.cloud.converge()
    made = arena.make("port", network_id=on_it)
    return [
        *[deletes(f"{NETWORK}/ports/{made}")] * 2,
        *[builds(arena, networks=[{"port": made}])] * 2,
        *[plugs(server, port_id=made)] * 2,
        puts("port", made, name="other"),
    ]


def server(arena: Arena, _number: int) -> list[Call]:
    on_it = arena.network()
    made = arena.cloud.create()
    arena.cloud.converge()
    mine = arena.make("port", network_id=on_it)
    return [
        *[deletes(f"{SERVERS}/{made}")] * 2,
        plugs(made, port_id=mine),
        *[plugs(made, net_id=on_it)] * 3,
    ]


def keypair(arena: Arena, number: int) -> list[Call]:
    name, path = f"key-{number}", "/compute/v2.1/os-keypairs"
    key = {"keypair": {"name": name, "public_key": KEY}}
    assert arena.client.call("POST", path, key, version=VERSION).status_int in {200, 201}
    return [deletes(f"{path}/{name}"), *[builds(arena, key_name=name)] * 5]


def image(arena: Arena, number: int) -> list[Call]:
    made = arena.client.call("POST", "/image/v2/images", RAW | {"name": f"image-{number}"})
    path = f"/image/v2/images/{made.json['id']}"
    stream = {"Content-Type": "application/octet-stream"}
    arena.client.call("PUT", f"{path}/file", b"0" * 512, headers=stream, status=204)
    return [deletes(path), *[builds(arena, imageRef=made.json["id"])] * 5]


def router(arena: Arena, _number: int) -> list[Call]:
    public, on_it = public_network(arena), arena.network()
    (subnet,) = subnets_of(arena, on_it)
    made = arena.make("router", external_gateway_info={"network_id": public})
    path = f"{NETWORK}/routers/{made}"
    return [
        deletes(path),
        *[calls("PUT", f"{path}/add_router_interface", {"subnet_id": subnet})] * 2,
        deletes(f"{NETWORK}/subnets/{subnet}"),
        deletes(f"{NETWORK}/networks/{on_it}"),
    ]


def floating_ip(arena: Arena, _number: int) -> list[Call]:
    public, on_it = public_network(arena), arena.network()
    (subnet,) = subnets_of(arena, on_it)
    made = arena.make("router", external_gateway_info={"network_id": public})
    path = f"{NETWORK}/routers/{made}"
    calls("PUT", f"{path}/add_router_interface", {"subnet_id": subnet})(arena.client)
    floating = arena.make("floatingip", floating_network_id=public)
    ports = [arena.make("port", network_id=on_it) for _ in range(2)]
    return [
        *[puts("floatingip", floating, port_id=port) for port in ports * 2],
        calls("PUT", f"{path}/remove_router_interface", {"subnet_id": subnet}),
        *[deletes(f"{NETWORK}/ports/{port}") for port in ports],
        deletes(f"{NETWORK}/floatingips/{floating}"),
    ]


KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIL/wU0vFRAm6KJBoBxlvkWVQxDAhJ7Dd5F5RMFaqSiCb me"
RAW = {"container_format": "bare", "disk_format": "raw"}
STORIES: Mapping[str, Story] = {
    story.__name__: story
    for story in (
        network,
        subnet,
        security_group,
        port,
        server,
        keypair,
        image,
        router,
        floating_ip,
    )
}


@ROUNDS
@pytest.mark.parametrize("noun", STORIES)
def test_an_end_and_uses(arena: Arena, converged: Recorder, noun: str, rounds: int) -> None:
    with converged.timed(68, times=rounds):
        for number in range(rounds):
            answers = arena.contest(*STORIES[noun](arena, number))
            assert errors(answers) == []
            assert max(statuses(answers)) < 500
            arena.cloud.converge()
            assert violations(arena.cloud.app) == []
