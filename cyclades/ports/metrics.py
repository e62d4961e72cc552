"""What there is to count: for those who watch an installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from cyclades.domain.model.cluster import Capacity


class ServerCount(NamedTuple):
    """Live servers of a cluster in one state."""

    cluster_id: str
    vm_state: str
    task_state: str | None
    number: int


class EffectCount(NamedTuple):
    """Unfinished effects of a cluster in one state; `oldest` is when the first was asked for."""

    cluster_id: str
    state: str
    overdue: bool
    crashed: bool
    number: int
    oldest: datetime


class EndedEffect(NamedTuple):
    """How long one operation took, in seconds, from its request to its end."""

    operation: str
    state: str
    seconds: float


class DivergenceCount(NamedTuple):
    """Divergences of one kind; `oldest` is when the first of the lasting ones was seen."""

    cluster_id: str
    kind: str
    lasting: int
    healed: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class ClusterFigures:
    """A cluster as it was last seen. `heard`: when its nodes last spoke through the broker."""

    name: str
    drained: bool
    offline: bool
    answering: bool
    capacity: Capacity
    heard: datetime | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything at one moment. `ended`: the newest operations, a bounded number.

    `feed_rows` is an estimate from above; `clusters` are by id.
    """

    clusters: Mapping[str, ClusterFigures]
    servers: Sequence[ServerCount]
    effects: Sequence[EffectCount]
    ended: Sequence[EndedEffect]
    divergences: Sequence[DivergenceCount]
    feed_rows: int
    feed_newest: datetime | None


class Metrics(Protocol):
    """Cheap with a hundred thousand servers: a fixed number of statements, short answers."""

    def snapshot(self) -> Snapshot:
        """All figures, each as of its own statement."""
        ...
