"""Which images a list shows, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from cyclades.domain.model.image import Visibility
from cyclades.domain.model.image_member import MemberStatus

Comparison = Literal["eq", "neq", "gt", "gte", "lt", "lte"]
NEWEST_FIRST = (("created_at", True), ("id", True))


@dataclass(frozen=True, slots=True)
class Bound:
    """`attribute` `comparison` `value`: size at least so much, created before then."""

    attribute: str
    comparison: Comparison
    value: int | datetime


@dataclass(frozen=True, slots=True)
class ImageQuery:
    """All conditions hold together; attributes have the API's names.

    `visibility` None is the everyday list: one's own, public ones, and those shared with
    one whose membership has `member_status` (None: any). `sort` is (attribute, descending).
    """

    one_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    flags: Mapping[str, bool] = field(default_factory=dict)
    bounds: tuple[Bound, ...] = ()
    tags: tuple[str, ...] = ()
    properties: Mapping[str, str] = field(default_factory=dict)
    visibility: Visibility | Literal["all"] | None = None
    member_status: MemberStatus | None = MemberStatus.ACCEPTED
    sort: tuple[tuple[str, bool], ...] = NEWEST_FIRST
