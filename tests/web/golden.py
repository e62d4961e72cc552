"""Exchanges recorded from a real OpenStack (tests/data/golden), to hold our bodies against.

recorded = exchange("GET /compute/v2.1/flavors/{id}", version="2.61")
assert differences(recorded.answer, ours) == []
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

# Attributes of extensions that the recorded cloud did not have: dns-integration.
UNRECORDED = {"dns_name", "dns_domain", "dns_assignment"}
DATA = Path(__file__).parents[1] / "data" / "golden"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer; `microversion` is empty when none was asked for."""

    request: str
    microversion: str
    status: int
    body: Any
    answer: Any


@cache
def exchanges() -> tuple[Exchange, ...]:
    """All that were recorded."""
    return tuple(
        Exchange(**raw)
        for path in sorted(DATA.glob("*.json"))
        for raw in json.loads(path.read_text())
    )


def exchange(request: str, *, version: str = "", status: int = 200) -> Exchange:
    """The one that was recorded for this request. Raises LookupError."""
    for found in exchanges():
        if (found.request, found.microversion, found.status) == (request, version, status):
            return found
    raise LookupError(f"no exchange {request!r} at {version!r} with {status}")


def differences(theirs: Any, ours: Any, where: str = "$") -> list[str]:
    """Keys and types that differ; values do not matter, and null stands for any type.

    What is Cyclades' own begins with SNF: and may be there besides. Lists are
    compared by their first items: an empty one tells nothing.
    """
    if theirs is None or ours is None:
        return []
    if isinstance(theirs, dict) and isinstance(ours, dict):
        found = [f"{where}.{key} is missing" for key in theirs.keys() - ours.keys()]
        ours_alone = ours.keys() - theirs.keys() - UNRECORDED
        more = [key for key in ours_alone if not key.startswith("SNF:")]
        found += [f"{where}.{key} is not theirs" for key in more]
        for key in theirs.keys() & ours.keys():
            found += differences(theirs[key], ours[key], f"{where}.{key}")
        return sorted(found)
    if isinstance(theirs, list) and isinstance(ours, list):
        return differences(theirs[0], ours[0], f"{where}[0]") if theirs and ours else []
    if kind_of(theirs) != kind_of(ours):
        return [f"{where} is {kind_of(ours)}, theirs {kind_of(theirs)}"]
    return []


def kind_of(value: Any) -> str:
    """The JSON type of a value."""
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names[type(value)]
