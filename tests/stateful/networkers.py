"""Users who wire things: everything is tiny, so that everything runs out."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import multiple, rule

from cyclades.domain.model.port import WantedInterface
from tests.harness.api import CALLERS
from tests.stateful.part import Owned, servers, troubles
from tests.stateful.users import OWNERS, UsersPart
from tests.stateful.wiring import Wiring

owners = st.sampled_from(OWNERS)
choices = st.integers(0, 5)
octets = st.integers(2, 7)
REMOVED = ("networks", "ports", "routers", "floating_ips")
PLUGGED = st.sampled_from(["networks", "ports", "floating_ips"])


class NetworkersPart(UsersPart):
    """They choose among what they have by number, whatever there is."""

    @property
    def wiring(self) -> Wiring:
        return Wiring(self.site.users.app, self.site.users.request)

    def _one(self, owner: str, table: str, choice: int) -> str | None:
        return nth(self.wiring.owned(CALLERS[owner], table), choice)

    def _interface(self, owner: str, what: str, choice: int) -> WantedInterface | None:
        """Something of theirs to plug in, if there is any."""
        its_id = self._one(owner, what, choice)
        if its_id is None:
            return None
        if what == "floating_ips":
            address = self.wiring.address_of(its_id)
            return WantedInterface(self.wiring.public, fixed_ip=address)
        return WantedInterface(port_id=its_id) if what == "ports" else WantedInterface(its_id)

    @rule(owner=owners, number=st.integers(0, 2))
    def make_network(self, owner: str, number: int) -> None:
        self.site.asks(lambda: self.wiring.make_network(CALLERS[owner], number))

    @rule(owner=owners, choice=choices, octet=st.none() | octets)
    def make_port(self, owner: str, choice: int, octet: int | None) -> None:
        network = self._one(owner, "networks", choice)
        if network:
            address = f"10.0.{choice % 3}.{octet}" if octet else None
            self.site.asks(lambda: self.wiring.make_port(CALLERS[owner], network, address))

    @rule(owner=owners, choice=choices, octet=octets)
    def move_port(self, owner: str, choice: int, octet: int) -> None:
        port = self._one(owner, "ports", choice)
        if port:
            address = f"10.0.{choice % 3}.{octet}"
            self.site.asks(lambda: self.wiring.move_port(CALLERS[owner], port, address))

    @rule(owner=owners, what=st.sampled_from(REMOVED), choice=choices)
    def remove(self, owner: str, what: str, choice: int) -> None:
        its_id = self._one(owner, what, choice)
        if its_id:
            self.site.asks(lambda: self.wiring.remove(CALLERS[owner], what, its_id))

    @rule(target=servers, owner=owners, what=PLUGGED, choice=choices, count=st.integers(1, 2))
    def create_on(self, owner: str, what: str, choice: int, count: int) -> Any:
        wanted = self._interface(owner, what, choice)
        if wanted is None:
            return multiple()
        return multiple(*self._created(owner, max_count=count, interfaces=(wanted,)))

    @rule(server=servers, what=PLUGGED, choice=choices, trouble=troubles)
    def attach(self, server: Owned, what: str, choice: int, trouble: dict[str, Any] | None) -> None:
        owner, server_id = server
        wanted = self._interface(owner, what, choice)
        if wanted:
            self.meet(trouble)
            self.site.asks(lambda: self.wiring.attach(CALLERS[owner], server_id, wanted))

    attach_again = attach  # so that it is chosen more often than others

    @rule(server=servers, choice=choices, trouble=troubles)
    def detach(self, server: Owned, choice: int, trouble: dict[str, Any] | None) -> None:
        owner, server_id = server
        port = nth(self.wiring.on(server_id), choice)
        if port:
            self.meet(trouble)
            self.site.asks(lambda: self.wiring.detach(CALLERS[owner], server_id, port))

    @rule(server=servers, choice=choices)
    def unplug_by_hand(self, server: Owned, choice: int) -> None:
        """An administrator of the cluster, by the interface's number."""
        cluster, instance = self.site.users.place(server[1])
        driver = self.site.cluster(cluster)
        there = driver.store.look(lambda world: world.instances.get(instance))
        if there and there.nics:
            index = choice % len(there.nics)
            self.witness.unplugged_by_hand.add(there.nics[index]["mac"])
            driver.administrator.unplug(instance, str(index))

    @rule(owner=owners, octet=st.none() | octets)
    def take_floating(self, owner: str, octet: int | None) -> None:
        address = f"203.0.113.{octet}" if octet else None
        self.site.asks(lambda: self.wiring.take_floating(CALLERS[owner], address))

    @rule(owner=owners, choice=choices, port=st.none() | choices)
    def lead(self, owner: str, choice: int, port: int | None) -> None:
        floating = self._one(owner, "floating_ips", choice)
        if floating:
            target = None if port is None else self._one(owner, "ports", port)
            self.site.asks(lambda: self.wiring.lead(CALLERS[owner], floating, target))

    @rule(owner=owners)
    def open_router(self, owner: str) -> None:
        self.site.asks(lambda: self.wiring.open_router(CALLERS[owner]))

    @rule(owner=owners, choice=choices)
    def wire(self, owner: str, choice: int) -> None:
        router, network = self._one(owner, "routers", 0), self._one(owner, "networks", choice)
        if router and network:
            self.site.asks(lambda: self.wiring.wire(CALLERS[owner], router, network))

    @rule(choice=choices)
    def unwire(self, choice: int) -> None:
        found = nth(self.wiring.interfaces(), choice)
        if found:
            self.site.asks(lambda: self.wiring.unwire(CALLERS["admin"], *found))


def nth(there: Sequence[Any], choice: int) -> Any:
    """One of several, whatever the number; None when there is none."""
    return there[choice % len(there)] if there else None
