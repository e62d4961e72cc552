"""Reading the feed: positions in it, its entries, and who may see them."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cyclades.domain.model.events import Changed
from cyclades.domain.model.sharing import Scope

SHAPE = re.compile(r"(0|[1-9][0-9]{0,18})-(0|[1-9][0-9]{0,18})", re.ASCII)
LARGEST = 2**63 - 1


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Where a reader is: in the order of transactions, and within one of them."""

    xact: int = 0
    seq: int = 0

    def __str__(self) -> str:
        """`<xact>-<seq>`, the id of an event."""
        return f"{self.xact}-{self.seq}"


START = Position()


def position_of(text: str) -> Position | None:
    """The position that an event's id says; None for what never was one."""
    match = SHAPE.fullmatch(text)
    if match is None:
        return None
    position = Position(int(match[1]), int(match[2]))
    return position if max(position.xact, position.seq) <= LARGEST else None


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An event and its place."""

    position: Position
    event: Changed


@dataclass(frozen=True, slots=True)
class FeedPage:
    """Entries in order, and the newest entry that was dropped when they were read.

    Whoever asked for what comes after an older position than `horizon` has missed something.
    """

    entries: tuple[FeedEntry, ...]
    horizon: Position


@dataclass(frozen=True, slots=True)
class FeedTicket:
    """Who may open one stream, until when; `until` is the end of the caller's own access."""

    user_id: str
    scope: Scope
    expires: datetime
    until: datetime | None = None


def may_see(scope: Scope, event: Changed) -> bool:
    """Whether a reader is told: of their project's things, what is public, or everything."""
    return (
        scope.everything
        or event.public
        or (event.project_id is not None and event.project_id == scope.project_id)
    )


def as_values(ticket: FeedTicket) -> dict[str, Any]:
    """What a ticket says of its holder, as plain values."""
    return {
        "user_id": ticket.user_id,
        "project_id": ticket.scope.project_id,
        "everything": ticket.scope.everything,
        "until": ticket.until.isoformat() if ticket.until else None,
    }


def ticket_from(values: dict[str, Any], expires: datetime) -> FeedTicket:
    """The ticket that `as_values` took apart."""
    until = values["until"]
    return FeedTicket(
        values["user_id"],
        Scope(values["project_id"], everything=values["everything"]),
        expires,
        datetime.fromisoformat(until) if until else None,
    )
