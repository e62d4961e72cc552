"""What a list asks for: which rows, in which order, which page of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cyclades.domain.model.sharing import Scope


class Order(NamedTuple):
    """One key of the order."""

    attribute: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """`filters`: an attribute has one of the values. `marker`: the id before the page.

    `backwards`: the page before the marker, still in the list's order. No `limit`: all.
    `offset`: so many rows are passed over, for clients that count instead of marking.
    """

    scope: Scope
    filters: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    order: tuple[Order, ...] = ()
    limit: int | None = None
    marker: str | None = None
    backwards: bool = False
    offset: int = 0
