"""What any RbacPolicyRepository does, and what networks make of policies."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Connection

from cyclades.adapters.sql.rbac_policies import SqlRbacPolicies
from cyclades.domain.model.errors import NotFound
from cyclades.domain.model.listing import Listing
from cyclades.domain.model.network import WantedNetwork
from cyclades.domain.model.rbac_policy import (
    EVERYBODY,
    EXTERNAL,
    NETWORK,
    SHARED,
    DuplicatePolicy,
    RbacPolicy,
    WantedPolicy,
)
from cyclades.ports.rbac_policies import RbacPolicyRepository
from tests.contracts.network_races import race
from tests.contracts.network_rows import ALL, MINE, THEIRS, Rows
from tests.harness.api import CALLERS, PROJECT

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

MEMBER = CALLERS["member"]
POLICY = RbacPolicy("one", "mine", NETWORK, "net", SHARED, "theirs")


@pytest.fixture
def rows(connection: Connection) -> Rows:
    rows = Rows(connection)
    rows.network()
    return rows


@pytest.fixture
def policies(connection: Connection) -> RbacPolicyRepository:
    return SqlRbacPolicies(connection)


def test_what_goes_in_comes_out(policies: RbacPolicyRepository) -> None:
    policies.add(POLICY)
    assert policies.get("one") == POLICY
    assert policies.of_object("net") == [POLICY]
    assert policies.of_object("no") == []
    changed = replace(POLICY, target_project="third")
    policies.save(changed)
    assert policies.get("one") == changed
    policies.remove(["one", "no"])
    with pytest.raises(NotFound):
        policies.get("one")


def test_no_two_say_the_same(policies: RbacPolicyRepository) -> None:
    policies.add(POLICY)
    other = replace(POLICY, id="two", target_project="third")
    policies.add(other)
    for act in (
        lambda: policies.add(replace(POLICY, id="three")),
        lambda: policies.save(replace(other, target_project="theirs")),
    ):
        with pytest.raises(DuplicatePolicy):
            act()
    policies.add(replace(POLICY, id="four", action=EXTERNAL))


def test_lists_are_the_owner_s(policies: RbacPolicyRepository) -> None:
    policies.add(POLICY)
    policies.add(replace(POLICY, id="two", target_project=EVERYBODY))
    assert [each.id for each in policies.list(Listing(MINE))] == ["one", "two"]
    assert policies.list(Listing(THEIRS)) == []
    general = Listing(ALL, {"target_tenant": (EVERYBODY,)})
    assert [each.id for each in policies.list(general)] == ["two"]


def test_who_uses_a_network(rows: Rows, policies: RbacPolicyRepository) -> None:
    rows.port("a")
    rows.port("b", project_id="theirs")
    assert policies.users("net", SHARED) == {"mine", "theirs"}
    assert policies.users("net", EXTERNAL) == set()


def test_networks_are_seen_by_those_whom_policies_name(
    rows: Rows, policies: RbacPolicyRepository
) -> None:
    rows.subnet()
    policies.add(POLICY)
    assert rows.networks.get("net").shared_to == ("theirs",)
    (seen,) = rows.networks.list(Listing(THEIRS))
    assert (seen.id, seen.subnets, seen.shared_to) == ("net", ("sub",), ("theirs",))
    shared = {"shared": (True,)}
    assert [each.id for each in rows.networks.list(Listing(THEIRS, shared))] == ["net"]
    assert rows.networks.list(Listing(MINE, shared)) == []
    assert [each.id for each in rows.subnets.list(Listing(THEIRS, shared))] == ["sub"]


def test_an_external_network_can_be_for_some(rows: Rows, policies: RbacPolicyRepository) -> None:
    rows.network("out", external=True)
    assert rows.networks.list(Listing(THEIRS))
    policies.add(replace(POLICY, object_id="out", action=EXTERNAL, target_project="third"))
    assert rows.networks.list(Listing(THEIRS)) == []
    assert rows.networks.get("out").external_to == ("third",)
    everybody = replace(POLICY, id="two", object_id="out", action=EXTERNAL)
    policies.add(replace(everybody, target_project=EVERYBODY))
    assert rows.networks.list(Listing(THEIRS))
    assert rows.networks.get("out").external_to == ()


@pytest.mark.real_postgres
def test_many_share_and_end_the_same_at_once(
    application_maker: "Callable[..., Application]", postgres_database_url: str
) -> None:
    app = application_maker(postgres_database_url)
    network = app.atomically(lambda unit: unit.networks.create(MEMBER, WantedNetwork("n")))
    wanted = WantedPolicy(network.id, SHARED, "theirs")
    won, lost = race(app, lambda unit, _: unit.rbac_policies.create(MEMBER, wanted))
    assert (len(won), lost) == (1, ["DuplicatePolicy"])

    def used(unit: "Unit") -> int:
        return int(unit.quota.holdings(PROJECT, ["rbac_policy"])["rbac_policy"].used)

    assert app.atomically(used) == 1
    (policy,) = won
    ended, missing = race(app, lambda unit, _: unit.rbac_policies.delete(MEMBER, policy.id))
    assert (len(ended), missing) == (1, ["NotFound"])
    assert app.atomically(used) == 0
