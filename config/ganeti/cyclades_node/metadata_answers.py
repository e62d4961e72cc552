"""What is at each path of the metadata service: OpenStack's files, and EC2's tree.

Source: Nova's user documentation, "Metadata"; Amazon's "Instance metadata and user data".
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

OPENSTACK = (
    *("2012-08-10", "2013-04-04", "2013-10-17", "2015-10-15", "2016-06-30", "2016-10-06"),
    *("2017-02-22", "2018-08-27", "2020-10-14", "latest"),
)
EC2 = (
    *("1.0", "2007-01-19", "2007-03-01", "2007-08-29", "2007-10-10", "2007-12-15"),
    *("2008-02-01", "2008-09-01", "2009-04-04", "latest"),
)
JSON_FILES = {
    "meta_data.json": "meta_data",
    "network_data.json": "network_data",
    "vendor_data.json": "vendor_data",
}
PLAIN, JSON, BYTES = "text/plain; charset=utf-8", "application/json", "application/octet-stream"


class Answer(NamedTuple):
    """`kind` is its media type."""

    kind: str
    body: bytes


def answer(path: str, told: Mapping[str, Any]) -> Answer | None:
    """What the server that `told` is about finds there; None for nothing.

    `told` is what /node/v1/metadata says.
    """
    parts = [part for part in path.partition("?")[0].split("/") if part]
    if not parts:
        return _listing([*EC2, "openstack/"])
    if parts[0] == "openstack":
        return _openstack(parts[1:], told)
    if parts[0] in EC2:
        return _ec2(parts[1:], told)
    return None


def _openstack(parts: list[str], told: Mapping[str, Any]) -> Answer | None:
    if not parts:
        return _listing([f"{version}/" for version in OPENSTACK])
    if parts[0] not in OPENSTACK:
        return None
    user_data = told.get("user_data")
    if len(parts) == 1:
        return _listing([*JSON_FILES, *(["user_data"] if user_data else [])])
    if parts[1:] == ["user_data"]:
        return _user_data(user_data)
    name = JSON_FILES.get("/".join(parts[1:]))
    return Answer(JSON, json.dumps(told[name]).encode()) if name else None


def _ec2(parts: list[str], told: Mapping[str, Any]) -> Answer | None:
    user_data = told.get("user_data")
    if not parts:
        return _listing(["meta-data/", *(["user-data"] if user_data else [])])
    if parts == ["user-data"]:
        return _user_data(user_data)
    if parts[0] != "meta-data":
        return None
    found: Any = told["ec2"]
    for part in parts[1:]:
        if not isinstance(found, dict) or part.startswith("_") or part not in found:
            return None
        found = found[part]
    if isinstance(found, dict):
        return _listing([_named(name, each) for name, each in found.items() if name[0] != "_"])
    return Answer(PLAIN, str(found).encode())


def _named(name: str, below: Any) -> str:
    """Lists end what has more below it with a slash, unless it says what it is called."""
    if not isinstance(below, dict):
        return name
    return str(below.get("_name") or f"{name}/")


def _user_data(encoded: str | None) -> Answer | None:
    return Answer(BYTES, base64.b64decode(encoded)) if encoded else None


def _listing(names: list[str]) -> Answer:
    return Answer(PLAIN, "\n".join(names).encode())
