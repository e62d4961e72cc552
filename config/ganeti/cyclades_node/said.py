"""A log that says a trouble once, not at every try."""

from __future__ import annotations

import logging


class Trouble:
    """What is wrong with one thing, if anything is."""

    def __init__(self, log: logging.Logger, what: str) -> None:
        """`what` begins each line."""
        self._log = log
        self._what = what
        self._said = ""

    def note(self, trouble: str) -> None:
        """Say it, if it is another than last time."""
        if trouble != self._said:
            self._log.warning("%s: %s", self._what, trouble)
        self._said = trouble

    def over(self) -> None:
        """Say that it is, if it was."""
        if self._said:
            self._log.warning("%s: works again", self._what)
        self._said = ""
