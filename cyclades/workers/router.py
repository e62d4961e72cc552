"""The router worker: one gateway host's routers become what the database says.

What is applied is asked of the host, and what is said of it is kept in the database: whoever
dies between any two steps, the next turn finds out what is left to do. Nothing is applied
inside a transaction.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta

import structlog

from cyclades.bootstrap import Application
from cyclades.bootstrap.faultpoints import reached
from cyclades.bootstrap.router_drivers import router_driver
from cyclades.domain.model.feed import Position
from cyclades.domain.model.gateway_host import lease_of
from cyclades.domain.model.router_state import RouterState
from cyclades.ports.router_driver import RouterDriver, RouterTrouble
from cyclades.ports.routers import RouterReport

log = structlog.get_logger("cyclades.router")
PAUSE = 1.0  # seconds between two looks at the feed
LEASE = 30.0  # seconds, at least, for which nobody else carries this host's routers


class RouterWorker:
    """Looks at everything when anything has changed, and now and then."""

    name = "router"

    def __init__(self, app: Application) -> None:
        """Nothing is asked yet."""
        self._app = app
        self._host = app.settings.gateway_host
        self._holder = app.ids.new()
        self._driver: RouterDriver | None = None
        self._seen: Position | None = None
        self._looked = 0.0
        self._term = max(LEASE, 3 * app.settings.scan_interval)
        self._sure_until = 0.0

    def turn(self) -> float:
        """One look, if there is a reason."""
        now = self._app.clock.monotonic()
        with self._app.reader() as unit:
            newest = unit.feed_reader.newest()
        quiet = now - self._looked < self._app.settings.scan_interval
        if (newest == self._seen and quiet) or not self._is_ours():
            return PAUSE
        self._look()
        self._seen, self._looked = newest, now
        return PAUSE

    def close(self) -> None:
        """Let go of the host; its routers go on."""
        if self._driver is not None:
            self._driver.close()
            self._app.atomically(lambda unit: unit.leases.give_up(self._lease, self._holder))

    @property
    def _lease(self) -> str:
        return lease_of(self._host)

    def _is_ours(self) -> bool:
        """Ours, and for two thirds of the lease at least."""
        monotonic = self._app.clock.monotonic()
        if monotonic < self._sure_until:
            return True
        now = self._app.clock.now()
        until = now + timedelta(seconds=self._term)
        ours = self._app.atomically(
            lambda unit: unit.leases.take(self._lease, self._holder, now, until)
        )
        self._sure_until = monotonic + self._term / 3 if ours else 0.0
        return ours

    def _look(self) -> None:
        with self._app.reader() as unit:
            wanted = {state.id: state for state in unit.router_reports.wanted(self._host)}
            said = unit.router_reports.of_host(self._host)
        driver = self._driver = self._driver or router_driver(self._app)
        there: dict[str, str] = {}
        if trouble := attempt(lambda: there.update(driver.list())):
            for router_id in wanted:
                self._say(said.get(router_id), router_id, "", trouble)
            return
        for router_id in [*wanted, *sorted((there.keys() | said.keys()) - wanted.keys())]:
            if not self._is_ours():  # all of them may take longer than a lease
                return
            if router_id in wanted:
                state = wanted[router_id]
                self._carry(driver, state, there.get(router_id), said.get(router_id))
            else:
                self._drop(driver, router_id, there)

    def _carry(
        self,
        driver: RouterDriver,
        state: RouterState,
        applied: str | None,
        said: RouterReport | None,
    ) -> None:
        digest = state.digest
        trouble = ""
        if applied != digest:
            trouble = attempt(lambda: driver.apply(state))
            reached("router-applied")
        self._say(said, state.id, "" if trouble else digest, trouble)

    def _drop(self, driver: RouterDriver, router_id: str, there: Mapping[str, str]) -> None:
        if router_id in there and (trouble := attempt(lambda: driver.remove(router_id))):
            log.warning("a router stays", router=router_id, trouble=trouble)
            return
        reached("router-removed")
        self._app.atomically(lambda unit: unit.router_reporting.forget(self._host, router_id))

    def _say(self, said: RouterReport | None, router_id: str, digest: str, trouble: str) -> None:
        if said is not None and (said.digest, said.trouble) == (digest, trouble):
            return
        log.info("router", router=router_id, digest=digest, trouble=trouble)
        self._app.atomically(
            lambda unit: unit.router_reporting.say(self._host, router_id, digest, trouble)
        )
        reached("router-reported")


def attempt(work: Callable[[], None]) -> str:
    """Do it; the trouble that there was."""
    try:
        work()
    except RouterTrouble as error:
        return str(error) or "trouble without a word"
    except Exception as error:
        # One router that nobody foresaw must not keep the others from their host.
        log.exception("a gateway host failed")
        return f"{type(error).__name__}: {error}"
    return ""
