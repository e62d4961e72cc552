"""Housekeeping: what nobody waits for."""

from datetime import datetime, timedelta

from cyclades.bootstrap import Application

INTERVAL = 60.0  # seconds
IDEMPOTENCY_KEPT = timedelta(days=2)
BATCH = 1000  # events that one transaction drops


class HousekeepingWorker:
    """Forgets what is old: idempotency records, login failures, half uploads, events."""

    name = "housekeeping"

    def __init__(self, app: Application) -> None:
        """Keep the application."""
        self._app = app

    def turn(self) -> float:
        """One round."""
        now = self._app.clock.now()
        self._app.atomically(lambda unit: unit.idempotency.forget(now - IDEMPOTENCY_KEPT))
        self._app.atomically(lambda unit: unit.feed_tickets.forget(now))
        self._forget_events(now - timedelta(seconds=self._app.settings.feed_retention))
        self._app.image_uploads.recover()
        return INTERVAL

    def close(self) -> None:
        """Nothing is held."""

    def _forget_events(self, before: datetime) -> None:
        # Many small transactions: nobody waits long for a lock.
        dropped = BATCH
        while dropped == BATCH:
            dropped = self._app.atomically(lambda unit: unit.feed_reader.forget(before, BATCH))
