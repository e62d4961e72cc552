"""Housekeeping: what nobody waits for."""

from collections.abc import Callable
from datetime import timedelta

from cyclades.bootstrap import Application, Unit

INTERVAL = 60.0  # seconds
IDEMPOTENCY_KEPT = timedelta(days=2)
BATCH = 1000  # rows that one transaction drops


class HousekeepingWorker:
    """Forgets what is old: idempotency records, tickets, half uploads, events, history."""

    name = "housekeeping"

    def __init__(self, app: Application) -> None:
        """Keep the application."""
        self._app = app

    def turn(self) -> float:
        """One round."""
        now = self._app.clock.now()
        self._app.atomically(lambda unit: unit.idempotency.forget(now - IDEMPOTENCY_KEPT))
        self._app.atomically(lambda unit: unit.feed_tickets.forget(now))
        self._app.atomically(lambda unit: unit.build_rows.forget(now))
        settings = self._app.settings
        feed = now - timedelta(seconds=settings.feed_retention)
        forget_all(self._app, lambda unit: unit.feed_reader.forget(feed, BATCH))
        history = now - timedelta(seconds=settings.address_history_retention)
        forget_all(self._app, lambda unit: unit.address_history_rows.forget(history, BATCH))
        forget_all(self._app, lambda unit: unit.image_imports.forget(BATCH))
        self._app.image_uploads.recover()
        return INTERVAL

    def close(self) -> None:
        """Nothing is held."""


def forget_all(app: Application, forget: Callable[[Unit], int]) -> None:
    """Forget a batch after the other, each in a transaction: nobody waits long for a lock."""
    dropped = BATCH
    while dropped == BATCH:
        dropped = app.atomically(forget)
