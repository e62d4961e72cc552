"""What lists of volumes may be sorted and filtered by: the API's words."""

from datetime import datetime
from typing import Literal, NamedTuple

SORT_KEYS = (
    *("id", "name", "description", "status", "size", "bootable", "availability_zone"),
    *("created_at", "updated_at", "project_id", "user_id"),
)


Word = Literal["gt", "gte", "eq", "neq", "lt", "lte"]


class Comparison(NamedTuple):
    """How a moment compares with another."""

    word: Word
    moment: datetime
