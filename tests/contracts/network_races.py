"""Many threads, each with a transaction of its own, that want the same thing."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine

from cyclades.domain.model.errors import CycladesError

if TYPE_CHECKING:
    from cyclades.bootstrap import Application, Unit

THREADS = 50


def race(app: "Application", act: "Callable[[Unit, int], Any]") -> tuple[list[Any], list[str]]:
    """What the winners got, and the losers' outcomes."""
    # As many connections as threads: nobody waits for anything but rows.
    app.engine.dispose()
    app.engine = create_engine(app.settings.database_url, pool_size=THREADS)
    start = Barrier(THREADS)

    def run(number: int) -> tuple[Any, str]:
        start.wait(30)
        try:
            return app.atomically(lambda unit: act(unit, number)), ""
        except CycladesError as error:
            return None, type(error).__name__

    with ThreadPoolExecutor(THREADS) as pool:
        outcomes = list(pool.map(run, range(THREADS)))
    return (
        [got for got, lost in outcomes if not lost],
        sorted({lost for _, lost in outcomes if lost}),
    )
