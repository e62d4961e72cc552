"""Housekeeping: what nobody waits for."""

from datetime import timedelta

from cyclades.bootstrap import Application

INTERVAL = 60.0  # seconds
IDEMPOTENCY_KEPT = timedelta(days=2)


class HousekeepingWorker:
    """Forgets what is old: idempotency records, login failures, half uploads."""

    name = "housekeeping"

    def __init__(self, app: Application) -> None:
        """Keep the application."""
        self._app = app

    def turn(self) -> float:
        """One round."""
        now = self._app.clock.now()
        self._app.atomically(lambda unit: unit.idempotency.forget(now - IDEMPOTENCY_KEPT))
        self._app.image_uploads.recover()
        return INTERVAL

    def close(self) -> None:
        """Nothing is held."""
