"""Pages by key: `limit`, `marker` and the links to the next page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from cyclades.domain.model.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Page:
    """`limit` rows after the row with id `marker`; the reader is asked for one more."""

    limit: int
    marker: str | None = None

    @property
    def fetch(self) -> int:
        """One more than shown, to know whether there is a next page."""
        return self.limit + 1


def page_of(request: Any, *, largest: int | None = None) -> Page:
    """The page a query asks for. Raises InvalidInput."""
    cap = largest or request.app.settings.page_size
    raw, marker = request.GET.get("limit"), request.GET.get("marker") or None
    if marker and "\x00" in marker:  # no database keeps one
        raise InvalidInput("The query must not contain NUL.", "marker")
    if raw is None or raw == "":
        return Page(cap, marker)
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise InvalidInput(
            "Invalid input for query parameters limit: "
            f"{raw[:40]!r} is not a non-negative integer.",
            "limit",
        )
    return Page(min(int(raw), cap), marker)


def next_href(request: Any, rows: Sequence[Any], page: Page, key: str = "id") -> str | None:
    """The absolute URL of the next page, or None on the last.

    `key` is the attribute of a row that markers name.
    """
    if len(rows) <= page.limit or not page.limit:
        return None
    query = [
        (name, value)
        for name, value in request.GET.items()
        if name not in {"marker", "limit", "offset"}
    ]
    query += [("limit", str(page.limit)), ("marker", getattr(rows[page.limit - 1], key))]
    return f"{request.link(request.path)}?{urlencode(query)}"


def next_links(
    request: Any, name: str, rows: Sequence[Any], page: Page, key: str = "id"
) -> dict[str, Any]:
    """`{name_links: [{rel: next, href}]}`, or nothing on the last page."""
    href = next_href(request, rows, page, key)
    return {f"{name}_links": [{"rel": "next", "href": href}]} if href else {}
