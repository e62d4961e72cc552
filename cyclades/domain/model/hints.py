"""Hints: what a cluster's nodes say through the broker.

A hint only says where to look; the truth is then read from the cluster. What comes over the
wire is a JSON object, made by config/ganeti/; it is read strictly, for anybody who holds a
cluster's credentials can write one.

    {"version": 1, "cluster": "<our id of the cluster>", "kind": "job", "job": 17,
     "status": "running", "opcode": "OP_INSTANCE_CREATE", "instance": "cyclades-..."}

`status` and `opcode` are there for people who look into a queue; nothing here believes them.
"""

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

LARGEST: Final = 16 * 1024  # bytes
LONGEST_NAME: Final = 255
LONGEST_MESSAGE: Final = 500
LARGEST_JOB: Final = 2**53
MOST_DELIVERIES: Final = 10  # of one hint that cannot be handled; then it is parked
TOO_OFTEN: Final = "delivered too often"


class HintKind(StrEnum):
    """What a hint is about."""

    JOB = "job"  # the job queue: this job changed
    INSTANCE = "instance"  # a hook: something was done to this instance
    PROGRESS = "progress"  # an OS script: so far has the build of this instance come
    SYNC = "sync"  # look at everything: more changed than can be told one by one
    TEST = "test"  # an operator tries the way


class MalformedHint(ValueError):
    """It is no hint, or not this cluster's; `str()` says why, for operators."""


@dataclass(frozen=True, slots=True)
class Hint:
    """Where to look. `progress` in percent; `message` and `token` are short texts."""

    cluster_id: str
    kind: HintKind
    job_id: int | None = None
    instance: str | None = None
    progress: int | None = None
    message: str = ""
    token: str = ""


def read_hint(cluster_id: str, body: bytes) -> Hint:
    """A hint that came through the queue of this cluster. Raises MalformedHint."""
    if len(body) > LARGEST:
        raise MalformedHint(f"{len(body)} bytes are too many")
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedHint("not JSON") from error
    if not isinstance(data, dict) or data.get("version") != 1:
        raise MalformedHint("not an object of version 1")
    if data.get("cluster") != cluster_id:
        raise MalformedHint("claims to come from another cluster")
    try:
        kind = HintKind(str(data.get("kind")))
    except ValueError as error:
        raise MalformedHint("of an unknown kind") from error
    hint = Hint(
        cluster_id,
        kind,
        _number(data, "job", LARGEST_JOB),
        _text(data, "instance", LONGEST_NAME) or None,
        _number(data, "progress", 100),
        _text(data, "message", LONGEST_MESSAGE),
        _text(data, "token", 64),
    )
    _require(hint)
    return hint


def write_hint(hint: Hint) -> bytes:
    """What `read_hint` reads."""
    values = {
        "version": 1,
        "cluster": hint.cluster_id,
        "kind": hint.kind.value,
        "job": hint.job_id,
        "instance": hint.instance,
        "progress": hint.progress,
        "message": hint.message,
        "token": hint.token,
    }
    return json.dumps({name: value for name, value in values.items() if value is not None}).encode()


def letter_id(cluster_id: str, reason: str, body: bytes) -> str:
    """What operators call a hint that was parked."""
    told = b"\0".join((cluster_id.encode(), reason.encode(), body))
    return hashlib.sha256(told).hexdigest()[:12]


def _number(data: dict[str, Any], name: str, most: int) -> int | None:
    value = data.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= most:
        raise MalformedHint(f"{name} is not a number from 0 to {most}")
    return value


def _text(data: dict[str, Any], name: str, most: int) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        raise MalformedHint(f"{name} is not a printable text of up to {most} characters")
    return value


def _require(hint: Hint) -> None:
    needed = {
        HintKind.JOB: hint.job_id is not None,
        HintKind.INSTANCE: hint.instance is not None,
        HintKind.PROGRESS: hint.instance is not None,
        HintKind.SYNC: True,
        HintKind.TEST: bool(hint.token),
    }
    if not needed[hint.kind]:
        raise MalformedHint(f"a hint of kind {hint.kind} that does not say about what")
