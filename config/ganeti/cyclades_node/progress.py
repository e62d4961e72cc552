"""`cyclades-progress INSTANCE`: tells how far a build has come, from any node, if it can.

Lines on standard input: JSON as snf-image writes it, or plain text. The pipe is always read to
its end and never fails; messages that the broker does not take at once are not worth waiting for.
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections import deque
from collections.abc import Mapping
from typing import Any, Callable

from cyclades_node import hints
from cyclades_node.broker import Broker, BrokerTrouble
from cyclades_node.conf import BadConf, read_conf

PAUSE = 0.3  # seconds between two messages
PATIENCE = 3.0  # seconds after the last line
MOST_WAITING = 50  # messages; the oldest go first
LONGEST_LINE = 64 * 1024


class Progress:
    """What is not sent yet: the last percentage, and messages. Shared by two threads."""

    def __init__(self) -> None:
        """Nothing."""
        self._lock = threading.Lock()
        self._progress: int | None = None
        self._messages: deque[str] = deque(maxlen=MOST_WAITING)

    def read(self, line: str) -> None:
        """Take what a line says; what cannot be understood says nothing."""
        progress, message = understood(line)
        with self._lock:
            if progress is not None:
                self._progress = progress
            if message:
                self._messages.append(message)

    def waits(self) -> bool:
        """Whether there is something to send."""
        with self._lock:
            return self._progress is not None or bool(self._messages)

    def next(self) -> dict[str, Any]:
        """What to send next; empty when there is nothing."""
        with self._lock:
            said: dict[str, Any] = {}
            if self._progress is not None:
                said["progress"], self._progress = self._progress, None
            if self._messages:
                said["message"] = self._messages.popleft()
            return said


def main() -> int:
    """Always 0: a build is not to fail because of us."""
    progress, ended = Progress(), threading.Event()
    sender = threading.Thread(target=send, args=(progress, ended), daemon=True)
    sender.start()
    while line := sys.stdin.buffer.readline(LONGEST_LINE):
        progress.read(line.decode(errors="replace"))
    ended.set()
    sender.join(PATIENCE)
    os._exit(0)  # whatever the thread waits for


def send(progress: Progress, ended: threading.Event) -> None:
    """Until the end, or the first trouble."""
    try:
        conf, instance = read_conf(), named(sys.argv[1:])
        broker = Broker(conf)
        while not ended.wait(PAUSE) or progress.waits():
            if said := progress.next():
                body = hints.hint(conf.cluster, "progress", instance=instance, **said)
                broker.publish(body)
    except (BadConf, BrokerTrouble) as error:
        print(f"cyclades-progress: gives up: {error}", file=sys.stderr)


def named(arguments: list[str]) -> str:
    """Whose build it is. Raises BadConf."""
    name = hints.name(" ".join(arguments))
    if name is None:
        raise BadConf("usage: cyclades-progress INSTANCE")
    return name


def understood(line: str) -> tuple[int | None, str]:
    """Percentage and message of a line."""
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None, hints.message(line)
    if not isinstance(data, dict):
        return None, hints.message(line)
    read = READERS.get(str(data.get("type")))
    return read(data) if read else (None, "")


def _copied(data: Mapping[str, Any]) -> tuple[int | None, str]:
    try:
        return max(0, min(100, int(data["progress"]))), ""
    except (KeyError, TypeError, ValueError, OverflowError):
        return None, ""


def _said(data: Mapping[str, Any]) -> tuple[int | None, str]:
    messages = data.get("messages")
    texts = messages if isinstance(messages, list) else [messages or data.get("stderr") or ""]
    return None, hints.message(" ".join(map(str, texts)))


def _helped(data: Mapping[str, Any]) -> tuple[int | None, str]:
    subtype = data.get("subtype")
    if subtype == "task-start":
        return None, hints.message(data.get("task", ""))
    return (None, "") if subtype == "task-end" else _said(data)


READERS: Mapping[str, Callable[[Mapping[str, Any]], tuple[int | None, str]]] = {
    "image-copy-progress": _copied,
    "image-info": _said,
    "image-warning": _said,
    "image-error": _said,
    "image-helper": _helped,
}
