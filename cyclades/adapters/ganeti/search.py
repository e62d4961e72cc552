"""Finding the job that carries an effect, when the answer to its submission was lost.

Live jobs come in one answer. Archived ones (six hours after their end, by default) are read
from the newest down, until they are older than the effect, which its UUIDv7 tells.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

from cyclades.adapters.ganeti.parsing import number, rows
from cyclades.adapters.ganeti.rapi import Call
from cyclades.adapters.ganeti.reports import query_rows, reason_in
from cyclades.ports.cluster_driver import ClusterUnavailable

TIME_ORDERED: Final = 7
CLOCKS_MAY_DIFFER: Final = 3600.0
PAGE: Final = 50
MOST: Final = 2000

Ask = Callable[[Call], Any]
"""Sends a call; raises only ClusterUnavailable."""


def find_job(ask: Ask, effect_id: str) -> int | None:
    """The newest job with this effect's id, or None if there surely is none.

    Raises ClusterUnavailable when too many archived jobs would have to be read.
    """
    live = query(ask, ["id", "ops"])
    found = newest(live, effect_id)
    if found is not None:
        return found
    known = {number(row.get("id")) for row in live}
    listed = query(ask, ["id", "archived"])  # asking for `archived` brings them in
    ids = sorted({number(row.get("id")) for row in listed} - known, reverse=True)
    since = made_at(effect_id) - CLOCKS_MAY_DIFFER
    for start in range(0, len(ids), PAGE):
        if start >= MOST:
            raise ClusterUnavailable("The cluster has too many archived jobs to tell.")
        wanted = [["=", "id", job_id] for job_id in ids[start : start + PAGE]]
        page = query(ask, ["id", "ops", "received_ts"], ["|", *wanted])
        found = newest(page, effect_id)
        if found is not None:
            return found
        if any(received < since for received in received_times(page)):
            break
    return None


def query(ask: Ask, fields: list[str], condition: list[Any] | None = None) -> list[dict[str, Any]]:
    """Rows of jobs."""
    body: dict[str, Any] = {"fields": fields}
    if condition:
        body["qfilter"] = condition
    return list(query_rows(ask(Call("PUT", "/2/query/job", body))))


def newest(jobs: list[dict[str, Any]], effect_id: str) -> int | None:
    """The highest id among the jobs that carry the effect."""
    reasons = ((row, reason_in(row.get("ops"))) for row in jobs)
    ours = (number(row.get("id")) for row, why in reasons if why and why.effect_id == effect_id)
    return max(ours, default=None)


def made_at(effect_id: str) -> float:
    """When the effect was made, in seconds since the epoch; 0 if its id does not tell."""
    try:
        uuid = UUID(effect_id)
    except ValueError:
        return 0.0
    return (uuid.int >> 80) / 1000 if uuid.version == TIME_ORDERED else 0.0


def received_times(jobs: list[dict[str, Any]]) -> Iterator[float]:
    """When the jobs came, in seconds since the epoch."""
    for row in jobs:
        stamp = row.get("received_ts")
        if stamp is not None:
            seconds, *_ = rows(stamp)
            yield float(number(seconds))
