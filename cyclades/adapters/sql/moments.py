"""Moments that rows promise, and those that nobody can have promised."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_

LONGEST = timedelta(hours=1)  # nothing is put off, and nobody holds anything, for longer


def unmeant(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    """It was written before a clock was set back: nobody promises anything so far ahead."""
    return moment > bindparam("never")


def ended(lease: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whoever had it has it no longer."""
    return or_(lease < bindparam("now"), unmeant(lease))


def moments(now: datetime, until: datetime) -> dict[str, datetime]:
    """What these are asked with; `until` is what we are about to promise ourselves."""
    return {"now": now, "never": now + max(LONGEST, 2 * (until - now))}
