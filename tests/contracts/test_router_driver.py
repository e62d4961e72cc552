"""What every RouterDriver does."""

from dataclasses import replace

import pytest

from cyclades.adapters.simulated.router_driver import SimulatedRouterDriver
from cyclades.adapters.system.documents import MemoryDocuments
from cyclades.domain.model.router_state import (
    FloatingAddress,
    RouterExternal,
    RouterLink,
    RouterState,
)
from cyclades.domain.model.subnet import HostRoute
from cyclades.ports.router_driver import RouterDriver, RouterTrouble

INSIDE = RouterLink("p-in", "n-in", "bridged", "br-in", "aa:0c:de:00:00:01", 1500, ("10.0.0.1/24",))
OUTSIDE = RouterLink(
    "p-out", "n-out", "bridged", "br-out", "aa:0c:de:00:00:02", 1500, ("203.0.113.5/24",)
)
BARE = RouterState("r-1")
WHOLE = RouterState(
    "r-1",
    RouterExternal(OUTSIDE, ("203.0.113.1",)),
    "203.0.113.5",
    (INSIDE,),
    (FloatingAddress("203.0.113.7", "10.0.0.9"),),
    (HostRoute("10.9.0.0/16", "10.0.0.9"),),
)


@pytest.fixture(params=["simulated", pytest.param("netns", marks=pytest.mark.namespaces)])
def driver(request: pytest.FixtureRequest) -> RouterDriver:
    if request.param == "simulated":
        return SimulatedRouterDriver("gateway", MemoryDocuments())
    made: RouterDriver = request.getfixturevalue("empty_gateway")
    return made


def test_a_host_has_what_it_was_told(driver: RouterDriver) -> None:
    other = replace(BARE, id="r-2")
    driver.apply(WHOLE)
    driver.apply(other)
    assert driver.list() == {"r-1": WHOLE.digest, "r-2": other.digest}


def test_the_last_word_counts_and_may_be_said_twice(driver: RouterDriver) -> None:
    driver.apply(BARE)
    for state in (WHOLE, WHOLE, replace(WHOLE, floating=())):
        driver.apply(state)
        assert driver.list() == {"r-1": state.digest}


def test_what_is_removed_is_gone_and_may_be_removed_again(driver: RouterDriver) -> None:
    driver.apply(WHOLE)
    driver.remove("r-1")
    driver.remove("r-1")
    driver.remove("never-was")
    assert driver.list() == {}


def test_it_comes_back_after_its_end(driver: RouterDriver) -> None:
    driver.apply(WHOLE)
    driver.remove("r-1")
    driver.apply(WHOLE)
    assert driver.list() == {"r-1": WHOLE.digest}


def test_the_digest_says_all() -> None:
    states = [
        BARE,
        WHOLE,
        replace(WHOLE, snat=None),
        replace(WHOLE, routes=()),
        replace(WHOLE, interfaces=(replace(INSIDE, mac_prefix="aa:0d:01"),)),
        replace(WHOLE, interfaces=(replace(INSIDE, mtu=1400),)),
    ]
    assert len({state.digest for state in states}) == len(states)
    assert replace(WHOLE).digest == WHOLE.digest


def test_a_simulated_host_fails_on_demand() -> None:
    documents = MemoryDocuments()
    driver = SimulatedRouterDriver("gateway", documents)
    driver.apply(BARE)
    driver.fail("no space")
    with pytest.raises(RouterTrouble, match="no space"):
        driver.apply(WHOLE)
    assert SimulatedRouterDriver("gateway", documents).list() == {"r-1": ""}
    driver.fail(unreachable="nobody answers")
    with pytest.raises(RouterTrouble, match="nobody answers"):
        driver.list()
    driver.fail()
    driver.apply(WHOLE)
    assert driver.state("r-1")["snat"] == "203.0.113.5"
    driver.forget()
    assert driver.list() == {}
