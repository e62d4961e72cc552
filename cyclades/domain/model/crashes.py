"""Effects whose submission meets an error that nobody foresaw: how often it is tried again."""

from datetime import timedelta
from typing import Final

TRIES: Final = 4
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=20), timedelta(minutes=5)
UNDOABLE: Final = "This could not be done because of an unexpected error; operators can see which."


def pause_after(crashes: int) -> timedelta:
    """Longer and longer; `crashes` before this one."""
    return min(FIRST_PAUSE * (1 << crashes), LONGEST_PAUSE)
