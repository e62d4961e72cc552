"""Named places where tests may kill a process: no-ops unless armed by the environment.

`CYCLADES_FAULT=claimed:kill` ends the process at that place as kill -9 would;
`stop` suspends it.
"""

import os
import signal
from collections.abc import Mapping

SIGNALS: Mapping[str, signal.Signals] = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
_PLACE, _, _DEED = os.environ.get("CYCLADES_FAULT", "").partition(":")


def reached(place: str) -> None:
    """A place was reached."""
    if place == _PLACE:
        os.kill(os.getpid(), SIGNALS[_DEED])
