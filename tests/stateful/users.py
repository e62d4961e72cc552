"""Users: they want servers, change their minds, ask twice, and meddle with others'."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from cyclades.domain.model.server_actions import Action
from tests.harness.api import CALLERS, client_of
from tests.stateful.part import Owned, Part, servers

OWNERS = ("member", "other")
ACTIONS = [
    (Action.START, ""),
    (Action.STOP, ""),
    (Action.REBOOT, "SOFT"),
    (Action.REBOOT, "HARD"),
]


class UsersPart(Part):
    """Two of them, in two projects."""

    def _created(self, owner: str, **wanted: Any) -> list[Owned]:
        made: list[str] = []
        self.site.asks(lambda: made.extend(self.site.users.create_all(CALLERS[owner], **wanted)))
        return [(owner, server_id) for server_id in made]

    @initialize(target=servers, ready=st.booleans())
    def first(self, ready: bool) -> Any:
        made = self._created("member")
        if ready:
            self.site.passes(3)
        return multiple(*made)

    @rule(target=servers, owner=st.sampled_from(OWNERS), count=st.integers(1, 3))
    def create(self, owner: str, count: int) -> Any:
        return multiple(*self._created(owner, min_count=1, max_count=count))

    @rule(
        target=servers,
        owner=st.sampled_from(OWNERS),
        key=st.sampled_from(["k1", "k2"]),
    )
    def create_with_a_key(self, owner: str, key: str) -> Any:
        """Over HTTP; the same key, however often, is the same server."""
        wish = {"name": key, "imageRef": self.site.users.image, "flavorRef": "1"}
        answer = client_of(self.site.users.app).call(
            "POST",
            "/compute/v2.1/servers",
            {"server": wish | {"networks": "auto"}},
            token=owner,
            version="2.79",
            headers={"Idempotency-Key": key},
        )
        assert answer.status_code in {202, 400, 403, 409, 500, 503}, answer.text
        if answer.status_code != 202:
            return multiple()
        server_id = answer.json["server"]["id"]
        assert self.keys.setdefault((owner, key), server_id) == server_id
        return owner, server_id

    @rule(server=servers, what=st.sampled_from(ACTIONS))
    def act(self, server: Owned, what: tuple[Action, str]) -> None:
        owner, server_id = server
        self.site.asks(lambda: self.site.users.act(server_id, *what, CALLERS[owner]))

    @rule(server=servers, times=st.integers(1, 2))
    def delete(self, server: Owned, times: int) -> None:
        owner, server_id = server
        for _ in range(times):
            self.witness.deleted_by_users.add(server_id)
            self.site.asks(lambda: self.site.users.delete(server_id, CALLERS[owner]))

    @rule(server=servers)
    def delete_as_somebody_else(self, server: Owned) -> None:
        owner, server_id = server
        other = CALLERS[OWNERS[1 - OWNERS.index(owner)]]
        assert not self.site.asks(lambda: self.site.users.delete(server_id, other))

    @rule(server=servers, locked=st.booleans())
    def lock(self, server: Owned, locked: bool) -> None:
        self.site.asks(lambda: self.site.users.lock(server[1], CALLERS[server[0]], locked=locked))

    @rule(server=servers, name=st.sampled_from(["a", "b"]))
    def rename(self, server: Owned, name: str) -> None:
        self.site.asks(lambda: self.site.users.rename(server[1], CALLERS[server[0]], name))
