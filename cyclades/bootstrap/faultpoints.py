"""Named places where tests may kill a process: no-ops unless armed by the environment.

`CYCLADES_FAULT=claimed:kill` ends the process at that place as kill -9 would, `:stop`
suspends it; `:kill:3` does it the third time.
"""

import os
import signal
from collections.abc import Mapping
from itertools import count

SIGNALS: Mapping[str, signal.Signals] = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}
_PLACE, _DEED, _TIME = (os.environ.get("CYCLADES_FAULT", "") + "::").split(":")[:3]
_VISITS = count(1)


def reached(place: str) -> None:
    """A place was reached."""
    if place == _PLACE and next(_VISITS) == int(_TIME or 1):
        os.kill(os.getpid(), SIGNALS[_DEED])
