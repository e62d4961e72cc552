"""Everybody at once: users, administrators, workers, faults, and time.

Hypothesis plays any of them in any order and looks after every step whether the rules of
the witness hold. At the end all faults end, and everything must come to rest and be right.
"""

from hypothesis.stateful import invariant

from tests.harness.api import CALLERS
from tests.stateful.faults import FaultsPart
from tests.stateful.ground import Ground
from tests.stateful.networkers import NetworkersPart
from tests.stateful.operators import OperatorsPart
from tests.stateful.work import NONSENSE, WorkPart


class WholeApp(NetworkersPart, OperatorsPart, FaultsPart, WorkPart):
    """`WholeApp.on(ground)` is a class that hypothesis can run."""

    @classmethod
    def on(cls, ground: Ground) -> type["WholeApp"]:
        """The machine on this ground."""
        return type("WholeAppHere", (cls,), {"ground": ground})

    @invariant()
    def all_is_well(self) -> None:
        self.life_goes_on()
        self._look(self.witness.wrongs())
        assert self.site.parked() <= set(NONSENSE), self.site.parked()

    def teardown(self) -> None:
        with self.stack:
            self.site.heals()
            self.site.settles()
            self._look(self.witness.wrongs() + self.witness.settled_wrongs())
            self._everybody_leaves()
            self._look(self.witness.wrongs() + self.witness.settled_wrongs())
            assert not self.site.users.held(), self.site.users.held()
            assert not self.site.waiting_hints(), self.site.waiting_hints()

    def _look(self, wrongs: list[str]) -> None:
        if wrongs:
            raise AssertionError("\n".join(wrongs))

    def _everybody_leaves(self) -> None:
        """A user can always get rid of a server, whatever it went through."""
        alive = self.site.users.alive()
        for server in alive:
            self.witness.deleted_by_users.add(server)
            self.site.users.delete(server, CALLERS["admin"])
        if alive:
            self.site.settles()
        self.wiring.tear_down()
        self.site.settles()
