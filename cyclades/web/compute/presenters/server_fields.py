"""What single fields of a server say.

Functions of a row and the base URL, called for every server of a list: what repeats is
remembered, and JSON that the database made is passed on as it is.
"""

from collections.abc import Callable
from functools import lru_cache
from hashlib import sha224
from operator import attrgetter
from typing import Any

import orjson

from cyclades.domain.model.server_states import POWER_STATE, TaskState, VmState, status_of
from cyclades.ports.server_views import ServerName, ServerView
from cyclades.web.rendering import iso, iso_micro

SHOW_PROGRESS = frozenset({"ACTIVE", "BUILD"})
SHOW_FAULT = frozenset({"ERROR", "DELETED"})
POWER_NUMBERS = {str(power): number for power, number in POWER_STATE.items()}
EMPTY = frozenset({None, "[]"})


@lru_cache(maxsize=256)
def word_for(vm_state: str, task_state: str | None) -> str:
    """The status of these states."""
    return status_of(VmState(vm_state), TaskState(task_state) if task_state else None)


def status(row: ServerView, _base: str) -> str:
    """BUILD, ACTIVE, SHUTOFF, ..."""
    return word_for(row.vm_state, row.task_state)


def power_state(row: ServerView, _base: str) -> int:
    """OpenStack's number."""
    return POWER_NUMBERS[row.power]


def timed(attribute: str) -> Callable[[ServerView, str], str | None]:
    """`2026-11-22T10:00:00Z`."""
    pick = attrgetter(attribute)
    return lambda row, _base: iso(pick(row))


def timed_precisely(attribute: str) -> Callable[[ServerView, str], str | None]:
    """`2026-11-22T10:00:00.000000`, or null when it has not happened."""
    pick = attrgetter(attribute)
    return lambda row, _base: iso_micro(pick(row))


def access_address(attribute: str) -> Callable[[ServerView, str], str]:
    """An address that the user noted down, or nothing."""
    pick = attrgetter(attribute)
    return lambda row, _base: pick(row) or ""


@lru_cache(maxsize=4096)
def hidden_host(project_id: str, cluster_id: str) -> str:
    """Equal for servers that are near each other; says nothing to other projects."""
    return sha224(f"{project_id}{cluster_id}".encode()).hexdigest()


def host_id(row: ServerView, _base: str) -> str:
    """Where it is, without telling."""
    return hidden_host(row.project_id, row.cluster_id)


def host_status(row: ServerView, _base: str) -> str:
    """How the cluster is."""
    if row.offline:
        return "DOWN"
    if row.breaker_open:
        return "UNKNOWN"
    return "MAINTENANCE" if row.drained else "UP"


def links(row: ServerView | ServerName, base: str) -> list[dict[str, str]]:
    """Where the server is."""
    return [
        {"rel": "self", "href": f"{base}/compute/v2.1/servers/{row.id}"},
        {"rel": "bookmark", "href": f"{base}/compute/servers/{row.id}"},
    ]


@lru_cache(maxsize=4096)
def linked(kind: str, id_: str, base: str) -> orjson.Fragment:
    """An id and where its object is."""
    href = f"{base}/compute/{kind}/{id_}"
    return orjson.Fragment(orjson.dumps({"id": id_, "links": [{"rel": "bookmark", "href": href}]}))


def image(row: ServerView, base: str) -> Any:
    """What it was made from; empty when that was no image."""
    return linked("images", row.image_id, base) if row.image_id else ""


def linked_flavor(row: ServerView, base: str) -> orjson.Fragment:
    """Before 2.47: which flavor."""
    return linked("flavors", row.flavor_id, base)


@lru_cache(maxsize=1024)
def flavor_as_it_was(text: str) -> orjson.Fragment:
    """The part of a flavor that servers show."""
    kept = orjson.loads(text)
    shown = {name: kept[name] for name in ("vcpus", "ram", "disk", "ephemeral", "swap")}
    shown |= {"original_name": kept["name"], "extra_specs": kept["extra_specs"]}
    return orjson.Fragment(orjson.dumps(shown))


def embedded_flavor(row: ServerView, _base: str) -> orjson.Fragment:
    """Since 2.47: the flavor as it was when the server got it."""
    return flavor_as_it_was(row.flavor)


def addresses(row: ServerView, _base: str) -> orjson.Fragment:
    """By network name."""
    return orjson.Fragment(row.addresses or "{}")


def bare_addresses(row: ServerView, _base: str) -> dict[str, Any]:
    """The same, with version and address only."""
    return {
        name: [{"version": entry["version"], "addr": entry["addr"]} for entry in entries]
        for name, entries in orjson.loads(row.addresses or "{}").items()
    }


def groups(row: ServerView, _base: str) -> orjson.Fragment | None:
    """Names of security groups, if there are any."""
    return None if row.security_groups in EMPTY else orjson.Fragment(row.security_groups or "")


def volumes(row: ServerView, _base: str) -> Any:
    """Since 2.3: what is attached, and whether it goes with the server."""
    if row.volumes in EMPTY:
        return ()
    return [
        {"id": each["id"], "delete_on_termination": bool(each["delete_on_termination"])}
        for each in orjson.loads(row.volumes or "")
    ]


def volume_ids(row: ServerView, base: str) -> Any:
    """Before 2.3: what is attached."""
    return [{"id": each["id"]} for each in volumes(row, base)]


def progress(row: ServerView, base: str) -> int | None:
    """In percent, in the states that have any."""
    return row.progress if status(row, base) in SHOW_PROGRESS else None


def fault(row: ServerView, base: str) -> dict[str, Any] | None:
    """Why it failed, in the states that come of failing."""
    if row.fault_code is None or status(row, base) not in SHOW_FAULT:
        return None
    return {
        "code": row.fault_code,
        "message": row.fault_message,
        "created": iso(row.fault_created),
    }
