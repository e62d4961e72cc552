"""A thread that empties the spool into the broker."""

from __future__ import annotations

import logging
import threading

from cyclades_node.broker import Broker, BrokerTrouble
from cyclades_node.conf import Conf
from cyclades_node.said import Trouble
from cyclades_node.spool import Spool

LONGEST_PAUSE = 5.0  # seconds
FIRST_PAUSE = 0.1
IDLE = 1.0
log = logging.getLogger("cyclades.publisher")


class Publisher:
    """`allow` and `forbid`: only the master speaks."""

    def __init__(self, conf: Conf, spool: Spool) -> None:
        """Nothing runs yet, and nothing is allowed."""
        self._spool = spool
        self._ended = threading.Event()
        self._allowed = threading.Event()
        self._wake = threading.Event()
        self._broker = Broker(conf, lambda: self._allowed.is_set() and not self._ended.is_set())
        self._thread = threading.Thread(target=self._run, name="publisher", daemon=True)
        self._trouble = Trouble(log, "publishing (what is not sent waits in the spool)")

    def start(self) -> None:
        """Run until `end`."""
        self._thread.start()

    def wake(self) -> None:
        """Something new is in the spool."""
        self._wake.set()

    def allow(self) -> None:
        """We are the master."""
        self._allowed.set()
        self.wake()

    def forbid(self) -> None:
        """We are not."""
        self._allowed.clear()

    def end(self) -> None:
        """What is not sent stays in the spool."""
        self._ended.set()
        self.wake()
        self._thread.join(LONGEST_PAUSE)

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._ended.is_set():
            if not self._allowed.is_set():
                self._broker.close()
                self._sleep(IDLE)
                continue
            try:
                self._send_all()
            except (BrokerTrouble, OSError) as error:
                self._trouble.note(str(error))
                self._ended.wait(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
                self._broker.idle()
                self._sleep(IDLE)
        self._broker.close()

    def _sleep(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _send_all(self) -> None:
        for name in self._spool.names():
            body = self._spool.read(name)
            if body:  # a power cut may leave empty files
                if not self._allowed.is_set() or self._ended.is_set():
                    return
                self._broker.publish(body)
                self._trouble.over()
            self._spool.remove(name)
