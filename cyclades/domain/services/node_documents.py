"""What nodes ask: the documents of their ports that are not as they know them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from cyclades.domain.model.events import Changed
from cyclades.domain.model.feed import FeedEntry, Position, position_of
from cyclades.domain.model.firewall_profile import Profiles, fingerprint
from cyclades.domain.model.node_document import Document, Documents, Interest
from cyclades.ports.feed import FeedReader
from cyclades.ports.node_documents import NodeDocumentReader

LOOK = 500  # events; when there are more, the documents themselves are quicker to compare
Concern = Callable[[Changed, Interest, Mapping[str, str]], bool]


def of_project(event: Changed, interest: Interest, known: Mapping[str, str]) -> bool:
    """Ports' own projects; a port that was named is ours whoever has it now."""
    return event.project_id in interest.projects or event.object_id in known


# A member of a group, a group's rules, an address that leads to a port: all within projects.
CONCERNS: Mapping[str, Concern] = {
    "port": of_project,
    "security_group": of_project,
    "floating_ip": of_project,
    "network": lambda event, interest, _known: event.object_id in interest.networks,
    # Which network it is of is not said, and an administrator's may be on anybody's.
    "subnet": lambda _event, _interest, _known: True,
    "server": lambda event, interest, _known: event.object_id in interest.servers,
}


class Answer(NamedTuple):
    """`cursor` goes into the next question; None for a port that the cluster does not have."""

    cursor: str
    documents: dict[str, Document | None]


class Seen(NamedTuple):
    """How far the feed was read before documents were; None for events: some were missed."""

    position: Position
    events: tuple[Changed, ...] | None


@dataclass(frozen=True, slots=True)
class NodeDocuments:
    """Reads only, each statement what is committed.

    The feed is read first: what changes while documents are read comes after the cursor, so
    that the next question sees it.
    """

    reader: NodeDocumentReader
    feed: FeedReader
    profiles: Profiles
    domain: str

    def changed(self, cluster_id: str, known: Mapping[str, str], cursor: str) -> Answer:
        """Documents that differ from the known digests (empty: unknown) by port id.

        When nothing has happened since the cursor, only unknown ports are looked at.
        """
        mark = fingerprint(self.profiles, self.domain)
        seen = self._since(cursor, mark)
        wanted = known
        if not self._concerned(cluster_id, known, seen):
            wanted = {port_id: digest for port_id, digest in known.items() if not digest}
        answer = f"{seen.position}.{mark}"
        if not wanted:
            return Answer(answer, {})
        facts = self.reader.facts(cluster_id, sorted(wanted))
        found = Documents(facts, self.profiles, self.domain).all()
        return Answer(
            answer,
            {
                port_id: found.get(port_id)
                for port_id, digest in wanted.items()
                if port_id not in found or found[port_id]["digest"] != digest
            },
        )

    def _since(self, cursor: str, mark: str) -> Seen:
        text, _, known_mark = cursor.partition(".")
        position = position_of(text)
        if position is None or known_mark != mark:
            return Seen(self.feed.newest(), None)
        page = self.feed.after(position, LOOK)
        if page.horizon > position or len(page.entries) == LOOK:
            return Seen(self.feed.newest(), None)
        return Seen(last_of(page.entries, position), tuple(each.event for each in page.entries))

    def _concerned(self, cluster_id: str, known: Mapping[str, str], seen: Seen) -> bool:
        if seen.events is None:
            return True
        events = [event for event in seen.events if event.kind in CONCERNS]
        if not events:
            return False
        interest = self.reader.interest(cluster_id, sorted(known))
        return any(CONCERNS[event.kind](event, interest, known) for event in events)


def last_of(entries: tuple[FeedEntry, ...], before: Position) -> Position:
    """Where a reader is who has read these."""
    return entries[-1].position if entries else before
