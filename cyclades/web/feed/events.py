"""Server-sent events as bytes. Source: the HTML standard, "Server-sent events"."""

from cyclades.domain.model.feed import FeedEntry, Position
from cyclades.web.rendering import to_bytes

RETRY = b"retry: 2000\n\n"  # milliseconds


def change(entry: FeedEntry) -> bytes:
    """Something changed; what it is now, the API tells."""
    event = entry.event
    told = {"kind": event.kind, "id": event.object_id, "version": event.version}
    return _event("change", entry.position, told)


def hello(position: Position) -> bytes:
    """What follows is all that happened after this position."""
    return _event("hello", position, {"position": str(position)})


def reset(position: Position) -> bytes:
    """Where the client was is not known any more: it reads everything again."""
    return _event("reset", position, {"position": str(position)})


def beat(position: Position) -> bytes:
    """A sign of life: no event, but the client resumes from here."""
    return b": still here\nid: %s\n\n" % str(position).encode()


def _event(name: str, position: Position, data: object) -> bytes:
    place = str(position).encode()
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (place, name.encode(), to_bytes(data))
