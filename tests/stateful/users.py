"""Users: they want servers, change their minds, ask twice, and meddle with others'."""

from collections.abc import Callable
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, rule

from cyclades.domain.model.server_actions import Action
from tests.harness.api import CALLERS, client_of
from tests.stateful.part import Owned, Part, servers, troubles

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
        made = self._created("member", max_count=2) + self._created("other")
        if ready:
            self.site.passes(3, self.site.processes[0])
        return multiple(*made)

    @rule(
        target=servers,
        owner=st.sampled_from(OWNERS),
        count=st.integers(1, 3),
        trouble=troubles,
    )
    def create(self, owner: str, count: int, trouble: dict[str, Any] | None) -> Any:
        self.meet(trouble)
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

    @rule(server=servers, first=st.integers(0, 3), trouble=troubles)
    def act(self, server: Owned, first: int, trouble: dict[str, Any] | None) -> None:
        """The first of all actions that is allowed."""
        owner, server_id = server
        self.meet(trouble)
        for action in ACTIONS[first:] + ACTIONS[:first]:
            if self.site.asks(partial(self.site.users.act, server_id, *action, CALLERS[owner])):
                break

    act_again = act  # so that it is chosen more often than others

    @rule(server=servers, times=st.integers(1, 2), trouble=troubles)
    def delete(self, server: Owned, times: int, trouble: dict[str, Any] | None) -> None:
        owner, server_id = server
        self.meet(trouble)
        for _ in range(times):
            self.witness.deleted_by_users.add(server_id)
            self.site.asks(lambda: self.site.users.delete(server_id, CALLERS[owner]))

    @rule(server=servers, what=st.sampled_from(["lock", "unlock", "rename", "delete another's"]))
    def meddle(self, server: Owned, what: str) -> None:
        owner, users = server[0], self.site.users
        caller, other = CALLERS[owner], CALLERS[OWNERS[1 - OWNERS.index(owner)]]
        deeds: dict[str, Callable[[], object]] = {
            "lock": lambda: users.lock(server[1], caller, locked=True),
            "unlock": lambda: users.lock(server[1], caller, locked=False),
            "rename": lambda: users.rename(server[1], caller, "other"),
            "delete another's": lambda: users.delete(server[1], other),
        }
        done = self.site.asks(deeds[what])
        assert not done or what != "delete another's"
